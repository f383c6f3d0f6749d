"""The most that the errors of a classifier can say of a drift, at a budget of false alarms."""

from typing import Final

import numpy as np

from benchmarks.watchers import Values

ORACLE: Final = "an oracle, errors"

BUDGET: Final = 1_000_000
"""Rows to a false alarm, as Driftline's by default."""

_APART: Final = 100
"""Rows between the beginnings of stretches: of a gradual drift those behind it tell more."""

_SHORTEST: Final = 50
_FURTHER: Final = 1.25
"""Rows of the shortest stretch after a drift, and how much longer the next one is."""


def oracle(errors: Values, begin: int, end: int) -> list[int]:
    """Return the row by which errors tell of a drift to one who knows all but whether there is one.

    It knows the row at which the drift would begin, the rate of errors before it, and the stretch
    behind it, with its rate of errors, that tells the soonest of all. It alarms when the errors so
    far are as many times likelier under that rate as there are rows to a false alarm: a detector
    that has as few of these is later, in the mean, by what it does not know (Lorden, Annals of
    Mathematical Statistics 42, 1971).

    Parameters
    ----------
    errors
        Shape ``(n,)``: 0 and 1.
    begin, end
        Rows of the drift's beginning, and after which an alarm is wrong.
    """
    # Half an error and half a right answer more, as of rates that may be 0.
    usual = (errors[:begin].sum() + 0.5) / (begin + 1.0)
    after = errors[begin : end + 1]
    found = len(after)
    for first in range(0, len(after), _APART):
        length = _SHORTEST
        while first + length <= found:
            part = after[first : first + length]
            rate = (part.sum() + 0.5) / (length + 1.0)
            gains = np.where(part == 1.0, np.log(rate / usual), np.log((1 - rate) / (1 - usual)))
            told = np.flatnonzero(np.cumsum(gains) >= np.log(BUDGET))
            found = min([found, *(first + told[:1]).tolist()])
            length = int(length * _FURTHER) + 1
    return [begin + found] if found < len(after) else []
