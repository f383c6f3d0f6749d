"""Thresholds of a model's performance, as users write them: ``recall >= 0.8``."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from schemas.values.classes import class_name

DEFAULT_CLASS: Final = "1"
"""The class that is meant where none is named; true is the same."""


class ThresholdMetric(StrEnum):
    """What can have a threshold: each is the mean of a loss of the rows, or follows from one."""

    ACCURACY = "accuracy"
    PRECISION = "precision"
    RECALL = "recall"
    SPECIFICITY = "specificity"
    F1 = "f1"
    ROC_AUC = "roc_auc"
    BRIER = "brier"
    LOG_LOSS = "log_loss"
    MAE = "mae"
    MSE = "mse"
    RMSE = "rmse"
    MAPE = "mape"

    @property
    def is_loss(self) -> bool:
        """Whether less is better."""
        return self in _LOSSES

    @property
    def is_of_classes(self) -> bool:
        """Whether it is one of a classification; else it is a regression's."""
        return self not in _OF_NUMBERS

    @property
    def is_of_a_class(self) -> bool:
        """Whether it is one class's."""
        return self in _OF_A_CLASS


_LOSSES: Final = {
    ThresholdMetric.BRIER,
    ThresholdMetric.LOG_LOSS,
    ThresholdMetric.MAE,
    ThresholdMetric.MSE,
    ThresholdMetric.RMSE,
    ThresholdMetric.MAPE,
}
_OF_NUMBERS: Final = {
    ThresholdMetric.MAE,
    ThresholdMetric.MSE,
    ThresholdMetric.RMSE,
    ThresholdMetric.MAPE,
}
_OF_A_CLASS: Final = {
    ThresholdMetric.PRECISION,
    ThresholdMetric.RECALL,
    ThresholdMetric.SPECIFICITY,
    ThresholdMetric.F1,
    ThresholdMetric.ROC_AUC,
}
_AT_MOST_ONE: Final = {metric for metric in ThresholdMetric if not metric.is_loss} | {
    ThresholdMetric.BRIER
}

_FORM: Final = re.compile(
    r"\s*(?P<metric>\w+)\s*(?:\[(?P<of_class>[^\]]+)\])?\s*(?P<sign>>=|<=)\s*"
    r"(?:(?P<reference>reference)\s*(?P<way>[-+])\s*)?(?P<number>[0-9]*\.?[0-9]+)\s*(?P<percent>%?)\s*"
)

_EXPECTED: Final = (
    "a metric, an optional class, >= or <=, and a number, such as `recall[fraud] >= 0.8`"
)


class InvalidThreshold(ValueError):
    """A text that is no threshold; the message says what is."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """How good a model has to be.

    Attributes
    ----------
    metric
        What is looked at.
    bound
        What it must reach, or not exceed; of a relative one how much worse it may become.
    of_class
        The name of the class, of a metric of one; else None.
    is_relative
        Whether ``bound`` counts from what the first labelled rows have.
    """

    metric: ThresholdMetric
    bound: float
    of_class: str | None = None
    is_relative: bool = False

    @classmethod
    def of(cls, text: str) -> "Threshold":
        """Return the threshold that a text describes.

        Raises
        ------
        InvalidThreshold
            Saying what was expected.

        Examples
        --------
        >>> str(Threshold.of("recall[fraud] >= 80%")), str(Threshold.of("f1 >= .9"))
        ('recall[fraud] >= 0.8', 'f1[1] >= 0.9')
        >>> Threshold.of("mae<=reference+2.50").is_relative
        True
        """
        found = _FORM.fullmatch(text)
        if found is None:
            raise InvalidThreshold(_EXPECTED)
        try:
            metric = ThresholdMetric(found["metric"].lower())
        except ValueError:
            raise InvalidThreshold(f"one of {', '.join(ThresholdMetric)}") from None
        sign = "<=" if metric.is_loss else ">="
        if found["sign"] != sign:
            better = "less" if metric.is_loss else "more"
            raise InvalidThreshold(f"`{metric} {sign} ...`: {better} of it is better")
        if found["of_class"] is not None and not metric.is_of_a_class:
            raise InvalidThreshold(f"`{metric}` without a class: it is of all of them")
        if found["reference"] and found["way"] != ("+" if metric.is_loss else "-"):
            way = "+" if metric.is_loss else "-"
            raise InvalidThreshold(
                f"`{metric} {sign} reference {way} ...`: how much worse it may be"
            )
        bound = float(found["number"]) / (100.0 if found["percent"] else 1.0)
        if bound <= 0.0 or (metric in _AT_MOST_ONE and bound >= 1.0):
            between = "between 0 and 1" if metric in _AT_MOST_ONE else "above 0"
            raise InvalidThreshold(
                f"a number {between}: {metric} at {bound:g} can never be crossed"
            )
        of_class = class_name(found["of_class"] or DEFAULT_CLASS) if metric.is_of_a_class else None
        return cls(metric, bound, of_class, is_relative=found["reference"] is not None)

    @property
    def subject(self) -> str:
        """The metric, with its class, as alerts name it."""
        return self.metric if self.of_class is None else f"{self.metric}[{self.of_class}]"

    def __str__(self) -> str:
        """Return it as it is written; `of` takes it."""
        sign, way = ("<=", "+") if self.metric.is_loss else (">=", "-")
        reference = f"reference {way} " if self.is_relative else ""
        return f"{self.subject} {sign} {reference}{self.bound:g}"
