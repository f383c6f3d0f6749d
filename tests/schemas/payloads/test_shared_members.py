import tracemalloc
from collections.abc import Sequence
from typing import Any

import orjson
import pytest

from schemas.events.invalid import InvalidMessage
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.rows import FieldMap, PredictionRow

JUNK = {f"k{number}": 1 for number in range(5_000)}
MANY = {"features": [{"a": 1}] * 1000, "prediction": [1] * 1000}
CANAL = {"database": "d", "table": "t", "type": "INSERT"}

SWOLLEN: dict[str, dict[str, Any]] = {
    "rows of features": {**JUNK, **MANY},
    "columns": {**JUNK, "prediction_id": [str(row) for row in range(1000)], "prediction": 1},
    "Canal": {**CANAL, **JUNK, "data": [{}] * 5000},
    "answers": {"predictions": [1] * 5000, "prediction_id": "x" * 50_000},
    "a label": {**MANY, "label": [0] * 50_000},
    "a segment": {**MANY, "segment": {"a": "x" * 100_000}},
    "an id": {**MANY, "prediction_id": "x" * 100_000},
    "a wrapper": {"records": [{"prediction": 1}] * 1000, "segment": {"a": "x" * 100_000}},
}


def rows(document: Any, key: bytes | None = b"k") -> Sequence[PredictionRow]:
    form = JsonPredictions(FieldMap(model="m"))
    return form.rows(orjson.dumps(document), key=key, headers=(), time=5)


@pytest.mark.parametrize("document", SWOLLEN.values(), ids=SWOLLEN)
def test_rows_that_share_too_much_are_refused_before_each_has_it(document: dict[str, Any]) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(InvalidMessage, match="rows share"):
            rows(document)
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()


def test_a_key_too_long_for_an_id_is_not_made_longer_for_each_event() -> None:
    tracemalloc.start()
    try:
        with pytest.raises(InvalidMessage, match="1 to 249 characters"):
            rows([{"prediction": 1}] * 3000, b"k" * 100_000)
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()
    named = [{"prediction": 1, "prediction_id": "a"}] * 2
    assert [row.prediction_id for row in rows(named, b"k" * 100_000)] == ["a", "a"]


def test_what_rows_usually_share_each_of_them_has() -> None:
    found = rows({**MANY, "model": "n", "segment": {"channel": "app"}, "version": "7"})
    assert len(found) == 1000
    assert {(row.model, row.version, row.segment) for row in found} == {
        ("n", "7", '{"channel":"app"}')
    }
