"""What the scores of several classes are in all, where they can be probabilities."""

from collections.abc import Sequence
from typing import Final

ROUNDING: Final = 1e-3
"""By how much the sum of probabilities may miss 1."""

SEVERAL: Final = 2
"""Classes from which on their scores have a sum that says anything."""


def are_off(scores: Sequence[float], *, are_all: bool) -> bool:
    """Tell whether scores that can be probabilities are more than 1 in all; of all classes, not 1.

    Parameters
    ----------
    scores
        Of classes; where one is beyond 0 and 1 they are no probabilities, and may be anything.
    are_all
        Whether there are no further classes.

    Examples
    --------
    >>> are_off([0.7, 0.6], are_all=False), are_off([0.3, 0.6], are_all=False)
    (True, False)
    >>> are_off([0.3, 0.6], are_all=True), are_off([3.5, -1.0], are_all=True)
    (True, False)
    """
    if len(scores) < SEVERAL or not all(0.0 <= score <= 1.0 for score in scores):
        return False
    beyond = sum(scores) - 1.0
    return beyond > ROUNDING or (are_all and beyond < -ROUNDING)
