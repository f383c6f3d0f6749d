"""All columns of a model together, through the fleet and alone."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detectors.algorithms.false_alarms import DEFAULT, FalseAlarms
from detectors.algorithms.joint_bets import WEALTH
from detectors.monitors.fleet import Fleet
from detectors.monitors.joint_look import CLOSE_STEP, STEP
from detectors.monitors.joint_watch import MOST_SINGLE, SPAN, JointWatch
from detectors.monitors.model_monitor import ModelMonitor
from detectors.monitors.options import MonitorOptions
from detectors.monitors.row_bets import RowBets
from schemas.events.alert import Alert, AlertKind, Severity
from schemas.events.drift_alert import Direction, DriftAlert
from schemas.events.model_alert import ModelAlert
from schemas.events.published import PublishedEvent
from schemas.tables.columns import Column, Flag, Kind, Role
from schemas.tables.observations import ModelRows, ObservationTable, Origin, Source
from tests.detectors.batches import plain

Values = NDArray[np.float64]

JOINT_ALONE = MonitorOptions(
    burn_in=200,
    bins=16,
    false_alarms=FalseAlarms.of("1 per 1,000,000,000,000 rows per column"),
    joint_limit=1e6,
)
SINGLE_TOO = MonitorOptions(burn_in=200, bins=16)


def table_of(values: Values, first: int, missing: Values | None = None) -> ObservationTable:
    """One model's rows, shape ``(columns, rows)``."""
    rows = np.arange(first, first + values.shape[1])
    flags = np.zeros(values.shape, dtype=np.uint8)
    if missing is not None:
        flags[missing[:, rows] > 0] = Flag.NULL
    columns = tuple(
        Column(
            f"x{number}",
            Role.FEATURE,
            Kind.NUMBER,
            np.ascontiguousarray(column),
            flags=own if own.any() else None,
        )
        for number, (column, own) in enumerate(zip(values, flags, strict=True))
    )
    sources = (Source("predictions", 0),), np.zeros(len(rows), dtype=np.int64)
    models = (ModelRows("m", "1", len(rows)),)
    return ObservationTable(Origin.PREDICTIONS, models, *sources, rows, 1000 * rows, columns)


def history(seed: int, columns: int, rows: int, change: int, shift: float) -> Values:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(columns, rows))
    values[:, change:] += shift * rng.choice([-1.0, 1.0], (columns, 1))
    return values


def found(
    values: Values, options: MonitorOptions, cuts: list[int] | None = None
) -> list[PublishedEvent]:
    fleet = Fleet(lambda _: options)
    edges = sorted({*range(0, values.shape[1], 500), values.shape[1]} if cuts is None else cuts)
    return [
        event
        for begin, end in pairwise(edges)
        for event in fleet.update(table_of(values[:, begin:end], begin))
    ]


def test_small_shifts_of_many_columns_are_told_in_one_alert() -> None:
    values = history(1, 60, 3000, 2000, 0.3)
    (alert,) = found(values, JOINT_ALONE)
    assert isinstance(alert, ModelAlert)
    assert (alert.kind, alert.detector, alert.severity) == (
        AlertKind.MODEL,
        "joint",
        Severity.WARNING,
    )
    assert 2000 < alert.detected_at.offset < 2300
    assert (alert.detected_at.offset + 1) % CLOSE_STEP == 0
    assert alert.limit == JOINT_ALONE.joint_limit
    assert alert.statistic >= 1e6
    assert (alert.columns_watched, alert.columns_restarted) == (60, 60)
    assert 5 < alert.columns_changed == len(alert.columns) <= 60
    assert alert.guaranteed


def test_each_column_says_where_it_went_and_by_how_much() -> None:
    values = history(2, 40, 3000, 2000, 0.0)
    values[:10, 2000:] += 0.4
    alert, *_ = found(values, JOINT_ALONE)
    assert isinstance(alert, ModelAlert)
    assert {column.feature for column in alert.columns} <= {f"x{number}" for number in range(10)}
    assert len(alert.columns) > 5
    assert {each.direction for each in alert.columns} == {Direction.UP}
    assert all("the mean went from" in each.change for each in alert.columns)
    count = alert.columns_changed
    assert alert.message.startswith(f"{count} of 40 columns of m 1 changed together")


def test_nothing_is_told_where_nothing_changes() -> None:
    assert found(history(3, 40, 6000, 0, 0.0), JOINT_ALONE) == []


