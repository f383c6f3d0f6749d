import codecs
import json
import math
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.not_taken import NotTaken
from schemas.events.nothing_to_say import NothingToSay
from schemas.payloads.event_fields import event_fields
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.rows import FieldMap, label_row
from tests.schemas.documents_strategy import VALUES


def _fields(text: str) -> dict[str, Any]:
    (fields,) = event_fields(text.encode(), FieldMap())
    return fields


@pytest.mark.parametrize("name", ["prediction_id", "model", "version"])
@pytest.mark.parametrize(
    "written", ["1.10", "1.1", "9007199254740993.25", "1e5", "123456789012345678901234567890"]
)
def test_a_name_that_is_a_number_is_read_as_it_is_written(name: str, written: str) -> None:
    assert _fields(f'{{"{name}": {written}, "x": 1.50}}') == {name: written, "x": 1.5}


@pytest.mark.parametrize("written", ["9007199254740993.0", "9007199254740993.000"])
def test_a_whole_id_is_the_same_with_a_fraction_of_zeros_and_a_version_is_not(written: str) -> None:
    found = _fields(f'{{"prediction_id": {written}, "version": {written}}}')
    assert found == {"prediction_id": "9007199254740993", "version": written}
    wrapped = _fields('{"prediction_id": {"double": 1000.0}, "label": 1}')
    assert label_row(wrapped, key=None, record_time=0).prediction_id == "1000"


@given(st.integers())
def test_whole_ids_keep_every_digit(number: int) -> None:
    row = label_row(
        _fields(f'{{"prediction_id": {number}, "label": {number}}}'), key=None, record_time=0
    )
    assert row.prediction_id == str(number)
    assert str(row.label) == str(number)


@pytest.mark.parametrize("beside", ["NaN", "1e999"])
def test_digits_are_kept_beside_numbers_that_json_lacks(beside: str) -> None:
    assert _fields(f'{{"version": 1.10, "x": {beside}}}')["version"] == "1.10"


def test_long_numbers_that_are_no_whole_ones_stay_numbers() -> None:
    assert _fields('{"prediction": 1e30, "label": 1.5e300}') == {
        "prediction": 1e30,
        "label": 1.5e300,
    }


def test_names_are_found_where_the_map_says() -> None:
    (fields,) = event_fields(
        b'{"meta": {"id": 2.50}, "version": 2.50}', FieldMap({"version": "meta.id"})
    )
    assert fields["version"] == "2.50"


@given(st.binary(max_size=40))
def test_arbitrary_bytes_raise_nothing_else(value: bytes) -> None:
    try:
        event_fields(value, FieldMap())
    except NotTaken:
        return


REGISTRY = bytes([0, 0, 0, 1, 2])
GUID = bytes([1]) + b"0123456789abcdef"
EVENT = {"prediction_id": "a", "features": {"x": 1.5, "y": None}, "prediction": 1}
DEBEZIUM = {"before": None, "op": "c", "source": {"db": "d"}, "ts_ms": 1_772_366_400_000}


@pytest.mark.parametrize(
    "value",
    [
        json.dumps(EVENT).encode(),
        codecs.BOM_UTF8 + json.dumps(EVENT).encode(),
        REGISTRY + json.dumps(EVENT).encode(),
        REGISTRY + codecs.BOM_UTF8 + json.dumps(EVENT).encode(),
        GUID + json.dumps(EVENT).encode() + b"\n",
        json.dumps(json.dumps(EVENT)).encode(),
        REGISTRY + json.dumps(json.dumps(EVENT)).encode(),
        json.dumps([EVENT]).encode(),
        json.dumps({"schema": None, "payload": EVENT}).encode(),
        json.dumps({**DEBEZIUM, "after": EVENT}).encode(),
        json.dumps({**DEBEZIUM, "after": json.dumps(EVENT)}).encode(),
        json.dumps({"schema": {}, "payload": {**DEBEZIUM, "after": EVENT}}).encode(),
        json.dumps({**EVENT, "op": "d", "after": None}).encode(),
    ],
)
def test_the_same_event_is_read_out_of_each_envelope(value: bytes) -> None:
    (fields,) = event_fields(value, FieldMap())
    assert {name: fields[name] for name in EVENT} == EVENT


def test_numbers_that_json_lacks_are_read_in_each_envelope() -> None:
    for before in (codecs.BOM_UTF8, REGISTRY, GUID):
        (fields,) = event_fields(before + b'{"prediction_id": 1.0, "x": -Infinity}', FieldMap())
        assert fields == {"prediction_id": "1", "x": -math.inf}


def test_events_in_an_array_are_several() -> None:
    found = event_fields(b'[{"prediction_id": 1.50}, {"prediction_id": "b"}]', FieldMap())
    assert found == [{"prediction_id": "1.50"}, {"prediction_id": "b"}]


