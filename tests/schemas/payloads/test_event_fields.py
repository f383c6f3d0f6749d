from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events.not_taken import NotTaken
from schemas.payloads.event_fields import event_fields
from schemas.payloads.rows import FieldMap, label_row


def _fields(text: str) -> dict[str, Any]:
    return event_fields(text.encode(), FieldMap())


@pytest.mark.parametrize("name", ["prediction_id", "model", "version"])
@pytest.mark.parametrize(
    "written", ["1.10", "1.1", "9007199254740993.0", "1e5", "123456789012345678901234567890"]
)
def test_a_name_that_is_a_number_is_read_as_it_is_written(name: str, written: str) -> None:
    assert _fields(f'{{"{name}": {written}, "x": 1.50}}') == {name: written, "x": 1.5}


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
    fields = event_fields(
        b'{"meta": {"id": 2.50}, "version": 2.50}', FieldMap({"version": "meta.id"})
    )
    assert fields["version"] == "2.50"


@given(st.binary(max_size=40))
def test_arbitrary_bytes_raise_nothing_else(value: bytes) -> None:
    try:
        event_fields(value, FieldMap())
    except NotTaken:
        return
