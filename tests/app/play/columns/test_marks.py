from app.play.columns.marks import MARKS, WORDS, Marks
from schemas.values.spellings import MISSING


def test_what_is_missing_on_a_topic_is_missing_in_a_file() -> None:
    assert MISSING - {""} <= Marks().certain


def test_a_mark_stands_once_and_is_no_word() -> None:
    listed = [mark for marks in MARKS.values() for mark in marks]

    assert len(listed) == len(set(listed))
    assert not set(listed) & set(WORDS)


def test_marks_are_added_and_kept() -> None:
    marks = Marks.of(added=[" -999 "], kept=["NA", "unknown"])

    assert "-999" in marks.certain
    assert "NA" not in marks.certain
    assert "unknown" not in marks.words
