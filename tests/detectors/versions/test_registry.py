import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.versions.event_outcome import EventOutcome
from detectors.versions.lifecycle import MOST_CHANGES
from detectors.versions.registry import VersionRegistry
from detectors.versions.traffic import HOUR
from detectors.versions.version import MOST_ALERTS, STEP
from schemas.documents import examples
from schemas.events.alert import AlertStatus, Severity
from schemas.events.label_alert import LabelAlert
from schemas.events.model_event import ModelEvent
from tests.detectors.versions.events import day, drift_alert, event, performance_alert, statuses
from tests.detectors.versions.registries import NOON, count, record


def outcome(registry: VersionRegistry, *events: ModelEvent) -> EventOutcome:
    registry.changes()
    for each in events:
        registry.notice(each, is_new=True)
    return registry.changes().outcomes[-1]


def test_a_version_without_events_is_observed() -> None:
    registry = VersionRegistry()
    count(registry, "7", NOON, NOON + 60_000)
    (told,) = registry.changes().records
    assert (told.status, told.status_since, told.history) == ("observed", None, [])
    assert (told.rows, told.first_event, told.last_event) == (2, day("12:00"), day("12:01"))
    assert (registry.newest_of("fraud"), registry.newest_of("churn")) == (NOON + 60_000, -1)
    assert told.reference_since == told.first_event == day("12:00")


def test_a_version_is_told_when_rows_take_it_further_and_else_not() -> None:
    registry = VersionRegistry()
    told = []
    for number in range(10):
        count(registry, "7", NOON + number)
        told.append([each.rows for each in registry.changes().records])
    assert told == [[1], [2], [], [4], [], [], [], [8], [], []]
    count(registry, "7", NOON + STEP, NOON + STEP + 1)
    assert [each.rows for each in registry.changes().records] == [11]


def test_rows_that_change_nothing_are_skimmed() -> None:
    registry = VersionRegistry()
    key = ("fraud", "7")
    assert not registry.skim(key, 5, NOON, NOON + 4)
    registry.count(key, np.arange(NOON, NOON + 5))
    assert registry.skim(key, 2, NOON + 5, NOON + 6)
    assert not registry.skim(key, 1, NOON + 7, NOON + 7), "the eighth row"
    assert not registry.skim(key, 1, NOON + STEP, NOON + STEP), "later minutes"


@given(
    st.lists(st.integers(NOON - 3 * HOUR, NOON + 3 * HOUR), min_size=1, max_size=50),
    st.lists(st.integers(1, 9), min_size=1, max_size=9),
)
def test_what_is_told_does_not_depend_on_how_rows_were_cut(
    times: list[int], sizes: list[int]
) -> None:
    whole, cut = VersionRegistry(), VersionRegistry()
    count(whole, "7", *times)
    begin = number = 0
    while begin < len(times):
        part = times[begin : begin + sizes[number % len(sizes)]]
        if not cut.skim(("fraud", "7"), len(part), min(part), max(part)):
            count(cut, "7", *part)
        begin, number = begin + len(part), number + 1
    assert cut.records() == whole.records()
    assert str(cut.state()) == str(whole.state())


def test_a_model_event_has_all_rows_told() -> None:
    registry = VersionRegistry()
    count(registry, "7", *range(NOON, NOON + 7))
    assert [each.rows for each in registry.changes().records] == [4]
    assert [each.rows for each in registry.records_by_now("fraud")] == [7]
    registry.notice(event("retrain_started", None, "12:00"), is_new=True)
    assert [each.rows for each in registry.changes().records] == [7]


