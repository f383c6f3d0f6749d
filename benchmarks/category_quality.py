"""False alarms and delays on categories, beside River's ADWIN on the categories' numbers."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from river import drift

from benchmarks.category_streams import Codes, Source, changes, stationary, text_of
from detectors.monitors.column_monitor import ColumnMonitor
from detectors.monitors.options import MonitorOptions
from schemas.tables.columns import Column, Kind, Role

CHANGE_AT: Final = 10_000
ROWS_AFTER: Final = 15_000
BATCH: Final = 1000
EVERY: Final = 1000

Finder = Callable[[Codes, int], list[int]]
"""Returns the rows of a stream at which it alarms; takes the codes and a seed."""


def driftline(codes: Codes, seed: int) -> list[int]:
    """Return where the default detectors alarm."""
    options = MonitorOptions()
    monitor = ColumnMonitor(
        kind=Kind.CATEGORY,
        detectors=options.detectors,
        burn_in=options.burn_in,
        bins=options.bins,
        seed=lambda restarts: seed * 1000 + restarts,
    )
    found = []
    for start in range(0, len(codes), BATCH):
        known, places = np.unique(codes[start : start + BATCH], return_inverse=True)
        texts = tuple(map(text_of, known.tolist()))
        part = Column("x", Role.FEATURE, Kind.CATEGORY, places.astype(np.int32), texts)
        found += [change.row for change in monitor.update(part, start)]
    return found


def adwin(codes: Codes, _seed: int) -> list[int]:
    """Return where River's ADWIN with its defaults alarms on numbers by first occurrence."""
    _known, firsts, places = np.unique(codes, return_index=True, return_inverse=True)
    order = np.empty(len(firsts), dtype=np.int64)
    order[np.argsort(firsts)] = np.arange(len(firsts))
    river: Any = drift  # it has no types
    detector = river.ADWIN()
    found = []
    for row, number in enumerate(order[places].tolist()):
        detector.update(number)
        if detector.drift_detected:
            found.append(row)
    return found


def always(codes: Codes, _: int) -> list[int]:
    """Return every thousandth row: what an alarm finds that looks at nothing."""
    return list(range(EVERY - 1, len(codes), EVERY))


def never(_codes: Codes, _: int) -> list[int]:
    """Return no row."""
    return []


FINDERS: Final[dict[str, Finder]] = {
    "Driftline": driftline,
    "River's ADWIN": adwin,
    "an alarm every 1,000 rows": always,
    "none ever": never,
}
MEASURED: Final = ("Driftline", "River's ADWIN")


def false_alarms(finder: Finder, source: Source, runs: int, rows: int) -> float:
    """Return the alarms per 1,000,000 rows of an unchanging column; its seeds begin at 0."""
    alarms = sum(len(finder(source(np.random.default_rng(n), rows), n)) for n in range(runs))
    return alarms / (runs * rows) * 1e6


def delays(finder: Finder, before: Source, after: Source, runs: int) -> list[float]:
    """Return the delays in rows, infinite where a change is missed; the seeds begin at 1000."""
    found = []
    for seed in range(1000, 1000 + runs):
        rng = np.random.default_rng(seed)
        codes = np.concatenate([before(rng, CHANGE_AT), after(rng, ROWS_AFTER)])
        rows = (row - CHANGE_AT for row in finder(codes, seed) if row >= CHANGE_AT)
        found.append(float(next(rows, np.inf)))
    return found


def print_category_tables(runs: int, rows: int) -> None:
    """Print both tables."""
    print(f"\nCategories, false alarms per 1,000,000 rows: seeds 0 to {runs - 1}, {rows:,} rows\n")
    print(f"| column | {' | '.join(MEASURED)} |\n| --- |{' --- |' * len(MEASURED)}")
    for name, source in stationary().items():
        rates = [false_alarms(FINDERS[finder], source, runs, rows) for finder in MEASURED]
        print(f"| {name} | {' | '.join(f'{rate:,.1f}' for rate in rates)} |", flush=True)
    print(f"\nMedian delay in rows after {CHANGE_AT:,}: seeds 1000 to {999 + runs}\n")
    print(f"| change | {' | '.join(FINDERS)} |\n| --- |{' --- |' * len(FINDERS)}")
    for name, (before, after) in changes().items():
        cells = [_cell(delays(finder, before, after, runs)) for finder in FINDERS.values()]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def _cell(found: list[float]) -> str:
    median, times = float(np.median(found)), int(np.isfinite(found).sum())
    said = "missed" if np.isinf(median) else f"{median:,.0f}"
    return said if times in {0, len(found)} else f"{said} ({times} of {len(found)})"
