"""What caches keep is bounded in characters, and not only in how many texts there are."""

import tracemalloc

import orjson

from schemas.payloads.json_labels import JsonLabels
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.rows import FieldMap
from schemas.tables.columns import Role, column_of
from schemas.values.classes import class_name


def test_long_texts_and_names_are_not_kept() -> None:
    predictions, labels = JsonPredictions(FieldMap(model="m")), JsonLabels(FieldMap())
    tracemalloc.start()
    try:
        for number in range(40):
            text = f"{number} " + "x" * 100_000
            features = {text: 1, "note": text}
            for event in (
                {"prediction_id": "a", "features": features, "prediction": text, text: 1},
                {"prediction_id": "a", "features": features},
                {"prediction_id": "a", "label": text, text: 1},
            ):
                value = orjson.dumps(event)
                (row,) = (
                    predictions.rows(value, key=b"k", headers=(), time=5)
                    if ("features" in event)
                    else labels.rows(value, key=b"k", headers=(), time=5)
                )
                class_name(row.label or text)
            column_of("note", Role.FEATURE, [text])
        assert tracemalloc.get_traced_memory()[0] < 3_000_000
    finally:
        tracemalloc.stop()
