"""CDEvents, a second form of alerts and rollbacks for tools that follow deliveries."""

from typing import Annotated

from pydantic import Field

from app.settings.section import Section


class CDEventsSettings(Section):
    """Whether alerts and rollbacks are published as CDEvents, too."""

    enabled: bool = False
    """Whether `topics.cdevents` is used: for `incident.detected`, `incident.resolved` and
    `service.rolledback`."""

    environment: Annotated[str, Field(min_length=1, max_length=249)] = "production"
    """In which the models serve, by the name that receivers know."""
