import numpy as np

from detectors.versions.incidents import IncidentEnd
from detectors.versions.registry import VersionRegistry
from detectors.versions.remembered_versions import MOST_OF_MODEL
from detectors.versions.version import MOST_ALERTS
from schemas.events.alert import AlertStatus, Severity
from tests.detectors.versions.events import at, day, drift_alert, event, performance_alert

Told = tuple[str, str, IncidentEnd | None]


def served(*versions: str) -> VersionRegistry:
    registry = VersionRegistry()
    for version in versions:
        registry.count(("fraud", version), np.array([at(day("12:00"))], dtype=np.int64))
    registry.changes()
    return registry


def told(registry: VersionRegistry) -> list[Told]:
    """Return versions, alerts and ends of what has become of incidents."""
    return [(each.key[1], each.alert.alert_id, each.end) for each in registry.changes().incidents]


def test_an_alert_is_an_incident_until_it_is_resolved() -> None:
    registry = served("7")
    opened = performance_alert("7", "recall[1] >= 0.8")
    registry.alerted(opened)
    (begun,) = registry.changes().incidents
    assert (begun.end, begun.message) == (None, opened.message)
    assert begun.time == at(opened.event_time)
    registry.alerted(opened.model_copy(update={"alert_id": "again"}))
    assert told(registry) == [], "it is open"
    update = {"alert_id": "b", "status": AlertStatus.RESOLVED, "severity": Severity.INFO}
    registry.alerted(opened.model_copy(update=update))
    assert told(registry) == [("7", "a", IncidentEnd.RESOLVED)]


def test_what_nobody_has_to_look_at_is_no_incident() -> None:
    registry = served("7")
    registry.alerted(drift_alert("7").model_copy(update={"severity": Severity.INFO}))
    registry.notice(event("version_deployed", "7", "13:00"), is_new=True)
    assert told(registry) == []


def test_an_incident_is_over_once_somebody_has_taken_note_of_it() -> None:
    registry = served("7")
    registry.alerted(drift_alert("7"))
    registry.notice(event("alert_acknowledged", None, "13:00", alert_id="a"), is_new=True)
    assert told(registry) == [("7", "a", None), ("7", "a", IncidentEnd.ACKNOWLEDGED)]
    registry.notice(event("alert_acknowledged", None, "13:05", alert_id="a"), is_new=True)
    assert told(registry) == []


def test_an_incident_of_a_reference_is_over_when_that_begins_anew_and_others_stand() -> None:
    registry = served("7", "8")
    registry.alerted(drift_alert("7", "of a reference"))
    registry.alerted(performance_alert("8", "recall[1] >= 0.8", "of a threshold"))
    registry.changes()
    registry.notice(event("version_deployed", "8", "13:00"), is_new=True)
    assert told(registry) == [("7", "of a reference", IncidentEnd.RESTARTED)]


def test_incidents_of_a_version_that_is_gone_are_over_and_begin_anew_when_it_serves_again() -> None:
    registry = served("7", "8")
    registry.notice(event("version_deployed", "7", "12:00"), is_new=True)
    registry.alerted(performance_alert("7", "recall[1] >= 0.8"))
    registry.changes()
    registry.notice(event("version_deployed", "8", "13:00"), is_new=True)
    (over,) = registry.changes().incidents
    assert (over.key, over.end, over.time) == (("fraud", "7"), IncidentEnd.GONE, at(day("13:00")))
    registry.notice(event("rolled_back", "7", "14:00"), is_new=True)
    (back,) = registry.changes().incidents
    assert (back.key, back.end, back.time) == (("fraud", "7"), None, at(day("14:00")))
    assert back.message is None


def test_an_incident_is_over_when_its_alert_or_its_version_is_forgotten() -> None:
    registry = served("7")
    for number in range(MOST_ALERTS + 1):
        registry.alerted(drift_alert("7", f"{number:03}"))
    assert told(registry)[-2:] == [
        ("7", "000", IncidentEnd.FORGOTTEN),
        ("7", f"{MOST_ALERTS:03}", None),
    ]
    registry.unwatched(("fraud", "7"))
    forgotten = registry.changes().incidents
    assert len(forgotten) == MOST_ALERTS
    assert {each.end for each in forgotten} == {IncidentEnd.FORGOTTEN}
    assert {each.time for each in forgotten} == {at(day("12:00"))}


def test_a_restored_registry_tells_what_becomes_of_incidents_that_it_did_not_tell_of() -> None:
    first, second = served("7"), VersionRegistry()
    first.alerted(drift_alert("7"))
    second.restore(first.state())
    assert told(second) == []
    second.notice(event("version_deployed", "8", "13:00"), is_new=True)
    first.changes()
    first.notice(event("version_deployed", "8", "13:00"), is_new=True)
    assert second.changes().incidents == first.changes().incidents != []


def test_an_event_that_comes_again_ends_nothing() -> None:
    registry = served("7")
    registry.alerted(drift_alert("7"))
    registry.changes()
    registry.notice(event("version_deployed", "8", "13:00"), is_new=False)
    assert told(registry) == []


def test_an_incident_of_a_threshold_on_the_version_before_stands_when_references_begin_anew() -> (
    None
):
    registry = served("7")
    registry.alerted(performance_alert("7", "accuracy >= previous - 0.02", "before"))
    registry.alerted(performance_alert("7", "recall[a = 1] >= 0.9 * previous", "factor"))
    registry.alerted(performance_alert("7", "mae <= 1.1 * reference", "reference"))
    registry.changes()
    registry.notice(event("version_challenger", "8", "13:00"), is_new=True)
    registry.notice(event("retrain_completed", "8", "13:00"), is_new=True)
    assert told(registry) == [("7", "reference", IncidentEnd.RESTARTED)]


def test_what_an_event_ends_is_told_of_a_version_that_it_has_forgotten_as_well() -> None:
    registry = served()
    for number in range(MOST_OF_MODEL):
        registry.notice(event("version_challenger", f"{number:03}", "12:00"), is_new=True)
    registry.alerted(drift_alert("000", "of a reference"))
    registry.alerted(performance_alert("000", "recall[1] >= 0.8", "of a threshold"))
    registry.changes()
    registry.notice(event("version_deployed", "new", "13:00"), is_new=True)
    assert sorted(told(registry)) == [
        ("000", "of a reference", IncidentEnd.RESTARTED),
        ("000", "of a threshold", IncidentEnd.FORGOTTEN),
    ]
