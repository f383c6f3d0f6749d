"""The reference window of one column: what its values looked like, and where new ones fall."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detectors.before import Before
from detectors.bins import CategoryBins, NumberBins, binning_from
from detectors.column import as_column
from detectors.contract import Column, State
from detectors.dependence import autocorrelations, independent_stride
from detectors.moments import Moments, keep_latest, with_values
from detectors.ranks import absorb_ranks
from detectors.together import (
    TALLY,
    Place,
    burning_place_of,
    category_place_of,
    place_of,
)

LONGEST_BURN_IN: Final = 8
"""Times the burn-in that an autocorrelated column may take to find out how to thin it."""

FEWEST: Final = 64
"""Values that are left of a thinned burn-in, where it may be extended."""

RECENT: Final = 96
"""Latest values that are kept as they are, for the figures after a change."""


_LEAST_SAMPLE: Final = 32


class Reference:
    """The values of one column since its reference began.

    The first ``burn_in`` values choose the bins; from then on each value gets its randomised rank
    among all before it and joins them. Where the burn-in is autocorrelated it is taken again; where
    the second one is too, it is extended, up to `LONGEST_BURN_IN` times, and then only every
    ``stride``-th value counts.

    Parameters
    ----------
    burn_in
        Values before the first rank, at least 2.
    bins
        Bins of the reference, at least 4.
    categorical
        Whether the values are category numbers.
    seed
        Seed of the ranks' random parts.
    """

    def __init__(self, *, burn_in: int, bins: int, categorical: bool, seed: int) -> None:
        self._burn_in = burn_in
        self._bins = bins
        self._categorical = categorical
        self._seed = seed
        self._target = burn_in
        self._sampled_again = False
        self._sample: Column = np.empty(0)
        self._sample_rows: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._binning: NumberBins | CategoryBins | None = None
        self._counts = np.empty(0, dtype=np.int64)
        self._lowest = self._highest = float("nan")
        self._category_counts = np.empty(0, dtype=np.int64)
        self._latest = np.empty(RECENT)
        self._latest_rows = np.empty(RECENT, dtype=np.int64)
        # In one array, where kernels find it.
        self._tally = np.zeros(TALLY)
        # What came before a change is then a sum, and never a difference of large sums, which would
        # be rounding where the reference was constant.
        self.autocorrelation: float | None = None
        self.stride = 1
        self.independent = True

    @property
    def ready(self) -> bool:
        """Whether the burn-in is complete."""
        return self._binning is not None

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
        return 0 if self.ready else self._target - self._sampled

    def burn(self, values: Column, rows: NDArray[np.int64]) -> None:
        """Take at most ``missing`` values, shape ``(n,)``, into the burn-in."""
        begin, end = self._sampled, self._sampled + len(values)
        if end > len(self._sample):
            # By halves more: most columns of a worker may be in their burn-in at once.
            room = min(max(end, len(self._sample) * 3 // 2, _LEAST_SAMPLE), self._target)
            self._sample = _with_room(self._sample[:begin], room)
            self._sample_rows = _with_room(self._sample_rows[:begin], room)
        self._sample[begin:end] = values
        self._sample_rows[begin:end] = rows
        self._sampled = end
        if end >= self._target:
            self._complete()

    def judged(self, count: int) -> slice:
        """Return which of the next ``count`` values are judged."""
        return slice(self._skip, count, self.stride)

    def passed(self, count: int) -> None:
        """Take note that ``count`` values have gone by, judged or not."""
        self._skip = (self._skip - count) % self.stride

    def ranks(self, values: Column) -> Column:
        """Return the ranks of values, shape ``(n,)``, and count them in the bins."""
        return absorb_ranks(self._binned(values), self._counts, self._seed)

    def absorb(self, values: Column, rows: NDArray[np.int64]) -> None:
        """Take values and their row numbers, shape ``(n,)``, into the moments and the latest."""
        self._tally[:4] = keep_latest(
            as_column(values),
            np.ascontiguousarray(rows),
            self._latest,
            self._latest_rows,
            self._held,
            *self._earlier,
        )
        if self._categorical:
            self._category_counts = _added(self._category_counts, values)

    def withdraw(self, values: Column) -> None:
        """Take values that were ranked, but come after a detection, out of the bins again."""
        self._counts -= np.bincount(self._binned(values), minlength=len(self._counts))

    @property
    def _held(self) -> int:
        return int(self._tally[0])

    @property
    def _earlier(self) -> Moments:
        count, mean, squares = self._tally[1:4].tolist()
        return int(count), mean, squares

    @property
    def _skip(self) -> int:
        """How many values are passed over before the next one is judged."""
        return int(self._tally[4])

    @_skip.setter
    def _skip(self, values: int) -> None:
        self._tally[4] = values

    @property
    def _sampled(self) -> int:
        """How many values of the burn-in there are."""
        return int(self._tally[6])

    @_sampled.setter
    def _sampled(self, values: int) -> None:
        self._tally[6] = values

    @property
    def _recent(self) -> Column:
        return self._latest[: self._held]

    @property
    def _recent_rows(self) -> NDArray[np.int64]:
        return self._latest_rows[: self._held]

    def place(
        self,
        windows: Sequence[NDArray[np.float64]],
        memories: Sequence[NDArray[np.float64]],
        problems: NDArray[np.int64],
    ) -> Place:
        """Return where all state of a column lies."""
        if self._binning is None:
            return burning_place_of(
                sample=self._sample,
                sample_rows=self._sample_rows,
                target=self._target,
                tally=self._tally,
                problems=problems,
            )
        others: dict[str, Any] = {
            "counts": self._counts,
            "windows": windows,
            "memories": memories,
            "latest": self._latest,
            "latest_rows": self._latest_rows,
            "tally": self._tally,
            "problems": problems,
            "seed": self._seed,
            "stride": self.stride,
        }
        if isinstance(self._binning, NumberBins):
            return place_of(edges=self._binning.edges, **others)
        return category_place_of(
            bin_of=self._binning.bin_of,
            size=self._binning.size,
            category_counts=self._category_counts,
            **others,
        )

    def latest(self, most: int) -> tuple[Column, NDArray[np.int64]]:
        """Return the latest values and their row numbers, at most ``most`` and `RECENT`."""
        return self._recent[-most:].copy(), self._recent_rows[-most:].copy()

    def latest_ranks(self, most: int, *, fold: bool) -> Column:
        """Return the expected ranks of the latest values, at most ``most``, among all values.

        Parameters
        ----------
        most
            At least 1; no more than `RECENT` are kept.
        fold
            Whether the folded ranks are wanted. Within a bin a rank is uniform, and the mean of its
            fold is not the fold of its mean.
        """
        bins = self._binned(self._recent[-most:])
        ends = np.cumsum(self._counts) / self._counts.sum()
        high = ends[bins]
        low = high - self._counts[bins] / self._counts.sum()
        if not fold:
            middle: Column = (low + high) / 2
            return middle
        mean: Column = (_folded_area(high) - _folded_area(low)) / (high - low)
        return mean

    def without(self, latest: int) -> "Before":
        """Return what the reference was before its latest values came, 1 to `RECENT` of them."""
        values = self._recent[-latest:]
        counts = self._counts - np.bincount(self._binned(values), minlength=len(self._counts))
        count, mean, squares = with_values(*self._earlier, self._recent[:-latest])
        return Before(
            count=count,
            mean=mean,
            squares=squares,
            counts=counts,
            edges=self._edges(),
            category_counts=self._category_counts - _added(0 * self._category_counts, values)
            if self._categorical
            else self._category_counts,
        )

    def state(self) -> State:
        """Return the whole state."""
        return {
            "target": self._target,
            "sampled_again": self._sampled_again,
            "sample": self._sample[: self._sampled].copy(),
            "sample_rows": self._sample_rows[: self._sampled].copy(),
            "skip": self._skip,
            "stride": self.stride,
            "independent": self.independent,
            "binning": None if self._binning is None else self._binning.state(),
            "counts": self._counts.copy(),
            "range": np.array([self._lowest, self._highest]),
            "category_counts": self._category_counts.copy(),
            "recent": self._recent.copy(),
            "recent_rows": self._recent_rows.copy(),
            "earlier": list(self._earlier),
            "autocorrelation": self.autocorrelation,
        }

    def restore(self, state: State) -> None:
        """Take over a state of a reference with the same options."""
        self._target = state["target"]
        self._sampled_again = state["sampled_again"]
        self._sample = state["sample"].copy()
        self._sample_rows = state["sample_rows"].copy()
        self.stride = state["stride"]
        self.independent = state["independent"]
        self._binning = None if state["binning"] is None else binning_from(state["binning"])
        self._counts = state["counts"].copy()
        self._lowest, self._highest = (float(end) for end in state["range"])
        self._category_counts = state["category_counts"].copy()
        self._tally[:5] = len(state["recent"]), *state["earlier"], state["skip"]
        self._sampled = len(self._sample)
        self._latest[: self._held] = state["recent"]
        self._latest_rows[: self._held] = state["recent_rows"]
        self.autocorrelation = state["autocorrelation"]

    def _complete(self) -> None:
        sample = self._sample[: self._sampled]
        family = CategoryBins if self._categorical else NumberBins
        correlations = autocorrelations(
            family.of_sample(sample, self._bins).of(sample).astype(np.float64)
        )
        stride = independent_stride(correlations)
        if stride != 1 and not self._sampled_again:
            # A change that is still going on looks like dependence too: the rows of a topic's
            # partitions do not come quite in order. A second sample tells the two apart.
            self._sampled_again = True
            self._clear_sample()
            return
        longest = LONGEST_BURN_IN * self._burn_in
        wanted = 2 * len(sample) if stride is None else FEWEST * stride
        if (stride is None or stride > 1) and min(wanted, longest) > len(sample):
            self._target = min(wanted, longest)
            return
        self.independent = stride is not None
        self.stride = len(sample) // FEWEST if stride is None else stride
        self.autocorrelation = float(correlations[1]) if correlations[1:].any() else None
        kept = sample[:: self.stride]
        self._lowest, self._highest = float(kept.min()), float(kept.max())
        self._binning = family.of_sample(kept, self._bins)
        self._counts = np.bincount(self._binned(kept), minlength=self._binning.size)
        self.absorb(kept, self._sample_rows[:: self.stride])
        self._clear_sample()
        self._skip = -len(sample) % self.stride

    def _clear_sample(self) -> None:
        self._sample = np.empty(0)
        self._sample_rows = np.empty(0, dtype=np.int64)
        self._sampled = 0

    def _binned(self, values: Column) -> NDArray[np.int64]:
        if self._binning is None:
            raise RuntimeError("the reference is not ready: its burn-in is not complete")
        return self._binning.of(values)

    def _edges(self) -> Column | None:
        """Return the edges of all bins, the outer ones from the burn-in; None for categories."""
        if not isinstance(self._binning, NumberBins):
            return None
        inner = self._binning.edges
        lowest, highest = self._lowest, self._highest
        if len(inner):
            lowest, highest = min(lowest, inner[0]), max(highest, inner[-1])
        return np.concatenate([[lowest], inner, [highest]])


def _with_room(values: NDArray[Any], room: int) -> NDArray[Any]:
    """Return a copy of values at the start of an array for so many."""
    grown = np.empty(room, dtype=values.dtype)
    grown[: len(values)] = values
    return grown


def _folded_area(rank: Column) -> Column:
    """Return the area below ``|2u - 1|`` from 0 to each rank."""
    area: Column = np.where(rank <= 0.5, rank - rank**2, rank**2 - rank + 0.5)
    return area


def _added(counts: NDArray[np.int64], numbers: Column) -> NDArray[np.int64]:
    """Return counts of category numbers with further ones added."""
    return _sum(counts, np.bincount(numbers.astype(np.int64), minlength=len(counts)))


def _sum(shorter: NDArray[np.int64], longer: NDArray[np.int64]) -> NDArray[np.int64]:
    total = longer.astype(np.int64)
    total[: len(shorter)] += shorter
    return total