def test_a_deployment_retires_the_champion_and_is_told_of_both() -> None:
    registry = VersionRegistry()
    count(registry, "7", NOON)
    registry.notice(event("version_deployed", "7", "11:00"), is_new=True)
    registry.notice(event("version_deployed", "8", "13:00"), is_new=True)
    told = registry.changes()
    assert statuses(list(told.records)) == {"7": "retired", "8": "champion"}
    seven, eight = told.records
    assert [step.since for step in seven.history] == [day("11:00"), day("13:00")]
    assert (seven.is_last_good, eight.is_last_good) == (True, False)
    assert (eight.rows, eight.first_event, eight.reference_since) == (0, None, None)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([event("version_deployed", "7", "11:00")], EventOutcome.TAKEN),
        ([event("version_registered", "8", "11:00")], EventOutcome.UNSEEN),
        ([event("rolled_back", "8", "11:00")], EventOutcome.NEVER_SERVED),
        ([event("rolled_back", "7", "11:00")], EventOutcome.TAKEN),
        (
            [event("version_deployed", "7", "11:00"), event("version_deployed", "8", "11:00")],
            EventOutcome.CONTESTED,
        ),
        (
            [event("version_deployed", "8", "11:00"), event("rolled_back", "8", "11:01")],
            EventOutcome.TAKEN,
        ),
    ],
)
def test_odd_events_are_believed_counted_and_told(
    events: list[ModelEvent], expected: EventOutcome
) -> None:
    registry = VersionRegistry()
    count(registry, "7", NOON)
    assert outcome(registry, *events) is expected
    name = events[-1].version or ""
    (*_, last) = record(registry, name).history
    assert last.status == ("candidate" if expected is EventOutcome.UNSEEN else "champion")
    if expected is not EventOutcome.TAKEN:
        assert last.remark == str(expected)


def test_an_event_that_comes_again_changes_nothing_and_is_counted() -> None:
    registry = VersionRegistry()
    registry.notice(event("version_deployed", "7", "11:00"), is_new=True)
    before = str(registry.state())
    registry.changes()
    registry.notice(event("version_deployed", "7", "11:00"), is_new=False)
    assert registry.changes() == ([], [], [EventOutcome.REPEATED], [])
    assert str(registry.state()) == before


def test_an_event_before_all_that_are_remembered_is_refused() -> None:
    registry = VersionRegistry()
    for number in range(MOST_CHANGES + 1):
        time = f"12:{number // 60:02d}:{number % 60:02d}"
        document = {"type": "version_deployed", "model": "fraud", "version": str(number % 2)}
        each = ModelEvent.model_validate({**document, "timestamp": f"2026-03-01T{time}Z"})
        registry.notice(each, is_new=True)
    before = record(registry, "1")
    assert outcome(registry, event("version_deployed", "1", "11:00")) is EventOutcome.TOO_OLD
    assert record(registry, "1") == before


def test_an_event_without_a_time_is_passed_over() -> None:
    registry = VersionRegistry()
    untimed = {"type": "version_deployed", "model": "fraud", "version": "7"}
    registry.notice(ModelEvent.model_validate(untimed), is_new=True)
    assert len(registry) == 0


def test_alerts_are_open_until_they_are_acknowledged_or_references_begin_anew() -> None:
    registry = VersionRegistry()
    count(registry, "7", NOON)
    one, other = drift_alert("7", "a"), drift_alert("7", "b")
    registry.alerted(one)
    registry.alerted(other)
    registry.alerted(one)
    assert [each.alert_id for each in record(registry, "7").open_alerts] == ["a", "b"]
    registry.notice(event("alert_acknowledged", None, "12:01", alert_id="a"), is_new=True)
    assert [each.alert_id for each in record(registry, "7").open_alerts] == ["b"]
    registry.notice(event("retrain_completed", None, "12:02"), is_new=True)
    assert record(registry, "7").open_alerts == []
    assert record(registry, "7").reference_since == day("12:02")


def test_an_alert_of_a_threshold_is_open_until_it_is_resolved() -> None:
    registry = VersionRegistry()
    count(registry, "7", NOON)
    opened, other = performance_alert("7", "mae <= 1"), performance_alert("7", "mae <= 2", "b")
    for each in (opened, other):
        registry.alerted(each)
    registry.changes()
    registry.alerted(opened.model_copy(update={"status": AlertStatus.RESOLVED, "alert_id": "c"}))
    (told,) = registry.changes().records
    assert [each.alert_id for each in told.open_alerts] == ["b"]


