from dataclasses import replace

import orjson
import pytest

from app.dead_letters.judge import EXPECTED, Judge, Verdict
from app.settings import load_settings
from schemas.documents import examples
from schemas.events.invalid import Reason
from tests.app.dead_letters.letters import batch_letter, letter

PREDICTION = orjson.dumps(examples.PREDICTION)
NESTED = orjson.dumps({**examples.PREDICTION, "features": None, "payload": {"inputs": {"x": 1}}})


def judge(**flags: str) -> Judge:
    dotted = {name.replace("__", "."): text for name, text in flags.items()}
    return Judge(load_settings(None, {"kafka.bootstrap_servers": "k:1", **dotted}, {}))


@pytest.mark.parametrize(
    ("topic", "value"),
    [
        ("predictions", PREDICTION),
        ("labels", orjson.dumps(examples.LABEL)),
        ("model-events", orjson.dumps(examples.MODEL_EVENT)),
        ("driftline-observations", orjson.dumps(examples.MODEL_EVENT)),
        ("driftline-lifecycle", orjson.dumps(examples.MODEL_EVENT)),
        ("drift-alerts", orjson.dumps(examples.DRIFT_ALERT)),
        ("drift-alerts", orjson.dumps(examples.QUALITY_ALERT)),
    ],
)
def test_what_a_worker_would_take_is_accepted_and_junk_is_not(topic: str, value: bytes) -> None:
    assert judge().judge(letter(value, topic=topic)) == Verdict(accepted=True)
    for junk in (b"", b"\xff", b"[1]", b"{}", b"DRFT"):
        assert judge().judge(letter(junk, topic=topic)).accepted is False


def test_a_tombstone_is_neither_accepted_nor_refused_and_so_not_sent_again() -> None:
    for value in (None, b"null", b"[]"):
        verdict = judge().judge(letter(value))
        assert verdict.accepted is None
        assert "workers skip it" in verdict.detail


def test_the_present_field_map_decides_and_the_path_is_the_documents() -> None:
    refused = judge().judge(letter(orjson.dumps({"model": "m", "prediction_id": "p"})))
    assert (refused.reason, refused.path) == ("missing_field", "features")
    mapped = judge(intake__prediction_fields="{features: payload.inputs}")
    assert mapped.judge(letter(NESTED)).accepted
    wrong = mapped.judge(letter(orjson.dumps({**examples.PREDICTION, "prediction": None})))
    assert (wrong.accepted, wrong.path) == (False, "payload.inputs")


def test_the_present_limits_decide() -> None:
    assert judge(limits__features_per_event="2").judge(letter(PREDICTION)).reason == (
        "too_many_features"
    )
    large = orjson.dumps({**examples.PREDICTION, "padding": "x" * 2000})
    assert judge(limits__message_bytes="1000").judge(letter(large)).reason == "too_large"


def test_a_row_that_fits_no_record_is_refused_as_it_would_be() -> None:
    features = {f"{'n' * 55}{number:05}": 1 for number in range(20_000)}
    value = orjson.dumps({**examples.PREDICTION, "features": features})
    flags = {"limits__features_per_event": "20000", "limits__message_bytes": "10000000"}
    verdict = judge(**flags).judge(letter(value))
    assert (verdict.accepted, verdict.reason) == (False, "too_large")
    assert "as rows of columns" in verdict.detail


def test_what_cannot_be_told_is_not_guessed() -> None:
    assert judge().judge(letter(b"x" * 1_600_000)).accepted is None
    assert judge().judge(letter(PREDICTION, topic="elsewhere")).accepted is None


def test_of_a_batch_that_nobody_reads_nothing_is_said_of_the_settings() -> None:
    verdict = judge().judge(batch_letter())
    assert verdict.accepted is None
    assert "the batch" in verdict.detail


def test_every_reason_has_its_expectation() -> None:
    assert set(EXPECTED) == set(Reason)


@pytest.mark.parametrize("topic", ["predictions", "labels"])
def test_the_headers_of_a_record_count_as_they_did_when_it_was_read(topic: str) -> None:
    value = b'{"model": "m", "x": 1, "prediction": 1, "label": 1}'
    sent = replace(letter(value, topic=topic), key=None)
    assert judge().judge(sent).accepted is False
    assert judge().judge(replace(sent, headers=[("ce_id", b"e1")])).accepted is True
