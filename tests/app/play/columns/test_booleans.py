import pytest

from app.play.columns.booleans import SPELLINGS, is_boolean, spelling_of
from schemas.values.spellings import FALSE, NO, TRUE, YES


@pytest.mark.parametrize(("true", "false"), SPELLINGS)
def test_both_words_of_a_spelling_make_it_whatever_their_capitals(true: str, false: str) -> None:
    spelling = spelling_of([true.upper(), false.title()])

    assert spelling is not None
    assert spelling[true]
    assert not spelling[false]


def test_the_words_of_topics_are_among_them() -> None:
    assert all(map(is_boolean, TRUE | FALSE | YES | NO))


@pytest.mark.parametrize("words", [[], ["F"], ["yes", "non"], ["f", "m"], ["yes", "no", "maybe"]])
def test_other_words_are_of_no_spelling(words: list[str]) -> None:
    assert spelling_of(words) is None
