from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.monitors.model_monitor import ModelMonitor
from detectors.monitors.options import MonitorOptions
from detectors.monitors.watched_columns import MOST_REFUSED
from schemas.events.alert import AlertKind, Severity
from schemas.events.drift_alert import Direction, DriftAlert
from schemas.tables.columns import Flag, Kind, Role
from tests.detectors.batches import Row, batch_of, batches_of, plain, rows_of
from tests.detectors.drift_alerts import drift_alerts

_FEATURE, _ERROR = Role.FEATURE, Role.ERROR


def _monitor(**options: Any) -> ModelMonitor:
    return ModelMonitor("fraud", "3", MonitorOptions(**options))


def _feed(monitor: ModelMonitor, rows: list[dict[str, Any]], **more: Any) -> list[DriftAlert]:
    return drift_alerts(monitor.update(batch_of(rows, **more)))


def _drifting(seed: int = 1, size: int = 2400, change: int = 1500) -> list[dict[str, Any]]:
    """Return rows of which the amount, the country and the noise change, and the age does not."""
    random = np.random.default_rng(seed)
    late = np.arange(size) >= change
    country = np.where(
        random.random(size) < np.where(late, 0.8, 0.2), "fr", random.choice(["de", "it"], size)
    )
    return rows_of(
        amount=random.lognormal(3, 1, size) * np.where(late, 4, 1),
        country=country,
        noise=random.normal(0, np.where(late, 5, 1), size),
        age=random.integers(18, 90, size),
        new=(random.random(size) < 0.3).tolist(),
    )


_ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, float("nan"), float("inf"), True, "text", [], {}, 1e308, 10**400, 0]
)


@settings(max_examples=20, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.lists(st.integers(1, 2399), max_size=8),
    st.lists(
        st.tuples(st.integers(0, 2399), st.sampled_from(["amount", "country", "other", "z"]), _ODD),
        max_size=20,
    ),
    st.lists(st.tuples(st.integers(0, 2399), st.sampled_from(["amount", "age"])), max_size=5),
    st.integers(3, 8),
)
def test_alerts_and_state_depend_neither_on_batches_nor_on_replays_nor_on_being_restored(
    seed: int,
    cuts: list[int],
    odd: list[tuple[int, str, Any]],
    dropped: list[tuple[int, str]],
    most: int,
) -> None:
    # Far enough from the last row that what is known of it has faded there.
    rows = _drifting(seed, change=1200)
    for row, name, value in odd:
        rows[row][name] = value
    for row, name in dropped:
        rows[row].pop(name, None)
    whole, cut = _monitor(most_columns=most), _monitor(most_columns=most)
    expected = _feed(whole, rows)
    found: list[DriftAlert] = []
    for batch in batches_of(rows, cuts):
        found += drift_alerts(cut.update(batch))
        start = int(batch.offsets[0])
        # The rows of this batch again, behind some of the ones before it.
        again = max(0, start - 7)
        assert _feed(cut, rows[again : start + len(batch)], start=again) == []
        restored = _monitor(most_columns=most)
        restored.restore(cut.state())
        cut = restored
    assert found == expected
    assert plain(cut.state()) == plain(whole.state())
    assert len(whole.columns) <= most


def test_row_by_row_gives_the_alerts_of_one_batch() -> None:
    rows = _drifting(size=1700)
    whole, single = _monitor(), _monitor()
    expected = _feed(whole, rows)
    found = [alert for batch in batches_of(rows, range(1700)) for alert in single.update(batch)]
    assert found == expected
    assert {alert.subject for alert in found} == {"amount", "country", "noise"}
    assert plain(single.state()) == plain(whole.state())


def test_every_change_is_reported_once_in_the_order_of_its_rows() -> None:
    alerts = _feed(_monitor(), _drifting(size=1700))
    assert sorted(alert.feature for alert in alerts) == ["amount", "country", "noise"]
    offsets = [alert.detected_at.offset for alert in alerts]
    assert offsets == sorted(offsets)
    assert all(1500 <= offset < 1700 for offset in offsets)
    assert len({alert.alert_id for alert in alerts}) == 3


