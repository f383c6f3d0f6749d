"""Optional fields that cannot be read: each costs itself alone, never its event."""

from enum import StrEnum
from typing import NamedTuple


class Oddity(StrEnum):
    """Why an optional field was left out of its event; a label of a metric."""

    EMPTY = "empty"
    """An empty text, or a mark for a missing value, where a value was expected."""

    NULL = "null"
    """Nothing in place of one of several values."""

    MISTYPED = "mistyped"
    """A value of another type than the field takes, in no form that has an evident meaning."""

    NOT_FINITE = "not_finite"
    """NaN, infinity, or a number beyond float64."""

    UNREADABLE = "unreadable"
    """A text or number that is no time, or that could be several."""

    AMBIGUOUS = "ambiguous"
    """A text that may be a number, ``1,5``, or what a program prints: it counts as that text."""

    TOO_LONG = "too_long"
    """A text of more characters than names may have."""

    WRONG_LENGTH = "wrong_length"
    """A list of probabilities that are not as many as the classes that the settings name."""

    OTHER_CLASSES = "other_classes"
    """Scores of classes among which the predicted one is not: none is its probability."""

    NOT_ONE = "not_one"
    """Probabilities of classes that are more than 1 in all; of all classes, or less."""

    NOT_COMPARABLE = "not_comparable"
    """A prediction of several values with names, or texts: watched, and compared with no label.

    Likewise a label beside no prediction.
    """

    OTHER_NAME = "other_name"
    """A prediction that is absent, while a feature is called as predictions are."""

    FAILED = "failed"
    """What a server has answered to a request that has failed: no prediction."""


class LeftOut(NamedTuple):
    """One optional field that was left out of an event, by its own name, and why."""

    field: str
    oddity: Oddity
