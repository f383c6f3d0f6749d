import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.play.columns import deciding
from app.play.columns.deciding import AmbiguousColumn, Rules, decimal_of_file
from app.play.columns.marks import MARKS, WORDS, Marks
from app.play.columns.numbers import Decimal
from app.play.columns.profile import Profile
from app.play.columns.taken import ColumnKind, Taken

ALL_MARKS = sorted(mark for marks in MARKS.values() for mark in marks)


def _profile(*texts: str) -> Profile:
    profile = Profile()
    profile.add(texts, range(2, len(texts) + 2), Marks())
    return profile


def _feature(*texts: str, decimal: Decimal | None = None, whole: bool = True) -> Taken:
    return deciding.feature(_profile(*texts), Rules(Marks(), decimal, whole))


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["1", "-2.5", "+3e-4", ".5", "5.", "0", "0.1", "", "NaN"], ColumnKind.NUMBER),
        (["true", "FALSE", " True ", ""], ColumnKind.BOOLEAN),
        (["ja", "nein"], ColumnKind.BOOLEAN),
        (["WAHR", "FALSCH"], ColumnKind.BOOLEAN),
        (["yes", "no", "unknown"], ColumnKind.TEXT),
        (["1", "x"], ColumnKind.TEXT),
        (["007", "123"], ColumnKind.TEXT),
        (["1790000000000000000", "1790000000000000037"], ColumnKind.TEXT),
        (["[1, 2]", "[3, 4]", ""], ColumnKind.LIST),
        (["true", "1"], ColumnKind.TEXT),
        (["12 EUR", "12 USD"], ColumnKind.TEXT),
        (["", "NULL"], ColumnKind.OPEN),
    ],
)
def test_a_column_is_what_its_values_say(texts: list[str], kind: ColumnKind) -> None:
    assert _feature(*texts).kind is kind


@given(st.sampled_from([*ALL_MARKS, *WORDS, ""]), st.integers(0, 99))
def test_a_mark_among_numbers_is_missing_and_the_numbers_are_numbers(mark: str, at: int) -> None:
    texts = [f"{number / 7:.4f}" for number in range(100)]
    texts[at] = mark

    taken = _feature(*texts)

    assert taken.kind is ColumnKind.NUMBER
    assert taken.missing == {mark: 1}
    found = [taken.value(text) for text in texts]
    assert found[at] is None
    assert all(isinstance(value, float) for n, value in enumerate(found) if n != at)


def test_a_few_odd_values_do_not_make_text_of_numbers_and_are_told() -> None:
    taken = _feature(*["1.5"] * 99, "oops")

    assert taken.kind is ColumnKind.NUMBER
    assert taken.unlike == 1
    assert taken.odd is not None
    assert (taken.odd.text, taken.odd.line) == ("oops", 101)
    assert taken.value("oops") == "oops"
    assert not taken.fits("oops")
    assert _feature(*["1.5"] * 90, *["oops"] * 10).kind is ColumnKind.TEXT


def test_infinities_are_among_numbers_and_are_sent_as_they_are_written() -> None:
    taken = _feature(*["1.5"] * 5, "Inf", "-inf", "1e999")

    assert (taken.kind, taken.unlike) == (ColumnKind.NUMBER, 3)
    assert [taken.value(text) for text in ("Inf", "-inf", "1e999")] == ["Inf", "-inf", "1e999"]


def test_a_long_number_among_amounts_keeps_its_digits() -> None:
    taken = _feature(*["15"] * 99, "18446744073709551615")

    assert taken.kind is ColumnKind.NUMBER
    assert taken.value("18446744073709551615") == "18446744073709551615"


def test_a_postal_code_with_a_leading_zero_makes_codes_of_the_column() -> None:
    taken = _feature(*[str(10_000 + number) for number in range(999)], "01067")

    assert taken.kind is ColumnKind.TEXT
    assert taken.value("01067") == "01067"
    assert "leading zeros" in taken.why


@pytest.mark.parametrize(
    ("texts", "decimal"),
    [
        (["1.234,56", "12,5"], Decimal.COMMA),
        (["1,234.56", "12.5"], Decimal.POINT),
        (["1.234", "0,5"], Decimal.COMMA),
        (["1,234", "12.5"], Decimal.POINT),
        (["1.234.567", "12.345"], Decimal.COMMA),
        (["0,123", "1,234"], Decimal.COMMA),
        (["1.234", "2.345"], Decimal.POINT),
        ([*(str(n) for n in range(900)), *(f"{n:,}" for n in range(1000, 1100))], Decimal.POINT),
    ],
)
def test_the_column_tells_its_decimal_mark(texts: list[str], decimal: Decimal) -> None:
    taken = _feature(*texts)

    assert (taken.kind, taken.decimal) == (ColumnKind.NUMBER, decimal)


