import json
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator
from jsonschema.protocols import Validator
from pydantic import ValidationError

from detectors.alerts.label_alert import label_alert_of
from detectors.monitors.model_monitor import ModelMonitor
from detectors.monitors.options import MonitorOptions
from detectors.monitors.threshold_watch import ThresholdWatch
from detectors.performance.label_flow import FlowTurn
from detectors.performance.threshold import Threshold
from detectors.retraining.options import PolicyOptions
from detectors.retraining.policy import RetrainPolicy
from schemas.documents import examples
from schemas.documents.channels import CHANNELS, Channel
from schemas.documents.generate import asyncapi, files, json_schemas, main
from schemas.events.alert import Alert, AlertKind
from schemas.events.any_alert import ALERT_TYPES, TYPE_OF_KIND
from schemas.events.codec import encode_event
from schemas.events.dead_letter import DeadLetter, ReplayedLetter
from schemas.events.invalid import Reason
from schemas.events.label_alert import LabelProblem
from schemas.events.model_event import ModelEventType
from schemas.tables.columns import Role
from tests.detectors.batches import batch_of, rows_of
from tests.detectors.drift_alerts import alerts_in
from tests.schemas.documents_strategy import VALUES, documents
from tests.topics import TOPICS

_DOCS = Path(__file__).parents[3] / "docs"
_SCHEMAS = json_schemas()
_API = asyncapi()
_NAMED = pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.name)


def _validator(name: str) -> Validator:
    return Draft202012Validator(_SCHEMAS[name], format_checker=Draft202012Validator.FORMAT_CHECKER)


def _in_api(name: str) -> Validator:
    """Return the validator of a schema of the AsyncAPI document, whose dialect is draft 7's."""
    return Draft7Validator({**_API, "$ref": f"#/components/schemas/{name}"})


def test_the_published_files_are_fresh() -> None:
    for path, text in files():
        stale = f"{path}: run python -m schemas.documents.generate"
        assert (_DOCS / path).read_text(encoding="utf-8") == text, stale


def test_the_command_writes_all_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main(str(tmp_path / "a"))
    monkeypatch.setattr(sys, "argv", ["documents", str(tmp_path / "b")])
    command = Path(__file__).parents[3] / "schemas" / "documents" / "generate.py"
    runpy.run_path(str(command), run_name="__main__")
    for path, text in files():
        assert (tmp_path / "a" / path).read_text(encoding="utf-8") == text
        assert (tmp_path / "b" / path).read_text(encoding="utf-8") == text


@_NAMED
def test_each_schema_is_valid_and_so_are_its_examples(channel: Channel) -> None:
    schema = _SCHEMAS[channel.name]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    for example in schema["examples"]:
        _validator(channel.name).validate(example)
    for shown in channel.examples:
        if shown.value is not None:
            event = channel.adapter.validate_python(shown.value)
            if channel.cloud_event is not None:
                assert json.loads(encode_event(event)) == shown.value


def test_the_example_of_a_dead_letter_is_one() -> None:
    example = examples.DEAD_LETTER_HEADERS
    letter = DeadLetter(
        reason=Reason.MISSING_FIELD,
        detail=example["ce_detail"],
        sourcetopic="predictions",
        sourcepartition=2,
        sourceoffset=40113,
        sourcetimestamp=1772366442000,
        sourceheaders='[["trace","YTFmMw=="]]',
        originalsize=212,
        truncated=False,
    )
    assert _text(letter.headers()) == example


def test_the_example_of_a_replayed_letter_is_one() -> None:
    mark = ReplayedLetter.model_validate(examples.REPLAYED_LETTER)
    assert _text(mark.headers(letter_time=1772366442000)) == examples.REPLAYED_LETTER_HEADERS


def _text(headers: dict[str, bytes]) -> dict[str, str]:
    return {name: value.decode() for name, value in headers.items()}


def _as_json(document: dict[str, Any]) -> Any:
    """Return the document as a reader of JSON has it, or None where JSON cannot hold it."""
    try:
        text = orjson.dumps(document)
    except TypeError:
        return None
    return orjson.loads(text) if b"NaN" not in text else None


@pytest.mark.parametrize(
    ("name", "valid"),
    [
        ("prediction", examples.PREDICTION),
        ("label", {**examples.LABEL, "prediction": 1.5, "model": "m", "version": "3"}),
        ("model_event", {**examples.MODEL_EVENT, "alert_id": "a"}),
    ],
)
@given(st.data())
def test_a_schema_accepts_what_its_event_type_accepts(
    name: str, valid: dict[str, Any], data: st.DataObject
) -> None:
    document = _as_json(data.draw(documents(valid)))
    if document is None:
        return
    if name == "model_event":
        document["type"] = data.draw(st.sampled_from([*ModelEventType, document.get("type")]))
    (event,) = (channel.event for channel in CHANNELS if channel.name == name)
    try:
        event.model_validate(document)
    except ValidationError:
        accepted = False
    else:
        accepted = True
    assert _validator(name).is_valid(document) == accepted
    assert _in_api(event.__name__).is_valid(document) == accepted


@given(VALUES)
def test_features_may_be_anything_and_unknown_fields_are_allowed(value: Any) -> None:
    document = _as_json({**examples.PREDICTION, "features": {"x": value}, "unknown": value})
    if document is not None:
        _validator("prediction").validate(document)


