import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.values.categories import category_name
from schemas.values.numbers import number_of

NUMBERS = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False))


@pytest.mark.parametrize("value", [1, 1.0, "1", "1.0", " 1.000 "])
def test_whole_numbers_are_one_category(value: object) -> None:
    assert category_name(value) == "1"


@pytest.mark.parametrize("text", ["1.10", "1e5", "007", "12e4567", "01.0", "2026-01-01", "yes"])
def test_codes_stay_as_they_are_written(text: str) -> None:
    assert category_name(text) == text


def test_booleans_are_words() -> None:
    assert [category_name(each) for each in (True, False, "TRUE", "False")] == [
        "true",
        "false",
        "true",
        "false",
    ]


@given(NUMBERS)
def test_a_number_can_be_told_from_its_category(value: float) -> None:
    number = number_of(value)

    assert number_of(category_name(value)) == number


@given(st.text(max_size=6))
def test_the_category_of_a_category_is_itself(text: str) -> None:
    assert category_name(category_name(text)) == category_name(text)
