"""Steps that may be weekends."""

from dataclasses import replace

import numpy as np
import pytest

from detectors.alerts.drift import Drift
from detectors.arrays.column import Numbers
from detectors.monitors import held_week
from detectors.monitors.column_monitor import Change, ColumnMonitor, Integers
from detectors.monitors.held_week import Level, may_be_weekend
from detectors.monitors.options import MonitorOptions
from detectors.reference import season
from schemas.events.durations import MS_PER_HOUR
from schemas.tables.columns import Column, Kind, Role
from tests.detectors.batches import plain

HOUR = MS_PER_HOUR
DAY = 24 * HOUR
MONDAY = 19_674 * DAY
ROWS = 4000
"""Of a day."""


def _times(days: float) -> Integers:
    times: Integers = MONDAY + np.arange(int(days * ROWS)) * (DAY // ROWS)
    return times


def _monitor() -> ColumnMonitor:
    return ColumnMonitor(
        kinds=(Kind.NUMBER,),
        detectors=MonitorOptions().detectors,
        burn_in=1000,
        bins=64,
        seed=lambda restarts: restarts,
    )


def _feed(monitor: ColumnMonitor, values: Numbers, times: Integers, first: int = 0) -> list[Change]:
    return monitor.update(Column("x", Role.FEATURE, Kind.NUMBER, values), first, times)


def _weekend(times: Integers, zone: int) -> Numbers:
    """Return 1 on Saturdays and Sundays where clocks are so many hours ahead of UTC."""
    weekend: Numbers = (((times + zone * HOUR) // DAY + 3) % 7 >= 5).astype(np.float64)
    return weekend


@pytest.mark.parametrize("zone", [-8, 0, 12])
def test_weekends_raise_no_alarm_before_weeks_are_known_and_after_it(zone: int) -> None:
    times = _times(35) + DAY
    noise = np.random.default_rng(zone + 220).normal(size=len(times))
    monitor = _monitor()
    found = _feed(monitor, _weekend(times, zone) + noise, times)
    # Of a Monday that has been seen once nobody knows how much of its night comes again; else it is
    # chance.
    assert len(found) <= 1
    assert all(change.row < 14 * ROWS for change in found)
    assert season.words(monitor.reference.block.season) == "the course of its weeks"


@pytest.mark.parametrize("seed", [10, 12, 18])
def test_a_weekend_that_takes_long_to_find_is_no_step_at_another_hour(seed: int) -> None:
    rows = np.arange(52_000)
    values = np.random.default_rng(seed).normal(size=len(rows)) + 0.5 * (rows >= 50_000)
    # From a Sunday noon on, so that this is one of a Friday.
    times = MONDAY + 6 * DAY + DAY // 2 + rows * (DAY // 10_000)
    assert _feed(_monitor(), values, times) == []


@pytest.mark.parametrize("day", [2.3, 9.6, 16.4, 24.0])
def test_a_step_at_another_hour_or_of_a_known_week_is_told_at_once(day: float) -> None:
    times, at = _times(day + 1), int(day * ROWS)
    values = _weekend(times, 0) + np.random.default_rng(2).normal(size=len(times))
    values[at:] += 2
    (change, *_) = _feed(_monitor(), values, times)
    assert at <= change.row < at + 60


def test_a_step_that_begins_with_a_weekend_and_stays_is_told_within_half_a_week() -> None:
    times, at = _times(9), 5 * ROWS
    values = np.random.default_rng(3).normal(size=len(times))
    values[at:] += 1
    whole = _feed(_monitor(), values, times)
    assert [isinstance(change, Drift) and change.independent for change in whole] == [False]
    assert at + 2 * ROWS < whole[0].row < at + 3.5 * ROWS
    # Whoever goes on from a state, in the middle of what is held back, knows of it.
    monitor = _monitor()
    found = _feed(monitor, values[: 6 * ROWS], times[: 6 * ROWS])
    state, monitor = monitor.state(), _monitor()
    monitor.restore(state)
    assert plain(monitor.state()) == plain(state)
    for row in range(6 * ROWS, len(times), 50):
        found += _feed(monitor, values[row : row + 50], times[row : row + 50], row)
    assert [change.row for change in found] == [change.row for change in whole]


@pytest.mark.parametrize("day", [1, 2, 3, 4, 8, 11])
def test_a_step_at_the_midnight_of_a_working_day_is_told_at_once(day: int) -> None:
    """It was held back for three days, as if weekends began on each of them."""
    times, at = _times(day + 1), day * ROWS
    values = np.random.default_rng(day).normal(size=len(times))
    values[at:] += 1
    (change, *_) = _feed(_monitor(), values, times)
    assert at <= change.row < at + ROWS // 2


def test_a_level_that_does_not_come_back_after_a_weekend_is_told() -> None:
    times = _times(11)
    values = _weekend(times, 0) + np.random.default_rng(4).normal(size=len(times))
    values[7 * ROWS :] += 2
    found = _feed(_monitor(), values, times)
    assert len(found) == 1
    assert 7 * ROWS < found[0].row < 10.5 * ROWS


def test_levels_are_told_apart_by_their_errors() -> None:
    level = Level(mean=10.0, deviation=1.0, values=10_000.0)
    assert level.is_at(10.2, 100.0)
    assert not level.is_at(10.4, 100.0)
    assert Level.restored(level.state()) == level
    assert Level.restored(None) is None


@pytest.mark.parametrize(
    ("hour", "may_be"),
    [(0, True), (12, True), (13, False), (48, False), (96, False), (105, False), (106, True)],
)
def test_weekends_begin_and_end_at_some_hours_of_the_week(hour: int, may_be: bool) -> None:
    times, at = _times(20), 8 * ROWS
    values = np.random.default_rng(5).normal(size=len(times))
    values[at:] += 20
    (drift, *_) = _feed(_monitor(), values[: at + 100], times[: at + 100] - 7 * HOUR)
    assert isinstance(drift, Drift)
    step = replace(drift, rows_since_change=3, rows_observed=8 * ROWS)
    memory = np.empty(season.MEMORY)
    season.begin(memory, season.NUMBERS)
    time = MONDAY + 7 * DAY + hour * HOUR + 20_000
    memory[season.SINCE] = time - 8 * DAY
    assert may_be_weekend(step, memory, time - 8 * DAY, time) is may_be
    assert not may_be_weekend(step, memory, time - held_week.KNOWN_BY, time)
    memory[season.WEEK_KNOWN] = 1.0
    assert not may_be_weekend(step, memory, time - 8 * DAY, time)
