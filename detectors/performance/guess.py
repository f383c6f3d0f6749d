"""What the first labelled rows of a model were taken for, where that may be wrong."""

from enum import StrEnum


class Guess(StrEnum):
    """What somebody should know who has not declared what a model predicts."""

    AMOUNTS = "amounts"
    """Whole numbers that are near what was true: their errors are distances."""

    CLASSES = "classes"
    """Whole numbers that are neither what was true nor near it: nearly all classes are wrong."""

    SCORES = "scores"
    """Numbers beyond 0 to 1, where 0 or 1 was true: percentages, points, log-odds."""

    OTHER_UNIT = "other_unit"
    """Nearly all of what was predicted lies beyond nearly all of what was true: seconds and
    minutes, or the logarithms of prices."""