def test_columns_of_all_distributions_are_silent_while_nothing_changes() -> None:
    rows = _drifting(seed=4, size=6000, change=6000)
    monitor = _monitor()
    assert [
        alert for batch in batches_of(rows, range(0, 6000, 500)) for alert in monitor.update(batch)
    ] == []
    assert monitor.rows == 6000


def test_replayed_rows_are_counted_as_such_and_change_nothing() -> None:
    rows = _drifting(size=1000)
    monitor = _monitor()
    _feed(monitor, rows)
    state = plain(monitor.state())
    assert _feed(monitor, rows) == []
    assert _feed(monitor, rows[300:600], start=300) == []
    assert plain(monitor.state()) == state
    assert (monitor.rows, monitor.replayed_rows) == (1000, 1300)


def test_the_same_offsets_of_another_partition_are_other_rows() -> None:
    monitor = _monitor()
    _feed(monitor, _drifting(size=100))
    _feed(monitor, _drifting(size=100), partition=1)
    assert monitor.rows == 200


def test_a_feature_that_vanishes_is_counted_absent() -> None:
    monitor = _monitor()
    _feed(monitor, rows_of(x=[1.0, 2.0], c=["a", "b"], y=[1, 2]))
    _feed(monitor, rows_of(y=[3, 4, 5]), start=2)
    for name in ("x", "c"):
        problems = monitor.columns[_FEATURE, name].problems
        assert (problems[Flag.OK], problems[Flag.ABSENT]) == (2, 3)
    assert monitor.columns[_FEATURE, "y"].problems[Flag.ABSENT] == 0


def test_a_feature_is_watched_from_its_first_value_of_any_quality_on() -> None:
    monitor = _monitor()
    rows: list[dict[str, Any]] = [{"x": 1}, {"x": 1, "new": None}, {"x": 1, "new": "a"}, {"x": 1}]
    _feed(monitor, rows)
    column = monitor.columns[_FEATURE, "new"]
    assert column.kind is Kind.CATEGORY
    assert column.problems.tolist() == [1, 1, 1, 0, 0, 0]


def test_the_first_usable_value_decides_the_kind_and_others_are_read_so_or_mistyped() -> None:
    monitor = _monitor()
    _feed(monitor, rows_of(x=[None, True, 1.0, "a"]))
    _feed(monitor, rows_of(x=[1.0, 2.0]), start=4)
    column = monitor.columns[_FEATURE, "x"]
    assert column.kind is Kind.BOOLEAN
    assert (column.problems[Flag.OK], column.problems[Flag.MISTYPED]) == (3, 2)


def test_a_declared_kind_is_kept() -> None:
    monitor = _monitor(kinds={"zip": Kind.CATEGORY})
    _feed(monitor, rows_of(zip=[75001, "2A004", None]), kinds={"zip": Kind.CATEGORY})
    column = monitor.columns[_FEATURE, "zip"]
    assert column.names == ["75001", "2A004"]


def test_there_is_a_most_of_columns_and_the_prediction_comes_before_the_features() -> None:
    monitor = _monitor(most_columns=100)
    features = {f"f{number:05}": number for number in range(10_000)}
    for start in (0, 1):
        batch = batch_of([features], start=start)
        prediction = batch_of([{"prediction": "a"}], role=Role.PREDICTION)
        monitor.update(replace(batch, columns=batch.columns + prediction.columns))
    assert len(monitor.columns) == 100
    assert (Role.PREDICTION, "prediction") in monitor.columns
    assert (_FEATURE, "f00098") in monitor.columns
    assert (_FEATURE, "f00099") not in monitor.columns
    assert monitor.refused_columns == MOST_REFUSED


