import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.play.files.json_rows import (
    DEEPEST,
    Document,
    Form,
    decoded,
    documents,
    form_of,
    rows,
    with_digits,
)
from app.play.files.line import BadRow, Row
from app.regular_file import LONGEST_LINE, UnreadableFile

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def _documents(text: str) -> list[Document | BadRow]:
    form = form_of(text)
    assert form is not None
    return list(documents(io.StringIO(text, newline=""), form))


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ('{"a": 1}\n{"a": 2}\n', Form.LINES),
        ('\ufeff\n{"a": 1}', Form.LINES),
        ('{"a": \n{"a": 1}\n', Form.LINES),
        ('{\n "a": 1\n}\n{\n "a": 2\n}\n', Form.STREAM),
        (' [{"a": 1}]', Form.ARRAY),
        ('"{\\"a\\": 1}"\n', Form.LINES),
        ('k1\t{"a": 1}\n', Form.KEYED),
        ('CreateTime:1700000000000\tk1\t{"a": 1}\n', Form.KEYED),
        ('"age";"job"\n30;"x"\n', None),
        ("a,b\n1,2\n", None),
        ("", None),
    ],
)
def test_the_form_is_told_from_the_beginning(text: str, form: Form | None) -> None:
    assert form_of(text) is form


def test_bad_lines_are_told_and_the_next_ones_read() -> None:
    found = list(rows(_documents('{"a": 1}\n{"a": \n\n[1]\n{"a": {"b": 2, "c": [1], "d": {}}}\n')))

    assert found[0] == Row(1, {"a": 1}, '{"a": 1}')
    assert isinstance(found[1], BadRow)
    assert (found[1].line, found[1].reason) == (2, "not JSON")
    assert found[2] == BadRow(4, "expected a JSON object, found list")
    assert isinstance(found[3], Row)
    assert (found[3].line, found[3].values) == (5, {"a.b": 2, "a.c": [1], "a.d": {}})


@given(st.lists(st.dictionaries(st.text(), VALUES, max_size=4), min_size=1, max_size=6), st.data())
def test_an_array_and_a_stream_give_their_documents(
    wanted: list[dict[str, Any]], data: st.DataObject
) -> None:
    indent = data.draw(st.sampled_from([None, 2]))
    array = json.dumps(wanted, indent=indent)
    stream = "".join(json.dumps(each, indent=2) + "\n" for each in wanted)

    for text, form in ((array, Form.ARRAY), (stream, Form.STREAM)):
        found = list(documents(io.StringIO(text, newline=""), form))
        assert [each.value for each in found if isinstance(each, Document)] == wanted


def test_documents_of_a_stream_have_the_lines_that_they_begin_at() -> None:
    found = _documents('[\n {"a": 1},\n\n {"a":\n 2}, {"a": 3}\n]')

    assert [each.line for each in found] == [2, 4, 5]


@pytest.mark.parametrize("text", ['[{"a": 1}, {"a": 2', '[{"a": 1},', '[{"a": 1}'])
def test_an_array_that_is_cut_is_an_error_after_its_last_document(text: str) -> None:
    found = documents(io.StringIO(text), Form.ARRAY)

    first = next(found)
    assert isinstance(first, Document)
    assert first.value == {"a": 1}
    with pytest.raises(UnreadableFile, match="line 1"):
        next(found)


def test_a_document_that_is_nested_too_deeply_is_an_error() -> None:
    with pytest.raises(UnreadableFile, match="nested too deeply"):
        list(documents(io.StringIO("[" * 100_000), Form.ARRAY))


def test_a_document_without_end_is_an_error() -> None:
    text = io.StringIO('[{"a": "' + "x" * (2 * LONGEST_LINE))
    with pytest.raises(UnreadableFile, match="one of more than 16,000,000 characters"):
        list(documents(text, Form.ARRAY))


def test_a_document_of_another_encoding_is_left_out_of_its_array() -> None:
    found = list(documents(io.StringIO('[{"a": "\udcff"}, {"a": 2}]'), Form.ARRAY))

    assert found[0] == BadRow(1, "not JSON", "not of the file's encoding")
    assert isinstance(found[1], Document)


@given(st.integers())
def test_whole_numbers_keep_every_digit(number: int) -> None:
    assert decoded(f'{{"id": {number}}}') == {"id": number}


def test_numbers_keep_their_spelling_where_it_is_asked_for() -> None:
    assert with_digits('{"v": 1.10, "i": 12345678901234567890}') == {
        "v": "1.10",
        "i": "12345678901234567890",
    }


def test_what_python_writes_beside_json_is_taken() -> None:
    assert str(decoded('{"a": NaN, "b": -Infinity}')) == "{'a': nan, 'b': -inf}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": "\\ud800"}', "cut surrogate"),
        ('{"a": "\udcff"}', "encoding"),
        ("{", "unexpected end"),
    ],
)
def test_what_is_no_json_says_why(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        decoded(text)


def test_a_document_in_a_json_string_is_read() -> None:
    (found,) = _documents('"{\\"a\\": 1.10}"')

    assert isinstance(found, Document)
    assert (found.value, found.spelling) == ({"a": 1.1}, '{"a": 1.10}')


def test_objects_that_are_nested_too_deeply_are_a_bad_row() -> None:
    text = '{"a":' * (DEEPEST + 2) + "1" + "}" * (DEEPEST + 2)

    (found,) = rows(_documents(text))

    assert isinstance(found, BadRow)
    assert "levels" in found.reason


def test_two_values_of_one_dotted_name_leave_their_row_out() -> None:
    text = '{"a": {"b": 1}, "a.b": 2}\n{"a": {"b": 1}}\n'

    found = list(rows(documents(io.StringIO(text), Form.LINES)))

    assert found[0] == BadRow(1, "two values of one name", "a.b")
    assert isinstance(found[1], Row)
