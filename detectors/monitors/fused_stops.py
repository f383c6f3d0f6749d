"""Where the fused kernel has stopped among the rows that it was given."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.algorithms.joint_bets import WIDTH
from detectors.monitors.default_detectors import Settings
from detectors.monitors.fused_judging import DETECTORS
from detectors.monitors.fused_kernel import FED, watch_columns
from detectors.monitors.fused_rows import Rows
from detectors.monitors.joint_watch import JointWatch
from detectors.monitors.row_bets import NO_ROW_BETS, RowBets

Integers = NDArray[np.int64]


class Stop(NamedTuple):
    """Where the fused kernel has stopped among the rows of a model.

    Attributes
    ----------
    at, found
        Shapes ``(c,)`` and ``(c, 6, 5)``: what it gave for each watched column of the rows.
    begin, end
        The rows that it was given last; it found nothing in those before them.
    bets
        On these, not settled yet where it has found anything.
    """

    at: Integers
    found: NDArray[np.float64]
    begin: int
    end: int
    bets: RowBets


def stops_of(
    addresses: Integers,
    rows: Rows,
    bounds: Integers,
    firsts: Integers,
    settings: Settings,
    joints: Sequence[JointWatch | None],
) -> list[Stop | None]:
    """Feed rows to ``m`` models up to where something is found; return where that is.

    Parameters
    ----------
    addresses, rows, bounds, firsts
        As of `detectors.monitors.fused_kernel.watch_columns`.
    settings
        Of the detectors of all of these models.
    joints
        Of each model what watches its columns together.
    """
    shape = len(addresses), rows.values.shape[0]
    found = np.empty((*shape, DETECTORS, 5))
    at = np.empty(shape, dtype=np.int64)
    ends = np.zeros((len(addresses), 3), dtype=np.int64)
    numbers = np.array([0 if each is None else each.address for each in joints])
    bets = np.zeros((WIDTH, rows.values.shape[1] if numbers.any() else 0))
    watch_columns(addresses, *rows, bounds, firsts, *settings, numbers, bets, found, at, ends)
    stops: list[Stop | None] = [None] * len(addresses)
    for number in np.flatnonzero(ends[:, 2] != FED).tolist():
        joint, (begin, end) = joints[number], ends[number, :2].tolist()
        before, own = int(bounds[number, 0]), NO_ROW_BETS
        if joint is not None and joint.is_on:
            first = int(firsts[number]) + begin - before
            own = RowBets(first, np.ascontiguousarray(bets[:, begin:end]))
        part = begin - before, end - before
        stops[number] = Stop(at[number], found[number], *part, own)
    return stops
