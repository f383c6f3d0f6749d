"""What a model version's performance takes: ``python -m benchmarks.performance_bytes``.

A classifier of two classes with scores, with the default metrics and windows: 40 days of
predictions, each of which gets a label within 30 days. Counted are windows of labelled rows and of
event time, estimates, the delays and the flow of labels, and the version's place in the registry:
in its snapshot, as bytes are written to Kafka before they are compressed, and in memory, as Python
allocates it. A metric set is one window with all of its metrics, of time or of rows.
"""

import argparse
import gc
import json
import tracemalloc
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np

from app.options import new_fleet
from app.settings import load_settings
from detectors.monitors.fleet import Fleet
from detectors.monitors.performance_watch import NAME
from detectors.snapshots.codec import encode_snapshot
from detectors.warm_up import warm_up
from schemas.tables.columns import Column, Kind, Role
from schemas.tables.observations import Integers, ModelRows, ObservationTable, Origin, Source

DAYS: Final = 40
"""More than the windows of a day that are kept."""

ROWS_A_DAY: Final = (100, 1000)
"""Predictions of a version: scores of a window that are kept as they are, and such in bins."""

_LATEST: Final = 30
"""Days by which the last label comes."""

_DAY: Final = 86_400_000
_BEGIN: Final = 1_772_323_200_000


@dataclass(frozen=True, slots=True)
class PerformanceBytes:
    """Bytes of one model version.

    Attributes
    ----------
    snapshot, memory
        Of all that performance, maturity and versions keep of it.
    sets
        How many metric sets that is.
    """

    snapshot: int
    memory: int
    sets: int

    @property
    def per_set(self) -> float:
        """Of a metric set: the larger of both."""
        return max(self.snapshot, self.memory) / self.sets


def measure_bytes(versions: int = 4, rows: int = 100) -> PerformanceBytes:
    """Return what the performance of a model version takes.

    Parameters
    ----------
    versions
        Over which memory is averaged.
    rows
        Predictions of each a day.
    """
    warm_up()
    without, _ = _memory(versions, rows, tells=False)
    memory, fleet = _memory(versions, rows, tells=True)
    snapshots = [_snapshot(fleet, model) for model in _models(versions)]
    return PerformanceBytes(
        sum(size for size, _ in snapshots) // versions,
        (memory - without) // versions + _size_of_registry(fleet) // versions,
        snapshots[0][1],
    )


def _models(versions: int) -> tuple[ModelRows, ...]:
    return tuple(ModelRows(f"model-{number}", "1", 0) for number in range(versions))


def _memory(versions: int, rows: int, *, tells: bool) -> tuple[int, Fleet]:
    """Return the bytes that a fleet holds after all days, and the fleet."""
    flags = {"kafka.bootstrap_servers": "kafka:9092", "performance.enabled": str(tells).lower()}
    fleet = new_fleet(load_settings(None, flags, {}))
    gc.collect()
    tracemalloc.start()
    for table in _tables(_models(versions), rows):
        fleet.update(table)
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return held, fleet


def _snapshot(fleet: Fleet, rows: ModelRows) -> tuple[int, int]:
    """Return the bytes of one version in its snapshot, and its metric sets."""
    monitor = fleet.monitor(rows.model, rows.version)
    if monitor is None:
        raise RuntimeError("all versions are watched")
    kept = {each.name: each.state() for each in monitor.consumers}
    windows = kept[NAME]["performance"]["windows"]
    size = len(encode_snapshot(kept)) + _size_of_registry(fleet) // len(fleet)
    return size, len(windows) + 1


def _size_of_registry(fleet: Fleet) -> int:
    return len(encode_snapshot(fleet.versions.state()))


def _tables(models: Sequence[ModelRows], rows: int) -> Iterator[ObservationTable]:
    """Yield the rows of one day after the other, predictions first."""
    rng = np.random.default_rng(0)
    days = DAYS
    chance = rng.random((len(models), days * rows))
    times = _BEGIN + np.arange(days * rows) * (_DAY // rows)
    delays = np.floor(rng.random(chance.shape) * _LATEST * _DAY)
    said = (chance > 1 / 2).astype(np.float64)
    true = (rng.random(chance.shape) < chance).astype(np.float64)
    scores = np.where(said == 1, chance, 1 - chance)
    for day in range(days):
        part = slice(day * rows, (day + 1) * rows)
        # No source has more rows than that in one day.
        offset = day * days * rows * len(models)
        predicted = (
            Column("prediction", Role.PREDICTION, Kind.NUMBER, said[:, part].reshape(-1)),
            Column("score", Role.SCORE, Kind.NUMBER, scores[:, part].reshape(-1)),
        )
        counts = [rows] * len(models)
        own = np.tile(times[part], len(models))
        yield _table(Origin.PREDICTIONS, models, counts, offset, own, predicted)
        come = times + delays
        due = [
            np.flatnonzero((each >= _BEGIN + day * _DAY) & (each < _BEGIN + (day + 1) * _DAY))
            for each in come
        ]
        due = [those[np.argsort(come[number, those])] for number, those in enumerate(due)]
        counts = [len(those) for those in due]
        if not all(counts):
            continue
        fields = [
            np.concatenate([field[number, those] for number, those in enumerate(due)])
            for field in (said, true, scores, delays, come)
        ]
        labelled = (
            Column("prediction", Role.PREDICTION, Kind.NUMBER, fields[0]),
            Column("label", Role.LABEL, Kind.NUMBER, fields[1]),
            Column("score", Role.SCORE, Kind.NUMBER, fields[2]),
            Column("delay", Role.DELAY, Kind.NUMBER, fields[3]),
        )
        own = fields[4].astype(np.int64)
        yield _table(Origin.LABELS, models, counts, offset, own, labelled)


def _table(
    origin: Origin,
    models: Sequence[ModelRows],
    counts: Sequence[int],
    offset: int,
    times: Integers,
    columns: tuple[Column, ...],
) -> ObservationTable:
    own = tuple(each._replace(rows=count) for each, count in zip(models, counts, strict=True))
    count = len(times)
    source = (Source(str(origin), 0),), np.zeros(count, dtype=np.int64)
    return ObservationTable(origin, own, *source, np.arange(offset, offset + count), times, columns)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print the figures as one JSON line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--versions", type=int, default=4, help="over which memory is averaged")
    parser.add_argument("--rows", type=int, default=100, help="predictions of each a day")
    given = parser.parse_args(arguments)
    found = measure_bytes(given.versions, given.rows)
    print(json.dumps({**asdict(found), "bytes": round(found.per_set)}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
