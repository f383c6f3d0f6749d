"""False alarms and delays of the default detectors, column by column, as a Markdown table.

Run it with ``python -m benchmarks.quality [--runs N] [--rows N]``. Every stream is seeded.
"""

import argparse
from collections.abc import Callable
from itertools import accumulate
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.alerts.drift import Drift
from detectors.monitors.column_monitor import ColumnMonitor
from detectors.monitors.options import MonitorOptions
from schemas.tables.columns import Column, Kind, Role

Values = NDArray[np.float64]
Source = Callable[[np.random.Generator, int], Values]

CHANGE_AT: Final = 30_000
ROWS_AFTER: Final = 30_000
BATCH: Final = 1000


def _ar(coefficient: float) -> Source:
    def draw(rng: np.random.Generator, rows: int) -> Values:
        noise = rng.normal(0.0, np.sqrt(1 - coefficient**2), rows).tolist()
        return np.array(list(accumulate(noise, lambda last, new: coefficient * last + new)))

    return draw


def _season(period: int) -> Source:
    def draw(rng: np.random.Generator, rows: int) -> Values:
        wave: Values = np.sin(np.arange(rows) * 2 * np.pi / period)
        return wave + rng.normal(size=rows)

    return draw


SOURCES: Final[dict[str, Source]] = {
    "normal": lambda rng, rows: rng.normal(size=rows),
    "lognormal, sigma 2": lambda rng, rows: rng.lognormal(0.0, 2.0, rows),
    "Cauchy": lambda rng, rows: rng.standard_cauchy(rows),
    "Bernoulli, 0.1": lambda rng, rows: (rng.random(rows) < 0.1).astype(np.float64),
    "Bernoulli, 0.001": lambda rng, rows: (rng.random(rows) < 0.001).astype(np.float64),
    "AR(1), 0.3": _ar(0.3),
    "AR(1), 0.5": _ar(0.5),
    "AR(1), 0.9": _ar(0.9),
    "AR(1), 0.99": _ar(0.99),
    "sine of period 48, noise": _season(48),
    "sine of period 1,000, noise": _season(1000),
}
SHIFTED: Final = ("normal", "AR(1), 0.5", "AR(1), 0.9")
SHIFTS: Final[dict[str, Callable[[Values], Values]]] = {
    "+0.25 sd": lambda values: values + 0.25,
    "+0.5 sd": lambda values: values + 0.5,
    "+1 sd": lambda values: values + 1.0,
    "+2 sd": lambda values: values + 2.0,
    "sd x 2": lambda values: values * 2.0,
    "sd x 0.5": lambda values: values * 0.5,
}


def drifts_in(values: Values, seed: int) -> tuple[list[Drift], ColumnMonitor]:
    """Return what the default detectors find in a column of numbers, and their monitor."""
    options = MonitorOptions()
    monitor = ColumnMonitor(
        kinds=(Kind.NUMBER,),
        detectors=options.detectors,
        burn_in=options.burn_in,
        bins=options.bins,
        seed=lambda restarts: seed * 1000 + restarts,
    )
    found: list[Drift] = []
    for start in range(0, len(values), BATCH):
        part = Column("x", Role.FEATURE, Kind.NUMBER, values[start : start + BATCH])
        changes = monitor.update(part, start)
        found += [change for change in changes if isinstance(change, Drift)]
    return found, monitor


def false_alarms(source: Source, runs: int, rows: int) -> tuple[float, str]:
    """Return the alarms per 1,000,000 rows of an unchanging column, and the strides used."""
    alarms, strides = 0, set()
    for seed in range(runs):
        found, monitor = drifts_in(source(np.random.default_rng(seed), rows), seed)
        alarms += len(found)
        strides.add(monitor.reference.stride)
    low, high = min(strides), max(strides)
    return alarms / (runs * rows) * 1e6, f"{low}" if low == high else f"{low} to {high}"


def delay(source: Source, shift: Callable[[Values], Values], runs: int) -> float:
    """Return the median delay in rows; infinite where most runs miss the change."""
    delays = []
    for seed in range(runs):
        values = source(np.random.default_rng(1000 + seed), CHANGE_AT + ROWS_AFTER)
        values[CHANGE_AT:] = shift(values[CHANGE_AT:])
        found, _ = drifts_in(values, seed)
        delays.append(next((d.row - CHANGE_AT for d in found if d.row >= CHANGE_AT), np.inf))
    return float(np.median(delays))


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20, help="seeds a cell")
    parser.add_argument("--rows", type=int, default=100_000, help="rows of an unchanging column")
    arguments = parser.parse_args()
    print("| column | stride | false alarms per 1,000,000 |\n| --- | --- | --- |")
    for name, source in SOURCES.items():
        rate, strides = false_alarms(source, arguments.runs, arguments.rows)
        print(f"| {name} | {strides} | {rate:.1f} |", flush=True)
    print(f"\n| delay in rows | {' | '.join(SHIFTS)} |\n| --- |{' --- |' * len(SHIFTS)}")
    for name in SHIFTED:
        cells = [delay(SOURCES[name], shift, arguments.runs) for shift in SHIFTS.values()]
        shown = ["missed" if np.isinf(cell) else f"{cell:,.0f}" for cell in cells]
        print(f"| {name} | {' | '.join(shown)} |", flush=True)


if __name__ == "__main__":
    main()
