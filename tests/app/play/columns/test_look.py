import pytest

from app.play.columns.look import Kind, list_of, look_at
from app.play.columns.marks import MARKS, WORDS, Marks
from app.play.columns.numbers import Decimal


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", Kind.EMPTY),
        ("Ja", Kind.BOOLEAN),
        ("12.5", Kind.NUMBER),
        ("[1, 2.5]", Kind.LIST),
        ("[1, null]", Kind.TEXT),
        ("31.01.2024", Kind.DATE),
        ("2024-01-31 10:00:00", Kind.DATE),
        ("-Inf", Kind.INFINITE),
        ("1e999", Kind.INFINITE),
        ("high", Kind.TEXT),
    ],
)
def test_a_text_has_a_look(text: str, kind: Kind) -> None:
    assert look_at(text, Marks()).kind is kind


def test_marks_and_words_are_known() -> None:
    marks = {mark for each in MARKS.values() for mark in each}

    assert {look_at(mark, Marks()).kind for mark in marks} == {Kind.MARK}
    assert {look_at(word, Marks()).kind for word in WORDS} == {Kind.WORD}


def test_a_code_and_a_long_number_look_otherwise_than_an_amount() -> None:
    assert look_at("007", Marks()).coded
    assert not look_at("0.07", Marks()).coded
    assert look_at("1790000000000000000", Marks()).long
    assert look_at("1.234", Marks()).grouped is Decimal.COMMA


@pytest.mark.parametrize("text", ["[]", "[", "[1e400]", "[true]", '["1"]', "[" * 100_000])
def test_a_list_of_other_things_is_no_list_of_numbers(text: str) -> None:
    assert list_of(text) is None