def test_of_columns_with_a_daily_season_those_that_step_are_alerted_and_no_others() -> None:
    """As Electricity: half-hours, a daily season, noise with a memory; then one step of three."""
    size, step = 45_000, 30_000
    times = np.arange(size)
    others = 0
    for seed in range(3):
        random = np.random.default_rng(seed)
        columns = {}
        for number in range(6):
            noise = 0.6 * random.normal(size=size)
            for row in range(1, size):
                noise[row] += 0.8 * noise[row - 1]
            season = 2 * np.sin(2 * np.pi * (times / 48 + number / 6))
            columns[f"x{number}"] = season + noise + 6 * (number < 3) * (times >= step)
        rows = rows_of(**columns)
        monitor = _monitor()
        alerts = drift_alerts(
            each for batch in batches_of(rows, times[::5000]) for each in monitor.update(batch)
        )
        found = [each for each in alerts if each.detected_at.offset >= step]
        assert sorted(each.feature for each in found[:3]) == ["x0", "x1", "x2"]
        for alert in found[:3]:
            assert alert.detected_at.offset < step + 5000
            assert abs(alert.change_at.offset - step) < 1000
        others += len(alerts) - 3
    assert others <= 1


def test_there_is_no_more_room_than_is_left_to_all() -> None:
    monitor = _monitor()
    monitor.update(batch_of([{"a": 1.0, "b": 1.0}]), room=1)
    monitor.update(batch_of([{"a": 1.0, "b": 1.0, "c": 1.0}], start=1), room=0)
    assert list(monitor.columns) == [(_FEATURE, "a")]
    assert monitor.refused_columns == 2


def test_ignored_features_are_not_watched() -> None:
    monitor = _monitor(ignored=frozenset({"id"}))
    _feed(monitor, rows_of(id=[1, 2], x=[1, 2]))
    assert list(monitor.columns) == [(_FEATURE, "x")]


def test_drifting_errors_are_concept_drift_and_critical() -> None:
    random = np.random.default_rng(3)
    errors = np.concatenate([random.random(2000) < 0.05, random.random(400) < 0.4])
    monitor = _monitor()
    (alert,) = _feed(monitor, rows_of(error=errors), role=_ERROR)
    assert alert.kind is AlertKind.CONCEPT
    assert (alert.severity, alert.direction) == (Severity.CRITICAL, Direction.UP)
    assert alert.message.startswith("The errors of fraud 3 rose: ")
    assert alert.feature == "error"
    assert alert.detected_at.topic == "labels"
    assert alert.after.kind == "number"
    assert alert.after.mean is not None
    assert alert.after.mean > 0.25
    assert (monitor.rows, monitor.labelled_rows) == (0, 2400)


@pytest.mark.parametrize(
    ("role", "learns_on", "severity"),
    [
        (Role.SCORE, False, Severity.WARNING),
        (Role.SCORE, True, Severity.INFO),
        (Role.PREDICTION, True, Severity.INFO),
        (Role.FEATURE, True, Severity.WARNING),
        (Role.ERROR, True, Severity.CRITICAL),
    ],
)
def test_what_a_model_that_learns_on_says_is_news_when_it_changes(
    role: Role, learns_on: bool, severity: Severity
) -> None:
    random = np.random.default_rng(3)
    values = np.concatenate([random.random(1200) < 0.1, random.random(200) < 0.7]).astype(float)
    monitor = ModelMonitor("fraud", "3", MonitorOptions(learns_on=learns_on))
    name = "error" if role is Role.ERROR else "x"
    (alert,) = _feed(monitor, rows_of(**{name: values}), role=role)
    assert alert.severity is severity


