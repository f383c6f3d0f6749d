"""Where metrics and health are served."""

from pydantic import Field

from app.settings.section import Section


class HttpSettings(Section):
    """The worker's own endpoints: `/metrics`, `/healthz`, `/readyz`. They take no password."""

    host: str = Field(default="127.0.0.1", min_length=1)
    """The address to listen on; `0.0.0.0` for every one, as in a container."""

    port: int = Field(default=9464, ge=0, le=65535)
    """The port to listen on; 0 takes a free one."""
