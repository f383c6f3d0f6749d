"""The traffic of two versions against the split that was stated, tested at any time.

A mixture of likelihood ratios: a Dirichlet-multinomial (for two versions a beta-binomial) around
the stated split, which finds whatever is wrong; shifts by one point either way, which find the
smallest fault that matters sooner; and a test at one number of rows, at which no other one of this
level finds that fault more often: the probability that it will reject, over its level. Of 30,000
rows that are to be split evenly such a test finds a shift by one point in .81 of cases, and no test
more. The mixture depends on the counts alone, so it may be looked at after each row, or now and
then.

References
----------
M. Lindon, A. Malek, Anytime-valid inference for multinomial count data, NeurIPS 2022.
"""

from math import erfc, exp, inf, lgamma, log, sqrt
from statistics import NormalDist
from typing import Final

LEVEL: Final = 0.01
"""Share of splits that are called wrong though they are as stated, over all looks together."""

_NORMAL: Final = NormalDist()

_POINT: Final = 0.01
_CONCENTRATION: Final = 200.0

_OF_ANY: Final = 0.05
_OF_SHIFTS: Final = 0.3
_OF_PLANNED: Final = 1.0 - _OF_ANY - _OF_SHIFTS
"""Weights of whatever is wrong, of both shifts, and of the test at one number of rows."""

_PLANNED: Final = 12.0
"""Rows of that test, over the variance of a row and under the square of a shift: of an even split,
whose shift is one point, 30,000."""

_LEVEL_OF_PLANNED: Final = 0.8 * _OF_PLANNED * LEVEL
"""Of that test: a mixture that rests on it reaches the threshold before its very last row."""

_FEWEST_PLANNED: Final = 1000.0
"""Rows of the smaller version by then, below which a normal distribution would not do."""


def split_evidence(rows: tuple[int, int], share: float) -> float:
    """Return the logarithm of the e-value against a split.

    Parameters
    ----------
    rows
        Of baseline and candidate.
    share
        The candidate's share, in (0, 1).

    Examples
    --------
    >>> split_evidence((5000, 5000), 0.5) < 0.0, split_evidence((9000, 1000), 0.5) > log(100)
    (True, True)
    """
    baseline, candidate = rows
    step = min(_POINT, share / 2.0, (1.0 - share) / 2.0)
    parts = [
        log(_OF_ANY) + _beta_binomial(baseline, candidate, share),
        *(
            log(_OF_SHIFTS / 2.0)
            + candidate * log((share + shift) / share)
            + baseline * log((1.0 - share - shift) / (1.0 - share))
            for shift in (-step, step)
        ),
        log(_OF_PLANNED) + _planned(rows, share, step),
    ]
    most = max(parts)
    return most + log(sum(exp(each - most) for each in parts))


def _planned(rows: tuple[int, int], share: float, step: float) -> float:
    """Return the logarithm of the wealth of the test at one number of rows; it is lost after it."""
    variance = share * (1.0 - share)
    size = _PLANNED * variance / step**2
    left = size - sum(rows)
    if size * min(share, 1.0 - share) < _FEWEST_PLANNED:
        return 0.0
    if left <= 0.0:
        return -inf
    apart = rows[1] - share * sum(rows)
    bound = -_NORMAL.inv_cdf(_LEVEL_OF_PLANNED / 2.0) * sqrt(size * variance)
    error = sqrt(2.0 * left * variance)
    chance = (erfc((bound - apart) / error) + erfc((bound + apart) / error)) / 2.0
    return log(chance / _LEVEL_OF_PLANNED) if chance > 0.0 else -inf


def _beta_binomial(baseline: int, candidate: int, share: float) -> float:
    ours, others = _CONCENTRATION * share, _CONCENTRATION * (1.0 - share)
    return (
        lgamma(ours + candidate)
        - lgamma(ours)
        + lgamma(others + baseline)
        - lgamma(others)
        + lgamma(_CONCENTRATION)
        - lgamma(_CONCENTRATION + baseline + candidate)
        - candidate * log(share)
        - baseline * log(1.0 - share)
    )
