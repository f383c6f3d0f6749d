from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from detectors.monitors.column_monitor import Change, ColumnMonitor
from detectors.monitors.default_detectors import DefaultDetectors
from detectors.monitors.fused_judging import DETECTORS
from detectors.monitors.fused_kernel import FOUND, watch_columns
from detectors.monitors.fused_outcome import NO_ROOM, QUIET
from detectors.monitors.fused_rows import rows_of
from detectors.monitors.model_monitor import ModelMonitor
from detectors.monitors.options import DetectorOptions, MonitorOptions
from detectors.monitors.row_bets import NO_ROW_BETS
from detectors.reference.column_block import NARROW, READY, RECENT, SHARES_LIMIT
from schemas.events.detector_report import Stream
from schemas.events.drift_alert import DriftAlert
from schemas.tables.columns import Column, Flag, Kind, Role
from schemas.tables.observations import ObservationBatch, Origin, Run
from tests.detectors.batches import plain
from tests.detectors.drift_alerts import alerts_in
from tests.runs import sources_of

OPTIONS = MonitorOptions(burn_in=100, bins=16, joint_limit=0.0)
NAMES = ("calm", "shifts", "spreads", "constant", "flag", "lasts", "follows", "stays")


GAPS = {"calm": 0.1, "shifts": 0.5}
"""Shares of the values that are missing."""