def test_errors_that_fall_after_a_rise_name_it_also_after_a_restart() -> None:
    random = np.random.default_rng(3)
    rates = np.repeat([0.4, 0.05, 0.5, 0.2, 0.02], 2500)
    rows = rows_of(error=random.random(len(rates)) < rates)
    whole, monitor = _monitor(), _monitor()
    expected = _feed(whole, rows, role=_ERROR)
    found = []
    for start in range(0, len(rows), 500):
        found += _feed(monitor, rows[start : start + 500], role=_ERROR, start=start)
        state = monitor.state()
        monitor = _monitor()
        monitor.restore(state)

    better, worse, *recoveries = expected
    assert [alert.direction for alert in expected] == [
        *(Direction.DOWN, Direction.UP),
        *[Direction.DOWN] * len(recoveries),
    ]
    assert (better.recovery_of, worse.recovery_of) == (None, None)
    assert {alert.recovery_of for alert in recoveries} == {worse.alert_id}
    assert [(alert.alert_id, alert.recovery_of) for alert in found] == [
        (alert.alert_id, alert.recovery_of) for alert in expected
    ]


def test_nothing_recovers_from_what_was_before_references_began_anew() -> None:
    random = np.random.default_rng(3)
    monitor = _monitor()
    rates = np.repeat([0.1, 0.5], 1500)
    (worse,) = _feed(monitor, rows_of(error=random.random(3000) < rates), role=_ERROR)
    monitor.restart()
    rates = np.repeat([0.5, 0.1], 1500)
    rows = rows_of(error=random.random(3000) < rates)
    (better,) = _feed(monitor, rows, role=_ERROR, start=3000)
    assert (worse.severity, better.severity) == (Severity.CRITICAL, Severity.INFO)
    assert better.recovery_of is None


def test_errors_that_become_fewer_are_news_and_no_alarm() -> None:
    random = np.random.default_rng(3)
    errors = np.concatenate([random.random(2000) < 0.4, random.random(400) < 0.05])
    (alert,) = _feed(_monitor(), rows_of(error=errors), role=_ERROR)
    assert (alert.kind, alert.severity) == (AlertKind.CONCEPT, Severity.INFO)
    assert alert.direction is Direction.DOWN
    assert alert.message.startswith("The errors of fraud 3 fell: the mean went from 0.4")


def test_smaller_errors_with_a_few_large_ones_are_worth_a_look() -> None:
    random = np.random.default_rng(2)
    late = np.where(random.random(400) < 0.08, 15.0, random.exponential(0.1, 400))
    errors = np.concatenate([random.exponential(2.0, 2000), late])
    alert = _feed(_monitor(), rows_of(error=errors), role=_ERROR)[0]
    assert (alert.direction, alert.severity) == (Direction.DOWN, Severity.WARNING)


@pytest.mark.parametrize(
    ("role", "kind"),
    [(Role.PREDICTION, AlertKind.PREDICTION), (Role.SCORE, AlertKind.SCORE)],
)
def test_predictions_and_scores_have_kinds_of_their_own(role: Role, kind: AlertKind) -> None:
    random = np.random.default_rng(3)
    values = np.concatenate([random.random(1500), random.random(300) ** 4])
    (alert,) = _feed(_monitor(), rows_of(**{role: values}), role=role)
    assert (alert.kind, alert.severity, alert.feature) == (kind, Severity.WARNING, str(role))


def test_a_critical_feature_raises_critical_alerts() -> None:
    alerts = _feed(_monitor(critical=frozenset({"amount"})), _drifting(size=1700))
    assert {alert.feature for alert in alerts if alert.severity is Severity.CRITICAL} == {"amount"}


def test_a_restart_forgets_the_references_and_nothing_else() -> None:
    rows = _drifting(size=3000, change=1500)
    monitor = _monitor()
    _feed(monitor, rows[:1500])
    monitor.restart()
    assert _feed(monitor, rows[1500:], start=1500) == []
    assert monitor.rows == 3000
    assert monitor.columns[_FEATURE, "age"].problems[Flag.OK] == 3000


def test_events_of_one_origin_do_not_count_for_the_columns_of_the_other() -> None:
    monitor = _monitor()
    rows: list[Row] = [{"error": True}]
    monitor.update(batch_of(rows, role=_ERROR))
    monitor.update(batch_of([{"x": 1.0}]))
    assert monitor.columns[_ERROR, "error"].problems.sum() == 1
    assert monitor.columns[_FEATURE, "x"].problems.sum() == 1
