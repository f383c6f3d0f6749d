"""All numbers of one watched column in one array, where the kernels find them by its address.

A worker watches a hundred thousand columns. A dozen arrays for each would cost more in their
objects than in their numbers, and lie in as many places that no cache holds.
"""

from typing import Any, Final

import numpy as np
from numba.extending import register_jitable
from numpy.typing import NDArray

from detectors.algorithms import bernoulli, joint_bets, multinomial, rank_bets, share_cusum
from detectors.algorithms.page_hinkley import FIELDS
from detectors.arrays.addresses import address_of
from detectors.arrays.column import Numbers
from detectors.reference import block_means, season

Integers = NDArray[np.int64]

WORD: Final = 8
"""Bytes of a number."""

RECENT: Final = 96
"""Latest values that are kept as they are, for the figures after a change."""

FLAGS: Final = share_cusum.FLAGS
"""Qualities of a value that are counted."""

MEMORY: Final = len(FIELDS)
"""Numbers of a Page-Hinkley test."""

# What stands where, in words of eight bytes. First whole numbers:
READY: Final = 0  # `WATCHED` or `UNWATCHED` once the burn-in is complete
SEED: Final = 1  # of the ranks, as a signed number
STRIDE: Final = 2  # one in so many values is judged
NEXT: Final = 3  # the row of the next value that is judged, or sampled, if none is missing
# How long the parts are that do not have the same length in every column.
WINDOW: Final = 4  # each of the windows
SIZE: Final = 5  # the counts of the bins
EDGES: Final = 6
LATEST: Final = 7  # room for the latest values, none during the burn-in
ROWS: Final = 8  # room for their rows: none while one follows from the other
WIDE: Final = 9  # 1 where the counts have 64 bits, and not 32
APART: Final = 10  # the part of `detectors.reference.residuals`: none where values are judged
# Addresses of what lies elsewhere, and how long that is; 0 for what there is not. During the
# burn-in its sample and the rows of that; afterwards, of categories, which bin each category number
# has, and how many values each of them has. So two names stand for one word.
SAMPLE_AT: Final = 11
SAMPLE_ROWS_AT: Final = 12
SAMPLE_SIZE: Final = 13
SAMPLE_ROWS_SIZE: Final = 14
BIN_OF_AT: Final = SAMPLE_AT
CATEGORY_COUNTS_AT: Final = SAMPLE_ROWS_AT
BIN_OF_SIZE: Final = SAMPLE_SIZE
CATEGORY_COUNTS_SIZE: Final = SAMPLE_ROWS_SIZE
ELSEWHERE: Final = slice(SAMPLE_AT, SAMPLE_ROWS_SIZE + 1)  # all four of them
ADDRESS: Final = 15  # of the block itself
# Of the second sample (`detectors.reference.second_sample`), while there is one, and otherwise 0:
AGAIN_AT: Final = 16
AGAIN_SIZE: Final = 17
PROBLEMS: Final = 18  # values by quality

WATCHED: Final = 1
"""In place of readiness: faults of values are looked for."""

UNWATCHED: Final = 2
"""In place of readiness: they are not."""

NARROW: Final = 2**32
"""As many values no bin of 32 bits can count."""

# What stands where among the limits:
BUDGET: Final = 0  # rows to a false alarm of the column
DELTA: Final = 1  # of ADWIN
THRESHOLD: Final = 2  # of Page-Hinkley
RANK_LIMIT: Final = 3  # of the rank e-detector
SHARES_LIMIT: Final = 4  # of the multinomial one; 0 where there is the next one
ODDS_LIMIT: Final = 5  # of the Bernoulli one; 0 where there is that one
LIMITS_SIZE: Final = 6

