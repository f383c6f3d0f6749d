from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.explain.candidates import NAMES, candidates
from tests.app.explain.samples import foreign
from tests.schemas.documents_strategy import TEXT, VALUES

DOCUMENTS = [foreign(number) for number in range(5)]


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("prediction_id", "trace_id"),
        ("timestamp", "created_at"),
        ("features", "payload.inputs"),
        ("prediction", "result.y_hat"),
    ],
)
def test_the_likeliest_place_comes_first(field: str, path: str) -> None:
    assert candidates(field, DOCUMENTS)[0] == path


@pytest.mark.parametrize(
    ("field", "document", "path"),
    [
        ("prediction", {"text": "x", "label": "spam", "score": 0.9}, "label"),
        ("prediction", {"text": "x", "label": 1, "score": 0.9}, "score"),
        ("prediction", {"id": "a", "prediction_label": 1, "prediction_score": 0.9}, None),
        ("prediction", {"a": 1, "predicted_churn": 1, "predicted_churn_prob": 0.9}, None),
        ("scores", {"id": "a", "prediction_label": 1, "prediction_score": 0.9}, None),
        ("scores", {"predicted_x_probs": [{"label": "1", "prob": 0.9}]}, "predicted_x_probs"),
    ],
)
def test_answers_are_found_by_the_words_in_their_names(
    field: str, document: dict[str, Any], path: str | None
) -> None:
    at = {"prediction": 1, "scores": 2}[field]
    assert candidates(field, [document])[:1] == [path or list(document)[at]]


def test_names_in_any_spelling_are_known() -> None:
    for name in ("Model-Name", "model_name", "modelName", "MODELNAME"):
        assert candidates("model", [{name: "fraud"}]) == [name]


def test_what_is_another_one_in_each_document_may_be_an_id_under_any_name() -> None:
    documents = [{"order": f"o{number}", "shop": "s"} for number in range(3)]
    assert candidates("prediction_id", documents) == ["order"]
    assert candidates("prediction_id", documents[:1]) == []


def test_a_place_that_few_documents_have_or_of_another_type_is_none() -> None:
    assert candidates("prediction", [{"pred": 1}, {}, {}]) == []
    assert candidates("features", [{"features": 3, "inputs": {}}]) == []
    assert candidates("timestamp", [{"time": "soon"}]) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("prediction", {"names": ["t:0"], "ndarray": [[0.5]]}),
        ("prediction", {"label": "dog", "score": 0.5}),
        ("features", [{"a": 1}, {"a": 2}]),
        ("features", [[1, 2]]),
        ("scores", "0.75"),
        ("scores", [0.25, 0.75]),
        ("scores", {"cat": 0.25, "dog": 0.75}),
    ],
)
def test_what_servers_of_models_are_asked_and_answer_is_known_by_its_form(
    field: str, value: Any
) -> None:
    name = NAMES[field][0]
    assert candidates(field, [{name: value}])[0] == name


def test_a_score_that_is_no_probability_is_none() -> None:
    assert candidates("scores", [{"score": 715}]) == []
    assert candidates("scores", [{"score": True}]) == []


def test_names_that_no_setting_can_reach_are_none() -> None:
    assert candidates("prediction", [{"a.pred": 1, "": {"pred": 2}}]) == []


@given(st.sampled_from(sorted(NAMES)), st.lists(st.dictionaries(TEXT, VALUES), min_size=1))
def test_any_documents_are_looked_through(field: str, documents: list[dict[str, Any]]) -> None:
    for path in candidates(field, documents):
        assert all(path.split("."))
