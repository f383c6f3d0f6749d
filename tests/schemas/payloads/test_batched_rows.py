import json
from typing import Any

import pytest

from schemas.events.invalid import InvalidMessage
from schemas.payloads.batched_rows import batched_rows
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.rows import FieldMap, PredictionRow

TENSORS = [
    {"name": "amount", "shape": [2, 1], "datatype": "FP32", "data": [1.5, 2.5]},
    {"name": "country", "shape": [2, 1], "datatype": "BYTES", "data": ["CH", "DE"]},
]
TWICE = {"feature_names": ["x", "x"], "features": [1, 2]}
ROWS = [{"amount": 1.5, "country": "CH"}, {"amount": 2.5, "country": "DE"}]


def rows(document: dict[str, Any], paths: dict[str, str] | None = None) -> list[PredictionRow]:
    value = json.dumps({"prediction_id": "a", "model": "m", **document}).encode()
    return list(JsonPredictions(FieldMap(paths or {})).rows(value, key=None, headers=(), time=0))


def features(document: dict[str, Any]) -> dict[str, Any]:
    (row,) = rows({**document, "prediction": 1})
    return row.features


@pytest.mark.parametrize(
    "names",
    [("name", "value"), ("key", "value"), ("k", "v"), ("feature_name", "feature_value")],
)
def test_pairs_are_features_by_their_names(names: tuple[str, str]) -> None:
    pairs = [dict(zip(names, pair, strict=True)) for pair in (("x", 1), ("y", "z"))]
    assert features({"features": pairs}) == {"x": 1, "y": "z"}


def test_a_name_that_comes_twice_is_refused() -> None:
    with pytest.raises(InvalidMessage, match="comes twice"):
        features({"features": [{"name": "x", "value": 1}, {"name": "x", "value": 2}]})
    for names in ({"features": {"columns": ["x", "x"], "data": [[1, 2]]}}, TWICE):
        with pytest.raises(InvalidMessage, match="comes twice"):
            features(names)
    table = {"columns": ["prediction_id", "x", "x"], "data": [["a", 1, 2]]}
    with pytest.raises(InvalidMessage, match="columns: a name that comes twice"):
        JsonPredictions(FieldMap(model="m")).rows(
            json.dumps(table).encode(), key=b"k", headers=(), time=0
        )


@pytest.mark.parametrize("data", [{"parameters": {"binary_data_size": 4}}, {"contents": {}}, {}])
def test_tensors_whose_numbers_stand_elsewhere_are_refused(data: dict[str, Any]) -> None:
    tensor = {"name": "x", "shape": [1, 1], "datatype": "FP32", **data}
    answer = {"name": "y", "shape": [1], "datatype": "FP32", "data": [0.5]}
    for document in (
        {"inputs": [tensor], "outputs": [answer]},
        {"request": {"inputs": [tensor]}, "response": {"outputs": [answer]}},
        {"features": [tensor, tensor], "prediction": 0.5},
    ):
        with pytest.raises(InvalidMessage, match="without data"):
            rows(document)


@pytest.mark.parametrize("prediction", [[0, 1], [{"name": "p", "shape": [2], "data": [0, 1]}]])
@pytest.mark.parametrize("inputs", [TENSORS, {"id": "r", "inputs": TENSORS}])
def test_tensors_side_by_side_are_rows(inputs: Any, prediction: Any) -> None:
    found = rows({"features": inputs, "prediction": prediction})
    assert [row.features for row in found] == ROWS
    assert [(row.prediction_id, row.prediction) for row in found] == [("a/0", 0), ("a/1", 1)]


def test_tensors_of_several_dimensions_are_positions() -> None:
    wide = [{"name": "box", "shape": [1, 2], "datatype": "FP32", "data": [3.0, 4.0]}]
    assert features({"features": wide}) == {"box[0]": 3.0, "box[1]": 4.0}


def test_tensors_of_different_sizes_are_refused() -> None:
    with pytest.raises(InvalidMessage, match="different numbers of rows"):
        features({"features": [{"name": "a", "data": [1, 2]}, {"name": "b", "data": [1]}]})


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[12.5, 3]", {"features[0]": 12.5, "features[1]": 3}),
        ('{"x": 1}', {"x": 1}),
        ('{"columns": ["x"], "data": [[1]]}', {"x": 1}),
        ([12.5, "CH", None], {"features[0]": 12.5, "features[1]": "CH", "features[2]": None}),
        ("12.5,CH,\n", {"features[0]": 12.5, "features[1]": "CH", "features[2]": None}),
        (
            {"x": {"double": 1.5}, "y": {"$numberLong": "42"}, "z": {"a": 1}},
            {"x": 1.5, "y": 42, "z.a": 1},
        ),
        ({"double": 2}, {"double": 2}),
    ],
)
def test_a_row_of_input_is_read_in_the_forms_in_which_it_is_written(
    written: Any, expected: dict[str, Any]
) -> None:
    assert features({"features": written}) == expected


