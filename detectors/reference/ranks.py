"""Randomised ranks: where each value falls among all the values before it.

While nothing changes, the randomised rank of a new value among its predecessors is uniform on
(0, 1) and independent of the earlier ranks, whatever the column's distribution: its scale, its tail
and its ties are gone. So one threshold of a detector means the same for every column.

References
----------
Vovk, Nouretdinov, Gammerman, "Testing exchangeability on-line", ICML 2003, equation (2); the
uniform ranks feed detectors as in Shin, Ramdas, Rinaldo, "E-detectors", NEJSDS 2023.
"""

from typing import Any, Final

import numba
import numpy as np
from numpy.typing import NDArray

from detectors.arrays.column import Numbers
from detectors.reference.bins import Bins

_GROUP: Final = 8
"""Bins of which the values are counted together."""

_MANY: Final = 32
"""Values that pay for counting them."""

_MIDDLE: Final = 0.5
"""The rank at which the folded one is lowest."""


@numba.njit(cache=True, nogil=True, inline="always")
def _mixed(word: np.uint64) -> np.uint64:
    """One step of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): a number's well-mixed bits."""
    z = word * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@numba.njit(cache=True, nogil=True, inline="always")
def random_part(seed: np.uint64, number: np.uint64) -> float:
    """Return a number within (0, 1) that depends on a seed and a number, on nothing else."""
    return (np.float64(_mixed(seed + number) >> np.uint64(11)) + 0.5) / 9007199254740992.0


@numba.njit(cache=True, nogil=True, inline="always")
def _rank_of(below: np.int64, own: np.int64, total: np.int64, seed: np.uint64) -> float:
    """Return the rank of a value among so many, of which some are below it or in its own bin."""
    # The random part depends on the seed and on how many values came before, on nothing else:
    # a replay in other batches gives the same ranks.
    return float((below + random_part(seed, np.uint64(total)) * (own + 1)) / (total + 1))


@numba.njit(cache=True, nogil=True)
def _rank_few(
    bins: NDArray[np.int64],
    counts: NDArray[np.integer[Any]],
    seed: np.uint64,
    ranks: NDArray[np.float64],
) -> None:
    total = np.int64(0)
    for b in range(len(counts)):
        total += np.int64(counts[b])
    for i in range(len(bins)):
        own = bins[i]
        below = np.int64(0)
        for b in range(own):
            below += np.int64(counts[b])
        ranks[i] = _rank_of(below, np.int64(counts[own]), total, seed)
        counts[own] += 1
        total += 1


@numba.njit(cache=True, nogil=True)
def _rank_many(
    bins: NDArray[np.int64],
    counts: NDArray[np.integer[Any]],
    seed: np.uint64,
    ranks: NDArray[np.float64],
) -> None:
    # What lies below a group of bins, and below a bin within its group. Loops of fixed lengths
    # over both cost less than a sum over the bins, whose end no processor foresees.
    groups = (len(counts) + _GROUP - 1) // _GROUP
    below_group = np.empty(groups, dtype=np.int64)
    below_bin = np.empty(groups * _GROUP, dtype=np.int64)
    total = np.int64(0)
    for b in range(groups * _GROUP):
        if b % _GROUP == 0:
            below_group[b // _GROUP] = total
        below_bin[b] = total - below_group[b // _GROUP]
        if b < len(counts):
            total += np.int64(counts[b])
    for i in range(len(bins)):
        own = bins[i]
        group, within = own // _GROUP, own % _GROUP
        below = below_group[group] + below_bin[own]
        ranks[i] = _rank_of(below, np.int64(counts[own]), total, seed)
        for b in range(_GROUP):
            below_bin[own - within + b] += b > within
        for b in range(groups):
            below_group[b] += b > group
        counts[own] += 1
        total += 1


@numba.njit(cache=True, nogil=True)
def rank(
    bins: NDArray[np.int64],
    counts: NDArray[np.integer[Any]],
    seed: np.uint64,
    ranks: NDArray[np.float64],
) -> None:
    """Write the ranks of values, shape ``(n,)``, by their bins; parameters as `absorb_ranks`."""
    if len(bins) < _MANY:
        _rank_few(bins, counts, seed, ranks)
    else:
        _rank_many(bins, counts, seed, ranks)


def absorb_ranks(bins: Bins, counts: NDArray[np.integer[Any]], seed: int) -> Numbers:
    """Return the ranks of values, one after the other, and count them.

    Parameters
    ----------
    bins
        Bin of each new value, shape ``(n,)``, in the order of arrival.
    counts
        Earlier values in each bin, shape ``(m,)``; the new ones are added in place.
    seed
        Seed of the random parts, from 0 to 2**64 - 1.

    Returns
    -------
    Numbers
        Shape ``(n,)``, within (0, 1).

    Examples
    --------
    >>> counts = np.array([2, 0, 2])
    >>> 0.4 < float(absorb_ranks(np.array([1]), counts, seed=7)[0]) < 0.6
    True
    >>> counts.tolist()
    [2, 1, 2]
    """
    ranks = np.empty(len(bins), dtype=np.float64)
    rank(bins, counts, np.uint64(seed), ranks)
    return ranks


def folded(ranks: Numbers) -> Numbers:
    """Return ``|2u - 1|``: uniform too while nothing changes, and its mean moves with the spread.

    Parameters
    ----------
    ranks
        Shape ``(n,)``, within (0, 1).
    """
    result: Numbers = np.abs(2.0 * ranks - 1.0)
    return result


def expected_ranks(bins: Bins, counts: NDArray[np.integer[Any]], *, fold: bool) -> Numbers:
    """Return the means of the ranks of values among all that are counted, shape ``(n,)``.

    Parameters
    ----------
    bins
        Bin of each value, shape ``(n,)``.
    counts
        Values in each bin, these included, shape ``(m,)``.
    fold
        Whether those of the folded ranks are wanted. Within a bin a rank is uniform, and the mean
        of its fold is not the fold of its mean.
    """
    ends = np.cumsum(counts) / counts.sum()
    high = ends[bins]
    low = high - counts[bins] / counts.sum()
    if not fold:
        middle: Numbers = (low + high) / 2
        return middle
    mean: Numbers = (_folded_area(high) - _folded_area(low)) / (high - low)
    return mean


def _folded_area(rank: Numbers) -> Numbers:
    """Return the area below ``|2u - 1|`` from 0 to each rank."""
    area: Numbers = np.where(rank <= _MIDDLE, rank - rank**2, rank**2 - rank + 0.5)
    return area
