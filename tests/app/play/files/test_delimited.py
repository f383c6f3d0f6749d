import io

import pytest

from app.play.files.delimited import UNCLOSED, rows
from app.play.files.dialect import Dialect
from app.play.files.header import Header
from app.play.files.line import BadRow, Line, Row


def _rows(text: str, *, width: int = 2, absent: bool = False, skipped: int = 0) -> list[Line]:
    header = Header(("a", "b"), width, ())
    dialect = Dialect(",", skipped=skipped)
    lines = io.StringIO(text, newline="")
    return list(rows(lines, dialect, header, absent=absent, encoding="UTF-8"))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_have_the_lines_that_they_begin_at(end: str) -> None:
    text = end.join(["a,b", '1,"two', 'lines"', "", "3,4", ""])

    assert _rows(text) == [Row(2, {"a": "1", "b": f"two{end}lines"}), Row(5, {"a": "3", "b": "4"})]


def test_bad_rows_are_told_and_the_next_ones_read() -> None:
    assert _rows('a,b\n1\n1,2,3\n\udcff,2\n"x"y,2\n5,6\n') == [
        BadRow(2, "1 values for 2 columns"),
        BadRow(3, "3 values for 2 columns"),
        BadRow(4, "not UTF-8"),
        BadRow(5, "text after a closing quotation mark"),
        Row(6, {"a": "5", "b": "6"}),
    ]


def test_a_quotation_mark_that_is_never_closed_says_which_lines_went_with_it() -> None:
    assert _rows('a,b\n1,2\n3,"4\n5,6\n7,8\n') == [
        Row(2, {"a": "1", "b": "2"}),
        BadRow(3, UNCLOSED, "lines 3 to 5 are left out"),
    ]


def test_an_empty_last_cell_is_left_out_where_the_header_has_none() -> None:
    assert _rows("a,b,\n1,2,\n1,2,3\n1,2\n", width=3) == [
        Row(2, {"a": "1", "b": "2"}),
        BadRow(3, "3 values for 2 columns"),
        BadRow(4, "2 values for 2 columns"),
    ]


def test_lines_above_the_header_are_counted() -> None:
    assert _rows("sep=,\na,b\n1,2\n", skipped=1) == [Row(3, {"a": "1", "b": "2"})]


def test_without_a_header_the_first_line_is_a_row() -> None:
    assert _rows("1,2\n", absent=True) == [Row(1, {"a": "1", "b": "2"})]
