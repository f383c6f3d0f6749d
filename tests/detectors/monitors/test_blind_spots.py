"""What happens after an alert must not hide what happens next."""

import numpy as np
import pytest

from detectors.alerts.drift import Drift
from detectors.arrays.column import Numbers
from detectors.monitors.column_monitor import ColumnMonitor, Doubt
from detectors.monitors.options import DEFAULT_DETECTORS
from detectors.reference.dependence import MOST_STRIDE
from detectors.reference.seeds import stable_seed
from schemas.tables.columns import Column, Kind, Role

BURN_IN = 1000

TOLD_WITHIN = 2000
"""Rows after a burn-in, whatever that was like, within which one standard deviation is told."""

_RANDOM = np.random.default_rng


def _monitor(kind: Kind = Kind.NUMBER) -> ColumnMonitor:
    return ColumnMonitor(
        kinds=(kind,),
        detectors=DEFAULT_DETECTORS,
        burn_in=BURN_IN,
        bins=64,
        seed=lambda restarts: stable_seed("x", restarts),
        finds_faults=False,
    )


def _feed(monitor: ColumnMonitor, values: Numbers, first_row: int = 0) -> list[Drift]:
    column = Column("x", Role.FEATURE, monitor.kind, values)
    return [each for each in monitor.update(column, first_row) if isinstance(each, Drift)]


def _errors(rates: Numbers, seed: int) -> Numbers:
    return (_RANDOM(seed).random(len(rates)) < rates).astype(np.float64)


_TIMES = np.linspace(0, 1, BURN_IN)


@pytest.mark.parametrize(
    "after",
    [
        3.0 - 3.0 * _TIMES,
        3.0 * np.exp(-5.0 * _TIMES),
        np.where(_TIMES < 0.4, 3.0, 0.0),
        3.0 * np.sin(np.pi * _TIMES),
        1.5 + 1.5 * np.sign(np.sin(20 * _TIMES)),
    ],
    ids=["trend", "recovery", "step", "hill", "turns"],
)
@pytest.mark.parametrize("seed", range(4))
def test_a_burn_in_that_changes_leaves_no_column_unjudged(after: Numbers, seed: int) -> None:
    """A second sample tells what it settled at; then it changes by a standard deviation."""
    random = _RANDOM(seed)
    monitor = _monitor()
    values = np.concatenate([np.zeros(3000), [5.0] * 20, after, np.full(2500, after[-1])])
    values += random.normal(size=len(values))
    assert _feed(monitor, values)
    assert monitor.reference.ready
    drifts = _feed(monitor, after[-1] + random.normal(1, 1, TOLD_WITHIN), len(values))
    assert drifts


@pytest.mark.parametrize("slope", [-3.0, 3.0])
@pytest.mark.parametrize("size", [2.0, 4.0])
def test_a_step_within_a_trend_after_an_alert_is_told(slope: float, size: float) -> None:
    """A trend explains the step nearly as well by itself: none of twenty was told."""
    at, told = 3020 + 600, 0
    for seed in range(10):
        random, monitor = _RANDOM(seed), _monitor()
        values = np.concatenate([np.zeros(3000), [5.0] * 20, 5.0 + slope * _TIMES])
        values[at:] += size
        drifts = _feed(monitor, values + random.normal(size=len(values)))
        told += any(at <= drift.row < at + 200 for drift in drifts)
    # The others are told of the trend, as of a step.
    assert told >= 6


def test_a_step_early_in_a_burn_in_is_told_before_its_end() -> None:
    """What the bets had won was gone by the time at which there was enough to see."""
    told = 0
    for seed in range(40):
        values = _RANDOM(seed).normal(size=BURN_IN)
        values[100:] += 0.7
        told += len(_feed(_monitor(), values)) > 0
    assert told >= 30


@pytest.mark.parametrize("seed", range(30))
def test_a_model_that_learns_on_is_told_when_it_errs_nearly_always(seed: int) -> None:
    """From 7 errors in 100 up, back again as it learns, and then to 93."""
    rates = np.concatenate(
        [np.full(3000, 0.07), 0.07 + 0.5 * np.exp(-np.arange(2600) / 200), np.full(1500, 0.93)]
    )
    drifts = _feed(_monitor(Kind.BOOLEAN), _errors(rates, seed))
    assert 3000 <= drifts[0].row < 3300
    assert 5600 <= drifts[-1].row < 7000
    assert drifts[-1].before.mean < 0.5 < drifts[-1].after.mean()


def test_errors_that_alternate_are_all_judged() -> None:
    states = np.cumsum(_RANDOM(1).random(9000) < 0.83) % 2
    monitor = _monitor(Kind.BOOLEAN)
    assert _feed(monitor, states.astype(np.float64)) == []
    assert (monitor.reference.stride, monitor.doubt) == (1, None)


@pytest.mark.parametrize("kind", [Kind.BOOLEAN, Kind.NUMBER])
def test_however_long_values_last_some_are_judged(kind: Kind) -> None:
    values = np.repeat(_RANDOM(1).integers(0, 2, 40), 200).astype(np.float64)
    monitor = _monitor(kind)
    judged = 0
    for row in range(0, len(values), 250):
        told = _feed(monitor, values[row : row + 250], row)
        judged += monitor.reference.ready or len(told) > 0
        assert monitor.reference.stride <= MOST_STRIDE
    # Each level that is told of begins a burn-in.
    assert judged >= len(values) / 250 / 5


def _doubts(monitor: ColumnMonitor) -> list[Doubt]:
    return [] if monitor.doubt is None else [monitor.doubt]


def _steps(count: int, random: np.random.Generator) -> Numbers:
    levels = np.repeat(np.arange(count) % 2 * 4.0, 1400)
    values: Numbers = levels + random.normal(size=len(levels))
    return values


def test_alerts_without_peace_between_them_take_the_guarantee_away_until_there_is_some() -> None:
    random = _RANDOM(2)
    monitor = _monitor()
    values = _steps(6, random)
    drifts = _feed(monitor, values)
    assert [drift.independent for drift in drifts] == [True, True, False, False, False]
    assert monitor.doubt is Doubt.UNREST
    restored = _monitor()
    restored.restore(monitor.state())
    assert _doubts(restored) == [Doubt.UNREST]
    row = len(values)
    for piece in range(10):
        assert _feed(restored, 4.0 + random.normal(size=1000), row + 1000 * piece) == []
    assert _doubts(restored) == []
    (drift,) = _feed(restored, random.normal(size=300), row + 10_000)
    assert drift.independent


def test_a_state_without_unrest_is_one_of_peace() -> None:
    monitor = _monitor()
    _feed(monitor, _steps(5, _RANDOM(3)))
    state = {name: part for name, part in monitor.state().items() if name != "unrest"}
    restored = _monitor()
    restored.restore(state)
    assert restored.doubt is None


def test_what_no_stride_makes_independent_is_told_without_a_guarantee() -> None:
    monitor = _monitor(Kind.BOOLEAN)
    _feed(monitor, np.repeat(_RANDOM(4).random(120) < 0.5, 100).astype(np.float64))
    assert monitor.doubt is not None
    drifts = _feed(monitor, np.ones(6000), 12_000)
    assert drifts
    assert not drifts[0].independent
