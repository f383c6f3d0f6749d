"""A bound on label values: names come from users' events, and every new one costs memory."""

from collections.abc import Callable
from typing import Final, TypeAlias

from prometheus_client import Counter

Identity: TypeAlias = tuple[str, ...]
"""The capped label values: model, version, feature or the first of these."""

OTHER: Final = "other"
"""Stands for every value beyond the cap."""


class LabelCap:
    """Admits the first so many identities; each keeps its place until it is released.

    Parameters
    ----------
    limit
        Identities admitted at once.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._admitted: set[Identity] = set()

    def admits(self, identity: Identity) -> bool:
        """Tell whether an identity has a place, giving it one where there is room."""
        if identity in self._admitted:
            return True
        if len(self._admitted) >= self._limit:
            return False
        self._admitted.add(identity)
        return True

    def release(self, gone: Callable[[Identity], bool]) -> None:
        """Free the places of the identities for which `gone` is true."""
        self._admitted = {identity for identity in self._admitted if not gone(identity)}


class CappedCounter:
    """A counter whose first labels are capped.

    Parameters
    ----------
    counter
        Its labels are the identity's, then the rest.
    limit
        Identities told apart.
    """

    def __init__(self, counter: Counter, limit: int) -> None:
        self._counter = counter
        self._cap = LabelCap(limit)
        # Looking a child up costs more than counting in it.
        self._children: dict[tuple[Identity, Identity], Counter] = {}

    def add(self, identity: Identity, rest: Identity, amount: float = 1) -> None:
        """Count."""
        child = self._children.get((identity, rest))
        if child is None:
            shown = identity if self._cap.admits(identity) else (OTHER,) * len(identity)
            child = self._counter.labels(*shown, *rest)
            # Only what is admitted is kept: the names beyond the cap are without bound.
            if shown is identity:
                self._children[identity, rest] = child
        child.inc(amount)

    def release(self, gone: Callable[[Identity], bool]) -> None:
        """Remove the series of the identities for which `gone` is true."""
        self._cap.release(gone)
        for identity, rest in [key for key in self._children if gone(key[0])]:
            del self._children[identity, rest]
            self._counter.remove(*identity, *rest)
