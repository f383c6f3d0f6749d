"""Which versions of a route came back to an assignment that they had left, and when."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Final, NamedTuple

from schemas.events.routing import ModelRoute

MOST_ROLES: Final = 128
"""Roles of the versions of a model that are remembered, the latest ones."""


class _Role(NamedTuple):
    version: str
    salt: str
    is_shadow: bool


class ResumedVersions:
    """Follows the routes of a model, one after the other.

    A comparison ends where a route no longer has its two versions. One with the same salt in the
    same roles has them compared anew, and its looks have the same assignment as those of before:
    only the time tells them apart.
    """

    def __init__(self) -> None:
        self._now: frozenset[_Role] = frozenset()
        self._seen: OrderedDict[_Role, None] = OrderedDict()
        self._since: dict[_Role, int] = {}

    @property
    def since(self) -> Mapping[str, int]:
        """By version of the route: from when on it has again what it had before, and had left.

        Milliseconds since the epoch.
        """
        return {role.version: since for role, since in self._since.items()}

    def take(self, route: ModelRoute | None, time: int) -> None:
        """Take the next route; None where the model has none any more."""
        roles = _roles_of(route)
        kept = {role: since for role, since in self._since.items() if role in roles}
        back = {role: time for role in roles - self._now if role in self._seen}
        self._now, self._since = roles, kept | back
        for role in sorted(roles):
            self._seen[role] = None
            self._seen.move_to_end(role)
        while len(self._seen) > MOST_ROLES:
            self._seen.popitem(last=False)


def _roles_of(route: ModelRoute | None) -> frozenset[_Role]:
    if route is None:
        return frozenset()
    answering = {_Role(each.version, route.salt, is_shadow=False) for each in route.versions}
    return frozenset(
        answering | {_Role(each, route.salt, is_shadow=True) for each in route.shadows}
    )
