from itertools import product
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.values.classes import class_name, same_class
from schemas.values.spellings import Spellings

ONES: list[Any] = [1, 1.0, True, "1", "1.0", "1.00", "1e0", " 1 ", "+1", "true", "True", "TRUE"]
ZEROS: list[Any] = [0, 0.0, -0.0, False, "0", "0.0", "-0", "0e0", "false", "False", "FALSE"]
VALUES = st.one_of(
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
)


@pytest.mark.parametrize(("one", "other"), [*product(ONES, [*ONES, [1], ["1.0"]])])
def test_spellings_of_one_have_one_name(one: object, other: object) -> None:
    assert class_name(one) == class_name(other) == "1"


@pytest.mark.parametrize(("one", "other"), [*product(ONES, ZEROS)])
def test_one_and_zero_are_two_classes(one: object, other: object) -> None:
    assert not same_class(one, other)


def test_whole_numbers_and_codes_keep_every_digit() -> None:
    assert class_name(2**53 + 1) == str(2**53 + 1)
    assert class_name("9007199254740993") != class_name("9007199254740992")
    assert class_name("007") == "007" != class_name("7")


def test_texts_are_trimmed_and_of_one_unicode_form() -> None:
    assert class_name(" Zürich\u00a0\ufeff") == class_name(normalize("NFD", "Zürich")) == "Zürich"
    assert class_name("Fraud") != class_name("fraud")


def test_lists_go_by_their_members() -> None:
    assert class_name([1.0, "2.0", True]) == class_name(["1", 2, 1]) == "[1,2,1]"
    assert class_name([]) == "[]"


@pytest.mark.parametrize("yes", ["t", "T", "yes", "Y", "on"])
@pytest.mark.parametrize("one", [True, 1, "1.0", "true"])
def test_words_for_yes_are_true_beside_a_boolean(one: object, yes: str) -> None:
    assert same_class(one, yes)
    assert same_class(yes, one)
    assert not same_class(0, yes)


def test_letters_are_letters_among_themselves() -> None:
    assert not same_class("F", "N")
    assert not same_class("y", "t")
    assert not same_class(2, "yes")


def test_other_spellings_can_be_named() -> None:
    german = Spellings(true=frozenset({"wahr"}), false=frozenset({"falsch"}))

    assert class_name("Wahr", german) == "1"
    assert class_name("true", german) == "true"


@given(VALUES)
def test_a_name_is_its_own_name(value: object) -> None:
    name = class_name(value)

    assert class_name(name) == name


@given(VALUES, VALUES)
def test_sameness_has_no_direction(one: object, other: object) -> None:
    assert same_class(one, other) is same_class(other, one)
    assert same_class(one, one)


@given(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)))
def test_numbers_are_the_classes_of_their_texts(value: float) -> None:
    assert class_name(value) == class_name(str(value)) == class_name(f" {value!r} ")


def test_what_texts_differ_by_can_be_set() -> None:
    strict = Spellings(trim=False)
    assert class_name(" fraud", strict) == " fraud" != class_name("fraud", strict)
    loose = Spellings(ignore_case=True)
    assert same_class("FRAUD ", "fraud", loose)
    assert same_class("STRASSE", "straße", loose)
    assert class_name("1.0", loose) == class_name(1, loose)


def test_booleans_of_another_language_are_classes() -> None:
    german = Spellings(true=frozenset({"true", "wahr"}), yes=frozenset({"ja"}))
    assert {class_name(each, german) for each in ("Wahr", True, 1)} == {"1"}
    assert same_class("ja", 1, german)
    assert not same_class("yes", 1, german)
