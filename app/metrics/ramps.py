"""Ramps of canaries as metrics, made at the scrape from the routes that are in force."""

from collections.abc import Callable, Sequence
from typing import Final

from prometheus_client.registry import Collector

from app.metrics import catalogue
from app.metrics.models import Family, family
from schemas.events.routing import ModelRoute, RampHold

SPECS: Final = (catalogue.RAMP_SHARE, catalogue.RAMP_HELD)


class RampCollector(Collector):
    """Tells of the ramps among the routes in force, of the first models by their names.

    Parameters
    ----------
    limit
        Models that are shown.

    Attributes
    ----------
    routes
        Returns the routes in force, by the names of their models.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.routes: Callable[[], Sequence[ModelRoute]] = tuple

    def describe(self) -> list[Family]:
        """Return the families without samples."""
        return [family(spec) for spec in SPECS]

    def collect(self) -> list[Family]:
        """Return the families of all ramps."""
        shares, holds = map(family, SPECS)
        ramps = [(each.model, each.ramp) for each in self.routes() if each.ramp is not None]
        for model, ramp in ramps[: self._limit]:
            shares.add_metric((model, ramp.candidate), ramp.steps[ramp.step])
            for hold in RampHold:
                holds.add_metric((model, ramp.candidate, str(hold)), hold is ramp.held)
        return [shares, holds]