def table(rows: int, seed: int, moves: int) -> NDArray[np.float64]:
    """Columns by ``NAMES``, of which two change at a row, and three depend on what was before."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(8, rows))
    values[1, moves:] += 3.0
    values[2, moves:] *= 6.0
    values[3] = 7.0
    values[4] = rng.random(rows) < 0.3
    values[5] = np.repeat(rng.normal(size=rows // 4 + 1), 4)[:rows]
    for row in range(1, rows):
        values[6, row] += 0.7 * values[6, row - 1]
    values[7] = np.repeat(rng.random(rows // 4 + 1) < 0.4, 4)[:rows]
    return values


def observed(values: NDArray[np.float64], first: int) -> ObservationBatch:
    rows = np.arange(first, first + values.shape[1])
    kinds = [Kind.NUMBER] * 4 + [Kind.BOOLEAN, Kind.NUMBER, Kind.NUMBER, Kind.BOOLEAN]
    groups = (np.abs(values[1]) * 2).astype(np.int32)
    names = tuple(f"group {number}" for number in range(int(groups.max(initial=0)) + 1))
    columns = tuple(
        Column(name, Role.FEATURE, kind, column, flags=_flags(name, rows))
        for name, kind, column in zip(NAMES, kinds, values, strict=True)
    )
    columns += (Column("group", Role.FEATURE, Kind.CATEGORY, groups, names, _flags("calm", rows)),)
    return ObservationBatch(
        "m",
        "1",
        Origin.PREDICTIONS,
        *sources_of(Run("predictions", 0, len(rows))),
        rows,
        rows + 10**12,
        columns,
    )


def _flags(name: str, rows: NDArray[np.int64]) -> NDArray[np.uint8] | None:
    """The same for a row in whatever batch it comes."""
    if name not in GAPS:
        return None
    missing = np.random.default_rng(5).random(100_000)[rows] < GAPS[name]
    return np.where(missing, np.uint8(Flag.NULL), np.uint8(Flag.OK)) if missing.any() else None


def one_by_one(monitor: ModelMonitor, batches: list[ObservationBatch]) -> list[Change]:
    """What each column gives by itself; ``monitor`` only names them."""
    columns: dict[str, ColumnMonitor] = {}
    drifts: list[Change] = []
    for batch in batches:
        for column in batch.columns:
            if column.name not in columns:
                key = (Role.FEATURE, column.name)
                columns[column.name] = monitor._drift._columns.new_monitor(key)
            drifts += columns[column.name].update(column, int(batch.offsets[0]), batch.times)
    for name, alone in columns.items():
        assert plain(monitor.columns[Role.FEATURE, name].state()) == plain(alone.state())
    return drifts


@given(
    st.integers(0, 2**32),
    st.integers(40, 700),
    st.lists(st.integers(1, 300), min_size=1, max_size=12),
)
def test_all_columns_at_once_give_what_each_gives_by_itself(
    seed: int, moves: int, sizes: list[int]
) -> None:
    values = table(sum(sizes), seed, moves)
    starts = np.cumsum([0, *sizes])
    batches = [observed(values[:, start:end], start) for start, end in pairwise(starts.tolist())]
    monitor = ModelMonitor("m", "1", OPTIONS)
    alerts = alerts_in(event for batch in batches for event in monitor.update(batch))
    drifts = one_by_one(monitor, batches)
    assert sorted(alert.detected_at.offset for alert in alerts) == sorted(
        drift.row for drift in drifts
    )


@pytest.mark.parametrize("size", [1, 7, 30])
def test_a_rate_that_changes_within_a_burn_in_is_told_as_by_itself(size: int) -> None:
    values = table(96, 3, 40)
    values[4, 40:] = np.random.default_rng(1).random(56) < 0.97
    batches = [observed(values[:, start : start + size], start) for start in range(0, 96, size)]
    monitor = ModelMonitor("m", "1", OPTIONS)
    alerts = alerts_in(event for batch in batches for event in monitor.update(batch))
    drifts = one_by_one(monitor, batches)
    assert sorted(alert.detected_at.offset for alert in alerts) == sorted(
        drift.row for drift in drifts
    )
    assert [
        (alert.detector.kind, alert.detected_at.offset)
        for alert in alerts
        if isinstance(alert, DriftAlert) and alert.feature == "flag"
    ] == [("bernoulli", 89)]


NOTHING_JOINT = np.zeros(1, dtype=np.int64), NO_ROW_BETS.rows
ENDS = np.empty((1, 3), dtype=np.int64)


def test_all_changes_are_found_and_nothing_else() -> None:
    values = table(3000, 1, 2000)
    monitor = ModelMonitor("m", "1", OPTIONS)
    alerts = []
    for start in range(0, 3000, 250):
        alerts += monitor.update(observed(values[:, start : start + 250], start))
    assert {alert.subject for alert in alerts} == {"shifts", "spreads", "group"}


def ready(seed: int = 1) -> ColumnMonitor:
    monitor = ColumnMonitor(
        kinds=(Kind.NUMBER,),
        detectors=OPTIONS.detectors,
        burn_in=100,
        bins=16,
        seed=lambda _: seed,
    )
    values = np.random.default_rng(seed).normal(size=200)
    monitor.update(Column("x", Role.FEATURE, Kind.NUMBER, values), 0)
    return monitor


def test_a_window_without_room_is_left_as_it_is() -> None:
    monitor = ready()
    place, defaults = monitor.pin(Kind.NUMBER), monitor.defaults
    assert place is not None
    assert defaults is not None
    before = monitor.state()
    rows = rows_of([Column("x", Role.FEATURE, Kind.NUMBER, np.zeros(1_000_000))])
    found, at = np.empty((1, 1, DETECTORS, 5)), np.empty((1, 1), dtype=np.int64)
    bounds, first = np.array([[0, 1_000_000]]), np.array([0])
    watch_columns(
        np.array([[place]]),
        *(*rows, bounds, first, *defaults.settings, *NOTHING_JOINT),
        *(found, at, ENDS),
    )
    assert at.tolist() == [[NO_ROOM]]
    assert ENDS.tolist() == [[0, 1_000_000, FOUND]]
    assert plain(monitor.state()) == plain(before)


def test_a_place_holds_until_something_else_changes_the_column() -> None:
    monitor = ready()
    assert monitor.pin(Kind.NUMBER) == monitor.reference.block.address
    monitor.update(Column("x", Role.FEATURE, Kind.NUMBER, np.zeros(3)), 200)
    assert monitor.pin(Kind.NUMBER) == monitor.reference.block.address
    state = monitor.state()
    monitor.restart()
    assert monitor.pin(Kind.NUMBER) == monitor.reference.block.address
    assert monitor.reference.block.words[READY] == 0
    monitor.restore(state)
    assert monitor.pin(Kind.NUMBER) == monitor.reference.block.address
    assert monitor.reference.block.words[READY] == 1


@pytest.mark.parametrize(
    "detectors",
    [
        (),
        MonitorOptions().detectors[:1],
        MonitorOptions().detectors[::-1],
        (*MonitorOptions().detectors, DetectorOptions("kswin", {}, (Stream.LOCATION,))),
        (
            DetectorOptions("adwin", {}, (Stream.LOCATION, Stream.RAW)),
            MonitorOptions().detectors[1],
        ),
    ],
)
def test_other_detectors_than_the_default_are_fed_by_themselves(
    detectors: tuple[DetectorOptions, ...],
) -> None:
    monitor = ColumnMonitor(
        kinds=(Kind.NUMBER,), detectors=detectors, burn_in=100, bins=16, seed=lambda _: 1
    )
    monitor.update(Column("x", Role.FEATURE, Kind.NUMBER, np.arange(200.0) % 7), 0)
    assert monitor.defaults is None
    assert monitor.pin(Kind.NUMBER) is None


def test_only_what_fired_first_is_told() -> None:
    monitor = ready()
    defaults = monitor.defaults
    assert isinstance(defaults, DefaultDetectors)
    found = np.full((DETECTORS, 5), float(QUIET))
    found[1] = 40, 10, 0.5, 0.7, 0.1
    found[2] = 7, 12.0, 0.5, 0.9, 5
    found[3] = 7, 13.0, 0.5, 0.1, 6
    told = list(defaults.detections(found, monitor.reference.block))
    assert [(stream, detector.kind) for stream, detector, _ in told] == [
        (Stream.LOCATION, "page_hinkley"),
        (Stream.SPREAD, "page_hinkley"),
    ]
    assert [(each.index, each.statistic, each.rows_after) for _, _, each in told] == [
        (7, 12.0, 5),
        (7, 13.0, 6),
    ]


def test_a_column_of_more_values_than_32_bits_count_goes_on_with_more() -> None:
    # The counts that they are given are not those of their values, which is to find.
    monitor, alone = ready(), ready()
    state = monitor.state()
    state["limits"][SHARES_LIMIT] = 0.0
    counts = state["reference"]["counts"]
    counts[:] = (NARROW - 50) // len(counts)
    counts[0] += NARROW - 50 - counts.sum()
    state["reference"]["earlier"][0] += NARROW - 50 - 200
    for each in (monitor, alone):
        each.restore(state)
        assert each.reference.count == NARROW - 50
    values = np.random.default_rng(3).normal(size=(10, 20))
    for number, part in enumerate(values):
        columns = [Column("x", Role.FEATURE, Kind.NUMBER, part)]
        found, at = np.empty((1, 1, DETECTORS, 5)), np.empty((1, 1), dtype=np.int64)
        first = 200 + 20 * number
        defaults = monitor.defaults
        assert defaults is not None
        bounds, firsts = np.array([[0, 20]]), np.array([first])
        places = np.array([[monitor.pin(Kind.NUMBER)]])
        watch_columns(
            *(places, *rows_of(columns), bounds, firsts, *defaults.settings),
            *(*NOTHING_JOINT, found, at, ENDS),
        )
        assert at[0, 0] == (NO_ROOM if number == 2 else QUIET)
        if at[0, 0] == NO_ROOM:
            monitor.update(columns[0], first)
        alone.update(columns[0], first)
        assert plain(monitor.state()) == plain(alone.state())
    assert monitor.reference.state()["counts"].sum() == NARROW + 150


def test_rows_are_kept_from_the_first_gap_on() -> None:
    monitor = ready()
    assert len(monitor.reference.block.latest_rows) == 0
    flags = np.array([Flag.OK, Flag.NULL, Flag.OK], np.uint8)
    monitor.update(Column("x", Role.FEATURE, Kind.NUMBER, np.zeros(3), flags=flags), 200)
    assert len(monitor.reference.block.latest_rows) == RECENT
    assert monitor.reference.latest(4)[1].tolist() == [198, 199, 200, 202]
