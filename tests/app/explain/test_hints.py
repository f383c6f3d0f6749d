import pytest

from agents.records.record import Record
from app.explain.explanation import explain
from app.explain.hints import header_hints, label_hints
from app.explain.sample import Line, Sample
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


def test_ids_of_several_events_are_told_and_a_few_that_are_written_twice_are_not() -> None:
    rows = [
        {"prediction_id": f"r{number // 2}", "row": number % 2, "model": "m", "prediction": number}
        for number in range(20)
    ]
    (hint,) = explain(settings_with(), sample_of(rows), TopicRole.PREDICTIONS).hints
    assert hint.startswith("10 of 20 events have the id of another one")
    versions = [{**row, "version": row["row"]} for row in rows]
    few = [{**row, "prediction_id": str(min(number, 17))} for number, row in enumerate(rows)]
    for others in (versions, few):
        assert not explain(settings_with(), sample_of(others), TopicRole.PREDICTIONS).hints


def test_times_that_may_be_those_of_a_zone_are_told_of_topics() -> None:
    event = b'{"prediction_id":"%d","model":"m","prediction":1,"timestamp":%d}'
    served = [1_772_366_400 + 60 * number for number in range(9)]
    for lag, said in ((5 * 3600, 1), (3, 0), (40_000, 0), (24 * 3600, 0)):
        records = tuple(
            Line("t", number, 1000 * time + 500, event % (number, time - lag))
            for number, time in enumerate(served)
        )
        for is_topic in (True, False):
            sample = Sample("t", records, is_topic)
            hints = explain(settings_with(), sample, TopicRole.PREDICTIONS).hints
            assert len(hints) == (said if is_topic else 0)
            assert all("5 hours before" in hint for hint in hints)


def test_headers_with_names_of_fields_are_told_of() -> None:
    headers = (("model_version", b"3"), ("traceparent", b"x"), ("ce_id", b"a"))
    records: list[Record] = [Line("t", number, 0, b"{}", headers=headers) for number in range(3)]
    (hint,) = header_hints(records)
    assert "'model_version' of 3 records" in hint
