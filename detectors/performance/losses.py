"""The losses of labelled rows whose mean is a metric, or tells it.

The mean of a row's loss is what a threshold can be put to at any time, looking after every label
(`detectors.algorithms.mean_threshold`). Precision, recall and the like are means over some of the
rows; F1 is 2s / (1 + s) of the share s of right ones among the rows in which a class is predicted
or true; the area under the ROC curve is the share of pairs, a row of the class and one of the
others, that are in the right order. Losses without a bound are cut off at a multiple of what is
allowed: their mean only falls by that, so that no alarm is false because of it.
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.arrays.column import Numbers
from detectors.performance.outcome_view import OutcomeView
from detectors.performance.stray_scores import StrayScores
from detectors.performance.threshold import Threshold, ThresholdMetric
from detectors.snapshots.tree import State

Rows = NDArray[np.int64]

PAIRED: Final = 16
"""Rows that one of the other side is compared with, at most."""

_LEAST_PROBABILITY: Final = 1e-15
"""As scikit-learn's: below it a logarithm says nothing more."""

_OF_SCORES: Final = frozenset(
    {ThresholdMetric.BRIER, ThresholdMetric.LOG_LOSS, ThresholdMetric.ROC_AUC}
)

_CAPS: Final[Mapping[ThresholdMetric, float]] = {
    ThresholdMetric.LOG_LOSS: 10.0,
    ThresholdMetric.MAE: 10.0,
    ThresholdMetric.MAPE: 10.0,
    ThresholdMetric.MSE: 16.0,
    ThresholdMetric.RMSE: 16.0,
}
"""At how many times what is allowed a loss is cut off, where it has no bound: four deviations of
an error, ten of what grows as errors do."""


class Losses:
    """The losses of one metric; where these are of pairs, what waits for its other half.

    Parameters
    ----------
    threshold
        Whose metric and class.
    """

    def __init__(self, threshold: Threshold) -> None:
        self._metric = threshold.metric
        self._of_class = threshold.of_class or ""
        self._unpaired = np.empty(0)
        self._unpaired_are_of_class = False
        self._strays = StrayScores() if is_of_scores(self._metric) else None

    def of(self, view: OutcomeView) -> tuple[Rows, Numbers]:
        """Return which of some rows have a loss, ascending, and the losses, at least 0.

        What waits for its other half counts on from the rows before: a row is given once.
        """
        passed = self._strays.pass_over(view.given_scores) if self._strays else None
        if self._metric is ThresholdMetric.ROC_AUC:
            return self._of_pairs(view, passed)
        losses = losses_of_rows(self._metric, view, self._of_class)
        if passed is not None:
            losses = np.where(passed, np.nan, losses)
        rows = np.flatnonzero(np.isfinite(losses))
        return rows, losses[rows]

    def state(self) -> State:
        """Return what waits for its other half, and what is known of scores."""
        strays = {} if self._strays is None else {"scores": list(self._strays.counts)}
        return {
            "unpaired": self._unpaired.copy(),
            "of_class": self._unpaired_are_of_class,
            **strays,
        }

    def restore(self, state: State) -> None:
        """Take over a state of the same metric."""
        self._unpaired = state["unpaired"].copy()
        self._unpaired_are_of_class = state["of_class"]
        if self._strays is not None:
            # Releases before counted none.
            rows, strays = state.get("scores", (0, 0))
            self._strays.counts = rows, strays

    def _of_pairs(
        self, view: OutcomeView, passed: NDArray[np.bool_] | None
    ) -> tuple[Rows, Numbers]:
        scores = view.scores if passed is None else np.where(passed, np.nan, view.scores)
        known = np.flatnonzero(view.is_known & np.isfinite(scores))
        # What is given is the probability of the class that was predicted, of two.
        predicted = view.predicts(self._of_class)[known]
        chances = np.where(predicted, scores[known], 1.0 - scores[known])
        held = len(self._unpaired)
        of_class = view.has(self._of_class)[known]
        chances = np.concatenate([self._unpaired, chances])
        sides = np.concatenate([np.full(held, self._unpaired_are_of_class), of_class])
        losses = np.full(len(chances), np.nan)
        first = _pair(chances, sides, losses)
        self._unpaired = chances[first:].copy()
        self._unpaired_are_of_class = bool(sides[-1]) if len(sides) else False
        paired = np.flatnonzero(np.isfinite(losses))
        # Whoever waits came first, and never ends a pair.
        return known[paired - held], losses[paired]


def losses_of_rows(metric: ThresholdMetric, view: OutcomeView, of_class: str) -> Numbers:
    """Return the loss of each row by itself, not finite where there is none, whatever came before.

    Of a metric that is no mean over rows, the area under the ROC curve, `KeyError`.
    """
    return _LOSSES[metric](view, of_class)


def is_of_scores(metric: ThresholdMetric) -> bool:
    """Return whether a metric takes scores for probabilities."""
    return metric in _OF_SCORES


