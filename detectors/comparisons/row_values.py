"""What a labelled row gives for a metric by which versions are compared."""

import numpy as np
from numpy.typing import NDArray

from detectors.comparisons.options import ComparedMetric
from detectors.performance.losses import is_of_scores, losses_of_rows
from detectors.performance.outcome_view import OutcomeView
from detectors.performance.stray_scores import StrayScores
from detectors.performance.threshold import ThresholdMetric

Numbers = NDArray[np.float64]


def row_values(
    metrics: tuple[ComparedMetric, ...],
    view: OutcomeView,
    rows: int,
    strays: StrayScores | None = None,
    *,
    any_task: bool = False,
) -> Numbers:
    """Return what rows give, shape ``(metrics, n)``; NaN where a metric is not about a row.

    The loss, where the metric is the mean of one or its root. Of F1 how often a row was of the
    class and predicted as such, together (0 to 2); of the area under the ROC curve the probability
    of the class, with a minus where the row is not of it.

    Parameters
    ----------
    metrics, view, rows
        What is compared; the rows, and how many.
    strays
        The scores of the version so far: where too many are out of range none counts.
    any_task
        Whether numbers have a distance also where they are classes: two versions of one model may
        be taken for different things, and are compared by what both have.
    """
    values = np.full((len(metrics), rows), np.nan)
    passed = np.zeros(rows, np.bool_)
    if strays is not None and any(is_of_scores(each.metric) for each in metrics):
        passed = strays.pass_over(view.given_scores)
    for number, each in enumerate(metrics):
        threshold = each.threshold
        if each.metric is ThresholdMetric.F1:
            values[number] = _named(view, threshold.of_class or "")
        elif each.metric is ThresholdMetric.ROC_AUC:
            values[number] = _signed(view, threshold.of_class or "")
        else:
            losses = losses_of_rows(threshold.metric, view, threshold.of_class or "")
            if any_task and each.metric is ThresholdMetric.MAE:
                losses = np.where(np.isfinite(losses), losses, view.distances)
            values[number] = np.where(np.isfinite(losses), losses, np.nan)
        if is_of_scores(each.metric):
            values[number, passed] = np.nan
    return values


def _named(view: OutcomeView, of_class: str) -> Numbers:
    named = view.predicts(of_class).astype(np.float64) + view.has(of_class)
    return np.where(view.is_known, named, np.nan)


def _signed(view: OutcomeView, of_class: str) -> Numbers:
    # What is given is the probability of the class that was predicted, of two.
    chances = np.where(view.predicts(of_class), view.scores, 1.0 - view.scores)
    signed = np.where(view.has(of_class), chances, -chances)
    return np.where(view.is_known, signed, np.nan)
