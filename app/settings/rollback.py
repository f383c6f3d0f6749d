"""When the rollback of a model is asked for."""

from typing import Annotated

from pydantic import Field, field_validator

from app.settings.policy import Duration
from app.settings.section import Section, expected
from detectors.rollback.options import USUAL, RollbackOptions, RollbackSource

_DEFAULTS = RollbackOptions()


class RollbackSettings(Section):
    """When a rollback is asked for; durations are in seconds of event time."""

    enabled: bool = True
    """Whether it is asked for at all. Whether Driftline has the route go back, too, says
    `routing.automatic`."""

    sources: tuple[RollbackSource, ...] = USUAL
    """What asks for it: `comparison` with a version that has rows at the same time, `threshold` of
    the model that the serving version crosses, `history` of the version before, at equal delays of
    labels: it costs as much as a comparison, always."""

    threshold_within_seconds: Annotated[Duration, Field(gt=0)] | None = _DEFAULTS.threshold_within
    """For how long after it became the champion a threshold that a version crosses asks for its
    rollback: later it is the world that has changed. Null for however long."""

    cooldown_seconds: Duration = Field(default=_DEFAULTS.cooldown, ge=0)
    """How long after a request no other is made about the version."""

    expiry_seconds: Duration = Field(default=_DEFAULTS.expiry, gt=0)
    """How long an unanswered request keeps the next one of the model away."""

    @field_validator("sources")
    @classmethod
    def _any(cls, value: tuple[RollbackSource, ...]) -> tuple[RollbackSource, ...]:
        if not value:
            raise expected("at least one; to ask for none, `enabled: false`")
        return value

    @property
    def options(self) -> RollbackOptions | None:
        """What the core is told; None where no rollback is asked for."""
        if not self.enabled:
            return None
        return RollbackOptions(
            sources=frozenset(self.sources),
            threshold_within=self.threshold_within_seconds,
            cooldown=self.cooldown_seconds,
            expiry=self.expiry_seconds,
        )
