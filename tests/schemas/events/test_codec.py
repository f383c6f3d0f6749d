import codecs
import json
import math
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.events.any_alert import decode_alert
from schemas.events.codec import decode_event, decode_object, encode_event
from schemas.events.event import Event
from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.label import Label
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.not_taken import NotTaken
from schemas.events.nothing_to_say import NothingToSay, Silence
from schemas.events.prediction import Prediction
from schemas.events.retrain_request import RetrainRequest
from schemas.payloads.rows import label_row, prediction_row
from schemas.tables.columns import Flag, Role, column_of
from tests.schemas.documents_strategy import VALUES, as_bytes

_EVENTS: tuple[type[Event], ...] = (Prediction, Label, ModelEvent, RetrainRequest)


def _take(value: bytes | None) -> None:
    """Take a record's value in every way that an agent may."""
    try:
        document = decode_object(value)
    except NotTaken:
        return
    for kind in _EVENTS:
        with suppress(InvalidMessage):
            decode_event(kind, document)
    with suppress(InvalidMessage):
        decode_alert(document)
    with suppress(InvalidMessage):
        prediction_row(document, key=value, record_time=-1, most_features=3)
    with suppress(NotTaken):
        label_row(document, key=value, record_time=2**63 - 1)


@given(st.binary(max_size=60))
def test_arbitrary_bytes_raise_only_invalid_message(value: bytes) -> None:
    _take(value)


@given(VALUES, st.booleans())
def test_arbitrary_json_raises_only_invalid_message(value: Any, surrogate: bool) -> None:
    _take(as_bytes(value, surrogate=surrogate))
    _take(as_bytes({"features": value, "prediction": 1, "model": "m"}, surrogate=surrogate))


@given(st.text(st.sampled_from('{}[]":,\\u0019dNaInfity. \x00\ufeff\ud800'), max_size=40))
def test_near_json_raises_only_invalid_message(text: str) -> None:
    for encoding in ("utf-8", "utf-16", "utf-32"):
        _take(text.encode(encoding, "surrogatepass"))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"{" + b" " * 1_000_000 + b"}", Reason.TOO_LARGE),
        (b"", Reason.UNDECODABLE),
        (b'{"a": 1', Reason.UNDECODABLE),
        (b"\xff\xfe", Reason.WRONG_ENCODING),
        (b"\xff", Reason.UNDECODABLE),
        (b'{"a": ' + b"[" * 400_000 + b"]" * 400_000 + b"}", Reason.UNDECODABLE),
        (b'{"NaN": ' + b"[" * 400_000 + b"]" * 400_000 + b"}", Reason.UNDECODABLE),
        (b'{"a": NaN, "b": "\\ud800"}', Reason.UNDECODABLE),
        (b'{"a": 1e999, "b": "\\ud800"}', Reason.UNDECODABLE),
        (b'{"a": 1e999', Reason.UNDECODABLE),
        (b"[1]", Reason.NOT_AN_OBJECT),
        (b"NaN", Reason.NOT_AN_OBJECT),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_reason(value: bytes, reason: Reason) -> None:
    with pytest.raises(InvalidMessage) as refused:
        decode_object(value)
    assert refused.value.reason is reason


@pytest.mark.parametrize("value", [None, b"null", b" null\n"])
def test_a_null_value_says_that_its_key_is_deleted(value: bytes | None) -> None:
    with pytest.raises(NothingToSay) as skipped:
        decode_object(value)
    assert skipped.value.silence is Silence.TOMBSTONE


def test_a_refusal_does_not_repeat_the_content() -> None:
    with pytest.raises(InvalidMessage) as refused:
        decode_object(b'{"card": "4111 1111"')
    assert "4111" not in str(refused.value)


def test_one_feature_that_is_not_a_number_does_not_cost_the_event() -> None:
    document = decode_object(b'{"a": NaN, "b": -Infinity, "c": 1}')
    assert repr(document) == "{'a': nan, 'b': -inf, 'c': 1}"


