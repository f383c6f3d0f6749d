import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.reference.category_keys import key_of
from detectors.reference.category_numbers import MOST_CATEGORIES, CategoryNumbers

LETTERS = tuple("abcdefghij")


def settled(names: tuple[str, ...] = (), *, is_open: bool = True) -> CategoryNumbers:
    """Numbers after a burn-in, with two intervals of texts without a name: short and long ones."""
    numbers = CategoryNumbers()
    numbers.of(np.arange(len(names)), names)
    numbers.settle(np.array([5.5]), map(key_of, names), is_open=is_open)
    return numbers


@given(st.lists(st.integers(0, 9), max_size=100), st.integers(0, 100), st.booleans())
def test_what_stands_for_them_does_not_depend_on_how_the_codes_are_cut(
    codes: list[int], cut: int, burnt_in: bool
) -> None:
    whole, parts = (settled() if burnt_in else CategoryNumbers() for _ in range(2))
    numbers = whole.of(np.array(codes, np.int32), LETTERS).tolist()
    cuts = np.array(codes[:cut], np.int32), np.array(codes[cut:], np.int32)
    assert numbers == [number for each in cuts for number in parts.of(each, LETTERS).tolist()]
    occurred = list(dict.fromkeys(LETTERS[code] for code in codes))
    assert whole.names == parts.names == (settled().names if burnt_in else []) + occurred
    if burnt_in:
        assert [whole.names[int(number)] for number in numbers] == [LETTERS[code] for code in codes]
    else:
        assert numbers == [key_of(LETTERS[code]) for code in codes]


def test_names_that_are_kept_are_numbered_after_the_intervals_of_those_without_one() -> None:
    numbers = settled(("x", "y", "z"))
    assert numbers.of(np.array([2, 1, 0]), ("z", "y", "x")).tolist() == [2.0, 3.0, 4.0]
    short, long, *names = numbers.names
    assert (short, long) == ("(other, up to 5 characters)", "(other, 5 or more characters)")
    assert names == ["x", "y", "z"]


def test_settling_gives_the_numbers_of_the_keys_and_forgets_the_other_names() -> None:
    numbers = CategoryNumbers()
    numbers.of(np.arange(3), ("x", "y", "z"))
    kept = [key_of("z"), key_of("x")]
    assert numbers.settle(np.empty(0), kept, is_open=True) == {kept[0]: 1.0, kept[1]: 2.0}
    assert numbers.names == ["(other)", "z", "x"]
    assert numbers.of(np.array([0]), ("y",)).tolist() == [3.0]


@pytest.mark.parametrize("is_open", [True, False])
def test_texts_for_which_no_name_is_kept_have_the_number_of_their_interval(is_open: bool) -> None:
    names = tuple(str(number) for number in range(MOST_CATEGORIES if is_open else 3))
    numbers = settled(names, is_open=is_open)
    held = list(numbers.names)
    texts = ("short", "much longer", names[0])
    intervals = [float(key_of(text) >= 5.5) for text in texts[:2]]
    for codes in (np.array([0, 1, 2]), np.tile([0, 1, 2], 20)):
        assert numbers.of(codes, texts).tolist()[:3] == [*intervals, 2.0]
    assert numbers.names == held


def test_no_more_than_the_most_are_named_in_a_burn_in_and_the_others_keep_their_keys() -> None:
    names = tuple(str(number) for number in range(MOST_CATEGORIES + 20))
    numbers = CategoryNumbers()
    assert numbers.of(np.arange(len(names)), names).tolist() == list(map(key_of, names))
    assert numbers.names == list(names[:MOST_CATEGORIES])
    assert numbers.keys.tolist() == list(map(key_of, numbers.names))


def test_where_categories_fall_that_came_since_follows_from_their_texts() -> None:
    numbers = settled(("x",))
    numbers.of(np.arange(3), ("brief", "x", "a long text"))
    assert numbers.intervals_since(3).tolist() == [int(key_of("brief") >= 5.5), 1]


@given(st.lists(st.integers(0, 9), max_size=30), st.booleans(), st.booleans())
def test_numbers_go_on_from_their_state(codes: list[int], burnt_in: bool, is_open: bool) -> None:
    numbers = settled(("a", "j"), is_open=is_open) if burnt_in else CategoryNumbers()
    numbers.of(np.array(codes, np.int32), LETTERS)
    again = CategoryNumbers()
    again.restore(numbers.state())
    assert again.names == numbers.names
    assert again.of(np.arange(10), LETTERS).tolist() == numbers.of(np.arange(10), LETTERS).tolist()
