"""One metric of two versions: what their rows give, and what is known of the difference."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.comparisons.arms import arms_of, pairs_of
from detectors.comparisons.evidence import Evidence, evidence_of, spread_of, threshold_of
from detectors.comparisons.matched import Contrast
from detectors.comparisons.options import ComparedMetric
from detectors.comparisons.rare import OF_ROWS, alike_evidence, rare_evidence, within_evidence
from detectors.snapshots.tree import State
from schemas.events.model_comparison import ComparisonMode, Finding
from schemas.events.position import Position

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]


class Known(NamedTuple):
    """What is known of one metric at a look; of the gain, which is positive where it is better.

    Attributes
    ----------
    gain, half_width
        The candidate's metric less the baseline's, and of its confidence sequence; None where too
        little is known.
    better, worse, threshold
        Logarithms of e-values, and of what they have to reach.
    finding
        What follows.
    shows_margin
        Whether it is known not to be worse by more than the margin.
    exceeds_margin
        Whether it seems to be worse by more than that.
    """

    gain: float | None
    half_width: float | None
    better: float
    worse: float
    threshold: float
    finding: Finding
    shows_margin: bool
    exceeds_margin: bool

    def state(self) -> list[float | str | bool | None]:
        """Return what it is made of, which a snapshot can hold."""
        return [str(each) if isinstance(each, Finding) else each for each in self]

    @classmethod
    def of(cls, state: list[Any]) -> "Known":
        """Return what has a state."""
        return cls._make([*state[:5], Finding(state[5]), *state[6:]])


class Measured:
    """What the rows of two versions give for one metric.

    That one is found better or worse stays so: the evidence was there at that time. Of both the
    latter counts.

    Parameters
    ----------
    metric
        Which.
    level
        Share of false decisions.

    Attributes
    ----------
    metric, level
        As given.
    decided_at
        The row with which it was found better or worse.
    """

    def __init__(self, metric: ComparedMetric, level: float) -> None:
        self.metric = metric
        self.decided_at: Position | None = None
        self.level = level
        self._arms = arms_of(metric)
        self._pairs = pairs_of(metric)
        self._spread: float | None = None
        self._decided: Finding | None = None

    @property
    def rows(self) -> tuple[int, int]:
        """Rows of baseline and candidate that the metric is about."""
        baseline, candidate = self._arms.counts.tolist()
        return int(baseline), int(candidate)

    def value(self, arm: int) -> float | None:
        """Return the metric of a version; None without rows."""
        mean = self._arms.mean(arm)
        if mean is None:
            return None
        if self.metric.is_root:
            return float(np.sqrt(mean))
        return mean if self.metric.metric.is_loss else 1.0 - mean

    def add(self, arm: int, predicted: Integers, losses: Numbers) -> None:
        """Add rows of the baseline (0) or of the candidate (1); NaN where there is no loss."""
        known = np.isfinite(losses)
        self._arms.add(arm, predicted[known], losses[known])

    def add_pairs(self, baseline: Numbers, candidate: Numbers) -> None:
        """Add rows of both that have one label."""
        self._pairs.add(baseline, candidate)

    def look(self, mode: ComparisonMode | None, at: Position) -> Known:
        """Return what is known by now."""
        contrast = self.contrast(mode)
        if contrast is None:
            return self._without(mode)
        if self._spread is None:
            effect = self.metric.smallest_effect
            self._spread = spread_of(effect, contrast.information, contrast.rows)
        found = self._evidence(contrast, self._spread)
        better, worse, alike = (float(each[0]) for each in (found.better, found.worse, found.alike))
        threshold, half_width = float(found.threshold[0]), float(found.half_width[0])
        if worse >= threshold and self._decided is not Finding.WORSE:
            self._decided, self.decided_at = Finding.WORSE, at
        elif better >= threshold and self._decided is None:
            self._decided, self.decided_at = Finding.BETTER, at
        finding = self._decided or Finding.UNDECIDED
        if self._decided is None and alike >= -np.log(self.level):
            finding = Finding.NO_RELEVANT_DIFFERENCE
        gain = -contrast.difference
        is_within = bool(found.within[0] >= -np.log(self.level)) or gain > half_width
        return Known(
            gain,
            half_width,
            better,
            worse,
            threshold,
            finding,
            is_within,
            -gain > self.metric.margin,
        )

    def state(self) -> State:
        """Return the whole state."""
        at = self.decided_at
        return {
            "matched": self._arms.state(),
            "paired": self._pairs.state(),
            "spread": self._spread,
            "decided": None if self._decided is None else str(self._decided),
            "decided_at": None if at is None else [at.topic, at.partition, at.offset, at.time],
        }

    def restore(self, state: State) -> None:
        """Restore a state of the same metric."""
        self._arms.restore(state["matched"])
        self._pairs.restore(state["paired"])
        self._spread = state["spread"]
        self._decided = None if state["decided"] is None else Finding(state["decided"])
        at = state["decided_at"]
        self.decided_at = (
            None if at is None else Position(topic=at[0], partition=at[1], offset=at[2], time=at[3])
        )

    @property
    def _threshold(self) -> float:
        return threshold_of(self.level)

    def _are_pairs(self, mode: ComparisonMode | None) -> bool:
        return mode is ComparisonMode.SHADOW and self.metric.is_paired

    def contrast(self, mode: ComparisonMode | None) -> Contrast | None:
        """Return the difference of the losses; None where too little is known of it."""
        rows = self._pairs if self._are_pairs(mode) else self._arms
        contrast = rows.contrast()
        if contrast is None or not self.metric.is_root:
            return contrast
        # Of two roots the difference is that of the squares over their sum.
        baseline, candidate = self.value(0), self.value(1)
        total = None if baseline is None or candidate is None else baseline + candidate
        if not total:
            return None
        return contrast._replace(
            difference=contrast.difference / total,
            information=contrast.information * total * total,
        )

    def _evidence(self, contrast: Contrast, spread: float) -> Evidence:
        return evidence_of(
            np.array([-contrast.difference]),
            np.array([contrast.information]),
            level=self.level,
            effect=self.metric.smallest_effect,
            margin=self.metric.margin,
            spread=spread,
        )

    def _without(self, mode: ComparisonMode | None) -> Known:
        """Return what is known where rows do not differ enough for a difference to be told."""
        alike, within = self._rare(mode)
        sure = -np.log(self.level)
        return Known(
            None,
            None,
            -np.inf,
            -np.inf,
            self._threshold,
            self._lacking(are_alike=alike >= sure),
            shows_margin=bool(within >= sure),
            exceeds_margin=False,
        )

    def _rare(self, mode: ComparisonMode | None) -> tuple[float, float]:
        """Return the evidence that versions are alike, and that the candidate is within the margin.

        Where no effect is stated that matters, one within the margin does not.
        """
        margin = self.metric.margin
        effect = self.metric.smallest_effect or margin
        if self._are_pairs(mode):
            pairs = float(self._pairs.pairs), float(self._pairs.apart)
            bounds = (effect, margin) if self.metric.is_zero_one else (OF_ROWS, OF_ROWS)
            return rare_evidence(*pairs, bounds[0]), rare_evidence(*pairs, bounds[1])
        kinds = self._arms.kinds()
        if kinds is None:
            return -np.inf, -np.inf
        if not self.metric.metric.is_loss:
            return alike_evidence(kinds, effect), within_evidence(kinds, margin)
        return alike_evidence(kinds, OF_ROWS), within_evidence(kinds, OF_ROWS)

    def _lacking(self, *, are_alike: bool) -> Finding:
        """Return what is found without a difference."""
        if self._decided is not None:
            return self._decided
        labelled = [rows > 0 for rows in self.rows]
        if all(labelled):
            return Finding.NO_RELEVANT_DIFFERENCE if are_alike else Finding.TOO_FEW_LABELS
        return Finding.ONE_ARM_LABELLED if any(labelled) else Finding.NO_LABELS


def of_the_task(measured: Sequence[Measured]) -> int:
    """Return which of several metrics is that of what the model does, where none is stated.

    The first rows of a version may look like those of another task until its own is settled, and
    one version like none of the other's: it is the metric of which both have most rows, the first
    of those.
    """
    rows = [(min(each.rows), sum(each.rows)) for each in measured]
    return rows.index(max(rows))
