"""Thresholds of a model's performance, as users write them: ``recall >= 0.8``."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from schemas.values import threshold_texts
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
AT_MOST_ONE: Final = {metric for metric in ThresholdMetric if not metric.is_loss} | {
    ThresholdMetric.BRIER
}
"""Those between 0 and 1."""


class Base(StrEnum):
    """What a relative threshold counts from."""

    REFERENCE = threshold_texts.REFERENCE
    """What the first labelled rows of the version have."""
    PREVIOUS = "previous"
    """What the version before has, at the same age of labels."""


_NUMBER: Final = r"(?P<{0}>[0-9]*\.?[0-9]+)\s*(?P<{0}_percent>%?)"
_BASE: Final = f"(?P<{{}}>{'|'.join(Base)})"
_FORM: Final = re.compile(
    r"\s*(?P<metric>\w+)\s*(?:\[(?P<of_class>[^\]]+)\])?\s*(?P<sign>>=|<=)\s*(?:"
    rf"{_NUMBER.format('factor')}\s*\*\s*{_BASE.format('scaled')}"
    rf"|(?:{_BASE.format('moved')}\s*(?P<way>[-+])\s*)?{_NUMBER.format('number')})\s*"
)

_EXPECTED: Final = (
    "a metric, an optional class, >= or <=, and a number, such as `recall[fraud] >= 0.8`, "
    "`accuracy >= reference - 0.02` or `mae <= 1.1 * reference`"
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
        What it must reach, or not exceed; of a relative one how much worse it may become, or how
        many times what it was.
    of_class
        The name of the class, of a metric of one; else None.
    base
        What ``bound`` counts from; None where that is nothing.
    is_factor
        Whether ``bound`` is that many times the base, and no distance from it.
    """

    metric: ThresholdMetric
    bound: float
    of_class: str | None = None
    base: Base | None = None
    is_factor: bool = False

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
        >>> str(Threshold.of("mae<=reference+2.50")), str(Threshold.of("mae<=110% *reference"))
        ('mae <= reference + 2.5', 'mae <= 1.1 * reference')
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
        of_class = class_name(found["of_class"] or DEFAULT_CLASS) if metric.is_of_a_class else None
        if found["scaled"]:
            factor = _number(found, "factor")
            _check_factor(metric, factor, found["scaled"])
            return cls(metric, factor, of_class, Base(found["scaled"]), is_factor=True)
        base = None if found["moved"] is None else Base(found["moved"])
        bound = _number(found, "number")
        if base is not None:
            _check_distance(metric, found, base)
        if bound <= 0.0 or (metric in AT_MOST_ONE and bound >= 1.0):
            between = "between 0 and 1" if metric in AT_MOST_ONE else "above 0"
            raise InvalidThreshold(
                f"a number {between}: {metric} at {bound:g} can never be crossed"
            )
        return cls(metric, bound, of_class, base)

    def allowed(self, value: float) -> float:
        """Return what the metric has to reach, or not to exceed, where its base has a value."""
        if self.base is None:
            return self.bound
        if self.is_factor:
            return self.bound * value
        return value + self.bound if self.metric.is_loss else max(value - self.bound, 0.0)

    @property
    def subject(self) -> str:
        """The metric, with its class, as alerts name it."""
        return self.metric if self.of_class is None else f"{self.metric}[{self.of_class}]"

    def __str__(self) -> str:
        """Return it as it is written; `of` takes it."""
        sign, way = ("<=", "+") if self.metric.is_loss else (">=", "-")
        if self.is_factor:
            return f"{self.subject} {sign} {_plain(self.bound)} * {self.base}"
        base = "" if self.base is None else f"{self.base} {way} "
        return f"{self.subject} {sign} {base}{_plain(self.bound)}"


def _plain(number: float) -> str:
    """Return a number as people write it, without an exponent, which `Threshold.of` takes."""
    # Of 15 digits: what a percentage comes to is off by the last ones of the 17 that there are.
    return f"{Decimal(f'{number:.15g}'):f}"


def _number(found: re.Match[str], name: str) -> float:
    return float(found[name]) / (100.0 if found[f"{name}_percent"] else 1.0)


def _check_distance(metric: ThresholdMetric, found: re.Match[str], base: Base) -> None:
    """Refuse what does not say how much worse a metric may be."""
    sign, way = ("<=", "+") if metric.is_loss else (">=", "-")
    if found["way"] != way:
        raise InvalidThreshold(f"`{metric} {sign} {base} {way} ...`: how much worse it may be")
    if found["number_percent"] and metric not in {*AT_MOST_ONE, ThresholdMetric.MAPE}:
        times = 1.0 + _number(found, "number")
        raise InvalidThreshold(
            f"`{metric} {sign} {times:g} * {base}`, or `{base} {way} ...` without %: it is no share"
        )


def _check_factor(metric: ThresholdMetric, factor: float, base: str) -> None:
    """Refuse what does not allow a metric to be worse."""
    if metric.is_loss and factor <= 1.0:
        raise InvalidThreshold(f"`{metric} <= 1.1 * {base}`, or another number above 1")
    if not metric.is_loss and not 0.0 < factor < 1.0:
        raise InvalidThreshold(f"`{metric} >= 0.95 * {base}`, or another number between 0 and 1")
