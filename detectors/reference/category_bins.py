"""Bins of categories: the most frequent, the rare, the unseen."""

import numpy as np

from detectors.arrays.column import Numbers
from detectors.reference.bins import Bins
from detectors.reference.category_numbers import CategoryNumbers
from detectors.snapshots.tree import State


class CategoryBins:
    """Bins of categories: the most frequent first, then the rare, then the unseen.

    The frequent have a bin each; the rare and the unseen lie in bins by their keys, which order
    them by length and then by a hash, so that no bin holds half of a long tail. Which text falls
    into which bin depends on the sample that chose them alone. That sample must not be counted
    in these bins: what was frequent in it was so by chance in part, and nothing in it is unseen.

    Parameters
    ----------
    bin_of
        Shape ``(m,)``: the bin of each category number, first of those without a name.
    size
        How many bins there are.
    unseen
        How many of them, the last ones, are those of the unseen.
    """

    def __init__(self, bin_of: Bins, size: int, unseen: int) -> None:
        self.bin_of = bin_of
        self.size = size
        self.unseen = unseen

    @property
    def first_unseen(self) -> int:
        """The first of the bins of the unseen."""
        return self.size - self.unseen

    def of(self, values: Numbers) -> Bins:
        """Return the bin of each category number, shape ``(n,)``."""
        bins: Bins = self.bin_of[values.astype(np.int64)]
        return bins

    def extend(self, categories: CategoryNumbers) -> None:
        """Find the bins of categories that have got their names since."""
        new = categories.intervals_since(len(self.bin_of))
        if len(new):
            self.bin_of = np.concatenate([self.bin_of, self.first_unseen + new])

    def state(self) -> State:
        """Return what `restored` takes."""
        return {"bin_of": self.bin_of.copy(), "size": self.size, "unseen": self.unseen}

    @classmethod
    def restored(cls, state: State) -> "CategoryBins":
        """Return the bins that a state describes."""
        return cls(state["bin_of"].copy(), state["size"], state["unseen"])
