"""What is told of the performance of a model, and of which windows."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from detectors.performance.error import Task
from detectors.performance.rate import Rate
from schemas.events.durations import MS_PER_DAY


class ScoreOf(StrEnum):
    """What a single score of a row is the probability of."""

    PREDICTED = "predicted_class"
    POSITIVE = "positive_class"


CLASSIFICATION: Final = (
    *("accuracy", "balanced_accuracy", "precision", "recall", "specificity", "f1"),
    *("precision_macro", "recall_macro", "f1_macro"),
    *("precision_micro", "recall_micro", "f1_micro"),
    *("precision_weighted", "recall_weighted", "f1_weighted"),
    *("roc_auc", "roc_auc_macro", "roc_auc_weighted"),
    *("average_precision", "average_precision_macro"),
    *("log_loss", "brier", "calibration_error"),
    *("positive_rate", "label_rate"),
)
REGRESSION: Final = (
    *("mae", "mse", "rmse", "mape", "r2", "bias", "quantile_loss"),
    *("prediction_mean", "label_mean"),
)
METRICS_OF: Final = {Task.CLASSIFICATION: CLASSIFICATION, Task.REGRESSION: REGRESSION}
METRICS: Final = (*CLASSIFICATION, *REGRESSION)


@dataclass(frozen=True, slots=True)
class PerformanceOptions:
    """How the performance of one model is told.

    Attributes
    ----------
    rows
        Labelled rows of a window of rows.
    window
        Milliseconds of a window of time.
    kept
        The latest windows of time that are kept; a label of an older prediction revises none.
    metrics
        Those that are told; empty for all of the model's task.
    positive
        The class that is looked for; None for ``1``, or the second of two declared classes.
    threshold
        The probability of the positive class from which on it counts as predicted, where
        predictions are probabilities; None for the likeliest class, and where they are classes.
    score_of
        What a single score is the probability of.
    quantile
        That which a regression predicts, for its quantile loss.
    rates
        Means of numbers of label events that are told besides. Those that were added or changed
        begin with the next row, and make nothing else void: they are not in the text of these.
    """

    rows: int = 1000
    window: int = MS_PER_DAY
    kept: int = 32
    metrics: tuple[str, ...] = ()
    positive: str | None = None
    threshold: float | None = None
    score_of: ScoreOf = ScoreOf.PREDICTED
    quantile: float = 0.5
    rates: tuple[Rate, ...] = field(default=(), repr=False)
