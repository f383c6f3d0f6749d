"""Bins of categories, chosen by values that are not counted in them."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.arrays.column import Numbers
from detectors.reference.bins import Bins
from detectors.reference.category_bins import CategoryBins
from detectors.reference.category_numbers import CategoryNumbers

ONE_OFF: Final = 0.9
"""Share of values that have not come before from which on the others are the exception."""


def settled(
    categories: CategoryNumbers, keys: Numbers, chosen_by: int, bins: int
) -> tuple[CategoryBins, Numbers]:
    """Give its categories numbers after a burn-in; return the bins, and the numbers of its values.

    Parameters
    ----------
    categories
        That have given the keys; they go over to numbers.
    keys
        Of the values, shape ``(n,)``.
    chosen_by
        How many of them choose the bins, the first ones, at least 1; to be counted are the others.
    bins
        How many bins there may be, at least 4.
    """
    named = categories.keys
    choice = CategoryChoice(keys[:chosen_by], bins, named)
    further = np.empty(0)
    if not choice.is_one_off:
        others, firsts = np.unique(keys, return_index=True)
        new = np.isin(others, named) & ~np.isin(others, choice.known)
        further = others[new][np.argsort(firsts[new])]
    known = [*choice.known.tolist(), *further.tolist()]
    number_of = categories.settle(choice.edges, known, is_open=not choice.is_one_off)
    unnamed = np.searchsorted(choice.edges, keys, side="right").tolist()
    numbers = np.array(list(map(number_of.get, keys.tolist(), unnamed)), dtype=np.float64)
    return choice.bins(further), numbers


class CategoryChoice:
    """What a sample says about which categories deserve which bin.

    Parameters
    ----------
    sample
        Keys of categories, shape ``(n,)``, ``n >= 1``.
    bins
        How many bins there may be, at least 4.
    named
        Keys of those categories whose names are known, shape ``(m,)``; the others count as unseen.

    Attributes
    ----------
    unseen
        Share of the next values that the sample has not seen, as its singletons say (Good, "The
        population frequencies of species", Biometrika 1953).
    edges
        Increasing: between the bins of the unseen, by their keys.
    known
        Keys of the categories that do not belong to these, the most frequent first.
    """

    def __init__(self, sample: Numbers, bins: int, named: Numbers) -> None:
        keys, counts = np.unique(sample, return_counts=True)
        singles = counts == 1
        self.unseen = float(singles.sum() / len(sample))
        known = np.isin(keys, named)
        if self.is_one_off:
            known &= ~singles
        order = np.argsort(-counts, kind="stable")
        order = order[known[order]]
        self.known: Numbers = keys[order]
        share = min(round(bins * self.unseen), bins - 2 if len(order) else bins)
        self.edges = _quantiles(keys[singles], share)
        self._size = len(self.edges) + 1
        self._bin_of_known = self._spread(counts[order], bins - self._size)

    @property
    def is_one_off(self) -> bool:
        """Whether hardly a value comes twice, as with identifiers and free text."""
        return self.unseen >= ONE_OFF

    def bins(self, further: Numbers) -> CategoryBins:
        """Return the bins of categories numbered as here: unnamed, known, then further keys."""
        seen = int(self._bin_of_known.max(initial=-1)) + 1
        unseen = seen + np.arange(self._size)
        others = unseen[np.searchsorted(self.edges, further, side="right")]
        bin_of = np.concatenate([unseen, self._bin_of_known, others])
        return CategoryBins(bin_of, seen + self._size, self._size)

    def _spread(self, counts: NDArray[np.int64], room: int) -> Bins:
        """Return the bins of the known categories by their counts, which descend."""
        own = min(int(np.count_nonzero(counts > 1)), room)
        rare = self.known[own:]
        if len(rare) and own == room:
            own -= 1
            rare = self.known[own:]
        share = round(room * counts[own:].sum() / max(counts.sum(), 1))
        edges = _quantiles(np.sort(rare), min(share, room - own))
        shared = own + np.searchsorted(edges, rare, side="right")
        return np.concatenate([np.arange(own), shared])


def standings(keys: Numbers) -> Numbers:
    """Return where each value stands among all, the most frequent first, shape ``(n,)``.

    Within (0, 1). Values are told apart by how often they occur and by their keys, not by when
    they came, so that an order in time is none of this function's making.

    Examples
    --------
    >>> standings(np.array([2.5, 1.5, 2.5, 2.5])).tolist()
    [0.375, 0.875, 0.375, 0.375]
    """
    _, places, counts = np.unique(keys, return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    ends = np.empty(len(counts))
    ends[order] = np.cumsum(counts[order])
    middles: Numbers = (ends - counts / 2) / len(keys)
    found: Numbers = middles[places.reshape(-1)]
    return found


def _quantiles(keys: Numbers, parts: int) -> Numbers:
    """Return edges that cut sorted keys into at most so many parts."""
    if len(keys) == 0:
        return np.empty(0)
    levels = np.arange(1, parts) / parts
    edges: Numbers = np.unique(np.quantile(keys, levels, method="higher"))
    above: Numbers = edges[edges > keys[0]]
    return above
