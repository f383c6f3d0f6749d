"""Models of many columns: false alarms of all together, and small changes of many at once."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.detection.intervals import poisson
from benchmarks.detection.section import Plan, Pool, Section, table
from detectors.algorithms.false_alarms import FalseAlarms
from detectors.monitors.fleet import Fleet
from detectors.monitors.options import MonitorOptions
from schemas.events.drift_alert import DriftAlert
from schemas.events.model_alert import ModelAlert
from schemas.tables.columns import Column, Kind, Role
from schemas.tables.observations import ModelRows, ObservationTable, Origin, Source

Values = NDArray[np.float64]

BATCH: Final = 1000

STATED: Final = 1000
"""Rows of a model to one false alarm where they are counted: few, so that there are enough."""

ROWS: Final = 60_000
"""Rows of a model that does not change, a seed, at most."""

PATIENCE: Final = 1_000_000
"""Rows of a model to one false alarm where delays are measured."""

STABLE: Final = 3000
AFTER: Final = 2000
"""Rows before a change, and after it."""


class Shape(NamedTuple):
    """The columns of a model, normal ones.

    Attributes
    ----------
    columns
        How many.
    correlation
        Between any two of them.
    """

    columns: int
    correlation: float

    def __str__(self) -> str:
        kind = f"correlated {self.correlation}" if self.correlation else "independent"
        return f"{self.columns:,} columns, {kind}"


class Moved(NamedTuple):
    """A shift of some columns, each up or down by chance.

    Attributes
    ----------
    columns
        How many.
    shift
        In standard deviations.
    """

    columns: int
    shift: float


WIDEST: Final = 1000

SHAPES: Final = tuple(Shape(columns, each) for columns in (10, 100, WIDEST) for each in (0.0, 0.9))

CHANGES: Final = (
    (Shape(10, 0.0), Moved(10, 0.2)),
    (Shape(10, 0.0), Moved(10, 1.0)),
    (Shape(100, 0.0), Moved(100, 0.1)),
    (Shape(100, 0.0), Moved(100, 0.2)),
    (Shape(100, 0.0), Moved(10, 0.5)),
    (Shape(100, 0.9), Moved(100, 0.2)),
    (Shape(WIDEST, 0.0), Moved(WIDEST, 0.2)),
    (Shape(WIDEST, 0.0), Moved(1, 1.0)),
)


class Alarms(NamedTuple):
    """Alarms of one run: of the model, and of single columns."""

    together: int
    single: int


def _tables(shape: Shape, moved: Moved, rows: int, seed: int) -> Iterator[ObservationTable]:
    """Yield the rows of a model whose columns move at `STABLE`."""
    rng = np.random.default_rng(seed)
    shifts = np.zeros((shape.columns, 1))
    shifts[: moved.columns] = moved.shift * rng.choice([-1.0, 1.0], (moved.columns, 1))
    for first in range(0, rows, BATCH):
        values = np.sqrt(1 - shape.correlation) * rng.normal(size=(shape.columns, BATCH))
        values += np.sqrt(shape.correlation) * rng.normal(size=BATCH)
        values += shifts * (first >= STABLE)
        places = np.arange(first, first + BATCH)
        yield ObservationTable(
            Origin.PREDICTIONS,
            (ModelRows("m", "1", BATCH),),
            (Source("predictions", 0),),
            np.zeros(BATCH, dtype=np.int64),
            places,
            places,
            tuple(
                Column(f"x{number}", Role.FEATURE, Kind.NUMBER, column)
                for number, column in enumerate(values)
            ),
        )


def _alerts(
    options: MonitorOptions, tables: Iterator[ObservationTable]
) -> Iterator[DriftAlert | ModelAlert]:
    fleet = Fleet(lambda _: options)
    for rows in tables:
        for event in fleet.update(rows):
            if isinstance(event, DriftAlert | ModelAlert):
                yield event


def alarms_of(shape: Shape, rows: int, seed: int) -> Alarms:
    """Return how often a model alarms that does not change, at one alarm stated in `STATED`."""
    options = MonitorOptions(false_alarms=FalseAlarms.of(f"1 per {STATED} rows"))
    found = list(_alerts(options, _tables(shape, Moved(0, 0.0), rows, seed)))
    together = sum(isinstance(alert, ModelAlert) for alert in found)
    return Alarms(together, len(found) - together)


def delay_of(shape: Shape, moved: Moved, seed: int, *, alone: bool) -> float:
    """Return the rows to the first alarm after a change, infinite for none.

    Parameters
    ----------
    shape, moved
        The model, and its change.
    seed
        Of its values.
    alone
        Whether each column tells of itself alone, by the union bound.
    """
    budget = FalseAlarms.of(f"1 per {PATIENCE} rows")
    options = MonitorOptions(false_alarms=budget, joint_limit=0.0 if alone else None)
    for alert in _alerts(options, _tables(shape, moved, STABLE + AFTER, seed)):
        if alert.detected_at.offset >= STABLE:
            return alert.detected_at.offset - STABLE + 1.0
    return np.inf


def _together(shape: Shape, moved: Moved, seed: int) -> float:
    return delay_of(shape, moved, seed, alone=False)


def _alone(shape: Shape, moved: Moved, seed: int) -> float:
    return delay_of(shape, moved, seed, alone=True)


def measure(pool: Pool, plan: Plan) -> Section:
    """Count the false alarms of `SHAPES`, and measure the delays of `CHANGES`."""
    # A model of a thousand columns costs as much as a thousand streams.
    seeds = plan.seeds[: max(2 * len(plan.seeds) // 5, 1)]
    rows = max(min(plan.rows // 8, ROWS) // BATCH, 1) * BATCH
    runs = len(seeds)
    found = pool.map(alarms_of, [(shape, rows, seed) for shape in SHAPES for seed in seeds])
    stated = rows * runs / STATED
    lines, ratios = [], {}
    for number, shape in enumerate(SHAPES):
        own = found[number * runs : (number + 1) * runs]
        together, single = (sum(column) for column in zip(*own, strict=True))
        ratios[shape] = (together + single) / stated
        low, high = (bound / stated for bound in poisson(together + single))
        cell = f"{ratios[shape]:.2f} ({low:.2f} to {high:.2f})"
        lines.append((str(shape), cell, f"{together}", f"{single}"))
    tasks = [(shape, moved, seed) for shape, moved in CHANGES for seed in seeds]
    both = [pool.map(job, tasks) for job in (_together, _alone)]
    delays = []
    for number, (shape, moved) in enumerate(CHANGES):
        medians = [float(np.median(each[number * runs : (number + 1) * runs])) for each in both]
        told = ["missed" if np.isinf(each) else f"{each:,.0f}" for each in medians]
        delays.append((str(shape), f"{moved.columns:,} by {moved.shift} sd", *told))
    text = [
        "## Models of many columns",
        "",
        (
            f"Alarms of models without a change, {runs} of {rows:,} rows each, over the "
            f"{stated:g} that are stated (1 per {STATED:,} rows of the model), with 95 %."
        ),
        "",
        *table(("model", "observed over stated", "of the model", "of single columns"), lines),
        "",
        (
            f"Median rows from a change of columns after {STABLE:,} rows to the first alarm, at "
            f"1 false alarm per {PATIENCE:,} rows of the model: watched together as well, and each "
            "column by itself, by the union bound."
        ),
        "",
        *table(("model", "change", "together", "each by itself"), delays),
    ]
    widest = [ratio for shape, ratio in ratios.items() if shape.columns == WIDEST]
    return Section(text, {"model_1000": max(widest)})