def test_an_alert_of_no_reference_stands_when_references_begin_anew() -> None:
    registry = VersionRegistry()
    count(registry, "7", NOON)
    registry.alerted(performance_alert("7", "mae <= 1", "a"))
    registry.alerted(performance_alert("7", "mae <= reference + 1", "b"))
    labels = {**examples.LABEL_ALERT, "version": "7", "alert_id": "c"}
    registry.alerted(LabelAlert.model_validate(labels))
    registry.alerted(drift_alert("7", "d"))
    registry.notice(event("version_deployed", "8", "12:02"), is_new=True)
    assert {each.alert_id for each in record(registry, "7").open_alerts} == {"a", "c"}
    resolved = {"status": AlertStatus.RESOLVED, "alert_id": "e"}
    registry.alerted(performance_alert("7", "mae <= 1").model_copy(update=resolved))
    assert [each.alert_id for each in record(registry, "7").open_alerts] == ["c"]


def test_alerts_of_a_version_that_serves_no_more_are_not_open_until_it_serves_again() -> None:
    registry = VersionRegistry()
    for each in ("7", "8"):
        count(registry, each, NOON)
        registry.notice(event("version_deployed", each, f"12:0{each}"), is_new=True)
    registry.alerted(performance_alert("8", "mae <= 1"))
    assert registry.open_alerts_of(("fraud", "8")) == 1
    registry.notice(event("rolled_back", "7", "12:09"), is_new=True)
    assert record(registry, "8").open_alerts == []
    assert registry.open_alerts_of(("fraud", "8")) == 0
    # What it was found to be, it is when it comes back.
    registry.notice(event("version_deployed", "8", "12:10"), is_new=True)
    assert [each.alert_id for each in record(registry, "8").open_alerts] == ["a"]


def test_alerts_of_a_version_are_bounded() -> None:
    registry = VersionRegistry()
    count(registry, "7", NOON)
    for number in range(MOST_ALERTS + 10):
        registry.alerted(drift_alert("7", f"{number:03d}"))
    held = [each.alert_id for each in record(registry, "7").open_alerts]
    assert held == [f"{number:03d}" for number in range(10, MOST_ALERTS + 10)]
    assert held[0] == "010"
    assert all(each.severity is Severity.CRITICAL for each in record(registry, "7").open_alerts)


def test_an_alert_of_a_version_without_rows_is_none_of_the_registrys() -> None:
    registry = VersionRegistry()
    registry.alerted(drift_alert("7"))
    assert registry.changes() == ([], [], [], [])


def test_a_version_that_nobody_named_is_forgotten_with_its_rows() -> None:
    registry = VersionRegistry()
    count(registry, "7", NOON)
    count(registry, "8", NOON)
    registry.notice(event("version_registered", "8", "11:00"), is_new=True)
    registry.changes()
    for name in ("7", "8", "9"):
        registry.unwatched(("fraud", name))
    assert registry.changes().forgotten == [("fraud", "7")]
    assert [each.version for each in registry.records()] == ["8"]
    count(registry, "7", NOON)
    assert [each.rows for each in registry.changes().records] == [1]


def test_a_restored_registry_goes_on_as_the_one_it_is_of() -> None:
    registry, restored = VersionRegistry(), VersionRegistry()
    count(registry, "7", NOON, NOON + HOUR)
    registry.alerted(drift_alert("7"))
    registry.notice(event("version_deployed", "7", "11:00"), is_new=True)
    restored.restore(registry.state())
    for each in (registry, restored):
        count(each, "8", NOON + 2 * HOUR)
        each.notice(event("version_deployed", "8", "14:00"), is_new=True)
    assert restored.records() == registry.records()
    assert str(restored.state()) == str(registry.state())


def test_a_state_of_a_release_before_has_none_of_it() -> None:
    registry = VersionRegistry()
    count(registry, "7", NOON)
    registry.restore({})
    assert len(registry) == 0


def test_of_many_versions_the_named_and_the_latest_are_told() -> None:
    registry = VersionRegistry()
    registry.notice(event("version_registered", "9", "09:00"), is_new=True)
    for number, name in enumerate("123"):
        count(registry, name, NOON + number)
    assert [each.version for each in registry.records_by_now("fraud", 2)] == ["3", "9"]
    assert [(each.version, each.newest) for each in registry.overview()][-1] == ("9", -1)


def test_the_id_of_a_record_is_that_of_its_content() -> None:
    one, other = VersionRegistry(), VersionRegistry()
    count(one, "7", NOON)
    count(other, "7", NOON)
    assert record(one, "7").event_id == record(other, "7").event_id
    count(other, "7", NOON)
    assert record(one, "7").event_id != record(other, "7").event_id
