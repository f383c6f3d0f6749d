"""Metrics of one window, from its sums."""

import math
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from detectors.performance import estimates, intervals
from detectors.performance.confusion import AVERAGES, Confusion
from detectors.performance.error import Task
from detectors.performance.estimates import estimate, none
from detectors.performance.judged_rows import Problem
from detectors.performance.options import METRICS_OF, PerformanceOptions
from detectors.performance.ranking import Ranked, average_precision, roc_auc
from detectors.performance.stray_scores import STRAYS
from detectors.performance.tallies import ClassSum, NumberSum, Tally
from detectors.performance.tally_kernels import CALIBRATION_BINS
from schemas.events.model_performance import Estimate, NoValue

_BOTH: Final = 2


def metrics_of(
    tally: Tally, confusion: Confusion | None, options: PerformanceOptions, positive: int
) -> dict[str, Estimate]:
    """Return the metrics of a window by their names.

    Parameters
    ----------
    tally
        Its sums.
    confusion
        Of its classes; None of a regression.
    options
        Which ones.
    positive
        The number of the class that is looked for; below 0 where it has none.
    """
    task = Task.REGRESSION if confusion is None else Task.CLASSIFICATION
    names = [name for name in METRICS_OF[task] if name in (options.metrics or METRICS_OF[task])]
    if tally.good == 0:
        return {name: none(NoValue.NO_ROWS) for name in names}
    if confusion is None:
        return {name: _OF_NUMBERS[name](tally) for name in names}
    return {name: _of_classes(name, tally, confusion, positive) for name in names}


def _of_classes(name: str, tally: Tally, confusion: Confusion, positive: int) -> Estimate:
    base, _, average = name.partition("_")
    if name in _OF_SCORES:
        return _OF_SCORES[name](tally, confusion.classes, positive)
    if average in AVERAGES:
        return confusion.averaged(base, average)
    if name.endswith("accuracy"):
        return confusion.accuracy() if name == "accuracy" else confusion.balanced_accuracy()
    if positive < 0:
        return none(NoValue.NO_POSITIVE_CLASS)
    if name.endswith("_rate"):
        return confusion.rate(positive, of_labels=name == "label_rate")
    return confusion.of_class(name, positive)


def _scores(tally: Tally) -> int:
    """Return how many rows have a score, whatever it is."""
    return tally.scored + int(tally.counts[Problem.SCORE_OUT_OF_RANGE])


def _lacking(tally: Tally, classes: int) -> NoValue | None:
    """Return why nothing is known of the probabilities of all classes."""
    if STRAYS * tally.counts[Problem.SCORE_OUT_OF_RANGE] > _scores(tally):
        return NoValue.SCORES_OUT_OF_RANGE
    if tally.scored == 0:
        return NoValue.NO_SCORES
    return NoValue.NO_PROBABILITIES if tally.tops > 0 and classes > _BOTH else None


def _ranked(
    metric: Callable[..., Ranked], tally: Tally, classes: int, positive: int
) -> tuple[Ranked, int, int] | NoValue:
    """Return a metric of the order of scores, and how many positives and others there are."""
    reason = _lacking(tally, classes)
    if reason is None and positive < 0:
        reason = NoValue.NO_POSITIVE_CLASS
    if reason is not None:
        return reason
    positives, negatives = tally.scores.counts()
    found, others = int(positives.sum()), int(negatives.sum())
    if found + others == 0:
        return NoValue.NO_SCORES
    if found == 0 or (others == 0 and metric is roc_auc):
        return NoValue.ONE_CLASS
    return metric(positives, negatives), found, others


def _roc_auc(tally: Tally, classes: int, positive: int) -> Estimate:
    found = _ranked(roc_auc, tally, classes, positive)
    if isinstance(found, NoValue):
        return none(found)
    (value, error), positives, negatives = found
    interval = intervals.of_auc(value, positives, negatives)
    return estimate(value, interval, error=None if tally.scores.is_exact else error)


def _average_precision(tally: Tally, classes: int, positive: int) -> Estimate:
    found = _ranked(average_precision, tally, classes, positive)
    if isinstance(found, NoValue):
        return none(found)
    value, error = found[0]
    return estimate(value, error=None if tally.scores.is_exact else error)


def _mean_of_scores(total: ClassSum, squares: ClassSum) -> Callable[[Tally, int, int], Estimate]:
    def mean(tally: Tally, classes: int, _: int) -> Estimate:
        reason = _lacking(tally, classes)
        if reason is not None:
            return none(reason)
        sums = tally.sums
        return estimates.mean(tally.scored, float(sums[total]), float(sums[squares]))

    return mean


def _calibration_error(tally: Tally, _classes: int, _positive: int) -> Estimate:
    reason = _lacking(tally, _BOTH)  # of any number of classes one probability is enough
    if reason is not None:
        return none(reason)
    begin = ClassSum.CONFIDENCE
    confidence = tally.sums[begin : begin + CALIBRATION_BINS]
    right = tally.calibration[1]
    return estimate(float(np.abs(confidence - right).sum()) / tally.scored)


