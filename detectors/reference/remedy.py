"""What is done about the dependence of a column's values, by a sample of them."""

from dataclasses import dataclass
from typing import Final

from detectors.arrays.column import Numbers
from detectors.reference.dependence import (
    DEPENDENT,
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


def remedy_for(sample: Numbers, seed: int, *, numeric: bool) -> Remedy:
    """Return what a sample needs: nothing, residuals, or values that lie far enough apart.

    Parameters
    ----------
    sample
        Shape ``(n,)``: numbers, or the places of categories in the order of their frequency.
    seed
        As of `detectors.reference.residuals.residuals_of`.
    numeric
        Whether they are numbers, which have residuals.
    """
    standings = standings_of(without_trend(sample) if numeric else sample)
    correlations = autocorrelations(standings)
    lag_one = float(correlations[1]) if correlations[1:].any() else None
    all_sums = sums(correlations)
    folded = autocorrelations(folded_standings(standings))
    by_size = bool((sums(folded) >= DEPENDENT).any())
    # Of numbers that alternate the residuals say more.
    alternates = numeric and len(all_sums) > 0 and all_sums[0] <= -DEPENDENT
    if not (by_size or alternates or (all_sums >= DEPENDENT).any()):
        return Remedy(None, 1, independent=True, correlation=lag_one)
    whitening = whitening_of(sample, seed) if numeric else None
    if whitening is not None:
        return Remedy(whitening, 1, independent=True, correlation=lag_one)
    most = max(min(MOST_STRIDE, len(sample) // FEWEST_LEFT), 1)
    strides = [independent_stride(each, most) for each in (correlations, folded)]
    known = [each for each in strides if each is not None]
    independent = len(known) == len(strides)
    return Remedy(None, max(known) if independent else most, independent, lag_one)
