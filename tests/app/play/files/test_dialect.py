import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.play.files.dialect import DELIMITERS, NamedDialect, sample_records, told

UNNAMED = NamedDialect()
CELLS = st.text(st.characters(codec="utf-8", categories=["L", "N"]), max_size=8)


@pytest.mark.parametrize("delimiter", [*DELIMITERS, " "])
def test_the_delimiter_is_told_from_the_rows(delimiter: str) -> None:
    text = f"a{delimiter}b{delimiter}c\n" + f"1{delimiter}2{delimiter}3\n" * 5

    assert told(text, UNNAMED).delimiter == delimiter


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("Preis, netto;Menge;x\n1,5;2;1\n2,5;3;1\n4;5;1\n", ";"),
        ("a;b\n1,5;2,5\n3,5;4,5\n", ";"),
        ('a,b\n"x;y;z",2\n"x;y;z",3\n', ","),
        ("first name,age\nAnn Lee,3\nBo Day,4\n", ","),
        ("a\tb, c\n1\t2\n3\t4\n", "\t"),
        ("a|b\n1|2,3\n4|5\n", "|"),
    ],
)
def test_a_delimiter_is_what_rows_and_header_agree_on(text: str, delimiter: str) -> None:
    assert told(text, UNNAMED).delimiter == delimiter


@given(
    st.sampled_from(",;\t|"),
    st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=8, max_size=20),
)
def test_what_the_csv_module_writes_is_read_back(delimiter: str, rows: list[list[str]]) -> None:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([["one", "two", "three"], *rows])

    found = told(written.getvalue(), UNNAMED)

    assert found.delimiter == delimiter
    records = sample_records(found, written.getvalue() + "cut")
    assert records == [["one", "two", "three"], *rows]


def test_excel_s_line_names_the_delimiter_and_is_no_row() -> None:
    found = told("sep=|\r\na|b\r\n1|2\r\n", UNNAMED)

    assert (found.delimiter, found.skipped) == ("|", 1)


def test_empty_lines_above_the_header_are_skipped() -> None:
    assert told("\n\na,b\n1,2\n", UNNAMED).skipped == 2


def test_a_backslash_escapes_where_rows_agree_only_so() -> None:
    spark = 'a,b\n"he said \\"well, yes\\"",2\n"x",3\n"y",4\n'
    postgres = "a\tb\n\\N\tx\n1\t\\N\n"

    assert told(spark, UNNAMED).escape == "\\"
    assert told(postgres, UNNAMED).escape is None


def test_what_is_named_is_not_told() -> None:
    found = told("a,b;c\n1,2;3\n", NamedDialect(";", "none", 0))

    assert (found.delimiter, found.quote) == (";", None)
    assert found.words() == "delimited by semicolons, unquoted"


def test_a_file_of_one_column_has_one() -> None:
    found = told("id\n1\n2\n", UNNAMED)

    assert sample_records(found, "id\n1\n2\n3") == [["id"], ["1"], ["2"]]


def test_a_sample_that_ends_within_a_quoted_line_break_keeps_the_records_before() -> None:
    text = "id,text,p\n" + "".join(f'{n},"one\nline ""two"", x",1\n' for n in range(40))
    dialect = told(text, NamedDialect())

    records = sample_records(dialect, text)

    assert records[:2] == [["id", "text", "p"], ["0", 'one\nline "two", x', "1"]]
    assert len(records) == 40


def test_single_quotation_marks_around_cells_are_told() -> None:
    text = "id,x,p\n" + "".join(f"'{n}','a,b','1'\n" for n in range(40))

    dialect = told(text, NamedDialect())

    assert dialect.quote == "'"
    assert sample_records(dialect, text)[1] == ["0", "a,b", "1"]


def test_apostrophes_are_no_quotation_marks() -> None:
    text = "id,x,p\n" + "".join(f"{n},it's Ann's,1\n" for n in range(40))
    assert told(text, NamedDialect()).quote == '"'
