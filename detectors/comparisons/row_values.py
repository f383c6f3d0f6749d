"""What a labelled row gives for a metric by which versions are compared."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from detectors.comparisons.options import ComparedMetric
from detectors.performance.losses import Losses
from detectors.performance.outcome_view import OutcomeView
from detectors.performance.threshold import ThresholdMetric

Numbers = NDArray[np.float64]


def row_values(metrics: tuple[ComparedMetric, ...], view: OutcomeView, rows: int) -> Numbers:
    """Return what rows give, shape ``(metrics, n)``; NaN where a metric is not about a row.

    The loss, where the metric is the mean of one or its root. Of F1 how often a row was of the
    class and predicted as such, together (0 to 2); of the area under the ROC curve the probability
    of the class, with a minus where the row is not of it.
    """
    values = np.full((len(metrics), rows), np.nan)
    for number, each in enumerate(metrics):
        threshold = each.threshold
        if each.metric is ThresholdMetric.F1:
            values[number] = _named(view, threshold.of_class or "")
        elif each.metric is ThresholdMetric.ROC_AUC:
            values[number] = _signed(view, threshold.of_class or "")
        else:
            places, losses = _losses_of(each).of(view)
            values[number, places] = losses
    return values


@lru_cache(maxsize=256)
def _losses_of(metric: ComparedMetric) -> Losses:
    """Return what makes the losses of a metric: of these it has no state, and all share it."""
    return Losses(metric.threshold)


def _named(view: OutcomeView, of_class: str) -> Numbers:
    named = view.predicts(of_class).astype(np.float64) + view.has(of_class)
    return np.where(view.is_known, named, np.nan)


def _signed(view: OutcomeView, of_class: str) -> Numbers:
    # What is given is the probability of the class that was predicted, of two.
    chances = np.where(view.predicts(of_class), view.scores, 1.0 - view.scores)
    signed = np.where(view.has(of_class), chances, -chances)
    return np.where(view.is_known, signed, np.nan)
