"""Delays of the labels of one model version, and the ages of the predictions that have them."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.performance.delay_kernels import (
    BINS,
    MOST_STRETCHES,
    Meta,
    add_delays,
    bin_edges,
)
from detectors.snapshots.tree import State

Integers = NDArray[np.int64]
Counts = NDArray[np.int32]

CLASSES_APART: Final = 7
"""Classes whose delays are told apart, by their numbers; the others' are one."""

MOST_GROUPS: Final = 2 * (CLASSES_APART + 1)
"""Rows that were right, and rows that were wrong, of each of them."""

_FEWEST_GROUPS: Final = 4
"""Those of two classes."""

_UNITS: Final = 14
"""Generations have two to the power of so many units, the finest resolution of ages."""


class LabelDelays:
    """Counts of labelled rows by the delay of their label, and by the age of their prediction.

    Rows are told apart by the class that was true and by whether it was predicted: a fraud that was
    predicted is looked into at once, another one is known when the customer complains. Rows of two
    generations of predictions are counted, each as long as windows of time are kept; older ones are
    forgotten. What is known depends on the rows in their order, not on how they were cut.

    Parameters
    ----------
    reach
        Milliseconds: the length of a generation, at least.

    Attributes
    ----------
    groups
        Numbers of the groups that there are, by their keys; see `keys_of`.
    """

    def __init__(self, reach: int) -> None:
        self._unit = -(-reach // (1 << _UNITS))
        self._edges = bin_edges(2 * (self._unit << _UNITS))
        self.groups: Integers = np.full(MOST_GROUPS, -1, dtype=np.int64)
        self._meta: Integers = np.full(len(Meta), -1, dtype=np.int64)
        self._meta[[Meta.GROUPS, Meta.STRETCHES]] = 0
        self._begins: Integers = np.zeros(MOST_STRETCHES, dtype=np.int64)
        self._levels: Integers = np.zeros(MOST_STRETCHES, dtype=np.int64)
        self._ages: Counts = np.zeros((MOST_STRETCHES, 0), dtype=np.int32)
        self._delays: Counts = np.zeros((2, 0, BINS), dtype=np.int32)
        self._backdated: Counts = np.zeros((2, 0), dtype=np.int32)

    @property
    def now(self) -> int:
        """The latest time of a label, milliseconds since the epoch; -1 before the first."""
        return int(self._meta[Meta.NOW])

    @property
    def edges(self) -> NDArray[np.float64]:
        """The longest delay of each bin, shape ``(64,)``, milliseconds."""
        return self._edges

    @property
    def nbytes(self) -> int:
        """Bytes of the numbers."""
        counts = self._ages, self._delays, self._backdated
        parts = self._begins, self._levels, self.groups, self._meta
        return sum(each.nbytes for each in (*counts, *parts))

    def add(self, keys: Integers, predicted_at: Integers, labelled_at: Integers) -> None:
        """Count labelled rows.

        Parameters
        ----------
        keys
            Shape ``(n,)``: their groups, as `keys_of` gives them.
        predicted_at, labelled_at
            Shape ``(n,)``: times of predictions and of labels, milliseconds since the epoch. A
            label that is dated before its prediction has no delay: it is counted by itself.
        """
        row = 0
        while True:
            row = add_delays(
                keys,
                predicted_at,
                labelled_at,
                row,
                self._unit,
                _UNITS,
                self._edges,
                self.groups,
                self._meta,
                self._begins,
                self._levels,
                self._ages,
                self._delays,
                self._backdated,
            )
            if row < 0:
                return
            self._grow(min(max(_FEWEST_GROUPS, 2 * self._ages.shape[1]), MOST_GROUPS))

    def delays(self) -> NDArray[np.float64]:
        """Return rows by group and delay, shape ``(g, 64)``."""
        groups = int(self._meta[Meta.GROUPS])
        rows: NDArray[np.float64] = self._delays[:, :groups].sum(axis=0, dtype=np.float64)
        return rows

    def backdated(self) -> NDArray[np.float64]:
        """Return by group the rows whose label is dated before its prediction, shape ``(g,)``."""
        rows: NDArray[np.float64] = self._backdated.sum(axis=0, dtype=np.float64)
        return rows[: int(self._meta[Meta.GROUPS])]

    def stretches(self) -> tuple[Integers, Integers, NDArray[np.float64]]:
        """Return begin and end of stretches of prediction time, and the rows of each by group.

        Returns
        -------
        tuple
            Shapes ``(s,)``, ``(s,)`` and ``(s, g)``; times in milliseconds since the epoch.
        """
        count, groups = int(self._meta[Meta.STRETCHES]), int(self._meta[Meta.GROUPS])
        begins = self._begins[:count]
        ends = begins + (1 << self._levels[:count])
        rows = self._ages[:count, :groups].astype(np.float64)
        return begins * self._unit, ends * self._unit, rows

    def state(self) -> State:
        """Return the whole state."""
        count, groups = int(self._meta[Meta.STRETCHES]), int(self._meta[Meta.GROUPS])
        delays = self._delays[:, :groups].reshape(-1)
        places = np.flatnonzero(delays)
        return {
            "meta": self._meta.copy(),
            "groups": self.groups.astype(np.int8),
            "begins": self._begins[:count].copy(),
            "levels": self._levels[:count].astype(np.int8),
            "ages": self._ages[:count, :groups].copy(),
            "places": places.astype(np.int16),
            "delays": delays[places],
            # As the releases before wrote it where there are none.
            **({"backdated": self._backdated[:, :groups].copy()} if self._backdated.any() else {}),
        }

    def restore(self, state: State) -> None:
        """Restore a state of the same reach."""
        self._meta = np.array(state["meta"], dtype=np.int64)
        self.groups = np.array(state["groups"], dtype=np.int64)
        count, groups = int(self._meta[Meta.STRETCHES]), int(self._meta[Meta.GROUPS])
        if groups == 0:
            return
        self._grow(max(_FEWEST_GROUPS, 1 << math.ceil(math.log2(groups))))
        self._begins[:count] = state["begins"]
        self._levels[:count] = state["levels"]
        self._ages[:count, :groups] = state["ages"]
        delays = np.zeros(2 * groups * BINS, dtype=np.int32)
        delays[state["places"]] = state["delays"]
        self._delays[:, :groups] = delays.reshape(2, groups, BINS)
        if "backdated" in state:
            self._backdated[:, :groups] = state["backdated"]

    def _grow(self, groups: int) -> None:
        ages, delays, backdated = self._ages, self._delays, self._backdated
        self._ages = np.zeros((MOST_STRETCHES, groups), dtype=np.int32)
        self._ages[:, : ages.shape[1]] = ages
        self._delays = np.zeros((2, groups, BINS), dtype=np.int32)
        self._delays[:, : delays.shape[1]] = delays
        self._backdated = np.zeros((2, groups), dtype=np.int32)
        self._backdated[:, : backdated.shape[1]] = backdated


def keys_of(true: Integers, said: Integers) -> Integers:
    """Return the keys of rows' groups, shape ``(n,)``: by their class, and whether it was right.

    Parameters
    ----------
    true, said
        Shape ``(n,)``: the numbers of the classes that were true, and predicted.
    """
    keys: Integers = 2 * np.where(true <= CLASSES_APART, true, 0) + (true == said)
    return keys
