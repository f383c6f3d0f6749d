"""Short streams, all of whose rows come before a burn-in is complete: false alarms, and delays."""

from collections.abc import Callable, Sequence
from itertools import accumulate, product
from typing import Final, NamedTuple

import numpy as np

from benchmarks.detection import tuned
from benchmarks.detection.section import Plan, Pool, Section, table
from benchmarks.watchers import Values, driftline
from schemas.tables.columns import Kind

Draw = Callable[[np.random.Generator, int], Values]

ROWS: Final = 1000
STREAMS: Final = 50
"""Streams a seed, of each kind."""

STABLE: Final = (50, 100, 300)
"""Rows before a change."""


class Short(NamedTuple):
    """A kind of short streams that do not change."""

    kind: Kind
    draw: Draw


class Change(NamedTuple):
    """A change after few rows."""

    kind: Kind
    before: Draw
    after: Draw


def _normal(mean: float = 0.0, deviation: float = 1.0) -> Draw:
    return lambda rng, rows: rng.normal(mean, deviation, rows)


def _rate(share: float) -> Draw:
    return lambda rng, rows: (rng.random(rows) < share).astype(np.float64)


def _categories(weights: Values) -> Draw:
    shares = weights / weights.sum()
    return lambda rng, rows: rng.choice(len(shares), rows, p=shares).astype(np.float64)


def _ar(coefficient: float, mean: float = 0.0) -> Draw:
    def draw(rng: np.random.Generator, rows: int) -> Values:
        noise = rng.normal(0.0, np.sqrt(1 - coefficient**2), rows + ROWS).tolist()
        series = list(accumulate(noise, lambda last, new: coefficient * last + new))
        return np.array(series[ROWS:]) + mean

    return draw


def _wave(period: int, amplitude: float) -> Draw:
    def draw(rng: np.random.Generator, rows: int) -> Values:
        phases = np.arange(rows) / period + rng.random()
        values: Values = amplitude * np.sin(2 * np.pi * phases) + rng.normal(size=rows)
        return values

    return draw


def _trend(rng: np.random.Generator, rows: int) -> Values:
    trend: Values = np.arange(rows) / ROWS + rng.normal(size=rows)
    return trend


def _sticking(share: float, stays: float) -> Draw:
    def draw(rng: np.random.Generator, rows: int) -> Values:
        values = (rng.random(rows) < share).astype(np.float64)
        for row in np.flatnonzero(rng.random(rows) < stays)[1:].tolist():
            values[row] = values[row - 1]
        return values

    return draw


def _garch(rng: np.random.Generator, rows: int) -> Values:
    values, variance = np.empty(rows), 1.0
    for row, noise in enumerate(rng.normal(size=rows).tolist()):
        values[row] = noise * np.sqrt(variance)
        variance = 0.05 + 0.1 * values[row] ** 2 + 0.85 * variance
    return values


def _numbers(draw: Draw) -> Short:
    return Short(Kind.NUMBER, draw)


SHORT: Final[dict[str, Short]] = {
    "normal": _numbers(_normal()),
    "Student t, 3 df": _numbers(lambda rng, rows: rng.standard_t(3, rows)),
    "lognormal, sigma 2": _numbers(lambda rng, rows: rng.lognormal(0.0, 2.0, rows)),
    "Cauchy": _numbers(lambda rng, rows: rng.standard_cauchy(rows)),
    "counts": _numbers(lambda rng, rows: rng.poisson(3, rows).astype(np.float64)),
    "Bernoulli, 0.5": Short(Kind.BOOLEAN, _rate(0.5)),
    "Bernoulli, 0.1": Short(Kind.BOOLEAN, _rate(0.1)),
    "Bernoulli, 0.01": Short(Kind.BOOLEAN, _rate(0.01)),
    "Bernoulli, 0.001": Short(Kind.BOOLEAN, _rate(0.001)),
    "errors of 0.1 that stay, 0.8": Short(Kind.BOOLEAN, _sticking(0.1, 0.8)),
    "2 categories": Short(Kind.CATEGORY, _categories(np.ones(2))),
    "16 categories": Short(Kind.CATEGORY, _categories(np.ones(16))),
    "16 categories, Zipf": Short(Kind.CATEGORY, _categories(1 / np.arange(1, 17))),
    "50 categories": Short(Kind.CATEGORY, _categories(np.ones(50))),
    "1,000 categories": Short(Kind.CATEGORY, _categories(np.ones(1000))),
    "1,000 categories, Zipf": Short(Kind.CATEGORY, _categories(1 / np.arange(1, 1001))),
    "all different": Short(Kind.CATEGORY, lambda rng, rows: rng.permutation(rows).astype(float)),
    "AR(1), 0.3": _numbers(_ar(0.3)),
    "AR(1), 0.5": _numbers(_ar(0.5)),
    "AR(1), 0.9": _numbers(_ar(0.9)),
    "AR(1), 0.99": _numbers(_ar(0.99)),
    "sine of period 48, noise": _numbers(_wave(48, 1.0)),
    "sine of period 1,000, noise": _numbers(_wave(1000, 1.0)),
    "trend of 1 sd in 1,000 rows": _numbers(_trend),
    "GARCH": _numbers(_garch),
}

