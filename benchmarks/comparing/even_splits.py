"""How often an even split is called wrong, over all courses that its rows can take.

No simulation: after each row the probability of every excess of one version is known from that of
the row before (a random walk), and what is beyond the first excess that is called wrong is taken
out of it.
"""

from collections.abc import Callable
from math import log
from typing import Final

import numpy as np

from detectors.comparisons.split import LEVEL, split_evidence

_WIDEST: Final = 8.0
"""Standard deviations of an excess beyond which no course is followed: there is next to none."""


Rule = Callable[[int, int], bool]
"""Tells whether so many rows are called wrong by the excess of one version over the other."""


def is_called_wrong(row: int, excess: int) -> bool:
    """Tell whether the evidence against an even split suffices."""
    candidate = (row + excess) // 2
    return split_evidence((row - candidate, candidate), 0.5) >= -log(LEVEL)


def share_called_wrong(rows: int, rule: Rule = is_called_wrong) -> float:
    """Return the probability that an even split is called wrong within rows, a look after each.

    Parameters
    ----------
    rows
        Of both versions, at least 1.
    rule
        By which they are; a larger excess is if a smaller one is.

    Examples
    --------
    >>> 0.0 < share_called_wrong(2000) < LEVEL
    True
    """
    widest = int(_WIDEST * rows**0.5)
    # By how many of its rows more than the baseline's the candidate has.
    walk = np.zeros(2 * widest + 1)
    walk[widest] = 1.0
    wrong, bound = 0.0, 1
    for row in range(1, rows + 1):
        walk[1:-1], walk[0], walk[-1] = (walk[:-2] + walk[2:]) / 2.0, 0.0, 0.0
        bound = _bound(row, bound, rule)
        if bound <= widest:
            wrong += walk[: widest - bound + 1].sum() + walk[widest + bound :].sum()
            walk[: widest - bound + 1] = walk[widest + bound :] = 0.0
    return float(wrong)


def _bound(row: int, latest: int, rule: Rule) -> int:
    """Return the smallest excess at a row that is called wrong, more than all rows if none is.

    It differs little from the latest: the search begins there. Excesses are even at even rows.
    """
    bound = latest + (latest + row) % 2
    while bound <= row and not rule(row, bound):
        bound += 2
    while bound >= 2 and rule(row, bound - 2):
        bound -= 2
    return bound
