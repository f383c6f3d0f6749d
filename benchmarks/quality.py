"""False alarms and delays on columns of numbers, beside peers and trivial watchers, as Markdown.

Run it with ``make quality`` or ``python -m benchmarks.quality [--runs N] [--rows N] [--seed N]``.
Every stream is seeded, and the seeds are printed: the same ones give the same tables.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, chain, product
from typing import Final

import numpy as np

from benchmarks import shares
from benchmarks.watchers import WATCHERS, Values, Watcher

Source = Callable[[np.random.Generator, int], Values]

CHANGE_AT: Final = 30_000
ROWS_AFTER: Final = 30_000


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


def false_alarms(watcher: Watcher, source: Source, seeds: Sequence[int], rows: int) -> float:
    """Return the alarms per 1,000,000 rows of an unchanging column."""
    alarms = sum(len(watcher(source(np.random.default_rng(seed), rows), seed)) for seed in seeds)
    return alarms / (len(seeds) * rows) * 1e6


def delay(
    watcher: Watcher, source: Source, shift: Callable[[Values], Values], seeds: Sequence[int]
) -> float:
    """Return the median delay in rows; infinite where most runs miss the change."""
    delays = []
    for seed in seeds:
        values = source(np.random.default_rng(seed), CHANGE_AT + ROWS_AFTER)
        values[CHANGE_AT:] = shift(values[CHANGE_AT:])
        rows = (row - CHANGE_AT for row in watcher(values, seed) if row >= CHANGE_AT)
        delays.append(next(rows, np.inf))
    return float(np.median(delays))


def tables(seeds: Sequence[int], rows: int) -> Iterator[str]:
    """Yield the lines of both tables, as they are measured.

    Parameters
    ----------
    seeds
        Of the columns, one each.
    rows
        Of an unchanging column.
    """
    yield f"Seeds: {', '.join(map(str, seeds))}."
    yield f"\n| false alarms per 1,000,000 | {' | '.join(WATCHERS)} |"
    yield "| --- |" + " --- |" * len(WATCHERS)
    for name, source in SOURCES.items():
        rates = [false_alarms(watcher, source, seeds, rows) for watcher in WATCHERS.values()]
        yield f"| {name} | {' | '.join(f'{rate:,.1f}' for rate in rates)} |"
    yield f"\n| delay in rows | watched by | {' | '.join(SHIFTS)} |"
    yield "| --- | --- |" + " --- |" * len(SHIFTS)
    for name, (who, watcher) in product(SHIFTED, WATCHERS.items()):
        cells = [delay(watcher, SOURCES[name], shift, seeds) for shift in SHIFTS.values()]
        shown = ["missed" if np.isinf(cell) else f"{cell:,.0f}" for cell in cells]
        yield f"| {name} | {who} | {' | '.join(shown)} |"


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20, help="seeds a cell")
    parser.add_argument("--rows", type=int, default=100_000, help="rows of an unchanging column")
    parser.add_argument("--seed", type=int, default=0, help="the first one; the others follow")
    arguments = parser.parse_args()
    seeds = range(arguments.seed, arguments.seed + arguments.runs)
    for line in chain(tables(seeds, arguments.rows), shares.table(seeds)):
        print(line, flush=True)


if __name__ == "__main__":
    main()
