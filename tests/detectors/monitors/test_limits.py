from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from detectors.algorithms.false_alarms import FalseAlarms
from detectors.arrays.column import Numbers
from detectors.monitors.limits import SHARES, SHARES_OF_ODDS, Allowance, limits_of, parameters_under
from detectors.monitors.model_monitor import ModelMonitor
from detectors.monitors.options import DetectorOptions, MonitorOptions, Parameter
from detectors.reference.column_block import (
    BUDGET,
    DELTA,
    ODDS_LIMIT,
    RANK_LIMIT,
    SHARES_LIMIT,
    THRESHOLD,
)
from schemas.events.detector_report import Stream
from schemas.tables.columns import Role
from schemas.tables.observations import ObservationBatch
from tests.detectors.batches import START, batch_of, plain, rows_of
from tests.detectors.drift_alerts import drift_alerts

SECOND = 1000


def monitor_of(budget: str, **more: Any) -> ModelMonitor:
    options = MonitorOptions(burn_in=100, bins=16, false_alarms=FalseAlarms.of(budget), **more)
    return ModelMonitor("m", "1", options)


def limits(monitor: ModelMonitor) -> Mapping[str, Numbers]:
    return {name: each.reference.block.limits.copy() for (_, name), each in monitor.columns.items()}


def at(times: NDArray[np.int64], rows: list[dict[str, Any]], start: int = 0) -> ObservationBatch:
    return replace(batch_of(rows, start=start), times=START + times)


def values(rows: int, seed: int = 1) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    return {name: random.normal(size=rows) for name in ("x", "y", "z")}


def test_the_parts_of_a_budget_are_the_whole() -> None:
    for shares in (SHARES, SHARES_OF_ODDS):
        streams = 2 * shares.adwin + 2 * shares.page_hinkley
        assert streams + sum(shares[2:]) == pytest.approx(1.0)
        parts = [1 / each for each in limits_of(1e6, shares) if each]
        assert sum(parts) == pytest.approx(sum(shares[2:]) / 1e6)


@pytest.mark.parametrize(
    ("kind", "stated", "streams", "derived"),
    [
        ("adwin", {}, (Stream.LOCATION,), {"delta"}),
        ("adwin", {"delta": 0.3}, (Stream.LOCATION,), set()),
        ("adwin", {"clock": 8}, (Stream.LOCATION,), {"delta"}),
        ("adwin", {}, (Stream.LOCATION, Stream.RAW), set()),
        ("page_hinkley", {}, (Stream.SPREAD,), {"delta", "alpha", "threshold"}),
        ("page_hinkley", {"threshold": 3.0}, (Stream.SPREAD,), {"delta", "alpha"}),
        ("page_hinkley", {"delta": 0.1}, (Stream.SPREAD,), {"alpha", "threshold"}),
        ("page_hinkley", {"alpha": 0.99}, (Stream.SPREAD,), {"delta"}),
        ("page_hinkley", {"delta": 0.0}, (Stream.SPREAD,), {"alpha"}),
        ("page_hinkley", {}, (Stream.RAW,), set()),
        ("kswin", {}, (Stream.LOCATION,), set()),
    ],
)
def test_what_is_stated_of_a_detector_stays_and_the_rest_follows(
    kind: str, stated: dict[str, Parameter], streams: tuple[Stream, ...], derived: set[str]
) -> None:
    found = parameters_under(DetectorOptions(kind, stated, streams), 1e6)
    assert {name: found[name] for name in stated} == stated
    assert found.keys() - stated.keys() == derived


def test_every_detector_of_a_column_has_its_limit() -> None:
    monitor = monitor_of("1 per 50,000 rows per column")
    monitor.update(batch_of(rows_of(**values(300))))
    for own in limits(monitor).values():
        assert own[BUDGET] == 50_000
        assert (own[RANK_LIMIT], own[SHARES_LIMIT]) == (100_000, 125_000)
        assert 0.01 < own[DELTA] < 0.1
        assert 8.0 < own[THRESHOLD] < 10.0


def test_a_models_budget_is_shared_by_its_columns_and_the_errors_to_come() -> None:
    monitor = monitor_of("1 per 1,000,000 rows")
    monitor.update(batch_of(rows_of(**values(300))))
    assert {each[BUDGET] for each in limits(monitor).values()} == {4_000_000.0}


def test_what_watches_many_columns_together_has_half_of_a_models_budget() -> None:
    names = [f"x{number}" for number in range(8)]
    random = np.random.default_rng(1)
    rows = rows_of(**{name: random.normal(size=300) for name in names})
    with_joint = monitor_of("1 per 1,000,000 rows")
    without = monitor_of("1 per 1,000,000 rows", joint_limit=0.0)
    for each in (with_joint, without):
        each.update(batch_of(rows))
    assert {each[BUDGET] for each in limits(with_joint).values()} == {18_000_000.0}
    assert {each[BUDGET] for each in limits(without).values()} == {9_000_000.0}


def test_a_budget_of_time_goes_by_the_event_times_of_the_burn_in() -> None:
    monitor = monitor_of("1 per 1d per column")
    monitor.update(at(np.arange(300) * 10 * SECOND, rows_of(**values(300))))
    assert {each[BUDGET] for each in limits(monitor).values()} == {8640.0}
    monitor.restart()
    times = 300 * 10 * SECOND + np.arange(300) * SECOND
    monitor.update(at(times, rows_of(**values(300, 2)), 300))
    assert {each[BUDGET] for each in limits(monitor).values()} == {86_400.0}


