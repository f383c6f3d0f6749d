"""Faults in the latest values where a change was found by other means: fewer of them tell."""

import numpy as np
from numpy.typing import NDArray

from detectors.algorithms.multinomial import log_ratios
from detectors.algorithms.value_faults import (
    EXPLAINS,
    NEW,
    STAYS,
    Fault,
    likelihood_of_new,
    unlikely_run,
)

Counts = NDArray[np.float32] | NDArray[np.float64]
Integers = NDArray[np.int64]


def staying(latest: int, own: int, counts: Counts) -> Fault | None:
    """Return that the latest values are one that stays; None where that may be chance.

    Parameters
    ----------
    latest
        How many there are.
    own
        The bin that they have in common.
    counts
        Shape ``(b,)``: of the reference's values by bins, these among them.
    """
    count, total = float(counts[own]) - latest, float(counts.sum()) - latest
    limit = unlikely_run(count, total)
    if latest < limit:
        return None
    share = count / max(total, 1.0)
    return Fault(latest - 1, STAYS, latest, share, 1.0, int(total), float(latest), limit)


def unseen_among(latest: int, bins: Integers, counts: Integers, first_unseen: int) -> Fault | None:
    """Return that the latest values differ by values never seen before; None where they do not.

    They tell more than what has become of the shares of the others.

    Parameters
    ----------
    latest
        How many there are.
    bins
        Shape ``(n,)``: of each.
    counts
        Shape ``(b,)``: of the reference's values by bins, these among them.
    first_unseen
        The first bin of values that the reference's beginning had not.
    """
    known = bins[bins < first_unseen]
    new = latest - len(known)
    count = float(counts[first_unseen:].sum()) - new
    total = float(counts.sum()) - latest
    likelihood = likelihood_of_new(new, latest, count, total)
    others = log_ratios(known, counts[:first_unseen], len(known)).sum()
    if likelihood < max(EXPLAINS, float(others)):
        return None
    share = count / max(total, 1.0)
    return Fault(latest - 1, NEW, latest, share, new / latest, int(total), likelihood, EXPLAINS)
