"""Whitening: what predicts the next value of a column from those before it, fitted to a sample.

A sample may be as short as a burn-in, of any scale and tail. So weights are chosen by an
information criterion that starts from none; they are estimated from values within eight robust
deviations; and since such estimates are too small, the more the longer dependence lasts, what they
lack in the mean is added: with too little weight, what is left still depends.

References
----------
Kendall, "Note on bias in the estimation of autocorrelation", Biometrika 41, 1954.
Engle, "Autoregressive conditional heteroscedasticity with estimates of the variance of United
Kingdom inflation", Econometrica 50, 1982; Bollerslev, Journal of Econometrics 31, 1986.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit

from detectors.arrays.column import Numbers
from detectors.reference.cycle import cycle_of
from detectors.reference.dependence import (
    DEPENDENT_SIZES,
    folded_standings,
    is_dependent,
    standings_of,
)
from detectors.reference.heavy_weights import heavy_weights
from detectors.reference.residuals import (
    ARCH,
    CALMEST,
    CENTRE,
    DOUBT,
    GARCH,
    GRAIN,
    LAST,
    LEAST,
    LOG,
    MEMORY,
    MOST_WEIGHTS,
    MOVING,
    OMEGA,
    ORDER,
    SCALE,
    SECOND,
    VARIANCE,
    WEIGHTS,
    WIDEST,
    residuals_of,
)

FEWEST_DISTINCT: Final = 8
"""Different values below which a column has no residuals, but a few states."""

COMMON: Final = 0.3
"""Share of one value from which on likewise."""

_HELD: Final = 0.3
"""Share of values that are the one before them from which on they are held for a while."""

_FIT_WIDEST: Final = 8.0
_WIDEST: Final = 30.0
_UNBOUNDED: Final = 1e9
"""Robust deviations that a value predicts by: most tails predict best by what is within, and very
heavy ones by all there is."""

_PENALTY: Final = 12.0
"""Of the first coefficient: one that is fitted to nothing slows the column down."""

_OF_CYCLE: Final = 5
"""Coefficients of a cycle: its frequency, of many, and the course that it has in a sample."""

_DIGITS: Final = 6
"""Of coefficients: more are not known, and differ between machines."""

_GRAINY: Final = 0.5
"""Share of different values below which they are rounded."""

LASTING: Final = 0.996
"""Sum of the weights from which on values depend on those hundreds of values before them."""

_UNIT_ROOT: Final = 20.0
"""What that sum lacks to 1, times the size of a sample, where values may wander for ever."""

_LARGEST: Final = 0.9995
"""Sum of the weights at most."""

_NEAR_ONE: Final = (0.3, 0.5, 0.7, 0.8, 0.87, 0.92, 0.95, 0.97, 0.98, 0.987, 0.992, 0.996)
_MOVING: Final = (-0.95, -0.92, -0.89, -0.85, -0.8, -0.72, -0.6, -0.45, -0.3, -0.15, 0.2, 0.4, 0.6)
_ARCH: Final = (0.02, 0.04, 0.06, 0.08, 0.1, 0.14, 0.2, 0.3)
_PERSISTENCE: Final = (0.5, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99)


@dataclass(frozen=True, slots=True, eq=False)
class Whitening:
    """A filter that was fitted to a sample.

    Attributes
    ----------
    memory
        Of `detectors.reference.residuals`, after the sample, shape ``(MEMORY,)``.
    residuals
        Of the sample, shape ``(n,)``.
    likelihood
        Logarithm of the sample's, as if surprises were of Laplace's law, but for a constant.
    """

    memory: Numbers
    residuals: Numbers
    likelihood: float

    @property
    def outlasts(self) -> bool:
        """Whether values, or their sizes, depend on others further back than a sample tells."""
        # How bursts come and go no sample tells well enough: they are rare, and each is another. Of
        # tails without bounds the next outlier is larger than all of the sample, so that what its
        # weights are off by shows for as long as it is remembered.
        if self.memory[ARCH] > 0.0 or self.memory[WIDEST] == _UNBOUNDED:
            return True
        # It goes on as it came `detectors.reference.cycle.FEWEST` times, and is followed.
        if self.is_cyclic:
            return False
        size = len(self.residuals)
        weights = self.memory[WEIGHTS : WEIGHTS + int(self.memory[ORDER])]
        return float(weights.sum()) > min(LASTING, 1.0 - _UNIT_ROOT / size)

    @property
    def is_cyclic(self) -> bool:
        """Whether a cycle is followed (`detectors.reference.cycle`)."""
        return bool(self.memory[SECOND] > 0.0)

    @property
    def is_white(self) -> bool:
        """Whether neither the residuals nor their sizes depend on those before them."""
        standings = standings_of(self.residuals)
        return not (is_dependent(standings) or is_dependent(folded_standings(standings)))


def whitening_of(sample: Numbers, seed: int) -> Whitening | None:
    """Return the filter that makes a sample independent; None where there is none.

    Of one of the values and one of their logarithms, where both do, that under which the sample is
    likelier: where values spread in proportion to their level, a short sample may not tell it.

    Parameters
    ----------
    sample
        Shape ``(n,)``.
    seed
        As of `detectors.reference.residuals.residuals_of`.
    """
    if is_coarse(sample):
        return None
    found: Whitening | None = None
    for start in _starts(sample, np.unique(sample)):
        # Without bounds on what predicts there is none but where values are beyond these, or where
        # all else fails: of values that are held for a while nothing but their steps would be left.
        if start[WIDEST] == _UNBOUNDED:
            least = _WIDEST if found is not None else _FIT_WIDEST if start[GRAIN] else 0.0
            if _is_held(sample) or not _is_beyond(sample, start, least):
                break
        fitted = _white(sample, start, seed)
        if fitted is not None and (found is None or fitted.likelihood > found.likelihood):
            found = fitted
    return found


def _is_held(sample: Numbers) -> bool:
    """Tell whether values are the one before them more often than numbers with tails are."""
    return bool(np.mean(sample[1:] == sample[:-1]) > _HELD)


def _is_beyond(sample: Numbers, start: Numbers, widest: float) -> bool:
    """Tell whether values are further out than so many robust deviations."""
    with np.errstate(over="ignore"):
        scaled = (sample - start[CENTRE]) / start[SCALE]
    return bool(np.abs(scaled).max() > widest)


def _white(sample: Numbers, start: Numbers, seed: int) -> Whitening | None:
    """Return the filter from a start that makes a sample independent; None where there is none.

    What one cycle leaves may have others, overtones, or neighbours that depend on each other:
    weights, which follow any course, may have made it independent.
    """
    for may_be_cyclic in (True, False):
        fitted = _fitted(sample, start.copy(), seed, may_be_cyclic=may_be_cyclic)
        if fitted.is_white:
            return fitted
        if not fitted.is_cyclic:
            break
    return None


def is_coarse(sample: Numbers) -> bool:
    """Tell whether a sample has a few states, of which no residuals can be had."""
    values, counts = np.unique(sample, return_counts=True)
    return bool(len(values) < FEWEST_DISTINCT or counts.max() >= COMMON * len(sample))


def _starts(sample: Numbers, values: Numbers) -> Iterator[Numbers]:
    """Yield memories that say how values are scaled, and nothing else yet."""
    grain = float(np.median(np.diff(values))) if len(values) < _GRAINY * len(sample) else 0.0
    for logarithms, widest in ((0.0, _WIDEST), (1.0, _WIDEST), (0.0, _UNBOUNDED)):
        memory = np.zeros(MEMORY)
        memory[LOG], memory[WIDEST], memory[GRAIN] = logarithms, widest, grain
        shown = sample
        if logarithms:
            memory[LEAST] = 1e-3 * values[0]
            if memory[LEAST] <= 0.0:
                continue
            shown = np.log(sample)
        with np.errstate(over="ignore", invalid="ignore"):  # values near the end of float64
            low, centre, high = np.quantile(shown, [0.25, 0.5, 0.75])
            scale = (high - low) / 1.349
        if math.isfinite(scale) and scale > 0.0:
            memory[CENTRE], memory[SCALE] = centre, scale
            yield memory


def _fitted(sample: Numbers, memory: Numbers, seed: int, *, may_be_cyclic: bool) -> Whitening:
    """Return the filter with the coefficients that suit a sample."""
    shown = np.log(sample) if memory[LOG] else sample
    with np.errstate(over="ignore"):
        scaled = (shown - memory[CENTRE]) / memory[SCALE]
    unbounded = memory[WIDEST] == _UNBOUNDED
    if not unbounded:
        # An outlier says nothing of what follows it.
        near = np.maximum.accumulate(np.where(np.abs(scaled) <= _WIDEST, np.arange(len(sample)), 0))
        scaled = scaled[near]
    widest = _UNBOUNDED if unbounded else _FIT_WIDEST
    scaled = np.clip(scaled, -widest, widest)
    # Of tails without bounds the mean says nothing; the median is taken off already.
    middle = 0.0 if unbounded else float(scaled.mean())
    memory[CENTRE] += middle * memory[SCALE]
    if unbounded:
        weights, memory[DOUBT], criterion = _heavy(scaled)
    else:
        weights, memory[MOVING], criterion = _weights(scaled - middle)
    cycle = cycle_of(scaled - middle) if may_be_cyclic and not unbounded else None
    is_cyclic = cycle is not None and _criterion(len(sample), cycle.left, _OF_CYCLE) < criterion
    if cycle is not None and is_cyclic:
        weights, memory[MOVING], memory[SECOND] = cycle.weights, cycle.moving, cycle.second
        memory[LAST : LAST + 2] = cycle.before
    total = float(weights.sum())
    # With infinite variance estimates converge faster, and are not too small.
    if total > 0.0 and not unbounded and not is_cyclic:
        lack = (1.0 + 3.0 * total) / len(sample)
        lack = max(min(lack, 0.9 * (_LARGEST - total)), 0.0)
        # Where values may wander for ever, too small a weight leaves a course in what is judged,
        # and one that is too large does not.
        if total + lack > 1.0 - _UNIT_ROOT / len(sample):
            lack = max(_LARGEST - total, lack)
        weights[0] += lack
    memory[ORDER] = len(weights)
    memory[WEIGHTS : WEIGHTS + len(weights)] = weights if is_cyclic else weights.round(_DIGITS)
    memory[OMEGA] = memory[VARIANCE] = 1.0
    residuals, after = np.empty(len(sample)), np.empty(MEMORY)
    residuals_of(sample, memory, np.uint64(seed), residuals, after)
    size = float(np.median(np.abs(residuals)))
    # Of logarithms surprises are in parts of a value.
    likelihood = -len(sample) * math.log(max(float(np.abs(residuals).mean()), 1e-300))
    likelihood -= len(sample) * math.log(memory[SCALE]) + (shown.sum() if memory[LOG] else 0.0)
    bounded = np.clip(residuals, -5.0 * size, 5.0 * size)
    variance = max(float(np.square(bounded).mean()), 1e-12)
    if is_dependent(folded_standings(standings_of(residuals)), DEPENDENT_SIZES):
        memory[ARCH], memory[GARCH] = _garch(np.square(bounded))
    memory[OMEGA] = variance * (1.0 - memory[ARCH] - memory[GARCH])
    memory[VARIANCE] = variance
    residuals_of(sample, memory, np.uint64(seed), residuals, after)
    return Whitening(after, residuals, likelihood)


def _criterion(size: int, left: float, coefficients: int) -> float:
    """Return the information criterion of a filter, by the mean square that it leaves."""
    return size * math.log(max(left, 1e-300)) + _cost(size, coefficients)


def _cost(size: int, coefficients: int) -> float:
    """Return what an information criterion asks for that many coefficients."""
    return _PENALTY + (coefficients - 1) * math.log(size)


def _heavy(values: Numbers) -> tuple[Numbers, float, float]:
    """Return the weights of the values before one where these have no variance, and their doubt.

    And their information criterion.
    """
    size = len(values)
    best = found = heavy_weights(values, 0, np.empty(0))
    least = best.unlikely
    for order in range(1, MOST_WEIGHTS + 1):
        found = heavy_weights(values, order, found.weights)
        criterion = found.unlikely + _cost(size, order)
        if criterion < least:
            best, least = found, criterion
        elif order > len(best.weights) + 1:
            break
    return best.weights, best.doubt, least


def _weights(values: Numbers) -> tuple[Numbers, float, float]:
    """Return the weights of the values before one, at most `MOST_WEIGHTS`, and of a surprise.

    And their information criterion.
    """
    size = len(values)
    best = size * math.log(max(float(np.square(values).mean()), 1e-300))
    weights: Numbers = np.empty(0)
    moving = 0.0
    for order in range(1, MOST_WEIGHTS + 1):
        earlier = np.stack([values[order - k : size - k] for k in range(1, order + 1)], axis=1)
        found = np.linalg.lstsq(earlier, values[order:], rcond=None)[0]
        left = float(np.square(values[order:] - earlier @ found).mean())
        criterion = _criterion(size, left, order)
        if criterion < best:
            best, weights = criterion, found.astype(np.float64)
    left, weight, surprise = _with_moving(values)
    criterion = _criterion(size, left, 2)
    if criterion < best:
        best, weights, moving = criterion, np.array([weight]), round(surprise, _DIGITS)
    return weights, moving, best


@njit(cache=True, nogil=True, error_model="numpy")
def _unexplained(values: Numbers, weights: Numbers, moving: Numbers) -> Numbers:
    """Return the mean squares of what one weight and one surprise do not explain, of each pair."""
    surprises, totals = np.zeros(len(weights)), np.zeros(len(weights))
    last = 0.0
    for value in values:
        # Pairs in the inner loop: what one of them needs next does not wait for itself.
        for k in range(len(weights)):
            surprise = value - weights[k] * last - moving[k] * surprises[k]
            surprises[k] = surprise
            totals[k] += surprise * surprise
        last = value
    return totals / len(values)


@njit(cache=True, nogil=True, error_model="numpy")
def _with_moving(values: Numbers) -> tuple[float, float, float]:
    """Return what is left at least, and the weight and that of a surprise by which it is.

    Of a signal that lasts, under noise: there a regression on a few values would not do.
    """
    weights = np.empty(len(_NEAR_ONE) * len(_MOVING))
    surprises = np.empty(len(weights))
    count = 0
    for each in _NEAR_ONE:
        for other in _MOVING:
            # Nothing cancels out.
            if each + other >= 0.02:  # noqa: PLR2004
                weights[count], surprises[count] = each, other
                count += 1
    left = _unexplained(values, weights[:count], surprises[:count])
    at = left.argmin()
    best, weight, moving = left[at], weights[at], surprises[at]
    step, small = 0.3, 0.04
    for _ in range(8):
        from_one, middle = math.log(1.0 - weight), moving
        count = 0
        for i in range(-1, 2):
            for j in range(-1, 2):
                each, other = 1.0 - math.exp(from_one + i * step), middle + j * small
                if abs(other) < 0.98 and 0.0 < each < _LARGEST:  # noqa: PLR2004
                    weights[count], surprises[count] = each, other
                    count += 1
        if count:
            left = _unexplained(values, weights[:count], surprises[:count])
            at = left.argmin()
            if left[at] < best:
                best, weight, moving = left[at], weights[at], surprises[at]
        step, small = step / 1.6, small / 1.6
    return best, weight, moving


@njit(cache=True, nogil=True, error_model="numpy")
def _garch(squares: Numbers) -> tuple[float, float]:
    """Return the coefficients of the variance under which squares are the likeliest."""
    mean, size = squares.mean(), len(squares)
    best, arch, garch = np.inf, 0.0, 0.0
    for each in _ARCH:
        for persistence in _PERSISTENCE:
            if persistence <= each:
                continue
            variance, unlikely = mean, 0.0
            for i in range(size):
                unlikely += math.log(variance) + squares[i] / variance
                square = min(squares[i], CALMEST * variance)
                variance = (
                    mean * (1.0 - persistence) + each * square + (persistence - each) * variance
                )
            if unlikely < best:
                best, arch, garch = unlikely, each, persistence - each
    return arch, garch
