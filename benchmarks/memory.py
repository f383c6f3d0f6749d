"""What a watched column takes: ``python -m benchmarks.memory --columns 100000``.

Model versions of 20 numeric features with the default options, all of which go through their
burn-ins at the same time: no memory that one of them sets free serves another one's burn-in. The
figures are resident bytes of this process, above what it had with its kernels compiled.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Final

import numpy as np
import psutil

from detectors.monitors.fleet import Fleet
from detectors.monitors.options import MonitorOptions
from detectors.warm_up import warm_up
from schemas.tables.columns import Column, Flag, Kind, Role
from schemas.tables.observations import ModelRows, ObservationTable, Origin, Source

_FEATURES: Final = 20
_BURN_IN: Final = MonitorOptions().burn_in
_BEYOND: Final = 300
"""Rows after the burn-in."""

_MODELS: Final = 100
_ROWS: Final = 50
"""Models of a table, and rows of each of them."""

_TIME: Final = 1_772_366_400_000


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident bytes for each of so many columns; ``seconds`` is how long all of them took."""

    columns: int
    steady: float
    peak: float
    seconds: float


def measure_memory(columns: int, missing: float = 0.0, beyond: int = _BEYOND) -> Memory:
    """Return what so many columns take at most, and once they have rows beyond their burn-ins.

    Parameters
    ----------
    columns
        How many; rounded up to whole tables.
    missing
        Share of the values that are null.
    beyond
        Rows of each model after its burn-in, were none missing.
    """
    warm_up()
    models = -(-columns // (_FEATURES * _MODELS)) * _MODELS
    rng = np.random.default_rng(0)
    fleet = Fleet(lambda _: MonitorOptions(), most_models=models, most_columns=models * _FEATURES)
    before, peak = _resident(), 0
    began = perf_counter()
    last = int(_BURN_IN / (1.0 - missing)) + beyond
    for first in range(0, last, _ROWS):
        for table in _tables(rng, models, first, min(_ROWS, last - first), missing):
            fleet.update(table)
            peak = max(peak, _resident())
    seconds = perf_counter() - began
    steady = _resident()
    return Memory(
        fleet.columns,
        (steady - before) / fleet.columns,
        (peak - before) / fleet.columns,
        seconds,
    )


def _tables(
    rng: np.random.Generator, models: int, first: int, rows: int, missing: float
) -> Iterator[ObservationTable]:
    """Yield the next rows of all models, numbered from ``first``."""
    for model in range(0, models, _MODELS):
        count = _MODELS * rows
        offsets = np.tile(np.arange(first, first + rows), _MODELS)
        yield ObservationTable(
            Origin.PREDICTIONS,
            tuple(
                ModelRows(f"model-{number}", "1", rows) for number in range(model, model + _MODELS)
            ),
            (Source("predictions", 0),),
            np.zeros(count, dtype=np.int64),
            offsets,
            _TIME + offsets,
            tuple(_column(rng, f"feature-{number}", count, missing) for number in range(_FEATURES)),
        )


def _column(rng: np.random.Generator, name: str, count: int, missing: float) -> Column:
    values = rng.normal(size=count)
    flags = None
    if missing:
        flags = np.where(rng.random(count) < missing, np.uint8(Flag.NULL), np.uint8(Flag.OK))
    return Column(name, Role.FEATURE, Kind.NUMBER, values, flags=flags)


def _resident() -> int:
    return int(psutil.Process().memory_info().rss)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    result = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    result.add_argument("--columns", type=int, default=100_000, help="watched columns")
    result.add_argument("--missing", type=float, default=0.0, help="share of null values")
    result.add_argument("--beyond", type=int, default=_BEYOND, help="rows after the burn-in")
    return result


def main() -> None:
    """Print the figures as JSON."""
    print(json.dumps(asdict(measure_memory(**vars(parser().parse_args())))))


if __name__ == "__main__":
    main()
