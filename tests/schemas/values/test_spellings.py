import pytest

from schemas.values.spellings import USUAL, Spellings


@pytest.mark.parametrize("text", ["", " ", "N/A", "null", "None", "nan", "?", "\\N"])
def test_the_usual_marks_say_that_there_is_no_value(text: str) -> None:
    assert USUAL.is_missing(text)


@pytest.mark.parametrize("text", ["none", "na", "NA", "-", "0", "--", "unknown", "nil"])
def test_other_texts_are_values(text: str) -> None:
    assert not USUAL.is_missing(text)


def test_marks_can_be_named() -> None:
    assert Spellings(missing=frozenset({"-999"})).is_missing("-999")
    assert not Spellings(missing=frozenset({"-999"})).is_missing("")


@pytest.mark.parametrize("text", ["NA", " NA", "-", "?", ""])
def test_more_marks_say_that_there_is_no_number(text: str) -> None:
    assert USUAL.is_missing_number(text)
    assert not USUAL.is_missing_number("na")
    assert Spellings(ignore_case=True).is_missing_number(text.lower())


def test_spellings_as_a_document_differ_where_they_do() -> None:
    assert USUAL.document() == Spellings().document()
    for other in (Spellings(trim=False), Spellings(yes=frozenset({"ja"}))):
        assert other.document() != USUAL.document()
