"""What Driftline may do with the routes of a model."""

from typing import Annotated

from pydantic import Field

from app.settings.section import Section
from detectors.routing.options import RoutingOptions

_DEFAULTS = RoutingOptions()


class RoutingSettings(Section):
    """Whether Driftline writes routes of a model, and how its ramps go on."""

    automatic: bool = False
    """Whether a canary's ramp goes on, holds and falls back by evidence, its end makes the
    candidate the champion, and a rollback request is followed by a route; else Driftline writes no
    route."""

    step_seconds: float = Field(default=_DEFAULTS.step / 1000, gt=0, le=31_536_000)
    """For how long each step of a ramp lasts at least, in event time."""

    labels: int = Field(default=_DEFAULTS.labels, ge=1, le=1_000_000_000)
    """Labelled rows of the candidate that have to come in each step."""

    proxy_predictions: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = (
        _DEFAULTS.proxy_predictions
    )
    """Where labels are late: predictions of the candidate in a step that do instead of them, as
    long as no alert of it is open. Not for the step to all of the traffic. Null waits for the
    labels."""

    @property
    def options(self) -> RoutingOptions | None:
        """What the core is told; None where Driftline writes no routes."""
        if not self.automatic:
            return None
        return RoutingOptions(
            step=round(self.step_seconds * 1000),
            labels=self.labels,
            proxy_predictions=self.proxy_predictions,
        )
