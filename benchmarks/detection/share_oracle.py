"""How soon values tell of a change to one who knows how they are distributed after it."""

from typing import Final

import numpy as np

from benchmarks.watchers import Values

_BINS: Final = 64
_PRIOR: Final = 0.5
_LEAD: Final = 2000
"""Rows before the change from which on it is looked for."""


def oracle_delay(values: Values, change: int, limit: float) -> float:
    """Return the rows from a change until its likelihood tells, infinite where it does not.

    The shares of 64 bins are known, before the change and after it, and not the row: each value is
    as many times likelier as its bin has become, summed over all rows at which the change may have
    been (Shiryaev-Roberts, which is optimal for shares that are known: Pollak, Annals of Statistics
    13, 1985). It begins anew where it is wrong.

    Parameters
    ----------
    values
        Shape ``(n,)``.
    change
        The first row after it.
    limit
        Rows to a false alarm, at least.
    """
    edges = np.unique(np.quantile(values[:change], np.arange(1, _BINS) / _BINS))
    bins = np.searchsorted(edges, values, side="right")
    shares = [
        (np.bincount(part, minlength=len(edges) + 1) + _PRIOR) / (len(part) + _PRIOR * _BINS)
        for part in (bins[:change], bins[change:])
    ]
    gains = shares[1] / shares[0]
    begin, statistic = max(change - _LEAD, 0), 0.0
    for row, gain in enumerate(gains[bins[begin:]].tolist(), begin):
        statistic = (statistic + 1.0) * gain
        if statistic >= limit:
            if row >= change:
                return row - change + 1.0
            statistic = 0.0
    return np.inf
