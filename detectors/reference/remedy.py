"""What is done about the dependence of a column's values, by a sample of them."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from detectors.arrays.column import Numbers
from detectors.reference.dependence import (
    DEPENDENT,
    DEPENDENT_SIZES,
    FEWEST,
    MOST_STRIDE,
    autocorrelations,
    folded_standings,
    independent_stride,
    standings_of,
    sums,
    without_trend,
)
from detectors.reference.whitening import Whitening, whitening_of

FEWEST_LEFT: Final = 32
"""Values that are left of a thinned sample."""


UNSURE: Final = 8
"""Values of which one is judged where they seem dependent however few are, and a second sample will
tell."""


FEWEST_OTHERS: Final = 20
"""Values that are not the commonest one below which a sample does not tell whether it has settled:
rare ones may come in bursts."""

SETTLED: Final = 2.0
"""Standard errors of `detectors.reference.dependence.sums` below which a sample has settled: fewer
than where there is no doubt."""


@dataclass(frozen=True, slots=True, eq=False)
class Remedy:
    """How values are judged so that they are nearly independent.

    Attributes
    ----------
    whitening
        What gives the residuals that are judged; None where values are.
    stride
        One in so many of them is judged.
    independent
        Whether these are nearly independent.
    correlation
        Lag-1 autocorrelation of the values; None for a constant.
    """

    whitening: Whitening | None
    stride: int
    independent: bool
    correlation: float | None

    @property
    def is_needed(self) -> bool:
        """Whether values depend on those before them."""
        return self.whitening is not None or self.stride > 1 or not self.independent


def settled_sample(
    sample: Numbers, seed: int, *, numeric: bool, unsure: int = MOST_STRIDE
) -> tuple[int, Remedy]:
    """Return from where on a sample is to be the reference, and what it then needs.

    A column that was still changing looks dependent as a whole, and not once it has settled.

    Parameters
    ----------
    sample, seed, numeric, unsure
        As of `remedy_for`.
    """
    plain = standings_of(sample)
    whole = _remedy_for(sample, plain, seed, numeric=numeric, unsure=unsure)
    half = len(sample) // 2
    # What comes in sizes that depend on those before may be calm for long, and has not settled.
    if half < FEWEST or not _changes(plain, DEPENDENT):
        return 0, whole
    late = sample[half:]
    if len(late) - np.unique(late, return_counts=True)[1].max() < FEWEST_OTHERS:
        return 0, whole
    # With its trend: half a cycle is one.
    ranks = standings_of(late)
    if _changes(ranks, SETTLED) or _changes(folded_standings(ranks), SETTLED):
        return 0, whole
    return half, Remedy(None, 1, independent=True, correlation=_lag_one(autocorrelations(ranks)))


def _changes(standings: Numbers, limit: float) -> bool:
    """Tell whether values depend on those before them, or have a trend."""
    return bool((sums(autocorrelations(standings, trend=False)) >= limit).any())


def _standings(sample: Numbers, plain: Numbers, *, numeric: bool) -> Numbers:
    level = without_trend(sample) if numeric else sample
    return plain if level is sample else standings_of(level)


def remedy_for(sample: Numbers, seed: int, *, numeric: bool, unsure: int = MOST_STRIDE) -> Remedy:
    """Return what a sample needs: nothing, residuals, or values that lie far enough apart.

    Parameters
    ----------
    sample
        Shape ``(n,)``: numbers, or the places of categories in the order of their frequency.
    seed
        As of `detectors.reference.residuals.residuals_of`.
    numeric
        Whether they are numbers, which have residuals.
    unsure
        The stride at most where none makes them independent.
    """
    return _remedy_for(sample, standings_of(sample), seed, numeric=numeric, unsure=unsure)


def _remedy_for(
    sample: Numbers, plain: Numbers, seed: int, *, numeric: bool, unsure: int
) -> Remedy:
    """Return what a sample needs, by its standings as they are."""
    standings = _standings(sample, plain, numeric=numeric)
    correlations = autocorrelations(standings)
    lag_one = _lag_one(correlations)
    all_sums = sums(correlations)
    folded = autocorrelations(folded_standings(standings))
    by_size = bool((sums(folded) >= (DEPENDENT_SIZES if numeric else DEPENDENT)).any())
    # Of numbers that alternate the residuals say more.
    alternates = numeric and len(all_sums) > 0 and all_sums[0] <= -DEPENDENT
    if not (by_size or alternates or (all_sums >= DEPENDENT).any()):
        return Remedy(None, 1, independent=True, correlation=lag_one)
    whitening = whitening_of(sample, seed) if numeric else None
    if whitening is not None:
        return Remedy(whitening, 1, independent=not whitening.outlasts, correlation=lag_one)
    most = max(min(MOST_STRIDE, len(sample) // FEWEST_LEFT), 1)
    strides = [independent_stride(each, most) for each in (correlations, folded)]
    known = [each for each in strides if each is not None]
    independent = len(known) == len(strides)
    stride = max(known) if independent else min(most, unsure)
    return Remedy(None, stride, independent=independent, correlation=lag_one)


def _lag_one(correlations: Numbers) -> float | None:
    return float(correlations[1]) if correlations[1:].any() else None