def test_a_decimal_mark_that_nothing_tells_is_asked_for() -> None:
    texts = [f"{random.Random(1).randrange(1000, 9000):,}" for _ in range(9)]

    with pytest.raises(AmbiguousColumn, match="--decimal"):
        _feature(*texts)
    assert isinstance(_feature(*texts, decimal=Decimal.POINT).value(texts[0]), int)
    assert isinstance(_feature(*texts, decimal=Decimal.COMMA).value(texts[0]), float)


def test_points_before_three_digits_are_asked_for_where_semicolons_stand_between_the_cells() -> (
    None
):
    def taken(*texts: str, decimal: Decimal | None = None) -> Taken:
        return deciding.feature(_profile(*texts), Rules(Marks(), decimal, apart=True))

    with pytest.raises(AmbiguousColumn, match=r"1\.234 may be a whole number"):
        taken("1.234", "2.345")
    assert taken("1.234", "2.345", decimal=Decimal.COMMA).value("1.234") == 1234
    assert taken("1.234", "0.345").value("1.234") == 1.234
    assert taken("1.5", "12").value("1.5") == 1.5


def test_the_other_columns_tell_the_decimal_mark_of_a_file() -> None:
    point, comma = _profile("0.5", "12.25"), _profile("0,5", "12,25")

    assert decimal_of_file([point, _profile("1,234")]) is Decimal.POINT
    assert decimal_of_file([comma, _profile("1.234")]) is Decimal.COMMA
    assert decimal_of_file([point, comma]) is None
    assert decimal_of_file([_profile("a", "b")]) is None


def test_a_point_stands_for_thousands_in_a_file_of_decimal_commas() -> None:
    assert _feature("1.234", "2.345", decimal=Decimal.COMMA).value("1.234") == 1234


def test_classes_keep_their_spelling() -> None:
    rules = Rules(Marks())

    words = deciding.outcome(_profile("yes", "no", "none"), rules)
    assert [words.value(each) for each in ("yes", "no", "none")] == ["yes", "no", "none"]
    mixed = deciding.outcome(_profile(*["1"] * 99, "1a"), rules)
    assert (mixed.value("1"), mixed.value("1a")) == ("1", "1a")
    codes = deciding.outcome(_profile("01", "02"), rules)
    assert codes.value("01") == "01"
    numbers = deciding.outcome(_profile("1", "0", "NA"), rules)
    assert (numbers.value("1"), numbers.value("NA")) == (1, None)
    assert deciding.outcome(_profile("True", "False"), rules).value("True") is True


def test_a_column_that_is_empty_as_far_as_it_was_read_is_read_value_by_value() -> None:
    taken = _feature("", "", whole=False)

    assert "first 2 rows" in taken.why
    assert [taken.value(text) for text in ("1.5", "a", "007", "")] == [1.5, "a", "007", None]


def test_namibia_is_a_value_and_told_of() -> None:
    taken = _feature("DE", "FR", "NA")

    assert taken.value("NA") == "NA"
    assert "--missing NA" in str(taken.notes)


@pytest.mark.parametrize("others", [("1.5", "2"), ("yes", "no"), ("[1,2]",), ()])
@pytest.mark.parametrize("mark", ["NA", "-"])
def test_marks_that_may_be_codes_are_missing_where_no_other_value_is_a_text(
    others: tuple[str, ...], mark: str
) -> None:
    taken = _feature(*others, mark, "")

    assert taken.value(mark) is None
    assert taken.missing == {"": 1, mark: 1}
    assert not taken.unlike


def test_row_numbers_are_told_of() -> None:
    assert "drifts" in str(_feature(*map(str, range(100))).notes)
    assert not _feature(*map(str, range(100, 0, -1))).notes


@given(st.lists(st.text(max_size=12), min_size=1, max_size=40))
def test_whatever_a_column_holds_no_value_is_lost(texts: list[str]) -> None:
    try:
        taken = _feature(*texts)
    except AmbiguousColumn:
        return
    for text in texts:
        value = taken.value(text)
        stripped = text.strip()
        if value is None:
            assert not stripped or stripped in {*ALL_MARKS, *WORDS}
        elif isinstance(value, str):
            assert value == text


def test_numbers_with_both_decimal_marks_are_texts_and_told_of() -> None:
    taken = _feature(*(["1,5", "2.5"] * 20))

    assert taken.kind is ColumnKind.TEXT
    assert "20 with a decimal point and 20 with a decimal comma" in taken.why