def test_times_that_stand_still_or_go_back_leave_the_bounds() -> None:
    for times in (np.zeros(300, dtype=np.int64), np.arange(300)[::-1] * SECOND):
        monitor = monitor_of("1 per 1h per column")
        monitor.update(at(times, rows_of(**values(300))))
        assert {each[BUDGET] for each in limits(monitor).values()} == {3.6e9}


@pytest.mark.parametrize("budget", ["1 per 500,000 rows", "1 per 1d", "1 per 1w per column"])
@pytest.mark.parametrize("size", [1, 7, 150])
def test_how_the_rows_are_cut_makes_no_difference(budget: str, size: int) -> None:
    columns = values(700)
    columns["late"] = [None] * 120 + columns["x"][120:].tolist()
    times = np.cumsum(np.random.default_rng(3).integers(0, 5 * SECOND, 700))
    whole, cut = monitor_of(budget), monitor_of(budget)
    rows = rows_of(**columns)
    for row in rows[:120]:
        del row["late"]
    whole.update(at(times, rows))
    for start in range(0, 700, size):
        part = slice(start, start + size)
        cut.update(at(times[part], rows[part], start))
    assert plain(whole.state()) == plain(cut.state())


def test_a_column_that_comes_later_shares_from_its_own_burn_in_on() -> None:
    monitor = monitor_of("1 per 500,000 rows")
    rows = rows_of(**values(700))
    for row in rows[120:]:
        row["late"] = row["x"]
    monitor.update(batch_of(rows))
    shares = {name: each[BUDGET] for name, each in limits(monitor).items()}
    assert shares == {"x": 2e6, "y": 2e6, "z": 2e6, "late": 2.5e6}


def test_a_state_keeps_its_limits_and_another_budget_takes_their_place() -> None:
    monitor = monitor_of("1 per 1d")
    monitor.update(at(np.arange(300) * SECOND, rows_of(**values(300))))
    same, other = monitor_of("1 per 1d"), monitor_of("1 per 10,000 rows per column")
    for each in (same, other):
        each.restore(monitor.state())
    assert plain(same.state()) == plain(monitor.state())
    assert {each[BUDGET] for each in limits(other).values()} == {10_000.0}
    assert limits(other)["x"][RANK_LIMIT] == 20_000.0


def test_a_state_without_limits_gets_those_of_the_budget() -> None:
    monitor, other = monitor_of("1 per 1,000,000 rows"), monitor_of("1 per 1,000,000 rows")
    monitor.update(batch_of(rows_of(**values(300))))
    state = monitor.state()
    for column in state["columns"]:
        del column["first_row"], column["monitor"]["limits"], column["monitor"]["false_alarms"]
    other.restore(state)
    assert {each[BUDGET] for each in limits(other).values()} == {4_000_000.0}


def test_detectors_beside_the_default_ones_keep_the_budget_too() -> None:
    only = (DetectorOptions("adwin", {}),)
    loose, strict = (
        monitor_of(f"1 per {rows} rows per column", detectors=only) for rows in (1000, 10**9)
    )
    for each in (loose, strict):
        each.update(batch_of(rows_of(**values(300))))
    deltas = [
        each.columns[Role.FEATURE, "x"]._watched._detectors._others[0][1].parameters["delta"]
        for each in (loose, strict)
    ]
    assert float(deltas[0]) > 0.1
    assert float(deltas[1]) < 0.001


def test_an_alert_carries_the_budget_that_it_was_judged_by() -> None:
    monitor = monitor_of("1 per 100,000 rows per column")
    random = np.random.default_rng(1)
    moved = np.concatenate([random.normal(size=400), random.normal(5.0, 1.0, 60)])
    (alert,) = drift_alerts(monitor.update(batch_of(rows_of(x=moved))))
    assert alert.false_alarms == "1 per 100,000 rows per column"
    assert alert.budget_rows == 100_000
    assert alert.detector.threshold == 200_000


def test_errors_count_whatever_columns_there_are() -> None:
    allowance = Allowance(FalseAlarms.of("1 per 1,000 rows"), lambda row: 7 if row is None else 9)
    assert (allowance.at_first(), allowance.after(0, 100)) == (7000.0, 9000.0)


def test_a_budget_of_errors_is_that_of_the_model() -> None:
    monitor = monitor_of("1 per 1,000,000 rows")
    monitor.update(batch_of(rows_of(**values(300))))
    errors = np.random.default_rng(1).random(300)
    monitor.update(batch_of(rows_of(error=errors), role=Role.ERROR))
    assert limits(monitor)["error"][BUDGET] == 4_000_000.0


def test_odds_watch_booleans_and_errors_in_place_of_shares() -> None:
    monitor = monitor_of("1 per 80,000 rows per column")
    random = np.random.default_rng(4)
    flags = (random.random(300) < 0.2).tolist()
    monitor.update(batch_of(rows_of(flag=flags, x=random.normal(size=300))))
    own = limits(monitor)
    assert (own["flag"][ODDS_LIMIT], own["flag"][SHARES_LIMIT]) == (100_000, 0)
    assert (own["x"][ODDS_LIMIT], own["x"][SHARES_LIMIT]) == (0, 200_000)
    late = (random.random(300) < 0.9).tolist()
    alerts = drift_alerts(monitor.update(batch_of(rows_of(flag=late), start=300)))
    assert "bernoulli" in {alerts[0].detector.kind, *(e.kind for e in alerts[0].corroborated_by)}