def _mean_of(total: NumberSum, squares: NumberSum) -> Callable[[Tally], Estimate]:
    def mean(tally: Tally) -> Estimate:
        return estimates.mean(tally.good, float(tally.sums[total]), float(tally.sums[squares]))

    return mean


def _rmse(tally: Tally) -> Estimate:
    mse = _OF_NUMBERS["mse"](tally)
    if mse.value is None:
        return mse
    if mse.low is None or mse.high is None:
        return estimate(math.sqrt(mse.value))
    return estimate(math.sqrt(mse.value), (math.sqrt(max(mse.low, 0.0)), math.sqrt(mse.high)))


def _r2(tally: Tally) -> Estimate:
    if tally.good < _BOTH:
        return none(NoValue.ONE_ROW)
    total, squares = tally.sums[NumberSum.LABEL], tally.sums[NumberSum.LABEL_SQUARES]
    with np.errstate(over="ignore", invalid="ignore"):
        spread = float(squares - total * total / tally.good)
    if not math.isfinite(spread):
        return none(NoValue.TOO_LARGE)
    if spread <= 0:
        return none(NoValue.CONSTANT_LABELS)
    return estimate(1 - float(tally.sums[NumberSum.ERROR_SQUARES]) / spread)


def _label_mean(tally: Tally) -> Estimate:
    # Labels are summed by their distances to the first one.
    found = _mean_of(NumberSum.LABEL, NumberSum.LABEL_SQUARES)(tally)
    first = float(tally.sums[NumberSum.FIRST_LABEL])
    if found.value is None:
        return found
    if found.low is None or found.high is None:
        return estimate(found.value + first)
    return estimate(found.value + first, (found.low + first, found.high + first))


def _macro(metric: Callable[..., Ranked], *, weighted: bool = False) -> Callable[..., Estimate]:
    """Return a metric of the order of scores as the mean over all classes that were true."""

    def mean(tally: Tally, classes: int, positive: int) -> Estimate:
        lists = tally.lists
        if lists is None or lists.rows == 0:
            return _of_both(metric, tally, classes, positive, weighted=weighted)
        if not lists.is_whole:
            return none(NoValue.TOO_MANY_SCORES)
        if lists.rows < tally.good or not lists.is_even:
            return none(NoValue.NO_PROBABILITIES)
        those = list(lists.classes())
        if len(those) < _BOTH:
            return none(NoValue.ONE_CLASS)
        weights = [each.rows if weighted else 1 for each in those]
        values = [metric(*each).value for each in those]
        pairs = zip(values, weights, strict=True)
        return estimate(sum(value * weight for value, weight in pairs) / sum(weights))

    return mean


def _of_both(
    metric: Callable[..., Ranked], tally: Tally, classes: int, positive: int, *, weighted: bool
) -> Estimate:
    """Return the mean of a metric over two classes, whose scores are 1 together."""
    found = _ranked(metric, tally, classes, positive)
    if isinstance(found, NoValue):
        return none(found)
    own, positives, negatives = found
    if negatives == 0:
        return none(NoValue.ONE_CLASS)
    hits, others = tally.scores.counts()
    other = metric(others[::-1], hits[::-1])
    shares = (positives, negatives) if weighted else (1, 1)
    value = (own.value * shares[0] + other.value * shares[1]) / sum(shares)
    error = (own.error * shares[0] + other.error * shares[1]) / sum(shares)
    return estimate(value, error=None if tally.scores.is_exact else error)


_OF_SCORES: Final[Mapping[str, Callable[[Tally, int, int], Estimate]]] = {
    "roc_auc": _roc_auc,
    "roc_auc_macro": _macro(roc_auc),
    "roc_auc_weighted": _macro(roc_auc, weighted=True),
    "average_precision": _average_precision,
    "average_precision_macro": _macro(average_precision),
    "log_loss": _mean_of_scores(ClassSum.LOG_LOSS, ClassSum.LOG_LOSS_SQUARES),
    "brier": _mean_of_scores(ClassSum.BRIER, ClassSum.BRIER_SQUARES),
    "calibration_error": _calibration_error,
}
_OF_NUMBERS: Final[Mapping[str, Callable[[Tally], Estimate]]] = {
    "mae": _mean_of(NumberSum.ABSOLUTE, NumberSum.ERROR_SQUARES),
    "mse": _mean_of(NumberSum.ERROR_SQUARES, NumberSum.FOURTHS),
    "rmse": _rmse,
    "mape": _mean_of(NumberSum.RELATIVE, NumberSum.RELATIVE_SQUARES),
    "r2": _r2,
    "bias": _mean_of(NumberSum.ERROR, NumberSum.ERROR_SQUARES),
    "quantile_loss": _mean_of(NumberSum.QUANTILE, NumberSum.QUANTILE_SQUARES),
    "prediction_mean": _mean_of(NumberSum.SAID, NumberSum.SAID_SQUARES),
    "label_mean": _label_mean,
}
