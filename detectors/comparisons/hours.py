"""Sums by the hour of the prediction, of which there are never too many."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.snapshots.tree import State

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]
Places = NDArray[np.int64]

HOUR: Final = 3_600_000


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
        self._width = HOUR
        self._hours: Integers = np.zeros(0, dtype=np.int64)
        self.cells: Numbers = np.zeros((0, *shape))

    def at(self, predicted: Integers) -> tuple[Places, Places]:
        """Return the cells of rows, each once, and which of these each row has.

        Parameters
        ----------
        predicted
            Shape ``(n,)``: when their predictions were made, milliseconds since the epoch.
        """
        hours, places = np.unique(predicted // self._width, return_inverse=True)
        new = np.setdiff1d(hours, self._hours, assume_unique=True)
        if len(new):
            joined = np.concatenate([self._hours, new])
            order = np.argsort(joined)
            self._hours = joined[order]
            self.cells = np.concatenate([self.cells, np.zeros((len(new), *self._shape))])[order]
        return np.searchsorted(self._hours, hours), places.reshape(-1)

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
