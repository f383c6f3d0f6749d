"""Rows of a model version over event time, in buckets that are wider the older they are."""

from typing import Final, NamedTuple, Self

import numpy as np

from detectors.snapshots.tree import State
from schemas.events.durations import MS_PER_DAY, MS_PER_HOUR
from schemas.tables.observations import Integers

HOUR: Final = MS_PER_HOUR
DAY: Final = MS_PER_DAY
MONTH: Final = 28 * DAY
YEAR: Final = 13 * MONTH
"""Widths of buckets in milliseconds; each is a multiple of the one before, and they begin with the
epoch, so that buckets of one width add up to one of the next."""


class Bucket(NamedTuple):
    """Rows of one stretch of time.

    Attributes
    ----------
    start, width
        The stretch, milliseconds since the epoch and milliseconds.
    rows
        How many it has.
    first, last
        The event times of the earliest and of the latest of them.
    """

    start: int
    width: int
    rows: int
    first: int
    last: int


class Traffic:
    """Counts of rows by their event times, bounded whatever the times are.

    An hour has a bucket of its own until the second midnight (UTC) after it, a day until 28 to 56
    days after it, 28 days until one to two years of 364 days after it, and then there are these
    years: some 130 buckets, and one for each further year. By what the newest row says, not by a
    clock; so the buckets are those of the rows, whatever their order and however they are cut.

    Attributes
    ----------
    rows
        How many were counted.
    first, newest
        The earliest and the latest event time, milliseconds since the epoch; -1 before any row.
    """

    __slots__ = ("_cells", "_days", "_months", "_years", "first", "newest", "rows")

    def __init__(self) -> None:
        self.rows = 0
        self.first = self.newest = -1
        self._cells: dict[tuple[int, int], tuple[int, int, int]] = {}
        """By start and width: rows, first and last."""
        # Before these times buckets are wider than an hour, a day, 28 days.
        self._days = self._months = self._years = 0

    def buckets(self) -> list[Bucket]:
        """Return the buckets that have rows, by time."""
        return [Bucket(*key, *cell) for key, cell in sorted(self._cells.items())]

    def add(self, times: Integers) -> None:
        """Count rows by their event times, shape ``(n,)``."""
        if len(times) == 0:
            return
        oldest, newest = int(times.min()), int(times.max())
        if self.add_alike(len(times), oldest, newest):
            return
        self._extend(len(times), oldest, newest)
        widths = np.full(len(times), HOUR)
        for before, width in ((self._days, DAY), (self._months, MONTH), (self._years, YEAR)):
            widths[times < before] = width
        keys = np.stack((times // widths * widths, widths), axis=1)
        for start, width in dict.fromkeys(map(tuple, keys.tolist())):
            those = times[(keys[:, 0] == start) & (keys[:, 1] == width)]
            self._count((start, width), len(those), int(those.min()), int(those.max()))

    def add_alike(self, rows: int, oldest: int, newest: int) -> bool:
        """Count rows that are all of one hour, by their extremes; False, and none, where not."""
        start = newest // HOUR * HOUR
        if oldest < start or start < self._days or newest // DAY > self.newest // DAY:
            return False
        self._extend(rows, oldest, newest)
        self._count((start, HOUR), rows, oldest, newest)
        return True

    def copy(self) -> "Traffic":
        """Return the same, which does not change with this one."""
        other = Traffic()
        other.rows, other.first, other.newest = self.rows, self.first, self.newest
        other._cells = dict(self._cells)
        other._days, other._months, other._years = self._days, self._months, self._years
        return other

    def state(self) -> State:
        """Return the whole state."""
        buckets = self.buckets()
        return {"buckets": np.array(buckets, dtype=np.int64).reshape(len(buckets), 5)}

    @classmethod
    def of(cls, state: State) -> Self:
        """Return what a state says."""
        traffic = cls()
        for start, width, rows, first, last in state["buckets"].tolist():
            traffic._extend(rows, first, last)
            traffic._cells[start, width] = (rows, first, last)
        return traffic

    def _extend(self, rows: int, oldest: int, newest: int) -> None:
        """Count rows, and fold what has become old by them."""
        self.first = oldest if self.rows == 0 else min(self.first, oldest)
        self.rows += rows
        if newest <= self.newest:
            return
        is_later_day = newest // DAY > self.newest // DAY
        self.newest = newest
        if not is_later_day:
            return
        self._days = _before(newest, DAY)
        self._months = _before(newest, MONTH)
        self._years = _before(newest, YEAR)
        cells, self._cells = self._cells, {}
        for (start, width), cell in cells.items():
            self._count(self._place(start, width), *cell)

    def _place(self, start: int, width: int) -> tuple[int, int]:
        """Return the bucket that one belongs to by now."""
        for before, wider in ((self._years, YEAR), (self._months, MONTH), (self._days, DAY)):
            if start < before and width < wider:
                return start // wider * wider, wider
        return start, width

    def _count(self, key: tuple[int, int], rows: int, first: int, last: int) -> None:
        known = self._cells.get(key)
        if known is not None:
            rows, first, last = known[0] + rows, min(known[1], first), max(known[2], last)
        self._cells[key] = (rows, first, last)


def _before(newest: int, width: int) -> int:
    """Return the beginning of the bucket before the one of a time."""
    return newest // width * width - width
