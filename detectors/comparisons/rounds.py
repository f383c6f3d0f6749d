"""Rows of two versions, gathered until all that was read together with them has come."""

from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias

from detectors.snapshots.tree import State
from schemas.tables.observations import Source

Spans: TypeAlias = Mapping[Source, tuple[int, int]]
"""The first and the last offset of rows by where they came from."""

_NONE: Final = -1


class Settled(NamedTuple):
    """Rows of two versions that wait no longer.

    Attributes
    ----------
    whole
        Those of whole rounds, of both versions or none.
    cut
        Those of a round whose beginning was not seen.
    """

    whole: tuple[int, int] = (0, 0)
    cut: tuple[int, int] = (0, 0)


class Rounds:
    """Counts of the rows of two versions that were read together.

    Records are read many at a time, and where versions have other features the rows of the one are
    a table before those of the other: between the two it would seem that one has all of the
    traffic. A table that begins behind all rows so far shows that these are complete.

    Examples
    --------
    >>> rounds, source = Rounds(), Source("predictions", 0)
    >>> rounds.add((0, 20), {source: (561, 599)})
    Settled(whole=(0, 0), cut=(0, 0))
    >>> rounds.add((300, 0), {source: (600, 1198)})
    Settled(whole=(0, 0), cut=(0, 20))
    >>> rounds.add((0, 300), {source: (601, 1199)})
    Settled(whole=(0, 0), cut=(0, 0))
    >>> rounds.add((310, 0), {source: (1200, 1799)}), rounds.waiting
    (Settled(whole=(300, 300), cut=(0, 0)), (310, 0))
    """

    def __init__(self) -> None:
        self.waiting = (0, 0)
        """Rows that may not be all of their round, or before which there were none of the other."""
        self.latest = (0, 0)
        """Rows of the latest round, of which more may come."""
        self._ends: dict[Source, int] = {}
        self._is_cut = True

    def add(self, rows: tuple[int, int], spans: Spans) -> Settled:
        """Add the rows of a table; return those that wait no longer."""
        whole = cut = (0, 0)
        is_behind_all = self._is_behind_all(spans)
        self.latest = rows if is_behind_all else _sum(self.latest, rows)
        if self._ends and is_behind_all:
            if self._is_cut:
                cut, self.waiting, self._is_cut = self.waiting, (0, 0), False
            elif all(self.waiting):
                whole, self.waiting = self.waiting, (0, 0)
        if all(rows) and not any(self.waiting):
            whole, self._is_cut = _sum(whole, rows), False
        else:
            self.waiting = _sum(self.waiting, rows)
        for source, (_, last) in spans.items():
            self._ends[source] = max(last, self._ends.get(source, _NONE))
        return Settled(whole, cut)

    def begin_anew(self) -> None:
        """Forget the rows that wait, and those that are still to come of their round."""
        self.waiting, self._is_cut = (0, 0), True

    def state(self) -> State:
        """Return the whole state."""
        return {
            "waiting": list(self.waiting),
            "latest": list(self.latest),
            "cut": self._is_cut,
            "ends": [[*source, last] for source, last in self._ends.items()],
        }

    def restore(self, state: State) -> None:
        """Take over a state."""
        baseline, candidate = state["waiting"]
        self.waiting, self._is_cut = (baseline, candidate), state["cut"]
        baseline, candidate = state["latest"]
        self.latest = baseline, candidate
        self._ends = {Source(topic, partition): last for topic, partition, last in state["ends"]}

    def _is_behind_all(self, spans: Spans) -> bool:
        return all(first > self._ends.get(source, _NONE) for source, (first, _) in spans.items())


def _sum(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]