def to_value(metric: ThresholdMetric, mean: float) -> float:
    """Return the metric that a mean loss gives."""
    if metric is ThresholdMetric.F1:
        return 2.0 * (1.0 - mean) / (2.0 - mean)
    if metric is ThresholdMetric.RMSE:
        return float(np.sqrt(mean))
    return mean if metric.is_loss else 1.0 - mean


def to_mean(metric: ThresholdMetric, value: float) -> float:
    """Return the mean loss that gives a metric."""
    if metric is ThresholdMetric.F1:
        return 1.0 - value / (2.0 - value)
    if metric is ThresholdMetric.RMSE:
        return value * value
    return value if metric.is_loss else 1.0 - value


def cap_of(metric: ThresholdMetric, mean: float) -> float:
    """Return at which loss they are cut off where a mean is allowed: 1 where that is the most."""
    return _CAPS[metric] * mean if metric in _CAPS else 1.0


def is_capped(metric: ThresholdMetric) -> bool:
    """Return whether losses have no bound of their own."""
    return metric in _CAPS


@njit(cache=True, nogil=True)
def _pair(chances: Numbers, sides: NDArray[np.bool_], losses: Numbers) -> int:
    """Write the loss of each row that meets rows of the other side; return who still waits.

    Who waits is all of one side, `PAIRED` at most; who comes from the other side is compared with
    all of them, and they are done with.
    """
    first = 0
    for row in range(len(chances)):
        if row == first or sides[row] == sides[row - 1]:
            first = max(first, row + 1 - PAIRED)
            continue
        total = 0.0
        for other in range(first, row):
            above = chances[row] - chances[other]
            if not sides[row]:
                above = -above
            total += 1.0 if above < 0.0 else 0.5 if above == 0.0 else 0.0
        losses[row] = total / (row - first)
        first = row + 1
    return first


def _errors(view: OutcomeView, of_class: str) -> Numbers:
    del of_class
    return view.errors(of_classes=True)


def _where(known: NDArray[np.bool_], wrong: NDArray[np.bool_]) -> Numbers:
    return np.where(known, wrong.astype(np.float64), np.nan)


def _precision(view: OutcomeView, of_class: str) -> Numbers:
    return _where(view.is_known & view.predicts(of_class), ~view.has(of_class))


def _recall(view: OutcomeView, of_class: str) -> Numbers:
    return _where(view.is_known & view.has(of_class), ~view.predicts(of_class))


def _specificity(view: OutcomeView, of_class: str) -> Numbers:
    return _where(view.is_known & ~view.has(of_class), view.predicts(of_class))


def _f1(view: OutcomeView, of_class: str) -> Numbers:
    predicted, true = view.predicts(of_class), view.has(of_class)
    return _where(view.is_known & (predicted | true), ~(predicted & true))


def _brier(view: OutcomeView, of_class: str) -> Numbers:
    del of_class
    losses: Numbers = (view.scores - (1.0 - _right_or_wrong(view))) ** 2
    return losses


def _log_loss(view: OutcomeView, of_class: str) -> Numbers:
    del of_class
    errors = _right_or_wrong(view)
    chances = np.where(errors == 0.0, view.scores, 1.0 - view.scores)
    losses: Numbers = -np.log(np.maximum(chances, _LEAST_PROBABILITY))
    return np.where(np.isfinite(errors), losses, np.nan)


def _right_or_wrong(view: OutcomeView) -> Numbers:
    """Return the errors, NaN where one is neither: a list of which some are wrong."""
    errors = view.errors(of_classes=True)
    return np.where((errors == 0.0) | (errors == 1.0), errors, np.nan)


def _distances(view: OutcomeView, of_class: str) -> Numbers:
    del of_class
    return view.errors(of_classes=False)


def _squares(view: OutcomeView, of_class: str) -> Numbers:
    del of_class
    with np.errstate(over="ignore"):
        squares: Numbers = view.errors(of_classes=False) ** 2
    return np.minimum(squares, np.finfo(np.float64).max)


def _shares(view: OutcomeView, of_class: str) -> Numbers:
    del of_class
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        shares: Numbers = view.errors(of_classes=False) / np.abs(view.labels)
    return np.where(view.labels == 0.0, np.nan, np.minimum(shares, np.finfo(np.float64).max))


_LOSSES: Final[Mapping[ThresholdMetric, Callable[[OutcomeView, str], Numbers]]] = {
    ThresholdMetric.ACCURACY: _errors,
    ThresholdMetric.PRECISION: _precision,
    ThresholdMetric.RECALL: _recall,
    ThresholdMetric.SPECIFICITY: _specificity,
    ThresholdMetric.F1: _f1,
    ThresholdMetric.BRIER: _brier,
    ThresholdMetric.LOG_LOSS: _log_loss,
    ThresholdMetric.MAE: _distances,
    ThresholdMetric.MSE: _squares,
    ThresholdMetric.RMSE: _squares,
    ThresholdMetric.MAPE: _shares,
}
