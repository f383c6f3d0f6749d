"""What the rows of two versions are summed in, by metric: means, ratios of means, ranks."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from detectors.comparisons.matched import Contrast, MatchedArms
from detectors.comparisons.options import ComparedMetric
from detectors.comparisons.pairs import PairedArms
from detectors.comparisons.ranked import RankedArms
from detectors.comparisons.rare import Kinds
from detectors.comparisons.ratio import PairedRatios, RatioArms
from detectors.performance.threshold import ThresholdMetric
from detectors.snapshots.tree import State

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]


class Arms(Protocol):
    """Rows of two versions, each by itself.

    Attributes
    ----------
    counts
        Shape ``(2,)``: rows of baseline and candidate.
    """

    counts: Numbers

    def add(self, arm: int, predicted: Integers, values: Numbers) -> None:
        """Add rows of a version: when their predictions were made, and what they give."""

    def mean(self, arm: int) -> float | None:
        """Return a version's loss: the metric, or 1 less it where more is better."""

    def contrast(self) -> Contrast | None:
        """Return the difference of the losses; None where too little is known of it."""

    def kinds(self) -> Kinds | None:
        """Return the rows that are right and wrong; None where they are not one or the other."""

    def state(self) -> State:
        """Return the whole state."""

    def restore(self, state: State) -> None:
        """Restore a state."""


class Pairs(Protocol):
    """Rows of two versions that have one label.

    Attributes
    ----------
    pairs, apart
        How many, and in how many of them the two differ.
    """

    pairs: int
    apart: int

    def add(self, baseline: Numbers, candidate: Numbers) -> None:
        """Add pairs: what the rows of both give."""

    def contrast(self) -> Contrast | None:
        """Return the difference of the losses; None where too little is known of it."""

    def state(self) -> State:
        """Return the whole state."""

    def restore(self, state: State) -> None:
        """Restore a state."""


def arms_of(metric: ComparedMetric) -> Arms:
    """Return what holds the rows of a metric."""
    if metric.metric is ThresholdMetric.F1:
        return RatioArms()
    if metric.metric is ThresholdMetric.ROC_AUC:
        return RankedArms()
    return MatchedArms(is_zero_one=metric.is_zero_one)


def pairs_of(metric: ComparedMetric) -> Pairs:
    """Return what holds its pairs."""
    return PairedRatios() if metric.metric is ThresholdMetric.F1 else PairedArms()
