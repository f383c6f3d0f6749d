"""When a retraining is asked for."""

from typing import Annotated, Final

from pydantic import Field

from app.settings.section import Section, at_most
from detectors.retraining.options import PolicyOptions

_DEFAULTS: Final = PolicyOptions()

LONGEST: Final = 315_360_000
"""Ten years, in seconds: times far beyond could not be written."""


Duration = Annotated[
    float,
    at_most(LONGEST, f"{LONGEST} seconds, which is ten years"),
    Field(json_schema_extra={"maximum": LONGEST}),
]


class PolicySettings(Section):
    """The retrain policy; durations are in seconds of event time."""

    features: int = Field(default=3, ge=1)
    """Distinct drifted columns that ask for a retraining."""

    window_seconds: Duration = Field(default=_DEFAULTS.window, gt=0)
    """How long an alert counts towards `features`."""

    cooldown_seconds: Duration = Field(default=_DEFAULTS.cooldown, ge=0)
    """How long after a request no other is made for the model version."""

    expiry_seconds: Duration = Field(default=_DEFAULTS.expiry, gt=0)
    """How long an unanswered request keeps the next one away."""

    labelled_rows: int = Field(default=_DEFAULTS.labelled_rows, ge=1)
    """Labelled rows that a retraining needs: a request says whether they are there."""
