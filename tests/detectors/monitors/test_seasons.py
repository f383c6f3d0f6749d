"""Columns whose values have a course of the day or of the week, in event time."""

import numpy as np
import pytest
from hypothesis import Phase, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from detectors.alerts.drift import Drift
from detectors.arrays.column import Numbers
from detectors.monitors.column_monitor import Change, ColumnMonitor, Integers
from detectors.monitors.options import MonitorOptions
from detectors.reference import season
from detectors.reference.told_season import ToldSeason
from schemas.events.durations import MS_PER_HOUR
from schemas.tables.columns import Column, Kind, Role
from tests.detectors.batches import plain
from tests.detectors.columns_alone import assert_each_gives_what_it_gives_alone

HOUR = MS_PER_HOUR
DAY = 24 * HOUR
START = 19_675 * DAY
ROWS = 10_000
"""Of a day."""


def _times(rows: int, per_day: int = ROWS) -> Integers:
    times: Integers = START + np.arange(rows) * (DAY // per_day)
    return times


def _course(times: Integers) -> Numbers:
    course: Numbers = np.sin(2 * np.pi * times / DAY)
    return course


def _monitor(kind: Kind = Kind.NUMBER, told: ToldSeason = ToldSeason.AUTO) -> ColumnMonitor:
    return ColumnMonitor(
        kinds=(kind,),
        detectors=MonitorOptions().detectors,
        burn_in=1000,
        bins=64,
        seed=lambda restarts: restarts,
        told=told,
    )


def _feed(monitor: ColumnMonitor, values: Numbers, times: Integers, first: int = 0) -> list[Change]:
    column = Column("x", Role.FEATURE, monitor.kind, values)
    return monitor.update(column, first, times)


def _days(changes: list[Change], times: Integers) -> list[int]:
    return [int((times[change.row] - START) // DAY) for change in changes]


@pytest.mark.parametrize("amplitude", [0.3, 1.0])
def test_days_that_are_not_known_yet_raise_no_alarm(amplitude: float) -> None:
    times = _times(4 * ROWS)
    values = amplitude * _course(times) + np.random.default_rng(1).normal(size=len(times))
    assert _feed(_monitor(), values, times) == []


@pytest.mark.parametrize("day", [0.15, 0.5, 1.2, 3.3])
@pytest.mark.parametrize("amplitude", [0.0, 0.3])
def test_a_step_is_told_at_once_on_the_first_days_too(day: float, amplitude: float) -> None:
    at = int(day * ROWS)
    times = _times(at + ROWS // 2)
    values = amplitude * _course(times) + np.random.default_rng(3).normal(size=len(times))
    values[at:] += 2
    (change, *_) = _feed(_monitor(), values, times)
    assert at <= change.row < at + 100


def test_a_change_that_was_held_back_is_told_once_it_is_seen_to_stay() -> None:
    times = _times(ROWS)
    rates = np.where(np.arange(len(times)) < ROWS // 2, 0.1, 0.2)
    values = (np.random.default_rng(4).random(len(times)) < rates).astype(np.float64)
    monitor, found, held = _monitor(Kind.BOOLEAN), [], False
    for row in range(0, len(times), 20):
        found += _feed(monitor, values[row : row + 20], times[row : row + 20], row)
        held |= monitor.state()["held"] is not None
        if held:
            # Whoever goes on from a state knows of it.
            state, monitor = monitor.state(), _monitor(Kind.BOOLEAN)
            monitor.restore(state)
            assert plain(monitor.state()) == plain(state)
    assert held
    whole = _feed(_monitor(Kind.BOOLEAN), values, times)
    assert [change.row for change in whole] == [change.row for change in found]
    assert [change.row for change in found if isinstance(change, Drift)] != []
    assert all(not change.independent for change in found if isinstance(change, Drift))


@pytest.mark.parametrize("amplitude", [0.3, 1.0])
def test_a_day_that_goes_as_the_one_before_raises_no_further_alarm(amplitude: float) -> None:
    times = _times(10 * ROWS)
    values = amplitude * _course(times) + np.random.default_rng(1).normal(size=len(times))
    changes = _feed(monitor := _monitor(), values, times)
    assert set(_days(changes, times)) <= {0, 1}
    assert season.words(monitor.reference.block.season) == "the course of its days"


def test_hours_that_begin_and_end_at_once_stay_steps() -> None:
    times = _times(10 * ROWS)
    open_hours = (times // HOUR % 24 >= 8) & (times // HOUR % 24 < 18)
    values = open_hours + np.random.default_rng(1).normal(size=len(times))
    assert set(_days(_feed(_monitor(), values, times), times)) <= {0, 1}


def test_weeks_are_learned_after_days() -> None:
    times = _times(30 * 1000, per_day=1000)
    weekend = (times // DAY + 3) % 7 >= 5
    values = 1.0 * weekend + np.random.default_rng(1).normal(size=len(times))
    monitor = _monitor()
    assert _feed(monitor, values, times) == []
    assert season.words(monitor.reference.block.season) == "the course of its weeks"


def test_a_cycle_that_came_before_is_no_step_after_days_are_learned_and_hides_none() -> None:
    times = _times(3 * ROWS)
    for seed in range(4):
        noise = np.random.default_rng(seed).normal(size=len(times))
        values = np.sin(2 * np.pi * np.arange(len(times)) / 1000) + noise
        begins = 2 * ROWS
        told = _feed(_monitor(), values, times)
        assert [change.row for change in told if change.row > begins] == []
        values[begins + 300 :] += 5.0
        told = _feed(_monitor(), values, times)
        rows = [change.row for change in told if change.row > begins]
        assert begins + 300 < rows[0] < begins + 600


def test_a_rate_that_goes_up_and_down_each_day_stays_a_rate() -> None:
    times = _times(8 * ROWS)
    uniform = np.random.default_rng(2).random(len(times))
    values = (uniform < 0.2 + 0.1 * _course(times)).astype(np.float64)
    values[-1000:] = (uniform < 0.5 + 0.1 * _course(times))[-1000:]
    changes = _feed(_monitor(Kind.BOOLEAN), values, times)
    assert set(_days(changes, times)) <= {0, 1, 7}
    last = changes[-1]
    assert isinstance(last, Drift)
    assert abs(last.before.mean - 0.2) < 0.02
    assert abs(float(last.after.mean()) - 0.5) < 0.15


def test_a_shift_by_one_deviation_is_told_at_once_and_in_the_units_of_the_values() -> None:
    times = _times(6 * ROWS)
    values = 50 + 10 * _course(times) + 10 * np.random.default_rng(3).normal(size=len(times))
    at = 5 * ROWS + 3000
    values[at:] += 10
    change = next(each for each in _feed(_monitor(), values, times) if each.row >= at)
    assert isinstance(change, Drift)
    assert change.row < at + 150
    assert abs(change.before.mean - 50) < 1
    assert change.without == "the course of its days"


def test_the_course_of_the_day_outlasts_an_alert() -> None:
    times = _times(12 * ROWS)
    values = _course(times) + np.random.default_rng(4).normal(size=len(times))
    values[5 * ROWS + 3000 :] += 2
    days = _days(_feed(_monitor(), values, times), times)
    assert [day for day in days if day > 1] == [5]


def test_what_the_hour_may_have_changed_is_not_guaranteed() -> None:
    random = np.random.default_rng(5)
    values = random.normal(size=4000)
    values[3000:] += 2
    for pace, guaranteed in ((0, True), (100, True), (10_000, False)):
        (change,) = _feed(_monitor(), values, START + np.arange(4000) * pace)
        assert isinstance(change, Drift)
        assert change.independent is guaranteed
    (change,) = _feed(_monitor(told=ToldSeason.NONE), values, START + np.arange(4000) * 10_000)
    assert isinstance(change, Drift)
    assert change.independent


@pytest.mark.parametrize("cycle", [HOUR, DAY])
def test_columns_of_the_calendar_raise_no_alarms_once_they_are_known(cycle: int) -> None:
    times = _times(20 * ROWS)
    values = (times // cycle % (DAY // cycle if cycle < DAY else 7)).astype(np.float64)
    assert set(_days(_feed(_monitor(), values, times), times)) <= {0, 1, 2}


def test_numbers_that_only_rise_raise_no_alarm() -> None:
    times = _times(2 * ROWS)
    assert _feed(_monitor(), times.astype(np.float64), times) == []


def test_a_constant_that_becomes_another_one_is_told() -> None:
    times = _times(2 * ROWS)
    values = np.where(np.arange(len(times)) < 12_345, 1.0, 2.0)
    assert len(_feed(_monitor(), values, times)) == 1


@given(st.lists(st.integers(1, 900), min_size=1, max_size=30), st.integers(0, 2**32))
@budget(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_all_columns_at_once_give_what_each_gives_by_itself(sizes: list[int], seed: int) -> None:
    rows = sum(sizes)
    random = np.random.default_rng(seed)
    times = _times(rows, per_day=600) - random.integers(0, 2, rows) * HOUR
    values = random.normal(size=rows) + 3 * _course(times)
    flags = (random.random(rows) < 0.5 + 0.4 * _course(times)).astype(np.float64)
    counts = random.poisson(6 + 4 * _course(times)).astype(np.float64)
    whole = (
        Column("x", Role.FEATURE, Kind.NUMBER, values),
        Column("n", Role.FEATURE, Kind.NUMBER, counts),
        Column("a", Role.FEATURE, Kind.NUMBER, np.exp(0.5 * values)),
        Column("f", Role.FEATURE, Kind.BOOLEAN, flags),
    )
    assert_each_gives_what_it_gives_alone(whole, times, sizes)


def test_a_monitor_goes_on_where_it_was_and_one_of_before_learns_from_then_on() -> None:
    times = _times(4 * ROWS)
    values = _course(times) + np.random.default_rng(6).normal(size=len(times))
    half = 2 * ROWS + 500
    first, second = _monitor(), _monitor()
    _feed(first, values[:half], times[:half])
    second.restore(first.state())
    assert _days(_feed(second, values[half:], times[half:], half), times) == _days(
        _feed(first, values[half:], times[half:], half), times
    )
    assert plain(first.state()) == plain(second.state())
    state = first.state()
    del state["season"], state["blocks"], state["held"]
    second.restore(state)
    assert season.cycles(second.reference.block.season) == 0
    assert not season.is_covered(second.reference.block.season, int(times[-1]))


def test_times_that_go_back_or_leap_neither_fail_nor_end_learning() -> None:
    times = _times(8 * ROWS)
    values = _course(times) + np.random.default_rng(7).normal(size=len(times))
    strange = times.copy()
    strange[ROWS + 5] = 4 * 10**12
    strange[ROWS + 700] = 0
    strange[ROWS + 900] -= 2 * HOUR
    monitor = _monitor()
    _feed(monitor, values, strange)
    assert season.cycles(monitor.reference.block.season) > 0


def test_values_near_the_end_of_float64_and_of_no_spread_are_borne() -> None:
    times = _times(4 * ROWS)
    random = np.random.default_rng(8)
    _feed(_monitor(), random.choice([-1e308, 1e308], len(times)), times)
    _feed(_monitor(), np.zeros(len(times)), times)


def test_a_day_that_is_told_is_taken_off_once_it_has_been_seen() -> None:
    times = _times(4 * ROWS)
    values = _course(times) + np.random.default_rng(9).normal(size=len(times))
    at = 3 * ROWS + 5000
    values[at:] += 2
    monitor = _monitor(told=ToldSeason.DAILY)
    assert _feed(monitor, values[: ROWS + 10], times[: ROWS + 10]) == []
    assert monitor.season == "daily"
    (change,) = _feed(monitor, values[ROWS + 10 :], times[ROWS + 10 :], ROWS + 10)
    assert isinstance(change, Drift)
    assert at <= change.row < at + 60
    # Without weeks two days say what days are like.
    assert change.independent


def test_a_week_that_is_told_is_taken_off_after_one_and_days_are_not_looked_for() -> None:
    times = _times(20 * 1000, per_day=1000)
    weekend = ((times // DAY + 3) % 7 >= 5).astype(np.float64)
    values = weekend + _course(times) + np.random.default_rng(1).normal(size=len(times))
    monitor = _monitor(told=ToldSeason.WEEKLY)
    _feed(monitor, values[:14_000], times[:14_000])
    assert monitor.season == "weekly"
    both = _monitor(told=ToldSeason.DAILY_AND_WEEKLY)
    _feed(both, values[:14_000], times[:14_000])
    assert both.season == "daily+weekly"
    state, changed = both.state(), _monitor(told=ToldSeason.WEEKLY)
    changed.restore(state)
    assert changed.season == "weekly"


def test_what_is_known_of_a_season_has_a_name() -> None:
    times = _times(2 * ROWS)
    assert _monitor().season == "unknown"
    assert _monitor(told=ToldSeason.NONE).season == "none"
    monitor = _monitor()
    _feed(monitor, times.astype(np.float64), times)
    assert monitor.season == "calendar"


@pytest.mark.parametrize("kind", [Kind.NUMBER, Kind.BOOLEAN])
def test_a_batch_with_a_burn_in_and_days_in_it_gives_what_small_ones_give(kind: Kind) -> None:
    times = _times(6000, per_day=1000)
    values = _course(times) + np.random.default_rng(1).normal(size=len(times))
    if kind is Kind.BOOLEAN:
        values = (values > 0).astype(np.float64)
    whole, parts = _monitor(kind), _monitor(kind)
    found = [change.row for change in _feed(whole, values, times)]
    told = []
    for row in range(0, len(times), 500):
        told += _feed(parts, values[row : row + 500], times[row : row + 500], row)
    assert found == [change.row for change in told]
    assert plain(whole.state()) == plain(parts.state())
    assert whole.season == "daily"
