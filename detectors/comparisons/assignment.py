"""How two versions come to their rows, as the route in force says it."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from schemas.events.model_comparison import ComparisonMode
from schemas.events.routing import ModelRoute, RoutingMode
from schemas.events.times import LATEST_MS

SETTLING: Final = 60_000
"""Milliseconds after a route within which no split is tested: services hear of it one after the
other, and a request may be scored by what was in force when it came."""


class Assignment(NamedTuple):
    """How two versions of a model come to their rows.

    Attributes
    ----------
    mode
        Whether requests are shared or scored by both; None where nobody says it.
    share
        The candidate's share of the traffic of the two; None where nobody says it, or one of the
        two has none.
    salt
        Of the assignment; empty without a route.
    settled
        From when on predictions are made by it, milliseconds since the epoch.
    route
        The id of the route that says so; no part of the state.
    """

    mode: ComparisonMode | None = None
    share: float | None = None
    salt: str = ""
    settled: int = 0
    route: str = ""

    @property
    def begins_with(self) -> tuple[str, ComparisonMode | None]:
        """What of it is another one where rows from before say nothing of those after it."""
        return self.salt, self.mode

    def state(self) -> list[Any]:
        """Return the whole state."""
        return [None if self.mode is None else str(self.mode), self.share, self.salt, self.settled]

    @classmethod
    def of(cls, state: Sequence[Any] | None) -> "Assignment":
        """Return what has a state; that of none is without a route."""
        if state is None:
            return cls()
        mode, share, salt, settled = state
        return cls(None if mode is None else ComparisonMode(mode), share, salt, settled)


def assignment_of(
    route: ModelRoute | None, since: int, baseline: str, candidate: str
) -> Assignment:
    """Return the assignment of two versions by a route that is in force since a time.

    Examples
    --------
    >>> assignment_of(None, 0, "7", "8")
    Assignment(mode=None, share=None, salt='', settled=0, route='')
    """
    if route is None:
        return Assignment()
    settled = min(since + SETTLING, LATEST_MS)
    shares = {each.version: each.share for each in route.versions}
    if candidate in route.shadows and baseline in shares:
        return Assignment(ComparisonMode.SHADOW, None, route.salt, settled, route.route_id)
    if not {baseline, candidate} <= shares.keys():
        return Assignment()
    ours, both = shares[candidate], shares[candidate] + shares[baseline]
    share = ours / both if 0.0 < ours < both else None
    return Assignment(ComparisonMode.AB, share, route.salt, settled, route.route_id)


def pairs_of(route: ModelRoute | None, champion: str | None) -> tuple[str | None, list[str]]:
    """Return which version a route has others compared with, and these.

    Parameters
    ----------
    champion
        The one that serves as model events say: the baseline of an A/B in which it is, where else
        it is the first one. None where none does.
    """
    if route is None or route.mode is RoutingMode.SINGLE:
        return None, []
    if route.ramp is not None:
        return route.ramp.baseline, [route.ramp.candidate]
    answering = [each.version for each in route.versions]
    baseline = champion if champion in answering else answering[0]
    return baseline, [each for each in [*answering, *route.shadows] if each != baseline]