def test_a_text_that_is_no_input_is_refused() -> None:
    with pytest.raises(InvalidMessage, match="features: expected an object"):
        features({"features": "a text, no more"})


@pytest.mark.parametrize(
    "document",
    [
        {"columns": ["prediction_id", "x"], "index": [0, 1], "data": [["a", 1], ["b", 2]]},
        {
            "schema": {"fields": [{"name": "x", "type": "integer"}], "pandas_version": "1.4.0"},
            "data": [{"prediction_id": "a", "x": 1}, {"prediction_id": "b", "x": 2}],
        },
    ],
)
def test_a_document_that_is_a_table_is_an_event_for_each_row(document: dict[str, Any]) -> None:
    form = JsonPredictions(FieldMap(model="m"))
    found = form.rows(json.dumps(document).encode(), key=b"k", headers=(), time=0)
    assert [(row.prediction_id, row.features) for row in found] == [
        ("a", {"x": 1}),
        ("b", {"x": 2}),
    ]


def test_a_table_whose_rows_are_not_as_wide_as_its_columns_is_refused() -> None:
    with pytest.raises(InvalidMessage, match="there are columns"):
        JsonPredictions(FieldMap(model="m")).rows(
            b'{"columns": ["x"], "data": [[1, 2]]}', key=b"k", headers=(), time=0
        )


def test_a_path_leads_into_json_in_a_text() -> None:
    captured = {
        "data": {"in": '{"x": 89370400440532013000}', "out": '{"answers": [{"y": 0.5}]}'},
    }
    paths = {"features": "data.in", "prediction": "data.out.answers.0.y"}
    (row,) = rows(captured, paths)
    assert (row.features, row.prediction) == ({"x": "89370400440532013000"}, 0.5)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"label": "fraud", "score": 0.9}, ("fraud", 0.9)),
        ({"predicted_class": 1, "confidence": "0.75"}, (1, 0.75)),
        ({"label": "fraud"}, ("fraud", None)),
        ({"fraud": 0.9, "ok": 0.1}, ("fraud", 0.9)),
        ([{"label": "a", "score": 0.3}, {"label": "b", "score": 0.6}], ("b", 0.6)),
        ({"string": "fraud"}, ("fraud", None)),
    ],
)
def test_a_classifiers_answer_is_a_class_and_its_score(answer: Any, expected: Any) -> None:
    (row,) = rows({"features": {"x": 1}, "prediction": answer})
    assert (row.prediction, row.score) == expected
    assert not row.left_out


@pytest.mark.parametrize("answer", [{"tags": ["a", "b"]}, [{"label": "a"}, 1], {"label": []}])
def test_another_object_is_counted_as_mistyped(answer: Any) -> None:
    (row,) = rows({"features": {"x": 1}, "prediction": answer})
    assert [(odd.field, odd.oddity) for odd in row.left_out] == [("prediction", "mistyped")]


def test_names_are_read_out_of_objects_that_name_their_type() -> None:
    document = {
        "prediction_id": {"$oid": "65f0"},
        "model": {"string": "fraud"},
        "timestamp": {"$date": {"$numberLong": "1772366400000"}},
        "features": {"x": 1},
    }
    (row,) = rows(document)
    assert (row.prediction_id, row.model, row.time) == ("65f0", "fraud", 1_772_366_400_000)


@pytest.mark.parametrize("name", ["feature_names", "featureNames", "columns", "column_names"])
def test_names_beside_a_list_of_features_are_its_names(name: str) -> None:
    for values, features in (
        ([1.5, "CH"], [{"a": 1.5, "b": "CH"}]),
        ([[1.5, 2], [3, 4]], [{"a": 1.5, "b": 2}, {"a": 3, "b": 4}]),
    ):
        found = batched_rows({name: ["a", "b"], "features": values})
        assert [row["features"] for row in found] == features
    with pytest.raises(InvalidMessage, match="1 names, 2 values"):
        batched_rows({name: ["a"], "features": [1, 2]})


@pytest.mark.parametrize("names", [["a", 2], "a,b", [], {"a": 0}])
def test_what_is_no_list_of_names_names_nothing(names: Any) -> None:
    (row,) = batched_rows({"columns": names, "features": [1, 2]})
    assert row["features"] == [1, 2]
