import orjson

from agents.stages.cdevents import CDEvents, incident, rolled_back
from detectors.rollback.breach import breach_of
from detectors.rollback.done import DoneRollback
from detectors.versions.incidents import IncidentEnd, IncidentTurn
from schemas.documents import cdevent_examples, examples
from schemas.events.codec import decode_event, encode_event
from schemas.events.performance_alert import PerformanceAlert
from schemas.events.retrain_request import AlertReference
from schemas.events.rollback_request import RollbackCause, RollbackRequest
from schemas.events.times import parse_time
from tests.agents.fakes import FakePublisher, FakeTelemetry

ALERT = PerformanceAlert.model_validate(examples.PERFORMANCE_ALERT)
REFERENCE = AlertReference.of(ALERT)
REQUEST = decode_event(RollbackRequest, examples.ROLLBACK_REQUEST)
OPENED = IncidentTurn(("fraud", "3"), REFERENCE, parse_time(ALERT.event_time), None, ALERT.message)
OVER = IncidentTurn(
    ("fraud", "3"),
    REFERENCE,
    parse_time("2026-03-04T09:02:11.000Z"),
    IncidentEnd.RESTARTED,
    None,
)
DONE = DoneRollback(
    "8c6c0d4e-7f0a-5f35-9b5f-7b1f6e0a2c11",
    "fraud",
    "3",
    "4",
    parse_time("2026-03-09T08:14:40.000Z"),
    REQUEST,
)


async def test_what_is_found_is_sent_as_the_published_examples_show_it() -> None:
    publisher, telemetry = FakePublisher(), FakeTelemetry()
    cdevents = CDEvents("acme.cdevents", "production", publisher.real, telemetry)
    for sent in await cdevents.publish([OPENED, OVER], [DONE]):
        await sent
    shown = [
        (cdevent_examples.INCIDENT_DETECTED, cdevent_examples.INCIDENT_DETECTED_HEADERS),
        (cdevent_examples.INCIDENT_RESOLVED, cdevent_examples.INCIDENT_RESOLVED_HEADERS),
        (cdevent_examples.SERVICE_ROLLED_BACK, cdevent_examples.SERVICE_ROLLED_BACK_HEADERS),
    ]
    assert [
        (
            each.topic,
            each.key,
            orjson.loads(each.value or b""),
            {name: value.decode() for name, value in each.headers.items()},
        )
        for each in publisher.sent
    ] == [("acme.cdevents", b"fraud", *each) for each in shown]
    assert [encode_event(each) for each in telemetry.cdevents] == [
        each.value for each in publisher.sent
    ]


def test_the_events_of_one_incident_have_one_subject_and_ids_of_their_own() -> None:
    first, last = incident(OPENED, "test"), incident(OVER, "test")
    assert first.subject.id == last.subject.id == ALERT.alert_id
    assert first.context.id != last.context.id
    assert first == incident(OPENED, "test")
    again = incident(OPENED._replace(time=OPENED.time + 1, message=None), "test")
    assert again.context.id != first.context.id
    assert again.subject.content.description.endswith("the version serves again")


def test_an_incident_says_what_the_alert_says_that_opens_or_resolves_it() -> None:
    assert incident(OPENED, "test").subject.content.description == ALERT.message
    resolved = OVER._replace(end=IncidentEnd.RESOLVED, message="It is good again.")
    assert incident(resolved, "test").subject.content.description == "It is good again."
    crowded = OVER._replace(end=IncidentEnd.FORGOTTEN, message="Of another alert.")
    assert incident(crowded, "test").subject.content.description == (
        "performance of recall[1] in version 3 of fraud: the alert is remembered no longer"
    )


def test_a_rollback_is_linked_with_the_incidents_for_which_it_was_asked() -> None:
    evidence = [breach_of(ALERT), *REQUEST.evidence]
    request = REQUEST.model_copy(update={"evidence": evidence, "cause": RollbackCause.THRESHOLD})
    (link,) = rolled_back(DONE._replace(request=request), "test").context.links
    assert link.target.context_id == incident(OPENED, "test").context.id


def test_a_rollback_that_nobody_asked_for_says_so() -> None:
    event = rolled_back(DONE._replace(request=None, version=None), "test")
    assert event.custom_data.request_id is None
    assert event.custom_data.version is None
    assert event.context.links == []
    assert event.subject.id == "fraud"
    assert event.subject.content.artifact_id == "pkg:generic/fraud@3"
