"""The reference window of one column: what its values looked like, and where new ones fall."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.algorithms.multinomial import log_ratios
from detectors.algorithms.value_faults import (
    EXPLAINS,
    NEW,
    STAYS,
    Fault,
    fault_of,
    find,
    likelihood_of_new,
    unlikely_run,
)
from detectors.arrays.addresses import address_of
from detectors.arrays.column import Numbers, as_column
from detectors.reference.bins import NumberBins
from detectors.reference.burn_in import BurnIn, burn_in_size
from detectors.reference.category_bins import CategoryBins
from detectors.reference.category_choice import settled, standings
from detectors.reference.category_numbers import CategoryNumbers
from detectors.reference.column_block import (
    COUNT,
    ELSEWHERE,
    HELD,
    NARROW,
    NEXT,
    READY,
    RECENT,
    SAMPLED,
    SEED,
    SKIP,
    SQUARES,
    STRIDE,
    UNWATCHED,
    WATCHED,
    WIDE,
    ColumnBlock,
)
from detectors.reference.dependence import autocorrelations, independent_stride
from detectors.reference.moments import Moments, keep_latest, with_values
from detectors.reference.ranks import absorb_ranks, expected_ranks
from detectors.reference.window import ReferenceWindow
from detectors.snapshots.tree import State

LONGEST_BURN_IN: Final = 8
"""Times the burn-in that an autocorrelated column may take to find out how to thin it."""

FEWEST: Final = 64
"""Values that are left of a thinned burn-in, where it may be extended."""

Integers = NDArray[np.int64]

_NO_COUNTS: Final = np.empty(0, dtype=np.int64)


class Reference:
    """The values of one column since its reference began.

    The first ``burn_in`` values choose the bins, of categories the first half of them, and the
    other half is counted; from then on each value gets its randomised rank among all that are
    counted and joins them. Where the burn-in is autocorrelated it is taken again; where the second
    one is too, it is extended, up to `LONGEST_BURN_IN` times, and then only every ``stride``-th
    value counts.

    Parameters
    ----------
    burn_in
        Values before the first rank, at least 2.
    bins
        Bins of the reference, at least 4.
    categorical
        Whether the values are categories, as `categories` gives them.
    seed
        Seed of the ranks' random parts.
    finds_faults
        Whether a value that stays, or values never seen before, are faults.

    Attributes
    ----------
    block
        Where its numbers are, and those of the detectors; another one where parts have grown.
    categories
        What stands for categories; None for numbers.
    independent
        Whether the values that are judged are nearly independent.
    """

    __slots__ = (
        "_bins",
        "_burn_in",
        "_category_bins",
        "_category_counts",
        "_readiness",
        "_sample",
        "_sampled_again",
        "_target",
        "block",
        "categories",
        "independent",
    )

    def __init__(
        self, *, burn_in: int, bins: int, categorical: bool, seed: int, finds_faults: bool = True
    ) -> None:
        self._readiness = WATCHED if finds_faults else UNWATCHED
        self._burn_in = burn_in
        self._bins = bins
        self.categories = CategoryNumbers() if categorical else None
        self._target = burn_in
        self._sampled_again = False
        self._category_bins: CategoryBins | None = None
        self._category_counts = _NO_COUNTS
        self.independent = True
        # With the room that most columns need in the end, so that none of them leaves a hole.
        edges = 0 if categorical else bins - 1
        self.block = ColumnBlock(size=bins, edges=edges, latest=RECENT)
        self.block.words[SEED] = np.uint64(seed).astype(np.int64)
        self.block.words[STRIDE] = 1
        self.block.autocorrelation = None
        self.block.range[:] = np.nan
        self._sample: BurnIn | None = BurnIn()

    @property
    def ready(self) -> bool:
        """Whether the burn-in is complete."""
        return self._sample is None

    @property
    def count(self) -> int:
        """How many values it holds."""
        return self._earlier[0] + self._held

    @property
    def mean(self) -> float:
        """Mean of its values; 0 while it holds none."""
        return with_values(*self._earlier, self._recent)[1]

    @property
    def missing(self) -> int:
        """How many values the burn-in still needs."""
        return 0 if self.ready else self._target - burn_in_size(self.block)

    @property
    def stride(self) -> int:
        """One in so many values is judged."""
        return int(self.block.words[STRIDE])

    @property
    def autocorrelation(self) -> float | None:
        """Lag-1 autocorrelation of the burn-in; None for a constant."""
        return self.block.autocorrelation

    def burn(self, values: Numbers, rows: Integers) -> None:
        """Take at most ``missing`` values, shape ``(n,)``, into the burn-in."""
        if self._sample is None:
            raise RuntimeError("the burn-in is complete")
        self._sample.add(self.block, values, rows, self._target)
        if self.missing <= 0:
            self._complete(self._sample)

    def judged(self, count: int) -> slice:
        """Return which of the next ``count`` values are judged."""
        return slice(self._skip, count, self.stride)

    def passed(self, count: int) -> None:
        """Take note that ``count`` values have gone by, judged or not."""
        self._skip = (self._skip - count) % self.stride

    def fault(self, values: Numbers, bins: Integers) -> Fault | None:
        """Return the first fault that values show, by their bins, which are not ranked yet."""
        if self._readiness == UNWATCHED:
            return None
        counts = self.block.counts.astype(np.int64)
        bin_of, first_new = _NO_COUNTS, len(counts)
        if self._category_bins is not None:
            bin_of, first_new = self._category_bins.bin_of, self._category_bins.first_unseen
        return fault_of(find(as_column(values), bins, self._recent, bin_of, counts, first_new))

    def stay(self, latest: int) -> Fault | None:
        """Return that the latest values, 1 to `RECENT` of them, are one that stays; else None.

        Of a change that was found by other means, so that fewer of them tell.
        """
        values = self._recent[-latest:]
        if self._readiness == UNWATCHED or (values != values[0]).any():
            return None
        counts = self.block.counts
        (own,) = self._binning.of(values[:1]).tolist()
        if self._category_bins is not None and own >= self._category_bins.first_unseen:
            return None
        count, total = float(counts[own]) - latest, float(counts.sum()) - latest
        limit = unlikely_run(count, total)
        if latest < limit:
            return None
        share = count / max(total, 1.0)
        return Fault(latest - 1, STAYS, latest, share, 1.0, int(total), float(latest), limit)

    def unseen(self, latest: int) -> Fault | None:
        """Return that the latest values, 1 to `RECENT`, differ by values never seen; else None.

        Of a change that was found by other means, so that fewer of them tell: more than what has
        become of the shares of the others.
        """
        if self._readiness == UNWATCHED or self._category_bins is None:
            return None
        first, counts = self._category_bins.first_unseen, self.block.counts.astype(np.int64)
        bins = self._binning.of(self._recent[-latest:])
        known = bins[bins < first]
        new = latest - len(known)
        count = float(counts[first:].sum()) - new
        total = float(counts.sum()) - latest
        likelihood = likelihood_of_new(new, latest, count, total)
        others = log_ratios(known, counts[:first], len(known)).sum()
        if likelihood < max(EXPLAINS, float(others)):
            return None
        share = count / max(total, 1.0)
        return Fault(latest - 1, NEW, latest, share, new / latest, int(total), likelihood, EXPLAINS)

    def bins(self, values: Numbers) -> Integers:
        """Return the bins of values, shape ``(n,)``, which are to be judged next."""
        if self.count + len(values) >= NARROW and not self.block.length(WIDE):
            self.block = self.block.resized(wide=1)
        if self.categories is not None and self._category_bins is not None:
            self._category_bins.extend(self.categories)
        return self._binning.of(values)

    def ranks(self, bins: Integers) -> Numbers:
        """Return the ranks of values by their bins, shape ``(n,)``, and count them there."""
        seed = int(self.block.words[SEED : SEED + 1].view(np.uint64)[0])
        return absorb_ranks(bins, self.block.counts, seed)

    def absorb(self, values: Numbers, rows: Integers) -> None:
        """Take values and their row numbers, shape ``(n,)``, into the moments and the latest."""
        if len(values) == 0:
            return
        stride = self.stride
        if self._held == 0:
            self.block.words[NEXT] = rows[0]
        # At least a stride lies between two of them, so that the ends tell.
        follow = rows[0] == self.block.words[NEXT]
        follow &= rows[-1] - rows[0] == stride * (len(rows) - 1)
        if not follow and len(self.block.latest_rows) == 0:
            known = self._recent_rows
            self.block = self.block.resized(rows=RECENT)
            self.block.latest_rows[: len(known)] = known
        self.block.tally[HELD : SQUARES + 1] = keep_latest(
            as_column(values),
            np.ascontiguousarray(rows),
            self.block.latest,
            self.block.latest_rows,
            self._held,
            *self._earlier,
        )
        self.block.words[NEXT] = rows[-1] + stride
        if self.categories is not None:
            self._category_counts = _added(self._category_counts, values)

    def withdraw(self, values: Numbers) -> None:
        """Take values that were ranked, but come after a detection, out of the bins again."""
        counts = self.block.counts
        counts[:] = counts - np.bincount(self._binning.of(values), minlength=len(counts))

    @property
    def _held(self) -> int:
        return int(self.block.tally[HELD])

    @property
    def _earlier(self) -> Moments:
        count, mean, squares = self.block.tally[COUNT : SQUARES + 1].tolist()
        return int(count), mean, squares

    @property
    def _skip(self) -> int:
        """How many values are passed over before the next one is judged."""
        return int(self.block.tally[SKIP])

    @_skip.setter
    def _skip(self, values: int) -> None:
        self.block.tally[SKIP] = values

    @property
    def _recent(self) -> Numbers:
        return self.block.latest[: self._held]

    @property
    def _recent_rows(self) -> Integers:
        count = self._held
        if len(self.block.latest_rows):
            return self.block.latest_rows[:count]
        following: Integers = self.block.words[NEXT] - self.stride * np.arange(count, 0, -1)
        return following

    def pin(self) -> None:
        """Write into the block where the rest lies, until something other than a kernel changes."""
        if self._sample is not None:
            self._sample.tell(self.block, self._target)
        elif self._category_bins is not None:
            arrays = self._category_bins.bin_of, self._category_counts
            self.block.words[ELSEWHERE] = *map(address_of, arrays), *map(len, arrays)

    def latest(self, most: int) -> tuple[Numbers, Integers]:
        """Return the latest values and their row numbers, at most ``most`` and `RECENT`."""
        return self._recent[-most:].copy(), self._recent_rows[-most:].copy()

    def latest_ranks(self, most: int, *, fold: bool) -> Numbers:
        """Return the expected ranks of the latest values, at most ``most``, among all values.

        Parameters
        ----------
        most
            At least 1; no more than `RECENT` are kept.
        fold
            Whether the folded ranks are wanted.
        """
        return expected_ranks(self._binning.of(self._recent[-most:]), self.block.counts, fold=fold)

    def latest_ratios(self, after: int) -> Numbers:
        """Return how much likelier a change has made the bins of the latest `RECENT` values.

        Parameters
        ----------
        after
            How many of them are known to have come after it, at least 1.

        Returns
        -------
        Numbers
            Log-likelihood ratios, shape ``(n,)``.
        """
        return log_ratios(self._binning.of(self._recent), self.block.counts, after)

    def without(self, latest: int) -> "ReferenceWindow":
        """Return what the reference was before its latest values came, 1 to `RECENT` of them."""
        values = self._recent[-latest:]
        counts = self.block.counts
        counts = counts - np.bincount(self._binning.of(values), minlength=len(counts))
        count, mean, squares = with_values(*self._earlier, self._recent[:-latest])
        return ReferenceWindow(
            count=count,
            mean=mean,
            squares=squares,
            counts=counts,
            edges=self._edges(),
            category_counts=self._category_counts - _added(0 * self._category_counts, values)
            if self.categories is not None
            else self._category_counts,
        )

    def state(self) -> State:
        """Return the whole state."""
        block, sample = self.block, self._sample
        return {
            "target": self._target,
            "sampled_again": self._sampled_again,
            "sample": np.empty(0) if sample is None else sample.values(block).copy(),
            "sample_rows": _NO_COUNTS if sample is None else sample.rows(block).copy(),
            "skip": self._skip,
            "stride": self.stride,
            "independent": self.independent,
            "categories": None if self.categories is None else self.categories.state(),
            "binning": self._binning.state() if self.ready else None,
            "counts": block.counts.astype(np.int64) if self.ready else _NO_COUNTS,
            "range": block.range.copy(),
            "category_counts": self._category_counts.copy(),
            "recent": self._recent.copy(),
            "recent_rows": self._recent_rows.copy(),
            "earlier": list(self._earlier),
            "autocorrelation": self.autocorrelation,
        }

    def restore(self, state: State) -> None:
        """Take over a state of a new reference with the same options."""
        self._target = state["target"]
        self._sampled_again = state["sampled_again"]
        self.independent = state["independent"]
        self.block.words[STRIDE] = state["stride"]
        if self.categories is not None:
            self.categories.restore(state["categories"])
        if state["binning"] is not None:
            family = NumberBins if self.categories is None else CategoryBins
            self._begin(family.restored(state["binning"]), state["counts"])
        elif self._sample is not None:
            self._sample.add(self.block, state["sample"], state["sample_rows"], self._target)
        self.block.range[:] = state["range"]
        self.block.autocorrelation = state["autocorrelation"]
        self.absorb(state["recent"], state["recent_rows"])
        self.block.tally[COUNT : SKIP + 1] = *state["earlier"], state["skip"]
        self._category_counts = state["category_counts"].copy()

    def _complete(self, sampled: BurnIn) -> None:
        sample = sampled.values(self.block)
        if self.categories is None:
            standing = NumberBins.of_sample(sample, self._bins).of(sample).astype(np.float64)
        else:
            standing = standings(sample)
        correlations = autocorrelations(standing)
        stride = independent_stride(correlations)
        if stride != 1 and not self._sampled_again:
            # A change that is still going on looks like dependence too: the rows of a topic's
            # partitions do not come quite in order. A second sample tells the two apart.
            self._sampled_again = True
            self._sample = BurnIn()
            self.block.tally[SAMPLED] = 0
            return
        longest = LONGEST_BURN_IN * self._burn_in
        wanted = 2 * len(sample) if stride is None else FEWEST * stride
        if (stride is None or stride > 1) and min(wanted, longest) > len(sample):
            self._target = min(wanted, longest)
            return
        self.independent = stride is not None
        rows = sampled.rows(self.block)
        stride = len(sample) // FEWEST if stride is None else stride
        kept, kept_rows = sample[::stride], rows[::stride]
        if self.categories is None:
            binning = NumberBins.of_sample(kept, self._bins)
            self._begin(binning, np.bincount(binning.of(kept), minlength=binning.size))
        else:
            kept, kept_rows = self._begin_categories(self.categories, kept, kept_rows)
        self.block.words[STRIDE] = stride
        self.block.autocorrelation = float(correlations[1]) if correlations[1:].any() else None
        self.block.range[:] = kept.min(), kept.max()
        self.absorb(kept, kept_rows)
        self._skip = -len(sample) % stride

    def _begin_categories(
        self, categories: CategoryNumbers, keys: Numbers, rows: Integers
    ) -> tuple[Numbers, Integers]:
        """Take categories by their keys; return the numbers and the rows of those in the bins."""
        half = len(keys) // 2
        binning, numbers = settled(categories, keys, half, self._bins)
        self._begin(binning, np.bincount(binning.of(numbers[half:]), minlength=binning.size))
        # Those that have chosen the bins count for the shares of the categories, not in the bins.
        self.block.tally[COUNT : SQUARES + 1] = with_values(0, 0.0, 0.0, numbers[:half])
        self._category_counts = _added(np.zeros(len(binning.bin_of), np.int64), numbers[:half])
        return numbers[half:], rows[half:]

    def _begin(self, binning: NumberBins | CategoryBins, counts: Integers) -> None:
        """Take bins, and how many values are in each; the sample has served its purpose."""
        edges = binning.edges if isinstance(binning, NumberBins) else np.empty(0)
        self._category_bins = binning if isinstance(binning, CategoryBins) else None
        self._sample = None
        wide = int(counts.sum() >= NARROW)
        self.block = self.block.resized(
            size=len(counts), edges=len(edges), latest=RECENT, wide=wide
        )
        self.block.words[READY] = self._readiness
        self.block.words[ELSEWHERE] = 0
        self.block.tally[SAMPLED] = 0
        self.block.counts[:] = counts
        self.block.edges[:] = edges

    @property
    def _binning(self) -> NumberBins | CategoryBins:
        if not self.ready:
            raise RuntimeError("the reference is not ready: its burn-in is not complete")
        return self._category_bins or NumberBins(self.block.edges)

    def _edges(self) -> Numbers | None:
        """Return the edges of all bins, the outer ones from the burn-in; None for categories."""
        if self.categories is not None:
            return None
        inner = self.block.edges
        lowest, highest = self.block.range.tolist()
        if len(inner):
            lowest, highest = min(lowest, inner[0]), max(highest, inner[-1])
        return np.concatenate([[lowest], inner, [highest]])


def _added(counts: Integers, numbers: Numbers) -> Integers:
    """Return counts of category numbers with further ones added."""
    total = np.bincount(numbers.astype(np.int64), minlength=len(counts)).astype(np.int64)
    total[: len(counts)] += counts
    return total