def test_what_is_the_new_normal_is_told_once() -> None:
    assert len(found(history(4, 60, 6000, 2000, 0.3), JOINT_ALONE)) == 1


def test_a_single_column_has_no_alert_of_the_model() -> None:
    (alert,) = found(history(5, 1, 6000, 3000, 3.0), SINGLE_TOO)
    assert isinstance(alert, DriftAlert)


def test_columns_that_all_move_at_once_raise_few_alerts() -> None:
    alerts = found(history(6, 60, 3000, 2000, 1.0), SINGLE_TOO)
    single = [each for each in alerts if isinstance(each, DriftAlert)]
    together = [each for each in alerts if isinstance(each, ModelAlert)]
    assert len(single) <= MOST_SINGLE
    assert 1 <= len(together) <= 2
    told = {each.feature for each in single}
    assert told.isdisjoint(column.feature for alert in together for column in alert.columns)
    assert len(told) + sum(alert.columns_restarted for alert in together) == 60


def test_critical_features_are_told_by_themselves_or_named_by_a_critical_alert() -> None:
    critical = frozenset({"x57", "x58", "x59"})
    options = replace(SINGLE_TOO, critical=critical)
    alerts = found(history(7, 60, 4000, 2000, 2.0), options)
    told = [each for each in alerts if isinstance(each, DriftAlert | ModelAlert)]
    named = {name for each in told if each.severity is Severity.CRITICAL for name in each.subjects}
    assert named >= critical


def test_without_a_limit_each_column_is_told_by_itself() -> None:
    options = replace(SINGLE_TOO, joint_limit=0.0)
    alerts = found(history(6, 20, 4000, 2000, 1.0), options)
    assert len(alerts) == 20
    assert all(isinstance(each, DriftAlert) for each in alerts)


