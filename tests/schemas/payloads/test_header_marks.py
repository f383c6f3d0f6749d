import pytest

from schemas.events.nothing_to_say import NothingToSay, Silence
from schemas.payloads.json_labels import JsonLabels
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.rows import FieldMap

PREDICTION = b'{"prediction_id": "a", "features": {"x": 1}, "prediction": 0.5}'
LABEL = b'{"prediction_id": "a", "label": 1}'
FORMS: tuple[tuple[JsonPredictions | JsonLabels, bytes], ...] = (
    (JsonPredictions(FieldMap(model="m")), PREDICTION),
    (JsonLabels(FieldMap()), LABEL),
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("__op", b"d"),
        ("__op", b'"d"'),
        ("__deleted", b"true"),
        ("__deleted", b'"true"'),
        ("_change_type", b"delete"),
        ("ce_type", b"com.acme.prediction.deleted"),
        ("ce-type", b"com.acme.label.removed"),
        ("ce_type", b"deleted"),
        ("eventType", b"PredictionDeleted"),
        ("type", b"label.deleted"),
        ("__TypeId__", b"com.acme.events.LabelDeleted"),
    ],
)
def test_a_record_that_its_headers_say_was_deleted_is_skipped(name: str, value: bytes) -> None:
    for form, document in FORMS:
        with pytest.raises(NothingToSay) as raised:
            form.rows(document, key=b"k", headers=(("h", None), (name, value)), time=0)
        assert raised.value.silence is Silence.DELETE


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("__op", b"c"),
        ("__deleted", b"false"),
        ("__op", None),
        ("__op", b""),
        ("op", b"d"),
        ("operation", b"delete"),
        ("action", b"deleted"),
        ("ce_type", b"com.acme.prediction.made"),
        ("ce_type", b"com.acme.document.deleted"),
        ("type", b"deleted"),
        ("type", b"label.deleted" + b"x" * 200),
        ("reason", b"label.deleted"),
        ("\udcff", b"\xff"),
    ],
)
def test_what_headers_say_of_anything_else_deletes_nothing(name: str, value: bytes | None) -> None:
    for form, document in FORMS:
        assert len(form.rows(document, key=b"k", headers=((name, value),), time=0)) == 1


def test_a_null_value_is_a_tombstone_whatever_its_headers_say() -> None:
    with pytest.raises(NothingToSay) as raised:
        FORMS[0][0].rows(None, key=b"k", headers=(("__op", b"d"),), time=0)
    assert raised.value.silence is Silence.TOMBSTONE
