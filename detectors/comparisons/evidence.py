"""Evidence on the mean gain of one version over another, valid at whatever time one looks.

The statistic is the score process: gain times information, where the information is the inverse of
the gain's variance. By the strong approximation it is a Brownian motion whose drift is the gain,
and whose time is the information; the likelihood ratio of a drift d is exp(d S - d^2 I / 2).

References
----------
H. Robbins, Statistical methods related to the law of the iterated logarithm, Annals of Mathematical
Statistics 41 (1970).
I. Waudby-Smith, D. Arbour, R. Sinha, E. H. Kennedy, A. Ramdas, Time-uniform central limit theory
and asymptotic confidence sequences, Annals of Statistics 52 (2024).
H. Robbins, D. Siegmund, Boundary crossing probabilities for the Wiener process and sample sums,
Annals of Mathematical Statistics 41 (1970).
"""

from functools import lru_cache
from math import erfc, log, pi, sqrt
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

MOST: Final = 300.0
"""Of the decimal logarithm of an e-value that is told: there is none beyond float64."""

TUNED: Final = 8.0
"""Information times the squared spread of the mixture, at which its sequence is narrowest."""

PLANNED: Final = 1.5
"""Times the information of a fixed test of the smallest effect, with a power of .8, at which a test
of fixed size has part of the wealth."""

_OF_PLANNED: Final = 0.18
_LEVEL_OF_PLANNED: Final = 0.1
"""That part, and the level of this test over that of all: with the likelihood ratio alone the
power at 1.5 times the size of a fixed test is .84, with more it is less at the size itself."""

_PLUGGED_IN: Final = 0.01
"""Added to the logarithm of what e-values have to reach: variances are estimated. Of 10,000
simulated experiments of each kind whose versions are alike at most .048 are decided where .05 are
stated."""

_POWER: Final = NormalDist().inv_cdf(0.8)


_FAR: Final = -30.0
"""From here on down the probability of a normal value is its density over the distance."""


class Evidence(NamedTuple):
    """What is known of a gain, an array of shape ``(n,)`` or a number each.

    Attributes
    ----------
    better, worse
        Logarithms of e-values against a gain of at most, and of at least, zero.
    threshold
        What these have to reach.
    half_width
        Of the confidence sequence around the gain.
    alike
        Logarithm of the e-value against a gain of the smallest effect or more, either way; minus
        infinity where none is stated.
    within
        Logarithm of the e-value against a loss of the margin or more.
    """

    better: Numbers
    worse: Numbers
    threshold: Numbers
    half_width: Numbers
    alike: Numbers
    within: Numbers


def evidence_of(
    gain: Numbers,
    information: Numbers,
    *,
    level: float,
    effect: float | None,
    margin: float,
    spread: float,
) -> Evidence:
    """Return the evidence on a gain.

    Each side has half of the level. With a smallest effect they bet on it, plus and minus, and a
    part of the wealth on a test at one size that is planned by the effect: the probability that it
    will reject, over its level, is a martingale. Without one they bet on half-normal mixtures.

    Parameters
    ----------
    gain
        The candidate's metric less the baseline's, positive where it is better; shape ``(n,)``.
    information
        The inverse of its variance, shape ``(n,)``.
    level
        Share of false decisions, both sides together.
    effect
        The smallest effect that matters.
    margin
        By how much the candidate may be worse.
    spread
        Standard deviation of the mixture, in the unit of the gain.

    Examples
    --------
    >>> found = evidence_of(np.array([0.02]), np.array([40000.0]), level=0.05, effect=0.02,
    ...                     margin=0.0, spread=0.02)
    >>> bool(found.better[0] > found.threshold[0])
    True
    """
    score = gain * information
    threshold = np.full_like(score, threshold_of(level))
    if effect is None:
        better = _mixed(score, information, spread)
        worse = _mixed(-score, information, spread)
        alike = np.full_like(score, -np.inf)
    else:
        better = _on_effect(score, information, effect, level)
        worse = _on_effect(-score, information, effect, level)
        alike = effect * effect * information / 2.0 - effect * np.abs(score)
    grown = 1.0 + spread * spread * information
    half_width = np.sqrt(grown * (np.log(grown) - 2.0 * np.log(level))) / (spread * information)
    within = margin * score + margin * margin * information / 2.0
    return Evidence(better, worse, threshold, half_width, alike, within)


def threshold_of(level: float) -> float:
    """Return the logarithm of what the e-value of each side has to reach."""
    return log(2.0 / level) + _PLUGGED_IN


def spread_of(effect: float | None, information: float, rows: float) -> float:
    """Return the spread of the mixture: the effect, or that of a test of 2,000 rows.

    Parameters
    ----------
    effect
        The smallest that matters; None where none is stated.
    information, rows
        Of a first look: what a row gives.
    """
    if effect is not None:
        return effect
    return float(np.sqrt(TUNED * rows / (2000.0 * information)))


def told(logarithm: float) -> float:
    """Return an e-value as it is told."""
    if logarithm == -np.inf:
        return 0.0
    return float(10.0 ** min(max(logarithm / log(10.0), -MOST), MOST))


def _on_effect(score: Numbers, information: Numbers, effect: float, level: float) -> Numbers:
    """Return the logarithm of the wealth of bets on a gain of the effect."""
    ratio = effect * score - effect * effect * information / 2.0
    own = level * _LEVEL_OF_PLANNED
    size = ((_POWER - _quantile(level / 2.0)) / effect) ** 2 * PLANNED
    left = size - information
    place = (score + _quantile(own) * sqrt(size)) / np.sqrt(np.maximum(left, 1e-9 * size))
    planned = np.where(left > 0.0, _log_below(place) - log(own), -np.inf)
    wealth: Numbers = np.logaddexp(log(1.0 - _OF_PLANNED) + ratio, log(_OF_PLANNED) + planned)
    return wealth


@lru_cache(maxsize=1024)
def _quantile(share: float) -> float:
    """Return below which value a normal one is with a probability."""
    return NormalDist().inv_cdf(share)


def _mixed(score: Numbers, information: Numbers, spread: float) -> Numbers:
    """Return the logarithm of the mixture of likelihood ratios over half-normal drifts."""
    grown = 1.0 + spread * spread * information
    place = score * spread / np.sqrt(grown)
    mixed: Numbers = np.log(2.0) - np.log(grown) / 2.0 + place * place / 2.0 + _log_below(place)
    return mixed


def _log_below_one(place: float) -> float:
    if place > _FAR:
        return log(erfc(-place / sqrt(2.0)) / 2.0)
    return -place * place / 2.0 - log(-place * sqrt(2.0 * pi))


_log_below = np.vectorize(_log_below_one, otypes=[np.float64])
"""The logarithm of the probability that a normal value is below a place."""