@pytest.mark.parametrize("value", [b"[]", b"[null]", b"null", b'"null"', b'""', b'"[null]"'])
def test_an_array_of_nothing_says_nothing(value: bytes) -> None:
    with pytest.raises(NothingToSay):
        event_fields(value, FieldMap())


def test_nothing_in_an_array_costs_no_event_beside_it() -> None:
    assert event_fields(b'[null, {"a": 1}, null]', FieldMap()) == [{"a": 1}]


@pytest.mark.parametrize(
    "shape",
    [
        '{{"x": {}}}',
        '{{"x": [{}, 2]}}',
        '{{"segment": {{"tenant": {}}}}}',
        '[{{"x": {{"y": [[{}]]}}}}]',
        '{{"schema": null, "payload": {{"x": {}}}}}',
    ],
)
@pytest.mark.parametrize("digits", ["89370400440532013000", "-12345678901234567890123"])
def test_long_numbers_keep_every_digit_wherever_they_stand(shape: str, digits: str) -> None:
    for text in (shape.format(digits), json.dumps(shape.format(digits))):
        assert f"'{digits}'" in str(event_fields(text.encode(), FieldMap()))


def test_an_array_of_something_else_is_refused() -> None:
    for value in (b"[1]", b'[{"a": 1}, 2]', b'[[{"a": 1}]]'):
        with pytest.raises(InvalidMessage) as refused:
            event_fields(value, FieldMap())
        assert refused.value.reason is Reason.NOT_AN_OBJECT


def test_a_refusal_says_that_a_header_names_a_schema() -> None:
    headers = [("trace", b"x"), ("__value_schema_id", GUID)]
    with pytest.raises(InvalidMessage, match="__value_schema_id") as refused:
        event_fields(b"a junk of Avro", FieldMap(), headers=headers)
    assert refused.value.reason is Reason.BINARY_FORMAT
    assert event_fields(b"{}", FieldMap(), headers=headers) == [{}]


def test_paths_into_the_envelope_are_taken_at_their_word() -> None:
    where = FieldMap({"prediction_id": "after.id", "features": "after.x", "prediction": "after.y"})
    document = {**DEBEZIUM, "after": {"id": "a", "x": {"z": 1}, "y": 2}}
    (fields,) = event_fields(json.dumps(document).encode(), where)
    assert (fields["prediction_id"], fields["features"], fields["prediction"]) == ("a", {"z": 1}, 2)
    with pytest.raises(NothingToSay):
        event_fields(json.dumps({**DEBEZIUM, "op": "d", "after": None}).encode(), where)


@given(VALUES)
def test_whatever_is_in_an_envelope_raises_nothing_else(value: Any) -> None:
    for document in (
        {**DEBEZIUM, "after": value},
        {**DEBEZIUM, "after": EVENT, "before": value},
        {"op": value, "after": value},
        {"schema": value, "payload": value},
        {"schema": {"fields": [value]}, "payload": EVENT},
        {
            "schema": {"fields": [{"field": "x", "name": value, "parameters": value}]},
            "payload": value,
        },
        [value, value],
        value,
    ):
        with suppress(NotTaken):
            event_fields(json.dumps(document).encode(), FieldMap())
        with suppress(NotTaken):
            event_fields(json.dumps(document).encode(), FieldMap({"label": "after.y"}))


LONG = "18446744073709551617"


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        (f'{{"id": {LONG}}}', {"id": LONG}),
        (f'{{"id": -{LONG}, "x": 1.5}}', {"id": f"-{LONG}", "x": 1.5}),
        (f'{{"user": {{"id": {LONG}}}, "y": [{LONG}]}}', {"user": {"id": LONG}, "y": [LONG]}),
        (f'[{{"id": {LONG}}}, {{"id": 7}}]', [{"id": LONG}, {"id": 7}]),
        # What is written as a fraction or with an exponent is an amount.
        (f'{{"x": {LONG}.5, "y": 1e30}}', {"x": 18446744073709551617.5, "y": 1e30}),
        (f'{{"x": [1, {LONG}]}}', {"x": [1, LONG]}),
        ('{"x": 0.1234567890123456789}', {"x": 0.1234567890123456789}),
    ],
)
def test_features_that_are_codes_keep_every_digit(features: str, expected: Any) -> None:
    value = f'{{"model": "m", "features": {features}}}'.encode()
    assert event_fields(value, FieldMap()) == [{"model": "m", "features": expected}]


def test_codes_are_kept_wherever_the_features_stand() -> None:
    fields = FieldMap({"features": "payload.inputs"})
    (found,) = event_fields(f'{{"payload": {{"inputs": {{"a": {LONG}}}}}}}'.encode(), fields)
    assert found["features"] == {"a": LONG}
    flat = f'{{"prediction_id": "a", "model": "m", "iban": {LONG}, "prediction": 1}}'.encode()
    (row,) = JsonPredictions(FieldMap()).rows(flat, key=None, headers=(), time=0)
    assert row.features == {"iban": LONG}
