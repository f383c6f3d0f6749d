import pytest

from agents.records.record import Record
from app.explain.explanation import explain
from app.explain.hints import header_hints, label_hints
from app.explain.sample import Line
from app.explain.text import lines_of
from app.settings import TopicRole
from tests.app.explain.samples import sample_of, settings_with


@pytest.mark.parametrize(
    "labels",
    [
        [],
        [1, 0, 1],
        ["fraud", "ok"] * 5,
        ["12.5", "13.5", 14, 15, 16],
        ["1", "2", 3, 4, 5],
        ["12,5"],
    ],
)
def test_nothing_is_said_of_labels_that_are_what_they_seem(labels: list[object]) -> None:
    assert list(label_hints(labels)) == []


def test_texts_among_numbers_are_told_also_where_these_are_in_texts() -> None:
    (hint,) = label_hints(["1", "0", "pending", "1"])
    assert hint.startswith("1 label is a text among numbers, such as 'pending'")


def test_lists_are_told_as_a_row_of_a_request_has_its_own_label() -> None:
    (hint,) = label_hints([[0, 1], [1, 1]])
    assert hint.startswith("2 labels are lists, for a prediction of as many")


def test_what_is_said_of_labels_is_told_to_people_and_scripts() -> None:
    labels = [{"prediction_id": str(number), "label": f"{number},5"} for number in range(8)]
    found = explain(settings_with(), sample_of(labels), TopicRole.LABELS)
    (hint,) = found.hints
    assert "'0,5'" in hint
    assert hint in list(lines_of(found, shown=0))
    assert found.document()["hints"] == [hint]


def test_headers_with_names_of_fields_are_told_of() -> None:
    headers = (("model_version", b"3"), ("traceparent", b"x"), ("ce_id", b"a"))
    records: list[Record] = [Line("t", number, 0, b"{}", headers=headers) for number in range(3)]
    (hint,) = header_hints(records)
    assert "'model_version' of 3 records" in hint
