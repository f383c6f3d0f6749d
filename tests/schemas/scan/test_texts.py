import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from schemas.scan.texts import TextTable, intern
from tests.schemas.scan.reading import joined


@given(st.lists(st.lists(st.text(max_size=12).filter(str.isprintable))))
def test_codes_are_those_of_a_dictionary(batches: list[list[str]]) -> None:
    table = TextTable()
    codes: dict[str, int] = {}
    for texts in batches:
        buffer, starts, ends = joined([text.encode() for text in texts], between=b",")
        expected = [codes.setdefault(text, len(codes)) for text in texts]
        assert expected == intern(buffer, starts, ends, table).tolist()
        assert list(codes) == table.texts
    assert len(codes) == len(table)


def test_texts_that_are_too_long_have_no_code() -> None:
    table = TextTable(longest=2)
    buffer, starts, ends = joined([b"ab", b"abc", b"ab", b""])
    assert intern(buffer, starts, ends, table).tolist() == [0, -1, 0, 1]
    assert table.texts == ["ab", ""]


def test_texts_beyond_a_full_table_have_no_code() -> None:
    buffer, starts, ends = joined([b"a", b"bcd", b"e", b"a", b"bcd"])
    for table, expected in (
        (TextTable(most=2), [0, 1, -1, 0, 1]),
        (TextTable(most_bytes=3), [0, -1, 1, 0, -1]),
    ):
        assert expected == intern(buffer, starts, ends, table).tolist()
        assert 5 - 1 - sum(code >= 0 for code in expected[1:]) == table.refused


def test_spans_that_are_not_in_the_buffer_have_no_code() -> None:
    buffer, _, _ = joined([b"abc"])
    starts, ends = np.array([0, -1, -1, 2, 0]), np.array([3, -1, 2, 1, 4])
    assert intern(buffer, starts, ends, TextTable()).tolist() == [0, -1, -1, -1, -1]


def test_bytes_that_are_no_text_are_shown_as_such() -> None:
    table = TextTable()
    intern(*joined([b"\xff"]), table)
    assert table.texts == ["\ufffd"]
