"""Which versions of a route came back to an assignment that they had left, and looks of before."""

from collections import OrderedDict
from typing import Final, NamedTuple

from schemas.events.model_comparison import ModelComparison
from schemas.events.routing import ModelRoute
from schemas.events.times import parse_time

MOST_ROLES: Final = 128
"""Roles of the versions of a model that are remembered, the latest ones."""

MOST_ROUTES: Final = 1024
"""Routes of a model that are remembered, the latest ones."""


class _Role(NamedTuple):
    version: str
    salt: str
    is_shadow: bool


class _Return(NamedTuple):
    """When a version was back: by the number of the route among those taken, and by its time."""

    number: int
    time: int


class _Sighting(NamedTuple):
    """The numbers of the first and the last record of a route."""

    first: int
    last: int


class ResumedVersions:
    """Follows the routes of a model, one after the other.

    A comparison ends where a route no longer has its two versions. One with the same salt in the
    same roles has them compared anew, and its looks have the same assignment as those of before:
    only the route by which it began tells them apart. Of looks that do not name it, and of a route
    that was written before and after, the time does: that of a row, so that a look at rows that
    are older than the return, as of a history that is played, counts for none after it.
    """

    def __init__(self) -> None:
        self._taken = 0
        self._now: frozenset[_Role] = frozenset()
        self._seen: OrderedDict[_Role, None] = OrderedDict()
        self._since: dict[_Role, _Return] = {}
        self._routes: OrderedDict[str, _Sighting] = OrderedDict()

    def take(self, route: ModelRoute | None, time: int) -> None:
        """Take the next route, with its time in milliseconds; None where there is none any more."""
        self._taken += 1
        roles = _roles_of(route)
        kept = {role: since for role, since in self._since.items() if role in roles}
        here = _Return(self._taken, time)
        back = {role: here for role in roles - self._now if role in self._seen}
        self._now, self._since = roles, kept | back
        for role in sorted(roles):
            self._seen[role] = None
            self._seen.move_to_end(role)
        while len(self._seen) > MOST_ROLES:
            self._seen.popitem(last=False)
        if route is not None:
            first = self._routes.get(route.route_id, _Sighting(self._taken, self._taken)).first
            self._routes[route.route_id] = _Sighting(first, self._taken)
            self._routes.move_to_end(route.route_id)
            if len(self._routes) > MOST_ROUTES:
                self._routes.popitem(last=False)

    def is_of_before(self, look: ModelComparison) -> bool:
        """Tell whether a look is at two versions before one of them came back."""
        versions = look.baseline, look.version
        returns = [back for role, back in self._since.items() if role.version in versions]
        if not returns:
            return False
        back = max(returns)
        begun_by = None if look.assignment is None else look.assignment.begun_by
        if begun_by is not None:
            seen = self._routes.get(begun_by)
            if seen is None or seen.last < back.number:
                return True
            if seen.first >= back.number:
                return False
        return parse_time(look.as_of.time) < back.time


def _roles_of(route: ModelRoute | None) -> frozenset[_Role]:
    if route is None:
        return frozenset()
    answering = {_Role(each.version, route.salt, is_shadow=False) for each in route.versions}
    return frozenset(
        answering | {_Role(each, route.salt, is_shadow=True) for each in route.shadows}
    )