# Then floating-point numbers, the tally first:
TALLY: Final = PROBLEMS + FLAGS
HELD: Final = 0  # how many of the latest values are kept as they are
COUNT: Final = 1  # number of the values before them
MEAN: Final = 2  # of these
SQUARES: Final = 3  # sum of their squared deviations
SKIP: Final = 4  # values that are passed over before the next one is judged
NEXT_SKIP: Final = 5  # what SKIP becomes once the values at hand are judged
SAMPLED: Final = 6  # values of the burn-in, or of the second sample
NEXT_SAMPLED: Final = 7  # what SAMPLED becomes then
TALLY_SIZE: Final = 8
RANGE: Final = TALLY + TALLY_SIZE  # lowest and highest of the burn-in
CORRELATION: Final = RANGE + 2  # lag-1 autocorrelation of the burn-in, NaN for none
QUALITY: Final = CORRELATION + 1  # memory of what watches the share of rows that are not ok
MEMORIES: Final = QUALITY + share_cusum.MEMORY  # of Page-Hinkley, on the location and the spread
SHARES: Final = MEMORIES + 2 * MEMORY  # of the multinomial detector
BETS: Final = SHARES + multinomial.MEMORY  # of the rank e-detector
LIMITS: Final = BETS + rank_bets.MEMORY  # of the detectors
ODDS: Final = LIMITS + LIMITS_SIZE  # of the Bernoulli detector
LOOK: Final = ODDS + bernoulli.MEMORY  # with how many values a burn-in is looked at, and how
LOOK_SIZE: Final = 2
SEASON: Final = LOOK + LOOK_SIZE  # of the course of its days and weeks
BLOCKS: Final = SEASON + season.MEMORY  # of means since the reference began
JOINT: Final = BLOCKS + block_means.MEMORY  # its part in the bets on all columns of the model
WINDOWS: Final = JOINT + joint_bets.MEMORY  # of ADWIN, on the location and the spread
# From there on windows, counts, recent counts, edges, latest values and their rows, residuals.