@settings(max_examples=12, deadline=None)
@given(
    st.integers(0, 2**32),
    st.lists(st.integers(1, 2399), max_size=6),
    st.sampled_from([0.3, 1.0, 3.0]),
    st.sampled_from([JOINT_ALONE, SINGLE_TOO]),
    st.booleans(),
)
def test_batches_paths_and_restarts_of_a_worker_change_nothing(
    seed: int, cuts: list[int], shift: float, options: MonitorOptions, gaps: bool
) -> None:
    values = history(seed, 12, 2400, 1200, shift)
    missing = (np.random.default_rng(seed).random(values.shape) < 0.1 * gaps).astype(np.float64)
    whole, parts = Fleet(lambda _: options), Fleet(lambda _: options)
    alone = ModelMonitor("m", "1", options)
    expected = whole.update(table_of(values, 0, missing))
    edges = sorted({0, 2400, *cuts})
    told: list[PublishedEvent] = []
    by_itself: list[PublishedEvent] = []
    for begin, end in pairwise(edges):
        table = table_of(values[:, begin:end], begin, missing)
        told += parts.update(table)
        by_itself += alone.update(next(iter(table.batches())))
        again = Fleet(lambda _: options)
        again.restore(parts.state())
        parts = again
    assert told == by_itself == expected
    assert plain(parts.state()) == plain(whole.state())
    (monitor,) = whole
    assert plain(alone.state()) == plain(monitor.state())


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32), st.integers(300, 2400), st.sampled_from([0.0, 0.5, 2.0]))
def test_batches_far_longer_than_from_look_to_look_are_told_as_short_ones(
    seed: int, odd: int, shift: float
) -> None:
    values = history(seed, 12, 2400, 1500, shift)
    rows = np.arange(2400)
    values[0] = np.abs(values[0]) * 2 // 1
    # A weekday that turns out to be none, a number that rises until it falls, and a switch.
    values[1] = np.where(rows < odd, rows // 100, values[1])
    values[2] = np.where(rows < odd, rows, values[2])
    values[3] = values[3] > 0
    kinds = {0: Kind.CATEGORY, 3: Kind.BOOLEAN}
    told, states = [], []
    for size in (2400, 800, 50):
        fleet, events = Fleet(lambda _: SINGLE_TOO), list[PublishedEvent]()
        for begin in range(0, 2400, size):
            table = table_of(values[:, begin : begin + size], begin)
            columns = tuple(
                replace(
                    column,
                    kind=kinds.get(number, Kind.NUMBER),
                    values=column.values.astype(np.int32) if number == 0 else column.values,
                    categories=tuple("abcdefghijklmnop") if number == 0 else (),
                )
                for number, column in enumerate(table.columns)
            )
            events += fleet.update(replace(table, columns=columns, times=36_000 * table.offsets))
        told.append(events)
        states.append(plain(fleet.state()))
    assert told[0] == told[1] == told[2]
    assert states[0] == states[1] == states[2]


def test_models_in_one_table_are_told_what_each_is_told_alone() -> None:
    values = [history(seed, 12, 2400, 1200 + 300 * seed, 0.5) for seed in (1, 2)]
    together = Fleet(lambda _: SINGLE_TOO)
    told: list[PublishedEvent] = []
    for begin in range(0, 2400, 300):
        first, second = (table_of(each[:, begin : begin + 300], begin) for each in values)
        both = np.concatenate([first.offsets, second.offsets])
        pairs = zip(first.columns, second.columns, strict=True)
        columns = (
            replace(one, values=np.concatenate([one.values, two.values])) for one, two in pairs
        )
        models = (ModelRows("m", "1", 300), ModelRows("m", "2", 300))
        of = np.zeros(600, dtype=np.int64)
        table = replace(
            first, models=models, source_of=of, offsets=both, times=1000 * both, columns=(*columns,)
        )
        told += together.update(table)
    for version, own in zip("12", values, strict=True):
        alone = Fleet(lambda _: SINGLE_TOO)
        expected = []
        for begin in range(0, 2400, 300):
            table = table_of(own[:, begin : begin + 300], begin)
            expected += alone.update(replace(table, models=(ModelRows("m", version, 300),)))
        assert [each for each in told if each.version == version] == expected
        assert any(isinstance(each, ModelAlert) for each in expected)


def test_replays_give_the_same_alerts_under_the_same_ids() -> None:
    values = history(9, 12, 2400, 1200, 0.5)
    first, again = (found(values, SINGLE_TOO, cuts) for cuts in ([0, 2400], [0, 700, 1333, 2400]))
    assert first == again
    ids = [each.alert_id for each in first if isinstance(each, Alert)]
    assert len(set(ids)) == len(ids) > 5


def test_columns_of_the_calendar_say_nothing_of_the_model() -> None:
    values = history(10, 12, 4000, 0, 0.0)
    values[:6] = np.arange(4000) // 400
    assert not any(isinstance(each, ModelAlert) for each in found(values, JOINT_ALONE))


def test_a_model_alert_of_hours_that_change_is_not_said_to_be_guaranteed() -> None:
    # Two days in 4,000 rows: the whole model goes with the hour.
    values = history(11, 12, 4000, 0, 0.0)
    values += np.sin(np.arange(4000) / 2000 * 2 * np.pi)
    tables = [table_of(values[:, begin : begin + 500], begin) for begin in range(0, 4000, 500)]
    fleet = Fleet(lambda _: JOINT_ALONE)
    told = [
        event
        for table in tables
        for event in fleet.update(replace(table, times=table.offsets * 43_200))
    ]
    together = [each for each in told if isinstance(each, ModelAlert)]
    assert together
    assert not any(each.guaranteed for each in together)


def on(joint: JointWatch) -> JointWatch:
    """A watch that has seen columns enough."""
    state = joint.state() | {"is_on": True}
    joint.restore(state, 0)
    return joint


def test_it_looks_after_fixed_rows_and_closer_while_there_is_something_to_see() -> None:
    joint = JointWatch(1e6, DEFAULT)
    assert not joint.look(STEP, [])
    assert joint.next_look == 2 * STEP
    joint.numbers[:WEALTH] = 1000.0
    assert not joint.look(2 * STEP, [])
    assert joint.next_look == 2 * STEP + CLOSE_STEP


def test_a_state_of_an_older_release_begins_with_the_next_look() -> None:
    joint = JointWatch(1e6, DEFAULT)
    joint.restore(None, 1000)
    assert joint.next_look == 1024
    assert joint.statistic == 0.0


def test_the_first_drifts_are_told_at_once_and_further_ones_together() -> None:
    joint = on(JointWatch(1e6, DEFAULT))
    assert [joint.holds(row) for row in range(MOST_SINGLE + 1)] == [False] * MOST_SINGLE + [True]
    assert not joint.holds(SPAN + 1)


def test_of_too_few_columns_each_drift_is_told_by_itself() -> None:
    joint = JointWatch(1e6, DEFAULT)
    assert not any(joint.holds(0) for _ in range(2 * MOST_SINGLE))


def test_an_event_that_goes_on_is_told_ever_less_often() -> None:
    joint = on(JointWatch(1e6, DEFAULT))
    pauses = []
    row = 10_000
    for _ in range(7):
        joint.told(row)
        pause = next(each for each in range(5000) if not joint.holds(row + each))
        pauses.append(pause)
        row += pause
        joint = _without_singles(joint, row)
    assert pauses == [128, 256, 512, 1024, 1024, 1024, 1024]


def _without_singles(joint: JointWatch, rows: int) -> JointWatch:
    state = joint.state() | {"single": []}
    other = JointWatch(joint.limit, DEFAULT)
    other.restore(state, rows)
    return other


def test_what_was_told_of_one_column_counts_no_more_for_the_model() -> None:
    joint = JointWatch(1e6, DEFAULT)
    bets = RowBets.on(0, 100)
    bets.rows[:2], bets.rows[2:] = 1.0, 1.0
    joint.settle(bets, [99])
    assert joint.statistic == 0.0
    joint.settle(RowBets(100, bets.rows), [149])
    some = joint.statistic
    joint.settle(RowBets(200, bets.rows), [249, 249])
    assert joint.statistic == some > 0.0


@pytest.mark.parametrize(
    ("budget", "limit"),
    [("1 per 50,000 rows per column", 50_000.0), ("1 per 50,000 rows", 2 * 50_000.0)],
)
def test_its_limit_follows_from_the_budget(budget: str, limit: float) -> None:
    options = replace(SINGLE_TOO, false_alarms=FalseAlarms.of(budget))
    monitor = ModelMonitor("m", "1", options)
    monitor.update(next(iter(table_of(history(1, 9, 1024, 0, 0.0), 0).batches())))
    joint = monitor.joint_of(Origin.PREDICTIONS)
    assert joint is not None
    # The errors, yet to come, are a column that shares it.
    assert joint.limit == pytest.approx(limit, rel=0.25)


def test_a_state_of_an_older_release_goes_on_without_what_it_did_not_know() -> None:
    values = history(8, 12, 1500, 0, 0.0)
    fleet = Fleet(lambda _: SINGLE_TOO)
    fleet.update(table_of(values[:, :1000], 0))
    state = fleet.state()
    inner = state["monitors"][0]["state"]
    del inner["joint"]
    for column in inner["columns"]:
        del column["monitor"]["joint"]
    older = Fleet(lambda _: SINGLE_TOO)
    older.restore(state)
    (monitor,) = older
    joint = monitor.joint_of(Origin.PREDICTIONS)
    assert joint is not None
    assert joint.next_look == 1024
    assert older.update(table_of(values[:, 1000:], 1000)) == []
    assert joint.next_look == 1500 // STEP * STEP + STEP


@pytest.mark.parametrize("seed", range(3))
def test_columns_that_end_begin_lack_or_are_declared_are_told_alike_in_long_batches(
    seed: int,
) -> None:
    values = history(seed, 12, 3000, 1700, 0.6)
    values[0] = np.abs(values[0]) * 2 // 1
    options = replace(SINGLE_TOO, burn_in=1000, kinds={"x0": Kind.CATEGORY})
    told, states = [], []
    for edges in ([0, 3000], [0, 600, 3000], range(0, 3001, 50)):
        fleet, events = Fleet(lambda _: options), list[PublishedEvent]()
        for begin, end in pairwise(edges):
            table = table_of(values[:, begin:end], begin)
            columns = list(table.columns)
            columns[0] = replace(
                columns[0],
                kind=Kind.CATEGORY,
                values=columns[0].values.astype(np.int32),
                categories=tuple("abcdefghijklmnop"),
            )
            # One that ends, one that begins, and one that is there now and then.
            for number, there in (
                (1, table.offsets < 1333),
                (2, table.offsets >= 77),
                (3, table.offsets % 1000 < 900),
            ):
                flags = np.where(there, 0, Flag.ABSENT).astype(np.uint8)
                columns[number] = replace(columns[number], flags=flags)
            those = tuple(
                each for each in columns if each.flags is None or (each.flags != Flag.ABSENT).any()
            )
            events += fleet.update(replace(table, columns=those))
        told.append(events)
        (monitor,) = fleet
        states.append(plain(monitor.state()))
    assert told[0] == told[1] == told[2]
    assert states[0] == states[1] == states[2]
