import numpy as np
import pytest

from detectors.alerts.drift import Drift
from detectors.arrays.column import Numbers
from detectors.monitors.column_monitor import ColumnMonitor
from detectors.monitors.held_change import (
    AT_ONCE,
    FIRST_LOOK,
    KNOWN_BY,
    LONGEST,
    HeldChange,
    held_back,
    is_young,
)
from detectors.monitors.options import MonitorOptions
from detectors.reference import block_means, season
from schemas.tables.columns import Column, Kind, Role


def _drift() -> Drift:
    monitor = ColumnMonitor(
        kinds=(Kind.NUMBER,),
        detectors=MonitorOptions().detectors,
        burn_in=1000,
        bins=64,
        seed=lambda restarts: restarts,
    )
    values = np.random.default_rng(1).normal(size=2000)
    values[1500:] += 2
    (found,) = monitor.update(Column("x", Role.FEATURE, Kind.NUMBER, values), 0)
    assert isinstance(found, Drift)
    return found


def _column(values: Numbers) -> tuple[Numbers, Numbers]:
    """Return what is known of a column that began at the epoch."""
    memory, blocks = np.empty(season.MEMORY), np.empty(block_means.MEMORY)
    season.begin(memory, season.NUMBERS)
    block_means.begin(blocks)
    season.gauge(memory, np.random.default_rng(2).normal(size=1000))
    blocks[block_means.BEGAN] = 0.0
    block_means.fill(season.cut_off(values, memory), blocks)
    return memory, blocks


def test_a_column_is_young_from_half_an_hour_until_its_days_are_known() -> None:
    memory, blocks = _column(np.zeros(0))
    assert [is_young(memory, blocks, at) for at in (AT_ONCE, AT_ONCE + 1, KNOWN_BY)] == [
        *(False, True, False)
    ]
    memory[season.DAY_KNOWN] = 1.0
    assert not is_young(memory, blocks, AT_ONCE + 1)
    season.begin(memory, season.OFF)
    assert not is_young(memory, blocks, AT_ONCE + 1)


@pytest.mark.parametrize("time", [AT_ONCE, AT_ONCE + 1, KNOWN_BY])
def test_what_rises_slowly_is_held_back_while_a_column_is_young(time: int) -> None:
    drift = _drift()
    rising = np.random.default_rng(3).normal(size=2000) + np.linspace(0.0, 2.0, 2000)
    memory, blocks = _column(rising)
    held = held_back(drift, memory, blocks, time, season.cut_off(drift.after, memory))

    assert (held is not None) == (time == AT_ONCE + 1)
    if held is None:
        assert blocks[block_means.USED] == 0.0
    else:
        assert blocks[block_means.DUE] == FIRST_LOOK
        assert not held.is_step(blocks)
        told = held.drift_at(drift.row + 100)
        assert (told.row, told.change_row, told.independent) == (
            *(drift.row + 100, drift.change_row, False),
        )
        assert told.rows_since_change == drift.rows_since_change + 100


def test_it_is_looked_at_ever_more_seldom_and_for_half_a_day_at_most() -> None:
    _, blocks = _column(np.zeros(0))
    held: HeldChange | None = HeldChange(_drift(), 0)
    waits: list[int] = []
    time = 0
    while held is not None:
        time += 1000 * (int(blocks[block_means.DUE]) if waits else FIRST_LOOK)
        held = held.later(blocks, time)
        waits.append(int(blocks[block_means.DUE]))

    assert waits[:3] == [5, 6, 7]
    assert waits[-1] == block_means.NEVER
    assert LONGEST / 2 < time <= LONGEST
    assert sorted(waits[:-1]) == waits[:-1]