class ColumnBlock:
    """The numbers of one column.

    Its parts are views: what is written to them is written to the block.

    Parameters
    ----------
    window, size, edges, latest, rows, apart
        How long the parts are: each of the windows, the counts of the bins, their inner edges, the
        latest values and their rows, and what residuals need.
    wide
        1 where the bins may hold `NARROW` values or more.
    """

    __slots__ = ("words",)

    def __init__(
        self,
        *,
        window: int = 0,
        size: int = 0,
        edges: int = 0,
        latest: int = 0,
        rows: int = 0,
        wide: int = 0,
        apart: int = 0,
    ) -> None:
        self.words: Integers = np.zeros(
            block_words(window, size, edges, latest, rows, wide, apart), dtype=np.int64
        )
        self.words[WINDOW : APART + 1] = window, size, edges, latest, rows, wide, apart
        self.words[ADDRESS] = address_of(self.words)

    @property
    def address(self) -> int:
        """Where it lies."""
        return int(self.words[ADDRESS])

    @property
    def problems(self) -> Integers:
        """Counts of values by quality, shape ``(6,)``."""
        return self.words[PROBLEMS:TALLY]

    @property
    def tally(self) -> Numbers:
        """Counts and moments by `HELD` to `NEXT_SAMPLED`, shape ``(8,)``."""
        return self._floats(TALLY, TALLY_SIZE)

    @property
    def range(self) -> Numbers:
        """Lowest and highest value of the burn-in, shape ``(2,)``."""
        return self._floats(RANGE, 2)

    @property
    def autocorrelation(self) -> float | None:
        """Lag-1 autocorrelation of the burn-in."""
        number = float(self._floats(CORRELATION, 1)[0])
        return None if np.isnan(number) else number

    @autocorrelation.setter
    def autocorrelation(self, number: float | None) -> None:
        self._floats(CORRELATION, 1)[0] = np.nan if number is None else number

    @property
    def quality(self) -> Numbers:
        """Memory of `detectors.algorithms.share_cusum`."""
        return self._floats(QUALITY, share_cusum.MEMORY)

    @property
    def memories(self) -> list[Numbers]:
        """Of Page-Hinkley on the location and on the spread, shape ``(12,)`` each."""
        return [self._floats(MEMORIES + number * MEMORY, MEMORY) for number in range(2)]

    @property
    def shares(self) -> Numbers:
        """Memory of `detectors.algorithms.multinomial`."""
        return self._floats(SHARES, multinomial.MEMORY)

    @property
    def bets(self) -> Numbers:
        """Memory of `detectors.algorithms.rank_bets`."""
        return self._floats(BETS, rank_bets.MEMORY)

    @property
    def odds(self) -> Numbers:
        """Memory of `detectors.algorithms.bernoulli`."""
        return self._floats(ODDS, bernoulli.MEMORY)

    @property
    def limits(self) -> Numbers:
        """What the detectors must reach, by `BUDGET` to `ODDS_LIMIT`, shape ``(6,)``."""
        return self._floats(LIMITS, LIMITS_SIZE)

    @property
    def look(self) -> Numbers:
        """With how many values a burn-in is looked at again, and how strictly, shape ``(2,)``."""
        return self._floats(LOOK, LOOK_SIZE)

    @property
    def season(self) -> Numbers:
        """Memory of `detectors.reference.season`."""
        return self._floats(SEASON, season.MEMORY)

    @property
    def joint(self) -> Numbers:
        """Memory of `detectors.algorithms.joint_bets`."""
        return self._floats(JOINT, joint_bets.MEMORY)

    @property
    def blocks(self) -> Numbers:
        """Memory of `detectors.reference.block_means`."""
        return self._floats(BLOCKS, block_means.MEMORY)

    @property
    def windows(self) -> list[Numbers]:
        """Of ADWIN on the location and on the spread."""
        length = self.length(WINDOW)
        return [self._floats(WINDOWS + number * length, length) for number in range(2)]

    @property
    def counts(self) -> NDArray[Any]:
        """Values in each bin."""
        begin, size = WINDOWS + 2 * self.length(WINDOW), self.length(SIZE)
        words = self.words[begin : begin + counts_words(size, self.length(WIDE))]
        return words if self.length(WIDE) else words.view(np.uint32)[:size]

    @property
    def recent_counts(self) -> NDArray[np.uint16]:
        """Of `detectors.algorithms.multinomial`, of each bin."""
        size = self.length(SIZE)
        begin = WINDOWS + 2 * self.length(WINDOW) + counts_words(size, self.length(WIDE))
        return self.words[begin : begin + recent_words(size)].view(np.uint16)[:size]

    @property
    def edges(self) -> Numbers:
        """Inner edges of the bins of numbers."""
        length, after = self.length(EDGES), self.length(LATEST) + self.length(ROWS)
        return self._floats(self._apart_at - after - length, length)

    @property
    def latest(self) -> Numbers:
        """Room for the latest values."""
        length = self.length(LATEST)
        return self._floats(self._apart_at - self.length(ROWS) - length, length)

    @property
    def latest_rows(self) -> Integers:
        """Room for the rows of the latest values; none while one follows from the other."""
        return self.words[self._apart_at - self.length(ROWS) : self._apart_at]

    @property
    def apart(self) -> Numbers:
        """What residuals need, by `detectors.reference.residuals`; none where values are judged."""
        return self._floats(self._apart_at, self.length(APART))

    @property
    def _apart_at(self) -> int:
        return len(self.words) - self.length(APART)

    def length(self, part: int) -> int:
        """Return how long a part is, such as `WINDOW`, or what else stands among these."""
        return int(self.words[part])

    def resized(self, **lengths: int) -> "ColumnBlock":
        """Return a copy with other lengths of some parts, or itself; what fits in is kept."""
        names = ("window", "size", "edges", "latest", "rows", "wide", "apart")
        present: dict[str, Any] = dict(
            zip(names, self.words[WINDOW : APART + 1].tolist(), strict=True)
        )
        wanted = {**present, **lengths}
        if wanted == present:
            return self
        other = ColumnBlock(**wanted)
        other.words[:WINDOW] = self.words[:WINDOW]
        other.words[ELSEWHERE] = self.words[ELSEWHERE]
        other.words[AGAIN_AT : AGAIN_SIZE + 1] = self.words[AGAIN_AT : AGAIN_SIZE + 1]
        other.words[PROBLEMS:WINDOWS] = self.words[PROBLEMS:WINDOWS]
        parts = zip(self._parts(), other._parts(), strict=True)
        for own, others in parts:
            kept = min(len(own), len(others))
            others[:kept] = own[:kept]
        return other

    def _parts(self) -> list[NDArray[Any]]:
        return [
            *self.windows,
            self.counts,
            self.recent_counts,
            self.edges,
            self.latest,
            self.latest_rows,
            self.apart,
        ]

    def _floats(self, begin: int, count: int) -> Numbers:
        return self.words[begin : begin + count].view(np.float64)


@register_jitable
def block_words(
    window: int, size: int, edges: int, latest: int, rows: int, wide: int, apart: int
) -> int:
    """Return how many words a block has; parameters as of `ColumnBlock`."""
    counts = counts_words(size, wide) + recent_words(size)
    return WINDOWS + 2 * window + counts + edges + latest + rows + apart


@register_jitable
def counts_words(size: int, wide: int) -> int:
    """Return how many words the counts of bins take."""
    return size if wide else (size + 1) // 2


@register_jitable
def recent_words(size: int) -> int:
    """Return how many words the recent counts of bins take."""
    return (size + 3) // 4
