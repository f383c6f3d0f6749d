"""How much rarer alarms are asked to be of a column whose ranks no sample has shown independent."""

from typing import Final

from detectors.reference.reference import Reference

SHORT: Final = 10_000.0
"""Rows to a false alarm up to which none are asked for."""

MOST: Final = 10_000.0
"""Times as many rows as a budget has that are asked for, at most."""


def needs_caution(reference: Reference) -> bool:
    """Tell whether the limits of a column are to be raised: residuals without a guarantee.

    Those of thinned columns are not, of which so few values are judged that nothing would be told.
    """
    return reference.is_filtered and not reference.independent


def cautious(rows: float) -> float:
    """Return how many rows there are to be to a false alarm, so that there are so many.

    What a filter leaves of a dependence lasts for a while, and ends again: what is won by it falls
    off with the limit, but slower than what is won by chance. So it shows where alarms are rare.

    Examples
    --------
    >>> cautious(1e4), cautious(1e6)
    (10000.0, 100000000.0)
    """
    return rows * min(max(rows / SHORT, 1.0), MOST)
