"""Thresholds of performance as events and states have them: as they are written."""

from typing import Final

REFERENCE: Final = "reference"
"""What the first labelled rows of a version have."""


def is_of_reference(text: str) -> bool:
    """Tell whether a threshold counts from a reference, which may begin anew.

    Parameters
    ----------
    text
        As any release has written it: those before wrote exponents, which are read no longer.

    Examples
    --------
    >>> is_of_reference("mae <= 1.1 * reference"), is_of_reference("recall[= reference] >= 0.8")
    (True, False)
    """
    return REFERENCE in text.rpartition("= ")[-1].split(" ")
