from time import process_time

import pytest

from app.play.files.header import MOST_COLUMNS, header_of, is_index
from app.regular_file import UnreadableFile


def test_names_are_trimmed_and_without_byte_order_marks_and_line_breaks() -> None:
    found = header_of([["\ufeffa ", " b\n(EUR)"], ["1", "2"]], absent=False)

    assert found.columns == ("a", "b (EUR)")
    assert found.notes == ()


def test_columns_of_one_name_are_numbered_and_columns_without_one_too() -> None:
    found = header_of([["x", "", "x", "x.1"], ["1", "2", "3", "4"]], absent=False)

    assert found.columns == ("x.1_", "column_2", "x.2", "x.1")
    assert found.notes == (
        "column 2 has no name: column_2",
        "2 columns are named 'x': x.1_, x.2",
    )


@pytest.mark.parametrize(
    ("records", "columns", "width"),
    [
        ([["a", "b"], ["1", "2", ""], ["3", "4", ""]], ("a", "b"), 3),
        ([["a", "b", ""], ["1", "2", ""], ["3", "4", ""]], ("a", "b"), 3),
        ([["a", "b"], ["r1", "2", "3"], ["r2", "4", "5"]], ("column_1", "a", "b"), 3),
        ([["a", "b", ""], ["1", "2", "3"]], ("a", "b", "column_3"), 3),
    ],
)
def test_a_cell_more_than_names_is_a_delimiter_at_the_end_or_a_row_s_name(
    records: list[list[str]], columns: tuple[str, ...], width: int
) -> None:
    found = header_of(records, absent=False)

    assert (found.columns, found.width) == (columns, width)
    assert found.notes


def test_a_header_that_is_a_row_by_its_look_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="--no-header"):
        header_of([["5.1", "3.5", "1.4", "setosa"], ["4.9", "3.0", "1.4", "setosa"]], absent=False)


def test_years_are_names() -> None:
    assert header_of([["2019", "2020"], ["1.5", "2.5"]], absent=False).columns == ("2019", "2020")


def test_columns_of_a_file_without_a_header_are_numbered() -> None:
    assert header_of([["5.1", "a"]], absent=True).columns == ("column_1", "column_2")


def test_an_empty_file_has_none() -> None:
    with pytest.raises(UnreadableFile, match="empty"):
        header_of([], absent=False)


def test_names_of_row_numbers_are_known() -> None:
    assert all(map(is_index, ["", "Unnamed: 0", "index", "row.names", "column_1", "_c0"]))
    assert not is_index("age")


@pytest.mark.parametrize("name", ["", "same", "same.1", "c{}"])
def test_a_header_of_many_columns_takes_no_longer_than_its_length(name: str) -> None:
    begun = process_time()
    names = [name.format(number) for number in range(MOST_COLUMNS)]

    header = header_of([names, ["1"] * MOST_COLUMNS], absent=False)

    assert len(set(header.columns)) == MOST_COLUMNS
    assert sum(map(len, header.notes)) < 2000
    assert process_time() - begun < 3


@pytest.mark.parametrize("absent", [False, True])
def test_a_header_of_more_columns_is_refused(absent: bool) -> None:
    with pytest.raises(UnreadableFile, match="more than 100,000 columns"):
        header_of([["c"] * (MOST_COLUMNS + 1)], absent=absent)
