"""A newer version that begins later, with labels whose delay goes by their class.

Of young rows those labels are known that come early, and nearly all rows of a newer version are
young. The share of the traffic that it has grows in steps that no route announces, in the middle of
an hour. Both versions are right about most rows of the common class and half of the other one's: of
whatever labels there are, more of the common class would make a version look better.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.comparing.drawn import Drawn
from benchmarks.comparing.judged import HOUR, verdict_of
from detectors.comparisons.evidence import evidence_of
from detectors.comparisons.options import ComparedMetric, ComparisonOptions
from detectors.performance.threshold import ThresholdMetric
from schemas.events.model_comparison import ComparisonMode

Numbers = NDArray[np.float64]

EFFECT: Final = 0.03
OPTIONS: Final = ComparisonOptions(
    metrics=(ComparedMetric(metric=ThresholdMetric.ACCURACY, smallest_effect=EFFECT),),
    mode=ComparisonMode.AB,
)
ROWS: Final = 24_000
LASTING: Final = 24 * HOUR
STEPS: Final = ((6.0, 0.0), (6.4, 0.05), (7.3, 0.2), (9.6, 0.5))
"""Until which hour the newer version has which share; from the last one on it has this one."""

DELAYS: Final = {
    "none": (0.02, 0.02),
    "of the rare class, three hours": (0.02, 3.0),
    "of the rare class, half an hour": (0.02, 0.5),
    "of the common class, three hours": (3.0, 0.02),
    "of the common class, half an hour": (0.5, 0.02),
    "of the rare class, ten days": (0.02, 240.0),
}
"""Mean hours of the labels of the common and of the rare class."""

_RARE: Final = 0.3
_RIGHT: Final = (0.95, 0.5)
"""Shares of right rows of the common and of the rare class."""

TABLE: Final = 100


class Delayed(NamedTuple):
    """What became of experiments with labels that come late.

    Attributes
    ----------
    false
        Share of decisions where both versions are as good, up to the last label within the day
        after the last prediction.
    found
        Share of newer versions that were worse and found so.
    unmatched
        Share of false decisions where all labels that are there are compared as they are.
    """

    false: float
    found: float
    unmatched: float


def rows_of(random: np.random.Generator, delays: tuple[float, float], difference: float) -> Drawn:
    """Return rows in the order of their labels, those within a day after the last prediction."""
    made = np.sort(random.integers(0, LASTING, ROWS))
    bounds = [hour * HOUR for hour, _ in STEPS[1:]]
    shares = np.array([share for _, share in STEPS])
    begun = np.searchsorted([STEPS[0][0] * HOUR, *bounds], made, side="right")
    share = np.concatenate([shares, shares[-1:]])[begun]
    is_new = random.random(ROWS) < share
    true = (random.random(ROWS) < _RARE).astype(np.float64)
    rare = true > 0.0
    right = np.where(rare, _RIGHT[1], _RIGHT[0]) + np.where(is_new, difference, 0.0)
    said = np.where(random.random(ROWS) < right, true, 1.0 - true)
    means = np.where(rare, delays[1], delays[0]) * HOUR
    waits = random.exponential(means).astype(np.int64)
    order = np.argsort(made + waits, kind="stable")
    order = order[(made + waits)[order] < 2 * LASTING]
    return Drawn(is_new[order], said[order], true[order], made=made[order], delays=waits[order])


def unmatched(rows: Drawn) -> bool:
    """Tell whether all labels that are there, compared as two samples, are decided."""
    right = (rows.said == rows.true).astype(np.float64)
    ends = np.arange(TABLE, len(right), TABLE)
    count = np.stack([np.cumsum(~rows.is_new), np.cumsum(rows.is_new)])[:, ends - 1]
    sums = np.stack([np.cumsum(right * ~rows.is_new), np.cumsum(right * rows.is_new)])[:, ends - 1]
    kept = count.min(axis=0) >= TABLE
    means = sums[:, kept] / count[:, kept]
    information = 1.0 / (means * (1.0 - means) / count[:, kept]).sum(axis=0)
    found = evidence_of(
        means[1] - means[0], information, level=0.05, effect=EFFECT, margin=0.0, spread=EFFECT
    )
    return bool((np.maximum(found.better, found.worse) >= found.threshold).any())


def delayed(delays: tuple[float, float], runs: int, random: np.random.Generator) -> Delayed:
    """Return what so many experiments with these delays come to."""
    false, found, without = [], [], []
    for _ in range(runs):
        alike = rows_of(random, delays, 0.0)
        false.append(np.isfinite(verdict_of(alike, OPTIONS, TABLE).labels))
        without.append(unmatched(alike))
        found.append(verdict_of(rows_of(random, delays, -EFFECT), OPTIONS, TABLE).is_harm)
    return Delayed(*(float(np.mean(each)) for each in (false, found, without)))