def _alerts() -> list[Alert]:
    """Return real alerts: numbers, categories, a constant that begins to vary, many columns."""
    random = np.random.default_rng(1)
    late = np.arange(1800) >= 1500
    rows = rows_of(
        amount=random.lognormal(3, 1, 1800) * np.where(late, 5, 1),
        country=np.where(late, "xx", random.choice(["fr", "de"], 1800)),
        huge=random.choice([1e308, -1e308], 1800) * np.where(late, 1e-300, 1),
        constant=np.where(late, random.normal(size=1800), 1.0),
        age=[None if lacks else 40.0 + number % 7 for number, lacks in enumerate(late.tolist())],
        **{f"x{number}": random.normal(size=1800) + 0.7 * late for number in range(20)},
    )
    options = MonitorOptions(
        critical=frozenset({"amount"}), thresholds=(Threshold.of("accuracy >= 0.9"),)
    )
    watch = ThresholdWatch(("fraud", "3"), options)
    monitor = ModelMonitor("fraud", "3", options, [watch])
    errors = rows_of(error=random.random(1800) < np.where(late, 0.5, 0.01))
    labelled = batch_of(errors, role=Role.ERROR)
    found = alerts_in([*monitor.update(batch_of(rows)), *monitor.update(labelled)])
    silence = FlowTurn(
        row=0,
        problem=LabelProblem.STOPPED,
        is_open=True,
        before=60.0,
        after=3700.5,
        limit=3600.0,
        age=None,
        since=1_772_366_441_000,
    )
    return [*found, label_alert_of(silence, ("fraud", "3"), found[0].detected_at)]


def test_what_the_core_publishes_is_what_the_schemas_say() -> None:
    alerts = _alerts()
    subjects = {alert.subject for alert in alerts}
    assert subjects >= {"amount", "country", "huge", "constant", "age", "accuracy"}
    assert {type(alert) for alert in alerts} == set(ALERT_TYPES)
    policy = RetrainPolicy(PolicyOptions())
    requests = [request for alert in alerts if (request := policy.on_alert(alert))]
    assert len(requests) == 1
    for alert in alerts:
        document = json.loads(encode_event(alert))
        _validator("alert").validate(document)
        _in_api("Alert").validate(document)
        _in_api("AlertHeaders").validate(_text(alert.headers()))
    document = json.loads(encode_event(requests[0]))
    _validator("retrain_request").validate(document)
    _in_api("RetrainRequest").validate(document)


@pytest.mark.parametrize("name", ["alert", "retrain_request"])
def test_every_field_of_what_is_published_is_always_there(name: str) -> None:
    schema = _SCHEMAS[name]
    kinds = [schema["$defs"][each["$ref"].rpartition("/")[2]] for each in schema.get("oneOf", [])]
    for each in kinds or [schema]:
        assert set(each["required"]) == set(each["properties"])


def test_the_schema_of_alerts_knows_every_kind_and_no_other() -> None:
    for alert in (
        examples.DRIFT_ALERT,
        examples.QUALITY_ALERT,
        examples.PERFORMANCE_ALERT,
        examples.MODEL_ALERT,
        examples.LABEL_ALERT,
    ):
        for kind in AlertKind:
            valid = TYPE_OF_KIND[kind] is TYPE_OF_KIND[AlertKind(alert["kind"])]
            assert _validator("alert").is_valid({**alert, "kind": kind}) == valid
            assert _in_api("Alert").is_valid({**alert, "kind": kind}) == valid
        assert not _validator("alert").is_valid({**alert, "kind": "other"})


def test_every_reason_of_a_dead_letter_is_in_its_schema() -> None:
    assert _SCHEMAS["dead_letter"]["properties"]["ce_reason"]["enum"] == list(Reason)


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from _references(inner)


def test_every_reference_of_the_asyncapi_document_resolves() -> None:
    references = set(_references(_API))
    assert len(references) > 20
    for reference in references:
        target: Any = _API
        assert reference.startswith("#/")
        for step in reference[2:].split("/"):
            target = target[step]
        assert isinstance(target, dict)


def test_the_asyncapi_document_has_the_topics_by_their_default_names() -> None:
    received = {TOPICS.predictions, TOPICS.labels, TOPICS.model_events}
    sent = {
        TOPICS.alerts,
        TOPICS.model_performance,
        TOPICS.model_comparisons,
        TOPICS.retrain_requests,
        TOPICS.rollback_requests,
        TOPICS.model_versions,
        TOPICS.model_routing,
        TOPICS.cdevents,
        TOPICS.dead_letters,
    }
    assert _API["asyncapi"] == "3.0.0"
    assert {channel["address"] for channel in _API["channels"].values()} == received | sent
    actions = {
        operation["channel"]["$ref"].rpartition("/")[2]: operation["action"]
        for operation in _API["operations"].values()
    }
    assert actions == dict.fromkeys(received, "receive") | dict.fromkeys(sent, "send")


@_NAMED
def test_each_message_of_the_asyncapi_document_is_told_in_full(channel: Channel) -> None:
    message = _API["components"]["messages"][channel.name]
    assert message["bindings"]["kafka"]["key"]["type"] == "string"
    assert message["contentType"].startswith("application/")
    assert len(message["examples"]) == len(channel.examples)
    for example in message["examples"]:
        if "payload" in example:
            _in_api(message["payload"]["$ref"].rpartition("/")[2]).validate(example["payload"])
        if channel.cloud_event is not None:
            _in_api(message["headers"]["$ref"].rpartition("/")[2]).validate(example["headers"])
            assert example["headers"]["content-type"] == message["contentType"]
