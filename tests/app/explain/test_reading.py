import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.observations.prediction_reader import PredictionReader
from agents.records.block import RecordBlock
from agents.records.record import Record
from app.explain.reading import RecordReading
from app.options import intake_options
from app.settings import TopicRole
from schemas.documents import examples
from schemas.events.invalid import InvalidMessage
from schemas.events.left_out import LeftOut, Oddity
from schemas.events.not_taken import NotTaken
from tests.app.explain.samples import sample_of, settings_with
from tests.schemas.documents_strategy import documents

SETTINGS = settings_with()
_OPTIONS = intake_options(SETTINGS)
_READER = PredictionReader.of(_OPTIONS)


def record_of(document: dict[str, Any] | bytes, **options: Any) -> Record:
    value = document if isinstance(document, bytes) else json.dumps(document).encode()
    (record,) = sample_of([value], **options).records
    return record


@given(documents(examples.PREDICTION))
def test_what_is_taken_and_what_is_not_is_what_the_worker_takes(document: dict[str, Any]) -> None:
    record = record_of(document)
    block = RecordBlock.from_records("predictions", 0, [record])
    refused = [str(why) for _, why in _READER.read([block]).not_taken]
    found = []
    try:
        assert RecordReading(SETTINGS, TopicRole.PREDICTIONS).rows(record)
    except NotTaken as why:
        found.append(str(why))
    assert found == refused


def test_a_prediction_says_what_it_is() -> None:
    (row,) = RecordReading(SETTINGS, TopicRole.PREDICTIONS).rows(record_of(examples.PREDICTION))
    assert row.fields == {
        "prediction_id": "pay-81f3",
        "model": "fraud",
        "version": "3",
        "prediction": "genuine",
        "score": 0.91,
        "time": "2026-03-01T12:00:00.000Z",
    }
    assert row.features == examples.PREDICTION["features"]
    assert (list(row.left_out), row.note) == ([], "")


def test_what_was_left_out_and_whose_time_counts_is_noted() -> None:
    odd = {**examples.PREDICTION, "scores": "none", "timestamp": None}
    reading = RecordReading(SETTINGS, TopicRole.PREDICTIONS)
    (row,) = reading.rows(record_of(odd))
    assert list(row.left_out) == [LeftOut("scores", Oddity.MISTYPED)]
    assert row.note == "time: the record's own"
    assert row.document()["left_out"] == {"scores": "mistyped"}
    (late,) = reading.rows(record_of({**examples.PREDICTION, "timestamp": "2999-01-01T00:00:00Z"}))
    assert "dated 2999-01-01T00:00:00.000Z, after its record" in late.note
    assert not late.fields["time"].startswith("2999")


def test_a_records_key_is_the_id_of_a_label_without_one() -> None:
    record = record_of(b'pay-1\t{"label": "fraud"}', separator="\t")
    (row,) = RecordReading(SETTINGS, TopicRole.LABELS).rows(record)
    assert (row.fields["prediction_id"], row.fields["label"]) == ("pay-1", "fraud")


def test_a_model_event_says_what_it_is_or_what_it_lacks() -> None:
    reading = RecordReading(SETTINGS, TopicRole.MODEL_EVENTS)
    (row,) = reading.rows(record_of(examples.MODEL_EVENT))
    assert row.fields["type"] == "retrain_completed"
    with pytest.raises(InvalidMessage, match="version is required"):
        reading.rows(record_of({"type": "rolled_back", "model": "m"}))


@given(st.binary(max_size=40), st.sampled_from([TopicRole.LABELS, TopicRole.MODEL_EVENTS]))
def test_any_bytes_are_read_or_refused(value: bytes, role: TopicRole) -> None:
    for record in sample_of([value]).records:
        try:
            RecordReading(SETTINGS, role).rows(record)
        except NotTaken:
            continue
