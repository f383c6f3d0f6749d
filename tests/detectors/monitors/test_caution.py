"""Columns without a guarantee are judged by limits that are higher than the budget asks for."""

import numpy as np
import pytest

from benchmarks.watchers import changes_of, default_monitor
from detectors.algorithms.page_hinkley import PageHinkley
from detectors.arrays.column import Numbers
from detectors.monitors.caution import MOST, SHORT, cautious
from detectors.monitors.column_monitor import ColumnMonitor
from detectors.monitors.limits import limits_of, parameters_under
from detectors.monitors.options import DetectorOptions
from detectors.reference.column_block import BUDGET, RANK_LIMIT, SHARES_LIMIT, THRESHOLD
from schemas.tables.columns import Column, Kind, Role
from tests.detectors.streams import autoregressive

BURN_IN = 1000
ROWS = 1_000_000.0
CAUTION = cautious(ROWS) / ROWS


def _bursts(rows: int, seed: int) -> Numbers:
    values, variance = np.random.default_rng(seed).normal(size=rows), 1.0
    for row in range(rows):
        values[row] *= variance**0.5
        variance = 0.05 + 0.2 * values[row] ** 2 + 0.75 * variance
    return values


def _fed(monitor: ColumnMonitor, values: Numbers, first_row: int = 0) -> ColumnMonitor:
    monitor.update(Column("x", Role.FEATURE, monitor.kind, values), first_row)
    return monitor


def _caution(monitor: ColumnMonitor) -> float:
    """Return how much higher the limits of the bets and of the shares are than the budget asks."""
    limits = monitor.reference.block.limits
    assert limits[BUDGET] == ROWS  # what is told of the budget stays
    usual = limits_of(ROWS)
    assert limits[RANK_LIMIT] / usual.rank_bets == limits[SHARES_LIMIT] / usual.multinomial
    return float(limits[RANK_LIMIT] / usual.rank_bets)


def test_the_rarer_alarms_are_stated_the_more_is_asked_for() -> None:
    stated = [1e3, SHORT, 1e5, ROWS, 1e12]
    assert [cautious(rows) / rows for rows in stated] == [1.0, 1.0, 10.0, 100.0, MOST]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.random.default_rng(1).normal(size=BURN_IN), 1.0),
        (autoregressive(0.5, BURN_IN, 1), 1.0),
        (autoregressive(0.9, BURN_IN, 1), 1.0),
        (autoregressive(0.999, BURN_IN, 1), CAUTION),
        (_bursts(BURN_IN, 1), CAUTION),
        (np.sin(np.arange(BURN_IN) / 100.0).round(), 1.0),  # thinned
    ],
    ids=["normal", "AR 0.5", "AR 0.9", "AR 0.999", "GARCH", "a few states that stay"],
)
def test_limits_are_raised_where_dependence_may_be_left(values: Numbers, expected: float) -> None:
    monitor = _fed(default_monitor(0), values)
    assert _caution(monitor) == expected
    threshold = parameters_under(DetectorOptions(PageHinkley.kind, {}), expected * ROWS)
    assert monitor.reference.block.limits[THRESHOLD] == threshold["threshold"]


def test_bursts_that_a_second_sample_confirms_stay_a_reason_to_be_cautious() -> None:
    monitor = _fed(default_monitor(0), _bursts(5 * BURN_IN + 100, 1))
    assert monitor.reference.until_look is None
    assert _caution(monitor) == CAUTION


def test_a_restored_column_is_as_cautious() -> None:
    monitor = _fed(default_monitor(0), _bursts(BURN_IN + 500, 1))
    other = default_monitor(0)
    other.restore(monitor.state())
    assert np.array_equal(other.reference.block.limits, monitor.reference.block.limits)


def test_detectors_of_others_are_as_cautious_after_a_restart() -> None:
    options = (DetectorOptions("page_hinkley", {}), DetectorOptions("kswin", {"alpha": 1e-9}))

    def begun() -> ColumnMonitor:
        return ColumnMonitor(
            kinds=(Kind.NUMBER,),
            detectors=options,
            burn_in=BURN_IN,
            bins=64,
            seed=lambda restarts: restarts,
        )

    monitor = _fed(begun(), _bursts(BURN_IN + 100, 1))
    other = begun()
    other.restore(monitor.state())
    moved = 1.0 + _bursts(400, 2)
    column = Column("x", Role.FEATURE, Kind.NUMBER, moved)
    found = monitor.update(column, BURN_IN + 100)
    assert found
    assert [each.row for each in other.update(column, BURN_IN + 100)] == [
        each.row for each in found
    ]


def test_a_shift_is_told_all_the_same() -> None:
    values = _bursts(8000, 3)
    values[6000:] += 1.5
    found = changes_of(default_monitor(0), values)
    assert 6000 <= found[-1].row < 6200
