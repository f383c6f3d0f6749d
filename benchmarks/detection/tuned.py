"""River's detectors at a stated false-alarm rate: their parameters by bisection.

The compiled kernels stand for River's objects: tests hold them equal, row for row.
"""

from collections.abc import Callable
from math import exp, log
from typing import Final, NamedTuple

import numpy as np

from benchmarks.watchers import Values
from detectors.algorithms.adwin import Adwin
from detectors.algorithms.contract import Detector
from detectors.algorithms.page_hinkley import PageHinkley

STEPS: Final = 14

RUNS: Final = 100_000
"""Rows of a stream that one detector sees."""


class Peer(NamedTuple):
    """A detector of River with one parameter to tune.

    Attributes
    ----------
    make
        Gives one with a parameter; the others are River's defaults.
    default
        River's own parameter.
    rare, often
        Parameters at which alarms are as rare as can be, and as frequent.
    """

    make: Callable[[float], Detector]
    default: float
    rare: float
    often: float


PEERS: Final[dict[str, Peer]] = {
    "ADWIN": Peer(lambda delta: Adwin(delta=delta), 0.002, 1e-100, 1.0),
    "Page-Hinkley": Peer(lambda threshold: PageHinkley(threshold=threshold), 50.0, 1e9, 0.1),
}


def alarms_of(name: str, parameter: float, values: Values) -> list[int]:
    """Return the rows at which a peer alarms."""
    found = PEERS[name].make(parameter).update(values)
    return [detection.index for detection in found]


def tuned(
    name: str, draw: Callable[[np.random.Generator, int], Values], runs: int, seed: int
) -> float | None:
    """Return the parameter with one alarm in 100,000 rows of an unchanging stream, or fewer.

    Parameters
    ----------
    name
        Of the peer.
    draw
        Gives the stream.
    runs
        How many streams of 100,000 rows are looked at.
    seed
        Of the first one; the others follow.

    Returns
    -------
    float or None
        None where even the rarest parameter alarms more often.
    """
    streams = [draw(np.random.default_rng(seed + run), RUNS) for run in range(runs)]

    def keeps(parameter: float) -> bool:
        return sum(len(alarms_of(name, parameter, each)) for each in streams) <= runs

    rare, often = log(PEERS[name].rare), log(PEERS[name].often)
    if not keeps(exp(rare)):
        return None
    for _ in range(STEPS):
        middle = (rare + often) / 2
        if keeps(exp(middle)):
            rare = middle
        else:
            often = middle
    return exp(rare)
