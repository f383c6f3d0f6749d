"""A cycle of so many values, whatever the clock says: what goes up and down as a sine under noise.

A filter that follows it must forget, or the phase is lost; one that follows any level follows a
drift too. So the sine alone is followed, by a notch,

    expected = 2 cos(w) y1 - y2 - 2 r cos(w) s1 + r^2 s2,

of the latest two values y and surprises s: a sine of the frequency w leaves nothing, and a level
leaves 1 / (1 + ((1 - r) / w)^2) of itself, all but a twelfth at `WIDTH`.

References
----------
Rao, Kung, "Adaptive notch filtering for the retrieval of sinusoids in noise", IEEE Transactions on
Acoustics, Speech, and Signal Processing 32, 1984.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit

from detectors.arrays.column import Numbers

FEWEST: Final = 3
"""Cycles in a sample, at least: less may be a wave that does not come again."""

SHORTEST: Final = 12
"""Values of a cycle, at least: weights of single values say more of shorter ones."""

WIDTH: Final = 0.3
"""1 - r over w: the narrower the notch is, the later it follows a cycle that is a little off."""

_FINER: Final = 4
"""Frequencies to one of the sample's own, among which the strongest one is sought."""

_STEPS: Final = 32
"""Parts of the way from there to its neighbours, likewise."""


class Cycle(NamedTuple):
    """A sine that was found in a sample.

    Attributes
    ----------
    weights
        Of the latest two values, shape ``(2,)``.
    moving, second
        Of the latest two surprises.
    before
        The two values before the sample, the latest first, shape ``(2,)``.
    left
        Mean square of what is left of the sample.
    """

    weights: Numbers
    moving: float
    second: float
    before: Numbers
    left: float


def cycle_of(values: Numbers) -> Cycle | None:
    """Return the strongest cycle of a sample; None of one that is too short for any.

    Parameters
    ----------
    values
        Shape ``(n,)``, about 0.

    Examples
    --------
    >>> times = np.arange(1000)
    >>> found = cycle_of(np.sin(2 * np.pi * times / 125) + 0.1 * np.cos(times * times))
    >>> round(2 * np.pi / np.arccos(found.weights[0] / 2)), found.left < 0.01
    (125, True)
    """
    size = len(values)
    power = np.square(np.abs(np.fft.rfft(values, _FINER * size)))
    first, last = _FINER * FEWEST, _FINER * size // SHORTEST
    if last <= first:
        return None
    strongest = first + int(np.argmax(power[first : last + 1]))
    times = np.arange(size)
    steps = np.arange(-_STEPS, _STEPS + 1) / _STEPS
    frequencies = 2.0 * np.pi * (strongest + steps) / (_FINER * size)
    waves = [complex(np.exp(-1j * each * times) @ values) for each in frequencies.tolist()]
    at = int(np.argmax(np.abs(waves)))
    frequency, wave = float(frequencies[at]), waves[at] * 2.0 / size
    before = np.array([(wave * np.exp(-1j * frequency * back)).real for back in (1.0, 2.0)])
    kept = 1.0 - min(WIDTH * frequency, WIDTH)
    weights = np.array([2.0 * math.cos(frequency), -1.0])
    moving, second = -kept * float(weights[0]), kept * kept
    return Cycle(weights, moving, second, before, _left(values, weights, moving, second, before))


@njit(cache=True, nogil=True, error_model="numpy")
def _left(
    values: Numbers, weights: Numbers, moving: float, second: float, before: Numbers
) -> float:
    last, earlier = before[0], before[1]
    surprise, surprise_before, total = 0.0, 0.0, 0.0
    for value in values:
        expected = weights[0] * last + weights[1] * earlier
        expected += moving * surprise + second * surprise_before
        last, earlier = value, last
        surprise, surprise_before = value - expected, surprise
        total += surprise * surprise
    return total / len(values)