CHANGES: Final[dict[str, Change]] = {
    "+1 sd": Change(Kind.NUMBER, _normal(), _normal(1.0)),
    "+2 sd": Change(Kind.NUMBER, _normal(), _normal(2.0)),
    "sd x 2": Change(Kind.NUMBER, _normal(), _normal(0.0, 2.0)),
    "sd x 0.5": Change(Kind.NUMBER, _normal(), _normal(0.0, 0.5)),
    "AR(1), 0.5, +2 sd": Change(Kind.NUMBER, _ar(0.5), _ar(0.5, 2.0)),
    "constant, then moving": Change(Kind.NUMBER, _normal(0.0, 0.0), _normal()),
    "errors 0.1 to 0.5": Change(Kind.BOOLEAN, _rate(0.1), _rate(0.5)),
    "errors 0.05 to 0.3": Change(Kind.BOOLEAN, _rate(0.05), _rate(0.3)),
    "errors 0.3 to 0.05": Change(Kind.BOOLEAN, _rate(0.3), _rate(0.05)),
    "5 even categories, one to 60 %": Change(
        Kind.CATEGORY, _categories(np.ones(5)), _categories(np.array([6.0, 1.0, 1.0, 1.0, 1.0]))
    ),
    "10 categories, a new one, 20 %": Change(
        Kind.CATEGORY, _categories(np.ones(10)), _categories(np.append(np.ones(10), 2.5))
    ),
}


def alarms_of(name: str, seed: int) -> int:
    """Return the false alarms in `STREAMS` short streams of `SHORT`."""
    short, rng = SHORT[name], np.random.default_rng(seed)
    return sum(
        len(driftline(short.draw(rng, ROWS), seed * STREAMS + number, short.kind))
        for number in range(STREAMS)
    )


def delays_of(name: str, stable: int, seed: int) -> tuple[float, float]:
    """Return the rows to the alarm, infinite for none, of the product and of River's ADWIN."""
    change, rng = CHANGES[name], np.random.default_rng(seed)
    values = np.concatenate([change.before(rng, stable), change.after(rng, ROWS - stable)])
    adwin = tuned.alarms_of("ADWIN", tuned.PEERS["ADWIN"].default, values)
    return _first(driftline(values, seed, change.kind), stable), _first(adwin, stable)


def _first(rows: Sequence[int], stable: int) -> float:
    return next((row - stable + 1.0 for row in rows if row >= stable), np.inf)


def measure(pool: Pool, plan: Plan) -> Section:
    """Count the false alarms in the streams of `SHORT`, and measure the delays of `CHANGES`."""
    seeds, runs = plan.seeds, len(plan.seeds)
    alarms = pool.map(alarms_of, [(name, seed) for name in SHORT for seed in seeds])
    rates = [
        (name, f"{sum(alarms[at * runs : (at + 1) * runs]) / (runs * STREAMS * ROWS) * 1e6:,.1f}")
        for at, name in enumerate(SHORT)
    ]
    cells = list(product(CHANGES, STABLE))
    delays = pool.map(delays_of, [(*cell, seed) for cell in cells for seed in seeds])
    medians = {
        cell: np.median(delays[at * runs : (at + 1) * runs], axis=0).tolist()
        for at, cell in enumerate(cells)
    }
    shown = [
        (name, *(", ".join(map(_shown, medians[name, stable])) for stable in STABLE))
        for name in CHANGES
    ]
    return Section(
        [
            "## Young references",
            "",
            f"{runs * STREAMS:,} streams of {ROWS:,} rows a line, all of them within a burn-in.",
            "",
            *table(["short stream", "false alarms per 1,000,000"], rates),
            "",
            "Median delay in rows, and that of River's ADWIN with its defaults:",
            "",
            *table(["change", *(f"after {stable} rows" for stable in STABLE)], shown),
        ],
        {},
    )


def _shown(delay: float) -> str:
    return "missed" if np.isinf(delay) else f"{delay:,.0f}"
