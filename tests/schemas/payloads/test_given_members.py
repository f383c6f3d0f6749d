"""Members that the settings give to another field than the one whose name they have."""

import json
from typing import Any

import pytest

from schemas.payloads.json_labels import JsonLabels
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.rows import FieldMap

EVENT = {"prediction_id": "a", "model": "m", "text": "x", "label": "spam", "score": 0.9}


@pytest.mark.parametrize("event", [EVENT, {**EVENT, "text": {"of": "x"}}])
def test_a_label_that_is_the_prediction_is_not_the_truth(event: dict[str, Any]) -> None:
    form = JsonPredictions(FieldMap({"prediction": "label", "scores": "score"}))
    (row,) = form.rows(json.dumps(event).encode(), key=None, headers=(), time=0)
    assert (row.prediction, row.score, row.label) == ("spam", 0.9, None)


def test_fields_may_change_places() -> None:
    form = JsonPredictions(FieldMap({"prediction": "label", "label": "prediction"}))
    event = {**EVENT, "prediction": "ham"}
    (row,) = form.rows(json.dumps(event).encode(), key=None, headers=(), time=0)
    assert (row.prediction, row.label) == ("spam", "ham")


def test_labels_are_read_likewise() -> None:
    form = JsonLabels(FieldMap({"label": "prediction"}))
    value = json.dumps({"prediction_id": "a", "prediction": 1}).encode()
    (row,) = form.rows(value, key=None, headers=(), time=0)
    assert (row.label, row.prediction) == (1, None)
