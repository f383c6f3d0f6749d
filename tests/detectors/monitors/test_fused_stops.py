"""Where the kernel stops among the rows of models, alone and beside others."""

import numpy as np
from numpy.typing import NDArray

from detectors.monitors.column_monitor import ColumnMonitor
from detectors.monitors.fused_outcome import NO_ROOM, QUIET
from detectors.monitors.fused_rows import rows_of
from detectors.monitors.fused_stops import Stop, stops_of
from detectors.monitors.options import MonitorOptions
from schemas.tables.columns import Column, Kind, Role

OPTIONS = MonitorOptions(burn_in=100, bins=16)
WATCHED = 200


def column_of(values: NDArray[np.float64]) -> Column:
    return Column("x", Role.FEATURE, Kind.NUMBER, values)


def ready() -> ColumnMonitor:
    monitor = ColumnMonitor(
        kinds=(Kind.NUMBER,),
        detectors=OPTIONS.detectors,
        burn_in=100,
        bins=16,
        seed=lambda _: 1,
    )
    monitor.update(column_of(np.random.default_rng(1).normal(size=WATCHED)), 0)
    return monitor


def stops(monitors: list[ColumnMonitor], values: list[NDArray[np.float64]]) -> list[Stop | None]:
    """Feed each model, of one column, rows of its own, which stand in one table."""
    defaults = monitors[0].defaults
    assert defaults is not None
    edges = np.cumsum([0, *map(len, values)])
    return stops_of(
        np.array([[monitor.pin(Kind.NUMBER)] for monitor in monitors]),
        rows_of([column_of(np.concatenate(values))]),
        np.column_stack([edges[:-1], edges[1:]]),
        np.full(len(monitors), WATCHED),
        defaults.settings,
        [None] * len(monitors),
    )


def test_there_is_no_stop_where_nothing_is_found() -> None:
    calm = np.random.default_rng(2).normal(size=50)
    assert stops([ready(), ready()], [calm, calm]) == [None, None]


def test_a_stop_counts_from_the_first_row_of_its_own_model() -> None:
    calm = np.random.default_rng(2).normal(size=50)
    first, second = stops([ready(), ready()], [calm, calm + 9.0])
    assert first is None
    assert second is not None
    assert (second.begin, second.end) == (0, 50)
    assert 0 <= second.at[0] < 50


def test_a_stop_tells_of_a_column_that_has_to_be_updated_by_itself() -> None:
    (stop,) = stops([ready()], [np.zeros(1_000_000)])
    assert stop is not None
    assert stop.at.tolist() == [NO_ROOM] != [QUIET]
