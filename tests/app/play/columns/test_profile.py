from app.play.columns.look import Kind
from app.play.columns.marks import Marks
from app.play.columns.profile import MOST_DIFFERENT, Identities, Profile


def test_looks_are_counted_with_the_first_line_of_each() -> None:
    profile = Profile()
    profile.add(["1", "N/A", "x", "2"], [2, 3, 4, 5], Marks())
    profile.add(["N/A", "y"], [6, 8], Marks())

    assert (profile.rows, profile.known) == (6, 4)
    assert profile.words(Kind.MARK) == {"N/A": 2}
    texts = [look for look in profile.looks if look.kind is Kind.TEXT]
    assert profile.first(*texts) == ("x", 4)


def test_different_values_are_told_up_to_a_bound() -> None:
    profile = Profile()
    texts = [f"v{number}" for number in range(3 * MOST_DIFFERENT)]
    profile.add(texts, range(len(texts)), Marks())

    assert len(profile.different) == MOST_DIFFERENT + 1
    assert profile.shown == ["v0", "v1", "v2"]


def test_ids_that_come_again_and_ids_that_were_rounded_are_counted() -> None:
    found = Identities()
    for line, text in enumerate(["a", "b", "a", "1.79E+18"], start=2):
        found.add(text, line)

    assert (found.repeated, found.first, found.rounded) == (1, ("a", 4), 1)


def test_of_too_many_ids_the_first_are_told_from_each_other() -> None:
    found = Identities()
    for number in range(10):
        found.add(str(number), number, most=5)

    assert found.full
    assert len(found.different) == 5
