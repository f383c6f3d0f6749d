"""Where metrics and health are served."""

import re
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, ValidationInfo, field_validator

from app.settings.secret_files import PemFile, SecretFile
from app.settings.section import Section, expected

_HOST: Final = re.compile(r"[A-Za-z0-9._:%-]+", re.ASCII)


HostName = Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9._:%-]+$")]


class HttpSettings(Section):
    """The worker's own endpoints: `/metrics`, `/healthz`, `/readyz`. Health needs no token."""

    host: str = Field(default="127.0.0.1", min_length=1)
    """The address to listen on; `0.0.0.0` for every one, as in a container."""

    port: int = Field(default=9464, ge=0, le=65535)
    """The port to listen on; 0 takes a free one."""

    allowed_hosts: tuple[HostName, ...] = ()
    """Names by which the port is reached, without a port, besides `localhost` and `host`; a request
    for another one is refused. Where `host` is `0.0.0.0` or `::`, every address is allowed too."""

    token_file: SecretFile | None = None
    """File that holds the bearer token of `/metrics`, 16 to 4096 characters of base64 or hex;
    without one anybody who reaches the port may ask. The probes need none."""

    ssl_certfile: PemFile | None = None
    """PEM file of the port's certificate and those that signed it, for HTTPS; plain HTTP where
    absent."""

    ssl_keyfile: PemFile | None = None
    """PEM file of its private key, without a password; the certificate's where absent."""

    @field_validator("ssl_keyfile")
    @classmethod
    def _certified(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if value is not None and info.data.get("ssl_certfile", value) is None:
            raise expected("nothing, as there is no ssl_certfile")
        return value

    @field_validator("host")
    @classmethod
    def _address(cls, value: str) -> str:
        if _HOST.fullmatch(value) is None:
            raise expected("an address or the name of a host, without a scheme")
        return value
