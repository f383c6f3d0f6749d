"""The traffic of two versions since their comparison began: whether their rows can be compared."""

from math import log, sqrt
from statistics import NormalDist
from typing import Final

from detectors.comparisons.split import LEVEL, split_evidence
from detectors.snapshots.tree import State
from schemas.events.model_comparison import ComparisonMode, ExposureFault

FEWEST: Final = 1000
"""Rows of the one version after which the other is missed, at least."""

_SURE: Final = 1e-6
"""Probability that a version with its share of the traffic has none of so many rows."""

BLOCK: Final = 2000
"""Rows of both after which their shares are compared with those before."""

SHARED_ROWS: Final = 5
SHARED_SHARE: Final = 0.005
"""Labels that met rows of both versions, at least, and of those of the candidate, from which on ids
are said to be shared: single ones are retried requests."""


class Traffic:
    """Counts of the predictions of two versions, and what is wrong with them.

    A split other than the stated one stays a fault for as long as the comparison lasts: what was
    exposed unevenly is not mended by rows that follow. Shares that change are one until a block of
    rows has the shares of the one before: only rows of the same hours are compared. Both begin once
    either version has had rows: those of one that is new may have been held back.

    Parameters
    ----------
    share
        The candidate's stated share; None where none is stated.

    Attributes
    ----------
    counts
        Predictions of baseline and candidate.
    shared
        Labels that have met rows of both.
    share
        As it is stated at present.
    """

    def __init__(self, share: float | None) -> None:
        self.counts = [0, 0]
        self.shared = 0
        self.share = share
        self._untested = [0, 0]
        """Rows of the counts that do not test the split that is stated at present."""
        self._is_off = False
        self._since = [0, 0]
        """Rows of the other version since the last one of each."""
        self._before = [0, 0]
        self._block = [0, 0]
        self._blocks = 0
        self._has_changed = False

    @property
    def rows(self) -> int:
        """Predictions of both."""
        return sum(self.counts)

    @property
    def split(self) -> float | None:
        """The logarithm of the e-value against the stated split."""
        return (
            None
            if self.share is None
            else split_evidence(
                (self.counts[0] - self._untested[0], self.counts[1] - self._untested[1]), self.share
            )
        )

    def expect(self, share: float | None) -> None:
        """Have another split count from the next rows on; what was found wrong stays so."""
        self.share = share
        self._untested = list(self.counts)
        self._since, self._before, self._block = [0, 0], [0, 0], [0, 0]
        self._has_changed = False

    def pass_over(self, baseline: int, candidate: int) -> None:
        """Count predictions that test no split."""
        for arm, new in enumerate((baseline, candidate)):
            self.counts[arm] += new
            self._untested[arm] += new

    def add(self, baseline: int, candidate: int) -> None:
        """Count predictions of both that were read together."""
        new = (baseline, candidate)
        are_there = all(self.counts if any(self.counts) else new)
        for arm in (0, 1):
            self.counts[arm] += new[arm]
            self._since[arm] = 0 if new[arm] else self._since[arm] + new[1 - arm]
            if are_there:
                self._block[arm] += new[arm]
            else:
                self._untested[arm] += new[arm]
        split = self.split
        self._is_off |= split is not None and split >= -log(LEVEL)
        if sum(self._block) >= BLOCK:
            self._close_block()

    def faults(self, mode: ComparisonMode | None, labelled: int) -> list[ExposureFault]:
        """Return what is wrong; `ComparisonMode.SHADOW` has no split and shares all ids.

        Parameters
        ----------
        mode
            How versions come to their rows, where that is known.
        labelled
            Labelled rows of the candidate.
        """
        found: list[ExposureFault] = []
        if mode is not ComparisonMode.SHADOW:
            if self._is_off:
                found.append(ExposureFault.SPLIT)
            if mode is ComparisonMode.AB and self.shared >= max(
                SHARED_ROWS, SHARED_SHARE * labelled
            ):
                found.append(ExposureFault.SHARED_IDS)
            if self._has_changed:
                found.append(ExposureFault.ASSIGNMENT_CHANGED)
        if any(map(self._is_missing, (0, 1))):
            found.append(ExposureFault.NO_TRAFFIC)
        return found

    def state(self) -> State:
        """Return the whole state."""
        return {
            "counts": list(self.counts),
            "shared": self.shared,
            "off": self._is_off,
            "since": list(self._since),
            "before": list(self._before),
            "block": list(self._block),
            "blocks": self._blocks,
            "changed": self._has_changed,
            "untested": list(self._untested),
        }

    def restore(self, state: State) -> None:
        """Restore a state."""
        self.counts, self.shared = list(state["counts"]), state["shared"]
        self._is_off, self._since = state["off"], list(state["since"])
        self._before, self._block = list(state["before"]), list(state["block"])
        self._blocks, self._has_changed = state["blocks"], state["changed"]
        self._untested = list(state.get("untested", (0, 0)))

    def _is_missing(self, arm: int) -> bool:
        since, rows = self._since[arm], self.counts[arm]
        if since < FEWEST or not rows:
            return since >= FEWEST
        share = rows / self.rows
        return since >= log(_SURE) / log(1.0 - share)

    def _close_block(self) -> None:
        """Compare the shares of a block with those before it."""
        before, block = self._before, self._block
        self._blocks += 1
        self._block = [0, 0]
        if not sum(before):
            self._before = block
            return
        rows = sum(before), sum(block)
        share = (before[1] + block[1]) / sum(rows)
        error = sqrt(share * (1.0 - share) * (1.0 / rows[0] + 1.0 / rows[1]))
        apart = abs(block[1] / rows[1] - before[1] / rows[0])
        # Over all blocks together the level is that of the split.
        level = LEVEL * 6.0 / (9.87 * self._blocks**2)
        self._has_changed = apart > -NormalDist().inv_cdf(level / 2.0) * error
        if self._has_changed:
            self._before = block
        else:
            self._before = [before[0] + block[0], before[1] + block[1]]
