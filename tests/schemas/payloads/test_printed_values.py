import math
from time import process_time
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events.invalid import InvalidMessage
from schemas.events.left_out import LeftOut, Oddity
from schemas.events.nothing_to_say import NothingToSay
from schemas.payloads.json_labels import JsonLabels
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.printed_values import is_ambiguous, printed
from schemas.payloads.rows import FieldMap, PredictionRow
from tests.schemas.payloads.test_prediction_scanner import spans

EVENT = {"prediction_id": "a", "model": "m", "features": {"x": 1.5}}


def predicted(value: Any) -> PredictionRow:
    """What an event with a prediction is; never read at once, where another would differ."""
    document = orjson.dumps({**EVENT, "prediction": value})
    form = JsonPredictions(FieldMap())
    scanned = form.scan(spans([document], [None]))
    assert scanned is not None
    assert not scanned.plain[0]
    (row,) = form.rows(document, key=None, headers=(), time=5)
    return row


def labelled(value: Any) -> tuple[Any, list[LeftOut]]:
    document = orjson.dumps({"prediction_id": "a", "label": value})
    form = JsonLabels(FieldMap())
    scanned = form.scan(spans([document], [None]))
    assert scanned is not None
    assert not scanned.plain[0]
    (row,) = form.rows(document, key=None, headers=(), time=5)
    return row.label, list(row.left_out)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tensor(0.9)", 0.9),
        ("tensor([0.9])", 0.9),
        ("tensor([[0.1, 0.9]], device='cuda:0', grad_fn=<SoftmaxBackward0>)", [0.1, 0.9]),
        ("array([1])", 1),
        ("array([0.1, 0.9], dtype=float32)", [0.1, 0.9]),
        ("array(['fraud'], dtype='<U5')", "fraud"),
        ("np.float64(0.9)", 0.9),
        ("np.str_('fraud')", "fraud"),
        ("Decimal('1.50')", 1.5),
        ("[np.float64(0.1), np.float64(0.9)]", [0.1, 0.9]),
        ("DenseVector([0.1, 0.9])", [0.1, 0.9]),
        ("<tf.Tensor: shape=(), dtype=float32, numpy=0.9>", 0.9),
        ("<tf.Tensor: shape=(2,), dtype=float32, numpy=array([0.1, 0.9])>", [0.1, 0.9]),
        ("(0.1, 0.9)", [0.1, 0.9]),
        ("(1,)", 1),
        ("['fraud']", "fraud"),
        ("{0.1,0.9}", [0.1, 0.9]),
        ("0.1,0.9", [0.1, 0.9]),
        ("0.1;0.9", [0.1, 0.9]),
        ("0.1 0.9", [0.1, 0.9]),
        ("0, 1", [0, 1]),
        ("1,0,0", [1, 0, 0]),
        ("b'fraud'", "fraud"),
        ("b'0.9'", "0.9"),
        ("array([0.1, 0.9], dtype='<f4', )", [0.1, 0.9]),
    ],
)
def test_outcomes_as_programs_print_them_are_the_values(text: str, expected: Any) -> None:
    row = predicted(text)
    assert (row.prediction, row.left_out) == (expected, [])
    assert labelled(text) == (expected, [])


def test_an_answer_that_python_has_printed_has_its_score() -> None:
    row = predicted("{'label': 'fraud', 'score': 0.9}")
    assert (row.prediction, row.score, row.left_out) == ("fraud", 0.9, [])


@pytest.mark.parametrize(
    "text",
    [
        *("1,5", "1.234,5", "1,000,000", "1 000", "1'000", "1_000", "1\u00a0000", "90%", "0.9 %"),
        *("0;1", "0|1", "[0.1, 0.", "[nan]", "Prediction(label=1)", "<object at 0x7f>", "[new]"),
        *("{fraud,ok}", "(5)", "(0.9)", "(1,234.50)", "('fraud')", "(tensor(0.1), tensor(0.9))"),
        *("['a' \"b\"]", "('a' 'b', 'c')", "Optional[0.9]", "Float32[0.1, 0.9]", "$1,234.50"),
        *("12,50 \u20ac", "\u22125", "\u22121,5", "1\u202f234,5", "\u00a3 5"),
        *("fraud (0.93)", "fraud: 0.93", "fraud=1.0", "fraud,.93", "0:0.97", "'fraud'", '"fraud"'),
        *("Some(5)", "datetime.date(2026, 3, 1)", "Point(1, 2)", "<Color.RED: 1>", "f()"),
    ],
)
def test_texts_that_may_be_numbers_or_are_printed_count_as_texts_and_are_told(text: str) -> None:
    row = predicted(text)
    assert (row.prediction, row.left_out) == (text, [LeftOut("prediction", Oddity.AMBIGUOUS)])
    assert row.can_be_joined
    assert labelled(text) == (text, [LeftOut("label", Oddity.AMBIGUOUS)])


