import pytest

from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.not_taken import NotTaken
from schemas.payloads.json_labels import JsonLabels
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.model_events import model_event_of
from schemas.payloads.rows import FieldMap

CODE = b"12345678901234567890123"
FORMS = {
    "objects": (b'{"a":', CODE, b"}"),
    "lists": (b"[", CODE, b"]"),
    "DynamoDB's lists": (b'{"L":[', b"1", b"]}"),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("member", ["prediction_id", "prediction", "label", "features", "x"])
def test_what_is_nested_deeply_is_taken_or_refused_at_any_depth(
    member: str, form: tuple[bytes, bytes, bytes]
) -> None:
    opening, leaf, closing = form
    for depth in (100, 240, 320, 480, 490, 500, 700, 900, 950):
        value = b'{"%b": %b%b%b}' % (member.encode(), opening * depth, leaf, closing * depth)
        for read in (JsonPredictions(FieldMap(model="m")).rows, JsonLabels(FieldMap()).rows):
            try:
                read(value, key=b"k", headers=(), time=5)
            except NotTaken:
                continue
        try:
            model_event_of(value, record_time=5, odd=[])
        except NotTaken:
            continue


def test_a_document_that_python_cannot_follow_is_refused_by_name() -> None:
    value = b'{"prediction_id": "a", "prediction": 1, "x": %b%b%b}' % (
        b'{"a":' * 700,
        CODE,
        b"}" * 700,
    )
    with pytest.raises(InvalidMessage, match="nested too deeply") as raised:
        JsonPredictions(FieldMap(model="m")).rows(value, key=b"k", headers=(), time=5)
    assert raised.value.reason is Reason.UNDECODABLE
