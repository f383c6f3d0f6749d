"""Sums by the time of the prediction, in stretches of which there are never too many.

Stretches begin with some 56 seconds each, as small as a shift of traffic in the middle of an hour
needs them, and are looked at as fine as their rows allow.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.snapshots.tree import State
from schemas.events.durations import MS_PER_HOUR

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]
Places = NDArray[np.int64]


FINEST: Final = MS_PER_HOUR // 64
"""Milliseconds of a stretch at first; releases before this one began with hours."""

ROWS_OF_STRETCH: Final = 20
"""Rows on the average from which on stretches below an hour are looked at as they are: of chance
assignments to two versions that say nothing, for both have no rows in a stretch, one in so many is
lost."""


class Hours:
    """Cells of sums, one for each stretch of time in which predictions were made.

    Parameters
    ----------
    shape
        Of a cell.
    most
        Stretches that are told apart; beyond them two become one, and each is twice as long.

    Attributes
    ----------
    cells
        Shape ``(stretches, *shape)``.
    """

    def __init__(self, shape: tuple[int, ...], most: int) -> None:
        self._shape = shape
        self._most = most
        self._width = FINEST
        self._hours: Integers = np.zeros(0, dtype=np.int64)
        self.cells: Numbers = np.zeros((0, *shape))

    def at(self, predicted: Integers) -> tuple[Places, Places]:
        """Return the cells of rows, each once, and which of these each row has.

        Parameters
        ----------
        predicted
            Shape ``(n,)``: when their predictions were made, milliseconds since the epoch.
        """
        hours, places = _distinct(predicted // self._width)
        at = np.searchsorted(self._hours, hours)
        there = at < len(self._hours)
        there[there] = self._hours[at[there]] == hours[there]
        if not there.all():
            new = hours[~there]
            joined = np.concatenate([self._hours, new])
            order = np.argsort(joined)
            self._hours = joined[order]
            self.cells = np.concatenate([self.cells, np.zeros((len(new), *self._shape))])[order]
            at = np.searchsorted(self._hours, hours)
        return at, places

    def matched(self, rows: Numbers) -> Numbers:
        """Return the cells as fine as is good for a comparison: of up to an hour, with enough rows.

        Which these are goes by how many rows there are, and not by what they give.

        Parameters
        ----------
        rows
            Shape ``(stretches,)``: those of each cell.
        """
        hours, cells, width, total = self._hours, self.cells, self._width, float(rows.sum())
        while width < MS_PER_HOUR and total < ROWS_OF_STRETCH * len(hours):
            width, hours = 2 * width, hours // 2
            firsts = np.flatnonzero(np.diff(hours, prepend=hours[0] - 1))
            hours, cells = hours[firsts], np.add.reduceat(cells, firsts, axis=0)
        return cells

    def settle(self) -> None:
        """Make stretches longer until there are few enough; to be called once rows were added."""
        while len(self._hours) > self._most:
            self._width *= 2
            self._hours, places = np.unique(self._hours // 2, return_inverse=True)
            cells = np.zeros((len(self._hours), *self._shape))
            np.add.at(cells, places, self.cells)
            self.cells = cells

    def state(self) -> State:
        """Return the whole state."""
        return {"width": self._width, "hours": self._hours.copy(), "cells": self.cells.copy()}

    def restore(self, state: State) -> None:
        """Restore a state of cells of the same shape."""
        self._width = state["width"]
        self._hours, self.cells = state["hours"].copy(), state["cells"].copy()


def _distinct(values: Integers) -> tuple[Integers, Places]:
    """Return the distinct values in their order, and which of them each is.

    Rows of a table are near each other in time: numbers from the first on are few, and counted.
    """
    if not len(values):
        return values, values
    first, last = int(values.min()), int(values.max())
    if last - first > 4 * len(values):
        distinct, places = np.unique(values, return_inverse=True)
        return distinct, places.reshape(-1)
    values = values - first
    is_there = np.zeros(last - first + 1, dtype=np.bool_)
    is_there[values] = True
    return np.flatnonzero(is_there) + first, (np.cumsum(is_there) - 1)[values]
