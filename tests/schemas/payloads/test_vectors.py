import math
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.payloads.flat_features import AMBIGUOUS
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.rows import FieldMap
from schemas.payloads.vectors import LONGEST, of_vector

NUMBERS = st.lists(st.sampled_from([0.0, 0.0, 1.5, -2.5]), min_size=1, max_size=20)


@given(NUMBERS)
def test_a_dense_and_a_sparse_vector_of_the_same_numbers_are_one_list(numbers: list[float]) -> None:
    indices = [place for place, number in enumerate(numbers) if number]
    values = [numbers[place] for place in indices]
    sparse = {"type": 0, "size": len(numbers), "indices": indices, "values": values}
    dense = {"type": 1, "size": None, "indices": None, "values": numbers}
    assert of_vector(sparse) == of_vector(dense) == numbers


@pytest.mark.parametrize(
    "value",
    [
        {"type": 1, "values": []},
        {"type": 1, "values": ["a"]},
        {"type": 1, "values": [1], "unit": "m"},
        {"type": True, "values": [1]},
        {"type": 1, "size": 1, "values": [1]},
        {"type": 2, "values": [1]},
        {"type": 0, "size": 2, "values": [1]},
        {"type": 0, "size": 2, "indices": [2], "values": [1]},
        {"type": 0, "size": 2, "indices": [-1], "values": [1]},
        {"type": 0, "size": 2, "indices": [0, 0], "values": [1, 2]},
        {"type": 0, "size": 2, "indices": [0], "values": [1, 2]},
        {"type": 0, "size": 0, "indices": [], "values": []},
        {"type": 0, "size": LONGEST + 1, "indices": [0], "values": [1]},
        {"type": 0, "size": 10**30, "indices": [0], "values": [1]},
        [1, 2],
        None,
    ],
)
def test_what_is_no_vector_stays_as_it_is(value: Any) -> None:
    assert of_vector(value) is value


def test_features_predictions_and_scores_may_be_vectors() -> None:
    event = (
        b'{"prediction_id": "p", "features": {"type": 0, "size": 2, "indices": [1], "values": [3]},'
        b' "prediction": 1.0, "scores": {"type": 1, "values": [0.2, 0.8]}}'
    )
    (row,) = JsonPredictions(FieldMap(model="m")).rows(event, key=None, headers=(), time=5)
    assert row.features == {"features[0]": 0.0, "features[1]": 3}
    assert (row.score, row.left_out) == (0.8, [])


@pytest.mark.parametrize(
    "shape",
    [
        {"size": 4},
        {"type": 0, "size": 4},
        {"dim": 4},
        {"shape": [4]},
        {"dense_shape": [1, 4], "indices": [[0, 1], [0, 3]]},
    ],
)
def test_a_sparse_vector_is_one_whatever_its_size_is_called(shape: dict[str, Any]) -> None:
    vector = {"indices": [1, 3], "values": [3.0, 4.0], **shape}
    assert of_vector(vector) == [0.0, 3.0, 0.0, 4.0]


def features(value: Any) -> dict[str, Any]:
    event = {"prediction_id": "p", "features": value, "prediction": 1}
    (row,) = JsonPredictions(FieldMap(model="m")).rows(
        orjson.dumps(event), key=None, headers=(), time=5
    )
    return row.features


def test_a_huge_sparse_vector_is_summed_up_wherever_it_stands() -> None:
    vector = {"indices": [1, 500], "values": [3.0, 4.0], "size": 100_000}
    summed = {"[count]": 100_000, "[mean]": 7e-05, "[norm]": 5.0}
    assert features({"x": vector}) == {f"x{name}": value for name, value in summed.items()}
    assert features(vector) == {f"features{name}": value for name, value in summed.items()}
    short = {**vector, "size": 1000}
    assert features({"x": short})["x[norm]"] == 5.0
    assert features({"x": [0.0, 3.0, *[0.0] * 498, 4.0, *[0.0] * 499]}) == features({"x": short})
    extreme = features({"x": {**vector, "values": [1e308, 1e308]}})
    assert extreme["x[count]"] == 100_000
    assert math.isnan(extreme["x[mean]"])


@pytest.mark.parametrize(
    "vector",
    [
        {"indices": [1, 500], "values": [3.0, 4.0]},
        {"indices": [1, 500], "values": [3.0, 4.0], "size": 10},
        {"indices": [1, 1], "values": [3.0, 4.0], "size": 10},
        {"indices": [1], "values": [3.0, 4.0], "size": 10},
        {"indices": [[0, 1], [1, 3]], "values": [3.0, 4.0], "dense_shape": [2, 4]},
    ],
)
def test_numbers_of_a_vector_that_nobody_can_place_are_none_of_its_features(vector: Any) -> None:
    assert features({"x": vector}) == {"x": AMBIGUOUS}
    assert features(vector) == {"features": AMBIGUOUS}
