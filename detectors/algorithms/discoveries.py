"""e-d-BH: the streams among many whose e-detectors tell of a change, few of them falsely.

References
----------
Dandapanthula, Ramdas, "Multiple testing in multi-stream sequential change detection",
arXiv 2501.04130, 2025.
"""

import numpy as np
from numpy.typing import NDArray

from detectors.arrays.column import Numbers


def discoveries(statistics: Numbers, limit: float) -> NDArray[np.int64]:
    """Return the streams that have changed, those with the largest statistics first.

    These are the ``k`` largest, for the largest ``k`` whose ``k``-th largest statistic is at least
    ``len(statistics) * limit / k``. Whenever one stops, the expected share of false ones among them
    is at most the expected number of rows up to then, divided by the limit, whatever the dependence
    between the streams.

    Parameters
    ----------
    statistics
        Shape ``(n,)``: of e-detectors, which grow by 1 a row in the mean, at most.
    limit
        The patience: rows from one false alarm to the next, at least.

    Examples
    --------
    >>> discoveries(np.array([900.0, 0.0, 700.0, 1.0]), 300.0).tolist()
    [0, 2]
    """
    order = np.argsort(-statistics, kind="stable")
    ranks = np.arange(1, len(order) + 1)
    enough = np.flatnonzero(ranks * statistics[order] >= len(order) * limit)
    return order[: enough[-1] + 1] if len(enough) else order[:0]
