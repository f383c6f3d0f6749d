"""When a retraining is asked for."""

from typing import Final

from pydantic import Field

from app.settings.section import Section
from detectors.policy import PolicyOptions

_DEFAULTS: Final = PolicyOptions()


class PolicySettings(Section):
    """The retrain policy; durations are in seconds of event time."""

    features: int = Field(default=_DEFAULTS.features, ge=1)
    """Distinct drifted columns that ask for a retraining."""

    window_seconds: float = Field(default=_DEFAULTS.window, gt=0)
    """How long an alert counts towards `features`."""

    cooldown_seconds: float = Field(default=_DEFAULTS.cooldown, ge=0)
    """How long after a request no other is made for the model."""

    expiry_seconds: float = Field(default=_DEFAULTS.expiry, gt=0)
    """How long an unanswered request keeps the next one away."""
