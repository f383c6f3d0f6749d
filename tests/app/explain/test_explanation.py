import json
from typing import Any

from app.explain.explanation import Explanation, explain
from app.explain.text import MOST_COLUMNS, MOST_MEMBERS, MOST_MODELS, lines_of
from app.settings import TopicRole
from schemas.documents import examples
from tests.app.explain.samples import foreign, sample_of, settings_with

EVENT = examples.PREDICTION


def explained(
    lines: list[dict[str, Any] | bytes], role: TopicRole = TopicRole.PREDICTIONS, **flags: str
) -> Explanation:
    return explain(settings_with(**flags), sample_of(lines), role)


def text_of(explanation: Explanation, shown: int = 3) -> str:
    return "\n".join(lines_of(explanation, shown=shown))


def test_records_that_are_all_understood_are_well() -> None:
    explanation = explained([EVENT] * 5)
    assert explanation.is_well
    assert explanation.advice is None
    text = text_of(explanation, shown=1)
    assert text.startswith("made-up.jsonl: 5 records, read as predictions: 5 taken\n")
    assert "records (the first 1 of 5; --show tells more):" in text
    assert 'line 1: prediction_id "pay-81f3", model "fraud"' in text


def test_refusals_are_told_by_cause_with_the_setting_that_was_looked_at() -> None:
    lines: list[dict[str, Any] | bytes] = [{**EVENT, "prediction_id": None}] * 5
    explanation = explained([*lines, b"null", b'{"a": ', EVENT])
    assert [explanation.count(each) for each in ("taken", "skipped", "refused")] == [1, 1, 6]
    assert not explanation.is_well
    text = text_of(explanation)
    assert "8 records, read as predictions: 1 taken, 1 skipped, 6 refused" in text
    assert "5 records: line 1; line 2; line 3 and 2 more" in text
    assert "setting: intake.prediction_fields.prediction_id" in text
    assert "refused: undecodable: " in text


def test_labels_without_a_name_say_which_setting_names_them() -> None:
    lines: list[dict[str, Any] | bytes] = [
        {"prediction_id": f"a{n}", "chargeback": n % 2, "amount": 5} for n in range(5)
    ]
    explanation = explained(lines, TopicRole.LABELS)
    assert not explanation.is_well
    text = text_of(explanation)
    assert "5 records, read as labels: 0 taken, 5 skipped" in text
    assert "setting: intake.label_fields.label" in text


def test_fields_that_cost_themselves_alone_are_told() -> None:
    explanation = explained([{**EVENT, "scores": "none"}, {**EVENT, "scores": True}, EVENT])
    assert explanation.is_well
    text = text_of(explanation)
    assert "taken without scores, which is mistyped:\n  2 records: line 1; line 2\n" in text


def test_a_limit_is_the_setting_of_what_exceeds_it() -> None:
    text = text_of(explained([{**EVENT, "more": "x" * 1000}], limits__message_bytes="1000"))
    assert "setting: limits.message_bytes" in text


def test_columns_are_those_of_the_advice_where_nothing_is_taken_without() -> None:
    explanation = explained([foreign(number) for number in range(5)])
    assert explanation.count("taken") == 0
    text = text_of(explanation)
    assert "  intake:\n    prediction_fields:\n" in text
    assert "      features: payload.inputs\n" in text
    assert "with it 5 of 5 are taken" in text
    assert "columns of my-model unversioned, with it:" in text
    assert "my-model stands for the name that you give the model" in text


def test_what_else_a_file_may_be_is_hinted_at() -> None:
    assert "as `jq -c` does" in text_of(explained([b"[", b'  {"a": 1}', b"]"]))
    assert "`driftline play` takes CSV files" in text_of(explained([b"id,amount,label", b"1,2,3"]))
    text = text_of(explained([{**EVENT, "prediction_id": None}]))
    assert "in a topic the record's key is the id" in text


def test_the_same_mistake_at_other_places_is_told_once() -> None:
    text = text_of(explained([b'{"a": 1,}', b'{"aaaa": 1,}', b'{"b" 1}']))
    assert text.count("a comma before the closing bracket") == 1
    assert "2 records: line 1; line 2" in text


def test_numbers_in_texts_are_hinted_at() -> None:
    lines: list[Any] = [
        {**EVENT, "prediction_id": str(number), "features": {"rate": f"{number}.5%"}}
        for number in range(9)
    ]
    assert "rate is numbers that are written as texts, such as '0.5%'" in text_of(explained(lines))


def test_what_is_many_is_told_in_part_and_counted() -> None:
    wide = {**EVENT, "features": {f"f{number}": number for number in range(MOST_COLUMNS + 5)}}
    many = [{**EVENT, "model": f"m{number}"} for number in range(MOST_MODELS + 2)]
    text = text_of(explained([wide, *many]))
    assert "and 7 more columns: --json tells all" in text  # with the prediction and its score
    assert "and 3 more model versions: --json tells all" in text
    assert f"and {MOST_COLUMNS + 5 - MOST_MEMBERS} more" in text
    assert len(text.splitlines()) < 300


def test_nothing_in_a_record_can_steer_the_table() -> None:
    strange = {**EVENT, "features": {"a\x1b[2J\nb": 1}, "model": "m\u202e"}
    text = text_of(explained([strange]))
    assert "\x1b" not in text.partition("records:")[0]
    (row,) = (line for line in text.splitlines() if line.startswith("  a"))
    assert row.startswith(r"  a\x1b[2J\nb  feature")


def test_the_document_can_be_written_whatever_the_records_hold() -> None:
    deep = json.dumps(EVENT).replace("129.9", "[" * 500 + "]" * 500).encode()
    huge = json.dumps({**EVENT, "features": {"x": 10**400, "y": None}}).encode()
    explanation = explained([deep, huge, b'{"a": NaN}', b"null"])
    document = json.loads(json.dumps(explanation.document(), allow_nan=False))
    outcomes = [each["outcome"] for each in document["details"]]
    assert outcomes == ["taken", "taken", "refused", "skipped"]
