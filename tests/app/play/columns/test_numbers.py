import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.play.columns.numbers import Decimal, form_of, mask_of, number_of

POINT, COMMA = Decimal.POINT, Decimal.COMMA


def _number(text: str, decimal: Decimal) -> int | float | None:
    form = form_of(mask_of(text))
    return None if form is None else number_of(text, form, decimal)


@pytest.mark.parametrize(
    ("text", "point", "comma"),
    [
        ("1", 1, 1),
        ("-1.5", -1.5, None),
        ("1,5", None, 1.5),
        ("1.234", 1.234, 1234),
        ("1,234", 1234, 1.234),
        ("1.234,56", None, 1234.56),
        ("1,234.56", 1234.56, None),
        ("1 234,56", None, 1234.56),
        ("1\u202f234,56", None, 1234.56),
        ("1'234.56", 1234.56, None),
        ("1\u2019234.56", 1234.56, None),
        ("1,23,45,678.90", 12345678.9, None),
        ("1.234.567", None, 1234567),
        ("0,123", None, 0.123),
        ("0.123", 0.123, None),
        ("12,5 %", None, 0.125),
        ("7%", 0.07, 0.07),
        ("\u20ac 12.50", 12.5, None),
        ("12,50 EUR", None, 12.5),
        ("R$ 1.234,56", None, 1234.56),
        ("-$5", -5, -5),
        ("$-5", -5, -5),
        ("(1,234.50)", -1234.5, None),
        ("123.45-", -123.45, None),
        ("\u2212 5", -5, -5),
        ("1,5E+03", None, 1500.0),
        ("+3e-4", 0.0003, 0.0003),
        (".5", 0.5, None),
        ("5.", 5.0, None),
        ("9007199254740992", 2**53, 2**53),
        ("9007199254740993", None, None),
        ("12345678901234567890", None, None),
        ("1e999", None, None),
    ],
)
def test_a_text_is_the_number_that_its_writer_meant(
    text: str, point: float | None, comma: float | None
) -> None:
    assert (_number(text, POINT), _number(text, COMMA)) == (point, comma)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        ".",
        "e5",
        "5e",
        "1..2",
        "1,2,3",
        "10.0.0.1",
        "1 23",
        "01.02.2024",
        "--5",
        "(5",
        "x1",
    ],
)
def test_other_texts_are_none(text: str) -> None:
    assert form_of(mask_of(text)) is None


@given(st.integers(min_value=-(2**53), max_value=2**53))
def test_whole_numbers_are_read_as_they_are_and_with_thousands(number: int) -> None:
    assert _number(str(number), POINT) == number
    assert _number(f"{number:,}", POINT) == number
    for separator in (".", " ", "'"):
        assert _number(f"{number:,}".replace(",", separator), COMMA) == number


@given(st.floats(allow_nan=False, allow_infinity=False, width=64))
def test_floats_are_read_with_every_digit_by_point_and_comma(number: float) -> None:
    text = repr(number)

    found = _number(text, POINT)

    assert found is None or found == number
    if found is None:  # 1e22 and beyond is written as a whole number
        assert abs(number) > 2**53
    if "." in text:
        assert _number(text.replace(".", ","), COMMA) == found


@given(st.integers(min_value=2**53 + 1))
def test_no_whole_number_is_rounded(number: int) -> None:
    assert _number(str(number), POINT) is None
    assert _number(str(-number), POINT) is None
