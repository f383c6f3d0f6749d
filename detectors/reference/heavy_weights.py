"""What predicts the next value from those before it where surprises have no variance.

Least squares let the largest surprise of a sample decide, whose size says nothing of the weights.
Under the likelihood of Cauchy's law a surprise counts the less the larger it is, while what follows
it, at the height that it has left, tells the weights the better: of a thousand values they are off
by some ten thousandths, in place of a hundredth.

References
----------
Davis, Knight and Liu, "M-estimation for autoregressions with infinite variance", Stochastic
Processes and their Applications 40, 1992.
"""

import math
from typing import Final, NamedTuple

import numpy as np

from detectors.arrays.column import Numbers

_ROUNDS: Final = 40
"""Of reweighting at most."""

_SETTLED: Final = 1e-6
"""By how much weights change at most once they are found."""

_SMALLEST: Final = 1e-12
"""Spread of surprises at least."""

_CAUTION: Final = 5.0
"""Standard errors that weights are taken to be off by: the largest value of a stream is expected
to be as far beyond those of the sample as it is long."""


class HeavyWeights(NamedTuple):
    """Weights of the values before one.

    Attributes
    ----------
    weights
        Shape ``(order,)``, the latest value's first.
    doubt
        What they may be off by, in parts of what they say.
    unlikely
        Twice the negative logarithm of the likelihood of the surprises under Cauchy's law, but for
        a constant.
    """

    weights: Numbers
    doubt: float
    unlikely: float


def heavy_weights(values: Numbers, order: int, begin: Numbers) -> HeavyWeights:
    """Return so many weights, under which values are the likeliest.

    Parameters
    ----------
    values
        Shape ``(n,)``, around their median.
    order
        How many weights; 0 for none.
    begin
        At most so many, from which the search begins, as of a lower order.
    """
    size = len(values)
    # What is expected of a value of zero may be another: the last coefficient, which is not kept.
    earlier = np.ones((size - order, order + 1))
    for k in range(1, order + 1):
        earlier[:, k - 1] = values[order - k : size - k]
    own = values[order:]
    found = np.concatenate([begin, np.zeros(order + 1 - len(begin))])
    for _ in range(_ROUNDS):
        surprises = own - earlier @ found
        trust = 1.0 / np.hypot(1.0, surprises / _spread_of(surprises))
        last = found
        found = np.linalg.lstsq(earlier * trust[:, None], own * trust, rcond=None)[0]
        if float(np.abs(found - last).max()) < _SETTLED:
            break
    surprises = own - earlier @ found
    spread = _spread_of(surprises)
    unlikely = float(np.log1p(np.square(surprises / spread)).mean()) + math.log(spread)
    weights = found[:order].astype(np.float64)
    expected = earlier[:, :order] @ weights / np.hypot(1.0, surprises / spread)
    told = math.sqrt(float(np.square(expected).sum()))
    doubt = _CAUTION * spread / told if told > spread else 0.0
    return HeavyWeights(weights, doubt, 2.0 * size * unlikely)


def _spread_of(surprises: Numbers) -> float:
    """Return half of what a middle half of surprises spans, which is the scale of Cauchy's law."""
    low, high = np.quantile(surprises, [0.25, 0.75])
    return max(float(high - low) / 2.0, _SMALLEST)
