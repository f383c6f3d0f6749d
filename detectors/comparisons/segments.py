"""The segments of two versions' rows, such as those of one country: each is compared by itself.

A version may be better in all and worse where few rows are. The names of the groups are stated;
which values they have is seen in the rows. A value that has had some rows gets a place, while there
are any, and is compared from then on; the others are compared together.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Final, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from detectors.comparisons.measured import Known, Measured
from detectors.comparisons.options import ComparisonOptions
from detectors.comparisons.pairing import Half, LabelledRows
from detectors.snapshots.tree import State
from schemas.events.model_comparison import ComparisonMode
from schemas.events.position import Position
from schemas.tables.coded import Coded
from schemas.tables.columns import LONGEST_CATEGORY
from schemas.tables.observations import Integers

MOST_PLACES: Final = 20
"""Values that are compared by themselves, of all names together."""

FROM_ROWS: Final = 30
"""Labelled rows from which on a value gets a place: below, nothing would be said of it."""

MOST_COUNTED: Final = 1000
"""Values without a place whose rows are counted; beyond them the rare ones are forgotten."""

AGAIN: Final = 1.02
"""How many times as many rows a segment has at its next look."""

_UNKNOWN: Final = -1
"""The number of rows that have no value of a name."""

Value = tuple[int, str]
"""The number of a name, and what it is."""


class SegmentLook(NamedTuple):
    """What is known of one segment.

    Attributes
    ----------
    name, value
        Such as `country` and `de`; None is all values without a place, together.
    known
        The metrics, and what is known of each.
    """

    name: str
    value: str | None
    known: list[tuple[Measured, Known]]


class Segments:
    """What the rows of two versions give in each segment.

    The first numbers are those of the rest of each name; the values that have a place follow, in
    the order in which they got theirs.

    Parameters
    ----------
    options
        What is compared, and of which names.
    """

    def __init__(self, options: ComparisonOptions) -> None:
        self._options = options
        self._names = options.segments
        self._places: dict[Value, int] = {}
        self._counts: dict[Value, int] = {}
        self._measured = [self._new(None) for _ in self._names]
        self._known: list[list[Known] | None] = [None for _ in self._names]
        self._looked = [0 for _ in self._names]

    def places(self, arrived: Sequence[LabelledRows | None]) -> list[Integers]:
        """Return the number of each row's segment by each name, `-1` where it has none.

        Parameters
        ----------
        arrived
            Rows of baseline and candidate, of one table.

        Returns
        -------
        list of numpy.ndarray
            Of shape ``(names, n)`` each.
        """
        if not self._names:
            return [_no_names(0 if rows is None else len(rows.offsets)) for rows in arrived]
        self._give_places([rows.segments for rows in arrived if rows is not None])
        return [
            np.zeros((len(self._names), 0), dtype=np.int64)
            if rows is None
            else self._numbers(rows.segments)
            for rows in arrived
        ]

    def add(self, arm: int, rows: LabelledRows, places: Integers) -> None:
        """Add rows of the baseline (0) or of the candidate (1)."""
        for number, own in _by_place(places):
            for measured, losses in zip(self._measured[number], rows.losses[:, own], strict=True):
                measured.add(arm, rows.predicted[own], losses)

    def add_pairs(self, baseline: Half, candidate: Half) -> None:
        """Add rows of both that have one label; they are where the baseline's are."""
        for number, own in _by_place(baseline.places):
            halves = baseline.losses[:, own], candidate.losses[:, own]
            for measured, *losses in zip(self._measured[number], *halves, strict=True):
                if measured.metric.is_paired:
                    measured.add_pairs(*losses)

    def look(self, mode: ComparisonMode | None, at: Position) -> list[SegmentLook]:
        """Return what is known of each segment that has rows; of few new ones as it was before."""
        found = []
        named: list[tuple[int, str | None]] = [(name, None) for name in range(len(self._names))]
        for number, (name, value) in enumerate([*named, *self._places]):
            measured = self._measured[number]
            rows = max(sum(each.rows) for each in measured)
            if not rows:
                continue
            known = self._known[number]
            if known is None or rows >= AGAIN * self._looked[number]:
                known = self._known[number] = [each.look(mode, at) for each in measured]
                self._looked[number] = rows
            told = list(zip(measured, known, strict=True))
            found.append(SegmentLook(self._names[name], value, told))
        return found

    def state(self) -> State:
        """Return the whole state."""
        return {
            "places": [list(each) for each in self._places],
            "counts": [[*each, self._counts[each]] for each in sorted(self._counts)],
            "measured": [[each.state() for each in segment] for segment in self._measured],
            "known": [
                None if known is None else [each.state() for each in known] for known in self._known
            ],
            "looked": list(self._looked),
        }

    def restore(self, state: State) -> None:
        """Restore a state of the same options."""
        for name, value in state["places"]:
            self._place((name, value))
        self._counts = {(name, value): rows for name, value, rows in state["counts"]}
        for segment, states in zip(self._measured, state["measured"], strict=True):
            for measured, known in zip(segment, states, strict=True):
                measured.restore(known)
        self._known = [
            None if known is None else [Known.of(each) for each in known]
            for known in state["known"]
        ]
        self._looked = list(state["looked"])

    def _new(self, place: int | None) -> list[Measured]:
        level = self._options.level_of_segment(place)
        return [Measured(each, level) for each in self._options.compared]

    def _place(self, value: Value) -> None:
        self._places[value] = len(self._measured)
        self._measured.append(self._new(len(self._places)))
        self._known.append(None)
        self._looked.append(0)

    def _give_places(self, columns: Sequence[Coded[str | None]]) -> None:
        """Count rows of values that have no place; the commonest of those that have enough get one.

        By how many rows there are alone, and not by what they give: the level holds.
        """
        if len(self._places) >= MOST_PLACES:
            return
        for column in columns:
            rows = np.bincount(column.codes, minlength=len(column.table))
            for code in np.flatnonzero(rows).tolist():
                for value in enumerate(groups_of(column.table[code], self._names)):
                    if value[1] is not None and value not in self._places:
                        named = value[0], value[1]
                        self._counts[named] = self._counts.get(named, 0) + int(rows[code])
        enough = [each for each, rows in self._counts.items() if rows >= FROM_ROWS]
        enough.sort(key=lambda each: (-self._counts[each], each))
        for value in enough[: MOST_PLACES - len(self._places)]:
            del self._counts[value]
            self._place(value)
        if len(self._places) >= MOST_PLACES:
            self._counts = {}
        while len(self._counts) > MOST_COUNTED:
            self._counts = {each: rows // 2 for each, rows in self._counts.items() if rows > 1}

    def _numbers(self, column: Coded[str | None]) -> Integers:
        numbers = np.full((len(self._names), len(column.table)), _UNKNOWN, dtype=np.int64)
        for code in np.unique(column.codes).tolist():
            for name, value in enumerate(groups_of(column.table[code], self._names)):
                if value is not None:
                    numbers[name, code] = self._places.get((name, value), name)
        return numbers[:, column.codes]


@lru_cache(maxsize=4096)
def groups_of(segment: str | None, names: tuple[str, ...]) -> tuple[str | None, ...]:
    """Return the value of each name in a segment as it is written; None where it has none.

    Examples
    --------
    >>> groups_of('{"channel":"app","tier":"1"}', ("tier", "country"))
    ('1', None)
    """
    groups = {} if segment is None else orjson.loads(segment)
    values = (groups.get(name) for name in names)
    return tuple(None if each is None else each[:LONGEST_CATEGORY] for each in values)


def _by_place(places: Integers) -> list[tuple[int, NDArray[np.int64]]]:
    """Return the numbers of the segments that have rows here, each with its rows."""
    found = []
    for numbers in places:
        order = np.argsort(numbers, kind="stable")
        there, counts = np.unique(numbers, return_counts=True)
        ends = list(accumulate(counts.tolist()))
        for number, rows, end in zip(there.tolist(), counts.tolist(), ends, strict=True):
            if number != _UNKNOWN:
                found.append((number, order[end - rows : end]))
    return found


def _no_names(rows: int) -> Integers:
    return np.zeros((0, rows), dtype=np.int64)
