"""Evidence that something is rare: where next to no rows differ, a mean has no variance to go by.

Two versions that are right in all rows differ by less than an effect once rows without an error are
as many as would have shown one of that rate: about three over the effect, the rule of three. It is
the likelihood ratio of a rate well below the bound and of the bound, so that one may look at any
time.

References
----------
B. D. Jovanovic, P. S. Levy, A look at the rule of three, The American Statistician 51 (1997).
"""

from math import inf, log
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

_WELL_BELOW: Final = 0.25
"""The rate that is bet on, over the bound."""

OF_ROWS: Final = 0.01
"""The bound where rows have no unit in common with the effect: this share of them differs."""


class Kinds(NamedTuple):
    """How many rows two versions have, and how many of them are of the rarer kind.

    Attributes
    ----------
    rows, rare
        Shape ``(2,)``: of baseline and candidate.
    are_wrong
        Whether the rare ones are the wrong ones.
    """

    rows: Numbers
    rare: Numbers
    are_wrong: bool


def rare_evidence(rows: float, rare: float, bound: float) -> float:
    """Return the logarithm of the e-value against a rate of a bound or more.

    Examples
    --------
    >>> rare_evidence(400, 0, 0.01) > log(20.0) > rare_evidence(400, 2, 0.01)
    True
    """
    if not 0.0 < bound < 1.0:
        return -inf
    rate = _WELL_BELOW * bound
    return (rows - rare) * log((1.0 - rate) / (1.0 - bound)) + rare * log(rate / bound)


def alike_evidence(kinds: Kinds, effect: float) -> float:
    """Return that against a difference of an effect or more: one version would have that rate."""
    arms = zip(kinds.rows.tolist(), kinds.rare.tolist(), strict=True)
    return min(rare_evidence(rows, rare, effect) for rows, rare in arms)


def within_evidence(kinds: Kinds, margin: float) -> float:
    """Return that against a candidate that is worse by a margin or more."""
    # Where nearly all rows are wrong, the baseline would be right that often.
    arm = int(kinds.are_wrong)
    return rare_evidence(float(kinds.rows[arm]), float(kinds.rare[arm]), margin)