@pytest.mark.parametrize(
    "text",
    [
        *(
            "<unk>",
            "</s>",
            "<|end|>",
            "[UNK]",
            "Corolla(2019)",
            "A(1)",
            "f(x)",
            "C[0]",
            "cat (new)",
        ),
        *("grade 0.5", "v1.2", "a:10.5", "(not set)"),
    ],
)
def test_a_category_in_which_something_stands_in_parentheses_is_one(text: str) -> None:
    value = orjson.dumps({**EVENT, "prediction": text, "label": text})
    (row,) = JsonPredictions(FieldMap()).rows(value, key=None, headers=(), time=5)
    assert (row.prediction, row.label, row.left_out) == (text, text, [])


@pytest.mark.parametrize("text", ["", " ", "NaN", "nan", "None", "null", "NULL", "<NA>", "\\N"])
def test_a_prediction_that_says_nothing_is_none(text: str) -> None:
    row = predicted(text)
    assert (row.prediction, row.left_out) == (None, [LeftOut("prediction", Oddity.EMPTY)])
    assert not row.can_be_joined
    with pytest.raises(NothingToSay):
        labelled(text)


@pytest.mark.parametrize("text", ["np.float64(nan)", "tensor(nan)", "array([nan], dtype=float32)"])
def test_a_printed_nan_is_no_class(text: str) -> None:
    row = predicted(text)
    assert math.isnan(row.prediction)
    assert row.left_out == [LeftOut("prediction", Oddity.NOT_FINITE)]
    with pytest.raises(NothingToSay):
        labelled(text)


@pytest.mark.parametrize("text", ["--inf", "+-inf", "-+Infinity", "np.float64(--nan)"])
def test_infinity_with_two_signs_is_a_text(text: str) -> None:
    assert printed(text) == text
    value = orjson.dumps({**EVENT, "prediction": text, "label": text})
    (row,) = JsonPredictions(FieldMap()).rows(value, key=None, headers=(), time=5)
    assert (row.prediction, row.label) == (text, text)


def test_texts_as_numpy_prints_a_row_are_texts_and_not_one_word() -> None:
    row = predicted("['cat' 'dog']")
    assert row.prediction == ["cat", "dog"]
    assert row.left_out == [LeftOut("prediction", Oddity.NOT_COMPARABLE)]
    assert printed("array(['cat' 'dog'\n 'fox'], dtype=object)") == ["cat", "dog", "fox"]


@pytest.mark.parametrize(
    "text",
    [
        "array(" + " " * 9000 + "x)x)",
        "array(" + ",a=" * 3000 + "[)",
        "<tf.Tensor" + "numpy=" * 1600 + ")",
        "[" + "'a' " * 2000 + "'",
        "<" + "0x" * 4000 + ")",
        "<" + "0x" * 4000 + ">)",
        "f(" + "1" * 8000 + ")",
        "a" + ":0." * 3000 + "1",
    ],
)
def test_no_text_takes_long(text: str) -> None:
    begin = process_time()
    for _ in range(10):
        printed(text)
        is_ambiguous(text)
    assert process_time() - begin < 0.2  # the first three took 0.5 to 6 seconds


@pytest.mark.parametrize("text", ["Infinity", "-Infinity", "inf", "+inf", "-INF", "tensor(inf)"])
def test_infinity_in_a_text_is_no_class(text: str) -> None:
    row = predicted(text)
    assert math.isinf(row.prediction)
    assert row.left_out == [LeftOut("prediction", Oddity.NOT_FINITE)]
    assert not row.can_be_joined
    with pytest.raises(InvalidMessage, match="not finite"):
        labelled(text)


@pytest.mark.parametrize(
    "text", ["fraud", "infra", "10-20", "2026-03-01", "-5", "+1", "1e-3", "N/A", "3stars", "a,b"]
)
def test_other_texts_are_classes_and_read_at_once(text: str) -> None:
    documents = [orjson.dumps({**EVENT, "prediction": text})] * 2
    form = JsonPredictions(FieldMap())
    scanned = form.scan(spans(documents, [None] * 2))
    assert scanned is not None
    assert scanned.plain.all()
    assert scanned.predictions(np.arange(2)) == [text] * 2
    (row,) = form.rows(documents[0], key=None, headers=(), time=5)
    assert (row.prediction, row.left_out) == (text, [])


@given(st.text(alphabet="()[]{}<>'\",.;|%+-_0159eEnafij= \\\n", max_size=30))
def test_any_text_is_read_or_left_as_it_is(text: str) -> None:
    found = printed(text)
    assert found == text or type(found) in {int, float, bool, str, list, dict, type(None)}


@given(
    st.text(
        alphabet="()[]<>'\",.:=;|%+- _019beinfINFN/A$\u20ac\u2212\u202f\u0663\uff11",
        min_size=1,
        max_size=12,
    )
)
def test_what_is_read_at_once_is_read_alike_alone(text: str) -> None:
    document = orjson.dumps({**EVENT, "prediction": text})
    form = JsonPredictions(FieldMap())
    scanned = form.scan(spans([document], [None]))
    assert scanned is not None
    if scanned.plain[0]:
        (row,) = form.rows(document, key=None, headers=(), time=5)
        assert (row.prediction, row.left_out) == (text, [])
