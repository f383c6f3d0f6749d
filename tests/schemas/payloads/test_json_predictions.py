from typing import Any

import orjson
import pytest

from schemas.events.invalid import InvalidMessage, Reason
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.rows import FieldMap, PredictionRow

FLAT = {
    "id": 7,
    "amount": 412.5,
    "type": "online",
    "timestamp": 1_772_366_400,
    "prediction": "FRAUD",
}


def rows(
    document: Any, paths: dict[str, str] | None = None, *, without: tuple[str, ...] = ()
) -> list[PredictionRow]:
    form = JsonPredictions(FieldMap(paths or {}, "m"), not_features=frozenset(without))
    return list(form.rows(orjson.dumps(document), key=b"k", headers=(), time=5))


def features(document: Any, paths: dict[str, str] | None = None, **more: Any) -> Any:
    return [row.features for row in rows(document, paths, **more)]


@pytest.mark.parametrize("path", [None, "*", "$"])
def test_the_members_of_a_flat_record_that_are_no_field_are_features(path: str | None) -> None:
    paths = {"prediction_id": "id"} | ({} if path is None else {"features": path})
    (row,) = rows(FLAT, paths)
    assert (row.prediction_id, row.time, row.prediction) == ("7", 1_772_366_400_000, "FRAUD")
    assert row.features == {"amount": 412.5, "type": "online"}


@pytest.mark.parametrize("path", ["payload", "payload.*"])
def test_features_below_a_member_may_be_json_in_its_text_or_rows(path: str) -> None:
    row: dict[str, Any] = {"amount": 1.5, "type": "online"}
    for payload in (row, orjson.dumps(row).decode(), [row], orjson.dumps([row]).decode()):
        event = {"prediction_id": "a", "prediction": 1, "payload": payload}
        assert features(event, {"features": path}) == [row]
    two = {"prediction_id": "a", "prediction": [1, 0], "payload": [row, row]}
    assert features(two, {"features": path}) == [row, row]


def test_members_that_are_no_features_can_be_named() -> None:
    document = {**FLAT, "meta": {"host": "a", "age": 3}}
    assert features(document, {"prediction_id": "id"}, without=("type", "meta.host")) == [
        {"amount": 412.5, "meta.age": 3}
    ]


def test_a_record_with_features_is_not_flat() -> None:
    assert features({**FLAT, "features": {"x": 1}}) == [{"x": 1}]
    assert features({**FLAT, "features": None}) == [{}]


def test_fields_among_the_features_are_none_of_them() -> None:
    document = {"data": {"x": 1, "out": {"y": 2, "z": 3}, "p": {"q": 0}}}
    paths = {"features": "data", "prediction": "data.out.y", "version": "data.p.q"}
    (row,) = rows(document, paths)
    assert (row.features, row.prediction, row.version) == ({"x": 1, "out.z": 3}, 2, "0")
    paths["features"] = "data.*"
    assert features(document, paths) == [{"x": 1, "out.z": 3}]


def test_paths_lead_into_lists_and_names_with_dots_come_first() -> None:
    document = {"outputs": [{"data": [0.5, 1.5]}], "f.x": {"a": 1}, "f": {"x": {"b": 2}}}
    (row,) = rows(document, {"prediction": "outputs.0.data.1", "features": "f.x"})
    assert (row.prediction, row.features) == (1.5, {"a": 1})


@pytest.mark.parametrize(
    "value",
    [
        {"names": ["a", "b"], "ndarray": [[1, "x"]]},
        {"columns": ["a", "b"], "index": [0], "data": [[1, "x"]]},
        {"names": ["a", "b"], "tensor": {"shape": [1, 2], "values": [1, "x"]}},
        {"names": ["a", "b"], "values": [1, "x"]},
        [{"a": 1, "b": "x"}],
        '{"a": 1, "b": "x"}',
    ],
)
def test_features_may_be_arrays_with_their_names(value: Any) -> None:
    (row,) = rows({"features": value, "prediction": [[0]]})
    assert (row.prediction_id, row.features, row.prediction) == ("k", {"a": 1, "b": "x"}, 0)


def test_a_list_of_numbers_as_features_goes_by_position() -> None:
    assert features({"features": [5.1, 3.5]}) == [{"features[0]": 5.1, "features[1]": 3.5}]


def test_several_rows_have_ids_of_their_own() -> None:
    document = {
        "prediction_id": "p",
        "instances": [{"a": 1}, {"a": 2}],
        "predictions": [0, [0.25, 0.75]],
        "label": [1, 0],
        "version": "3",
    }
    found = rows(document, {"features": "instances", "prediction": "predictions"})
    assert [row.prediction_id for row in found] == ["p/0", "p/1"]
    assert [row.features for row in found] == [{"a": 1}, {"a": 2}]
    assert [(row.prediction, row.score, row.label, row.version) for row in found] == [
        (0, None, 1, "3"),
        ([0.25, 0.75], 0.75, 0, "3"),
    ]
    del document["prediction_id"]
    found = rows(document, {"features": "instances", "prediction": "predictions"})
    assert [row.prediction_id for row in found] == ["k/0", "k/1"]


@pytest.mark.parametrize(
    "document",
    [
        {"features": [{"a": 1}, {"a": 2}], "prediction": [1]},
        {"features": [{"a": 1}, {"a": 2}], "prediction": 1},
        {"features": {"names": ["a"], "ndarray": [[1, 2]]}, "prediction": 1},
        {"features": [{"a": 1}] * 1001},
    ],
)
def test_rows_that_do_not_fit_are_refused_with_their_numbers(document: Any) -> None:
    with pytest.raises(InvalidMessage) as refused:
        rows(document)
    assert refused.value.reason is Reason.INVALID_VALUE
    assert any(character.isdigit() for character in refused.value.detail)


def test_features_without_a_prediction_and_a_prediction_without_features_are_taken() -> None:
    (watched,) = rows({"features": {"a": 1}})
    assert not watched.can_be_joined
    (joined,) = rows({"prediction": 1})
    assert (joined.features, joined.can_be_joined) == ({}, True)
    with pytest.raises(InvalidMessage):
        rows({"prediction_id": "p"})


def test_probabilities_are_a_class_with_a_score() -> None:
    (row,) = rows({"prediction": [0.1, 0.9]})
    assert (row.prediction, row.score) == ([0.1, 0.9], 0.9)
    (row,) = rows({"prediction": [0.1, 0.9], "scores": {"1": 0.8}})
    assert row.score == 0.8
