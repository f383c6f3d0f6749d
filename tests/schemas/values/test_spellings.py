import pytest

from schemas.values.spellings import USUAL, Spellings


@pytest.mark.parametrize("text", ["", " ", "NA", "N/A", "null", "None", "nan", "?", "-", "\\N"])
def test_the_usual_marks_say_that_there_is_no_value(text: str) -> None:
    assert USUAL.is_missing(text)


@pytest.mark.parametrize("text", ["none", "na", "0", "--", "unknown", "nil"])
def test_other_texts_are_values(text: str) -> None:
    assert not USUAL.is_missing(text)


def test_marks_can_be_named() -> None:
    assert Spellings(missing=frozenset({"-999"})).is_missing("-999")
    assert not Spellings(missing=frozenset({"-999"})).is_missing("")
