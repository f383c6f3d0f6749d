import math
import sys
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.values.numbers import (
    LARGEST_EXACT,
    name_of_number_text,
    number_name,
    number_of,
    numbers_of,
)

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**25), max_value=10**25)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12.50", 12.5),
        ("1.25E+3", 1250.0),
        ("-0.000001", -1e-6),
        ("+1", 1.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("  7\n", 7.0),
        ("1e22", 1e22),
    ],
)
def test_numbers_are_read_as_databases_and_languages_write_them(text: str, number: float) -> None:
    assert number_of(text) == number


@pytest.mark.parametrize(
    "text",
    [
        *("", "nan", "inf", "-Infinity", "1e999", "1,5", "1_000", "0x10", "007", "-01", ".", "e5"),
        *("1.2.3", "\u0661", "1 2", "1" * 401, "--1", "1e", "1e+"),
    ],
)
def test_what_is_no_number_stays_text(text: str) -> None:
    assert number_of(text) is None
    assert name_of_number_text(text.strip()) is None


def test_codes_with_leading_zeros_are_numbers_when_asked_for() -> None:
    assert number_of("007", codes=True) == 7.0
    assert number_of("007") is None


@pytest.mark.parametrize("value", [None, [], {}, [1.0], object(), math.nan, math.inf, 10**400])
def test_other_values_are_no_numbers(value: object) -> None:
    assert number_of(value) is None


def test_whole_numbers_that_float64_does_not_hold_are_none_where_they_must_be_exact() -> None:
    assert number_of(LARGEST_EXACT, exact=True) == LARGEST_EXACT
    assert number_of(LARGEST_EXACT + 1, exact=True) is None
    assert number_of(str(LARGEST_EXACT + 1), exact=True) is None
    assert number_of(str(-LARGEST_EXACT - 1), exact=True) is None
    assert number_of(str(LARGEST_EXACT), exact=True) == LARGEST_EXACT
    assert number_of("1e300", exact=True) == 1e300
    assert number_of(str(LARGEST_EXACT + 1)) == LARGEST_EXACT


@given(FLOATS)
def test_a_number_and_the_text_that_python_writes_for_it_have_one_name(value: float) -> None:
    assert name_of_number_text(repr(value)) == number_name(value)


@given(FLOATS)
def test_a_numbers_name_says_its_value(value: float) -> None:
    assert float(number_name(value)) == value


@given(DECIMALS)
def test_decimals_in_text_have_the_name_of_their_number(value: Decimal) -> None:
    name = name_of_number_text(str(value))

    if value == value.to_integral_value():
        assert name == str(int(value))
    else:
        assert name == number_name(float(value))


@given(st.integers())
def test_whole_numbers_keep_every_digit(value: int) -> None:
    assert number_name(value) == str(value)
    if len(str(abs(value))) < 300:
        assert name_of_number_text(f"{value}.000") == str(value)


def test_the_largest_numbers_have_names() -> None:
    assert float(number_name(sys.float_info.max)) == sys.float_info.max
    assert name_of_number_text("1e99999") is None
    assert name_of_number_text("0e99999") == "0"
    assert name_of_number_text("1e-99999") == "0"


@given(st.lists(st.one_of(st.text(max_size=5), FLOATS.map(repr))))
def test_many_texts_are_read_as_one(texts: list[str]) -> None:
    expected = [math.nan if (n := number_of(text)) is None else n for text in texts]

    np.testing.assert_array_equal(numbers_of(texts), np.array(expected, dtype=np.float64))
