"""Detectors of ranks that know what ranks look like before the first one comes.

While nothing changes ranks are uniform, and that needs no learning. A detector that begins with an
empty window would learn it again after each burn-in, and be nearly blind meanwhile.
"""

from functools import lru_cache
from typing import Final

import numpy as np

from detectors.algorithms.catalogue import build, kind_of
from detectors.algorithms.contract import Detector
from detectors.arrays.column import Numbers
from detectors.snapshots.tree import State

MOST: Final = 1000
"""Values of the sequence; more would only slow down how a detector adapts."""

_GOLDEN: Final = (5**0.5 - 1) / 2


def uniform_sequence(count: int) -> Numbers:
    """Return evenly spread values in (0, 1), shape ``(count,)``: multiples of the golden ratio.

    Every stretch of it is nearly uniform (Weyl, 1916), so no detector finds a change in it.
    """
    values: Numbers = np.remainder(0.5 + _GOLDEN * np.arange(count, dtype=np.float64), 1.0)
    return values


def prime(detector: Detector, count: int) -> None:
    """Put a fresh detector into the state that it has after uniform values.

    Parameters
    ----------
    detector
        Of numbers; one of 0 and 1 is left as it is, and so is one whose state cannot be had.
    count
        As many as the reference was made of; at most `MOST` are fed.
    """
    kind = kind_of(detector.kind)
    if kind.input == "real" and kind.durable:
        parameters = tuple(sorted(detector.parameters.items()))
        detector.restore(_primed(detector.kind, parameters, min(count, MOST)))


@lru_cache(maxsize=256)
def _primed(
    kind: str, parameters: tuple[tuple[str, float | int | str | bool], ...], count: int
) -> State:
    detector = build(kind, dict(parameters))
    detector.update(uniform_sequence(count))
    return detector.state()
