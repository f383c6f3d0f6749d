"""Columns of amounts whose days go up and down by a factor."""

import numpy as np
import pytest

from detectors.alerts.drift import Drift
from detectors.arrays.column import Numbers
from detectors.monitors.column_monitor import Change, ColumnMonitor, Integers
from detectors.monitors.options import MonitorOptions
from detectors.reference import season
from schemas.events.durations import MS_PER_DAY
from schemas.tables.columns import Column, Kind, Role

DAY = MS_PER_DAY
ROWS = 10_000
"""Of a day."""


def _times(days: float) -> Integers:
    return 19_675 * DAY + np.arange(int(days * ROWS)) * (DAY // ROWS)


def _amounts(times: Integers, seed: int, deviation: float = 0.5) -> Numbers:
    """Return lognormal values whose level is 1.6 times as high, and as low, once a day."""
    noise = np.random.default_rng(seed).normal(size=len(times))
    return 40.0 * np.exp(0.5 * np.sin(2 * np.pi * times / DAY) + deviation * noise)


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


@pytest.mark.parametrize("deviation", [0.5, 1.0])
def test_a_course_by_a_factor_raises_next_to_no_alarm(deviation: float) -> None:
    times, found = _times(8), 0
    for seed in range(4):
        monitor = _monitor()
        found += len(_feed(monitor, _amounts(times, seed, deviation), times))
        assert monitor.season == "daily"
    assert found <= 1  # of sums that are taken off each has some five


def test_a_course_of_amounts_that_depend_on_their_neighbours_raises_no_alarm() -> None:
    # Of a burn-in of them skewness says little, and two days how far apart the values of an hour
    # are: the hours of this one were drawn together and apart by what was chance, day after day.
    random = np.random.default_rng(1).normal(size=8 * ROWS)
    level, logarithms = random[0], np.empty(len(random))
    for row, noise in enumerate(random):
        level = 0.9 * level + np.sqrt(1 - 0.9**2) * noise if row else noise
        logarithms[row] = 0.5 * level
    logarithms += 0.5 * np.sin(2 * np.pi * np.arange(len(random)) / ROWS)
    monitor = _monitor()
    assert _feed(monitor, np.exp(logarithms), _times(8) + DAY // 2) == []
    assert monitor.season == "daily"
    assert monitor.reference.block.season[season.MODE] == season.LOGARITHMS


def test_a_shift_is_told_in_the_units_of_the_column_once_days_are_known() -> None:
    times = _times(4)
    values = _amounts(times, 3)
    at = int(3.2 * ROWS)
    values[at:] *= 1.5
    (change,) = _feed(_monitor(), values, times)
    assert isinstance(change, Drift)
    assert at <= change.row < at + 120
    assert 40.0 < change.before.mean < 50.0  # without its course 40 times exp(1 / 8), 45.3
    assert np.median(change.after) / 40.0 == pytest.approx(1.5, abs=0.25)


def test_a_restored_column_goes_on_alike() -> None:
    times = _times(4)
    values = _amounts(times, 4)
    monitor, other = _monitor(), _monitor()
    half = 3 * ROWS + 123
    _feed(monitor, values[:half], times[:half])
    other.restore(monitor.state())
    values[half + 2000 :] *= 2.0
    for each in (monitor, other):
        (change,) = _feed(each, values[half:], times[half:], half)
        assert half + 2000 <= change.row < half + 2100
    own, others = monitor.reference.block.season, other.reference.block.season
    assert np.array_equal(own, others, equal_nan=True)


def test_values_that_are_no_amounts_come_through_a_course_of_amounts_as_they_are() -> None:
    times = _times(4)
    values = _amounts(times, 5)
    monitor = _monitor()
    _feed(monitor, values[: 3 * ROWS], times[: 3 * ROWS])
    odd = values[3 * ROWS :].copy()
    odd[::50], odd[1::50] = 0.0, -7.0
    found = _feed(monitor, odd, times[3 * ROWS :], 3 * ROWS)
    assert found
    assert isinstance(found[0], Drift)
    assert {0.0, -7.0} <= set(found[0].after.tolist())


def test_a_column_that_was_known_before_amounts_were_goes_on_as_numbers() -> None:
    times = _times(4)
    values = (
        100.0 + np.sin(2 * np.pi * times / DAY) + np.random.default_rng(6).normal(size=len(times))
    )
    monitor, other = _monitor(), _monitor()
    _feed(monitor, values[: 3 * ROWS], times[: 3 * ROWS])
    assert monitor.reference.block.season[season.MODE] == season.NUMBERS
    other.restore(monitor.state())
    assert other.reference.block.season[season.MODE] == season.NUMBERS
    assert _feed(other, values[3 * ROWS :], times[3 * ROWS :], 3 * ROWS) == []
