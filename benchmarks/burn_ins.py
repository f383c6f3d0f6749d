"""What the burn-ins of a model's columns cost detection, beside the rows that come after them.

``python -m benchmarks.burn_ins [--runs N]``: milliseconds of CPU by which the first 10,000 rows of
22 columns take longer than later ones, and microseconds of a later row. Of an older checkout:
``PYTHONPATH=OLD python benchmarks/burn_ins.py``.
"""

import argparse
import json
from statistics import median
from time import process_time
from typing import Final, NamedTuple

import numpy as np

from detectors.monitors.fleet import Fleet
from detectors.monitors.options import MonitorOptions
from detectors.warm_up import warm_up
from schemas.tables.columns import Column, Kind, Role
from schemas.tables.observations import ModelRows, ObservationTable, Origin, Source

SIZE: Final = 2000
"""Rows of a table."""

YOUNG: Final = 5
"""Tables that have the burn-ins, and the second samples of columns that look dependent."""

_START: Final = 1_772_366_400_000


class Spent(NamedTuple):
    """What detection took: milliseconds beyond later rows, and microseconds of one of these."""

    burn_ins_ms: float
    row_us: float


def tables_of(count: int, seed: int = 1) -> list[ObservationTable]:
    """Return tables of one version with 20 features, a prediction and a score."""
    rng = np.random.default_rng(seed)
    tables = []
    for begin in range(0, count * SIZE, SIZE):
        offsets = np.arange(begin, begin + SIZE)
        columns = [
            Column(f"x{number}", Role.FEATURE, Kind.NUMBER, rng.normal(size=SIZE))
            for number in range(20)
        ]
        score = rng.random(SIZE)
        columns.append(
            Column("prediction", Role.PREDICTION, Kind.BOOLEAN, (score < 0.3).astype(np.float64))
        )
        columns.append(Column("score", Role.SCORE, Kind.NUMBER, score))
        models, sources = (ModelRows("fraud", "1", SIZE),), (Source("predictions", 0),)
        source_of, times = np.zeros(SIZE, dtype=np.int64), _START + offsets
        tables.append(
            ObservationTable(
                Origin.PREDICTIONS, models, sources, source_of, offsets, times, tuple(columns)
            )
        )
    return tables


def spent_on(tables: list[ObservationTable]) -> Spent:
    """Return what a fleet takes for tables, more than `YOUNG`."""
    fleet = Fleet(lambda _: MonitorOptions())
    seconds = []
    for table in tables:
        began = process_time()
        fleet.update(table)
        seconds.append(process_time() - began)
    later = median(seconds[YOUNG:])
    return Spent(1e3 * (sum(seconds[:YOUNG]) - YOUNG * later), 1e6 * later / SIZE)


def main() -> None:
    """Print the medians, and the least, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    given = parser.parse_args()
    warm_up()
    tables = tables_of(30)
    spent_on(tables)
    runs = [spent_on(tables) for _ in range(given.runs)]
    figures = {}
    for name, values in zip(Spent._fields, zip(*runs, strict=True), strict=True):
        figures[name] = [round(median(values), 2), round(min(values), 2)]
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
