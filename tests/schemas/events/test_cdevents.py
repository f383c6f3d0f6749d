import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import ValidationError

from agents.stages.cdevents import incident, rolled_back
from detectors.rollback.done import DoneRollback
from detectors.versions.incidents import IncidentEnd, IncidentTurn
from schemas.documents import cdevent_examples, examples
from schemas.events.any_alert import decode_alert
from schemas.events.cdevents import CDEvent, CDEventType
from schemas.events.codec import decode_event, encode_event
from schemas.events.retrain_request import AlertReference
from schemas.events.rollback_request import RollbackRequest
from tests.schemas.events.published_cdevents import checksums, stated_checksums, validate

EXAMPLES = (
    cdevent_examples.INCIDENT_DETECTED,
    cdevent_examples.INCIDENT_RESOLVED,
    cdevent_examples.SERVICE_ROLLED_BACK,
)
ALERT = AlertReference.of(decode_alert(examples.PERFORMANCE_ALERT))
REQUEST = decode_event(RollbackRequest, examples.ROLLBACK_REQUEST)
NAMES = st.text(min_size=1, max_size=20).filter(lambda name: name.isprintable())


def test_the_schemas_are_those_that_were_published() -> None:
    assert checksums() == stated_checksums()
    assert len(checksums()) == 7


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["context"]["type"])
def test_an_example_is_valid_by_the_published_schema(example: dict[str, object]) -> None:
    validate(example)


def test_there_is_an_example_of_each_type() -> None:
    assert {example["context"]["type"] for example in EXAMPLES} == set(CDEventType)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["context"]["type"])
def test_the_oracle_finds_what_is_missing_added_or_no_link(example: dict[str, dict]) -> None:  # type: ignore[type-arg] # of any shape
    context, subject = example["context"], example["subject"]
    content = {name: each for name, each in subject["content"].items() if name != "environment"}
    for wrong in (
        {**example, "model": "fraud"},
        {**example, "subject": {**subject, "content": content}},
        {**example, "context": {**context, "source": ""}},
        {**example, "context": {**context, "links": [{"linkType": "RELATION"}]}},
    ):
        with pytest.raises(ValidationError):
            validate(wrong)


@given(
    NAMES,
    NAMES,
    NAMES,
    st.integers(0, 4_000_000_000_000),
    st.none() | st.sampled_from(IncidentEnd),
)
def test_whatever_names_there_are_an_event_is_valid_and_its_headers_say_the_same(
    model: str, version: str, environment: str, time: int, end: IncidentEnd | None
) -> None:
    turn = IncidentTurn((model, version), ALERT, time, end, None)
    done = DoneRollback("a", model, version, None, time, None)
    for event in (incident(turn, environment), rolled_back(done, environment)):
        _check(event, model)


def _check(event: CDEvent, model: str) -> None:
    document = orjson.loads(encode_event(event))
    validate(document)
    context = document["context"]
    headers = {name: value.decode() for name, value in event.headers().items()}
    assert headers == {
        "ce_specversion": "1.0",
        "ce_id": context["id"],
        "ce_source": context["source"],
        "ce_type": context["type"],
        "ce_time": context["timestamp"],
        "ce_subject": document["subject"]["id"],
        "content-type": "application/json",
    }
    assert event.key == model.encode()