@pytest.mark.parametrize("written", ["1e999", "-1e999", "9" * 400, "-" + "9" * 5000, "9e+400"])
def test_one_feature_beyond_float64_is_infinite_and_does_not_cost_the_event(written: str) -> None:
    value = f'{{"model": "m", "prediction": 1, "features": {{"a": {written}, "b": 2}}}}'.encode()
    row = prediction_row(decode_object(value), key=b"k", record_time=0, most_features=2)
    assert row.features == {"a": -math.inf if written[0] == "-" else math.inf, "b": 2}
    column = column_of("a", Role.FEATURE, [row.features["a"]])
    assert column.flags is not None
    assert column.flags.tolist() == [Flag.INFINITE]


@pytest.mark.parametrize("strange", ["NaN", "Infinity", "1e999"])
@given(numbers=st.lists(st.integers(-(2**66), 2**66) | st.integers() | st.floats(), max_size=5))
@example(numbers=[2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 10**300])
def test_what_stands_beside_a_number_that_json_lacks_is_read_as_without_it(
    strange: str, numbers: list[float]
) -> None:
    numbers = [number for number in numbers if math.isfinite(number)]
    written = json.dumps(numbers)
    alone = decode_object(f'{{"a": {written}}}'.encode())
    beside = decode_object(f'{{"a": {written}, "b": {strange}}}'.encode())
    assert repr(beside["a"]) == repr(alone["a"])


def test_a_byte_order_mark_is_passed_over_once() -> None:
    for value, number in ((b'{"a": 1}', 1), (b'{"a": NaN}', math.nan), (b'{"a": 1e999}', math.inf)):
        assert repr(decode_object(codecs.BOM_UTF8 + value)) == repr({"a": number})
    with pytest.raises(InvalidMessage):
        decode_object(codecs.BOM_UTF8 * 300_000)


def test_json_in_a_json_string_is_read_and_a_string_is_none() -> None:
    assert decode_object(json.dumps(json.dumps({"a": 1})).encode()) == {"a": 1}
    assert decode_object(json.dumps(json.dumps(json.dumps({"a": 1}))).encode()) == {"a": 1}
    with pytest.raises(InvalidMessage, match="not_an_object"):
        decode_object(b'"text"')
    with pytest.raises(InvalidMessage, match="undecodable"):
        decode_object(b'"{"')


def test_one_object_is_not_several() -> None:
    assert decode_object(b'[{"a": 1}]') == {"a": 1}
    with pytest.raises(InvalidMessage, match="expected one object, found 2"):
        decode_object(b'[{"a": 1}, {"a": 2}]')


def test_every_missing_field_is_named_up_to_ten() -> None:
    with pytest.raises(InvalidMessage) as refused:
        decode_event(RetrainRequest, {})
    assert refused.value.reason is Reason.MISSING_FIELD
    assert refused.value.detail.count("Field required") == 10
    many = {"model": "m", "features": {}, "prediction": 1, "scores": dict.fromkeys("abcdefghijklm")}
    with pytest.raises(InvalidMessage) as refused:
        decode_event(Prediction, many)
    assert refused.value.reason is Reason.WRONG_TYPE
    assert refused.value.detail.count("scores.") == 10


def test_an_event_survives_the_round_trip() -> None:
    event = ModelEvent(
        type=ModelEventType.VERSION_DEPLOYED, model="mœdel", version="2", timestamp=1.5
    )
    value = encode_event(event)
    assert json.loads(value)["model"] == "mœdel"
    assert decode_event(ModelEvent, decode_object(value)) == event


@pytest.mark.parametrize("value", ["1", "NaN"])
def test_json_is_read_to_a_depth_that_no_event_needs_and_refused_beyond_it(value: str) -> None:
    def nested(depth: int) -> bytes:
        return ('{"a":' * depth + value + "}" * depth).encode()

    assert decode_object(nested(200))
    for depth in (1025, 100_000):
        with pytest.raises(InvalidMessage) as caught:
            decode_object(nested(depth))
        assert caught.value.reason is Reason.UNDECODABLE
