"""Columns of categories whose shares have a course of the day, in event time."""

import numpy as np
from hypothesis import Phase, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from detectors.alerts.drift import Drift
from detectors.arrays.column import Numbers
from detectors.monitors.column_monitor import Change, ColumnMonitor, Integers
from detectors.monitors.options import MonitorOptions
from detectors.reference import season
from schemas.events.durations import MS_PER_HOUR
from schemas.tables.columns import Column, Kind, Role
from tests.detectors.batches import plain
from tests.detectors.columns_alone import assert_each_gives_what_it_gives_alone

HOUR = MS_PER_HOUR
DAY = 24 * HOUR
START = 19_675 * DAY
ROWS = 10_000
"""Of a day."""

NAMES = ("card", "cash", "transfer", "voucher", "cheque", "coin", "other")


def _times(rows: int, per_day: int = ROWS) -> Integers:
    times: Integers = START + np.arange(rows) * (DAY // per_day)
    return times


def _monitor() -> ColumnMonitor:
    return ColumnMonitor(
        kinds=(Kind.CATEGORY,),
        detectors=MonitorOptions().detectors,
        burn_in=1000,
        bins=64,
        seed=lambda restarts: restarts,
    )


def _codes(shares: Numbers, seed: int) -> Integers:
    """Return a category a row, by the shares, shape ``(n, c)``, of its time."""
    uniform = np.random.default_rng(seed).random(len(shares))
    codes: Integers = (uniform[:, None] > np.cumsum(shares, axis=1)[:, :-1]).sum(axis=1)
    return codes


def _shares(times: Integers, count: int, amplitude: float) -> Numbers:
    """Return shares, of which each has its highest at another hour."""
    phases = 2 * np.pi * (times[:, None] / DAY + np.arange(count) / count)
    weights = 1.0 + amplitude * np.sin(phases)
    shares: Numbers = weights / weights.sum(axis=1, keepdims=True)
    return shares


def _column(codes: Integers) -> Column:
    return Column("x", Role.FEATURE, Kind.CATEGORY, codes.astype(np.int32), NAMES)


def _feed(monitor: ColumnMonitor, codes: Integers, times: Integers) -> list[Change]:
    return monitor.update(_column(codes), 0, times)


def test_shares_by_the_hour_raise_no_alarm_once_days_are_known() -> None:
    for count in (2, 4):
        times = _times(8 * ROWS)
        codes = _codes(_shares(times, count, 0.5), seed=count)
        monitor = _monitor()
        days = [int((times[each.row] - START) // DAY) for each in _feed(monitor, codes, times)]
        assert len(days) <= 1
        assert set(days) <= {0, 1}
        assert season.words(monitor.reference.block.season) == "the course of its days"


def test_a_change_of_a_share_is_told_at_once_and_without_the_course() -> None:
    times = _times(7 * ROWS)
    shares = _shares(times, 2, 0.6)
    at = 6 * ROWS + 2500
    shares[at:] += [-0.25, 0.25]
    (change, *_) = _feed(_monitor(), _codes(shares, seed=3), times)
    assert isinstance(change, Drift)
    assert at <= change.row < at + 400
    assert change.without == "the course of its days"


def test_a_step_of_a_share_is_told_on_the_first_day_too() -> None:
    times = _times(ROWS // 2)
    shares = np.tile([0.8, 0.2], (len(times), 1))
    shares[ROWS // 4 :] = 0.2, 0.8
    (change, *_) = _feed(_monitor(), _codes(shares, seed=4), times)
    assert ROWS // 4 <= change.row < ROWS // 4 + 60


def test_names_of_weekdays_raise_no_alarms_once_they_are_known() -> None:
    times = _times(20 * 1000, per_day=1000)
    changes = _feed(_monitor(), times // DAY % 7, times)
    assert {int((times[change.row] - START) // DAY) for change in changes} <= set(range(6))


def test_a_monitor_goes_on_where_it_was_and_learns_where_nothing_was_known() -> None:
    times = _times(4 * ROWS)
    codes = _codes(_shares(times, 3, 0.6), seed=5)
    half = 2 * ROWS + 700
    first, second = _monitor(), _monitor()
    first.update(_column(codes[:half]), 0, times[:half])
    second.restore(first.state())
    assert plain(second.state()) == plain(first.state())
    found = [each.update(_column(codes[half:]), half, times[half:]) for each in (first, second)]
    assert [change.row for change in found[0]] == [change.row for change in found[1]]
    assert plain(first.state()) == plain(second.state())
    state = first.state()
    # As a release before wrote it.
    del state["slots"], state["season"]["further"], state["season"]["week_hours"]
    state["season"]["head"][season.MODE] = season.NONE
    second.restore(state)
    assert season.cycles(second.reference.block.season) == 0


@given(st.lists(st.integers(1, 900), min_size=1, max_size=30), st.integers(0, 2**32))
@budget(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_all_columns_at_once_give_what_each_gives_by_itself(sizes: list[int], seed: int) -> None:
    rows = sum(sizes)
    random = np.random.default_rng(seed)
    times = _times(rows, per_day=600) - random.integers(0, 2, rows) * HOUR
    two = _codes(_shares(times, 2, 0.9), seed)
    seven = _codes(_shares(times, 7, 0.9), seed + 1)
    seven[rows // 2 :] = (seven[rows // 2 :] + 3) % 7
    whole = tuple(
        Column(name, Role.FEATURE, Kind.CATEGORY, codes.astype(np.int32), NAMES)
        for name, codes in (("two", two), ("seven", seven))
    )
    assert_each_gives_what_it_gives_alone(whole, times, sizes)
