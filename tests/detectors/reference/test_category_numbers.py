import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors.reference.category_numbers import MOST_CATEGORIES, OTHER, CategoryNumbers


@given(st.lists(st.integers(0, 9), max_size=100), st.integers(0, 100))
def test_the_numbers_do_not_depend_on_how_the_codes_are_cut(codes: list[int], cut: int) -> None:
    categories = tuple("abcdefghij")
    whole, parts = CategoryNumbers(), CategoryNumbers()
    numbers = whole.of(np.array(codes, np.int32), categories).tolist()
    cuts = np.array(codes[:cut], np.int32), np.array(codes[cut:], np.int32)
    assert numbers == [number for each in cuts for number in parts.of(each, categories).tolist()]
    assert whole.names == parts.names == list(dict.fromkeys(categories[code] for code in codes))


def test_names_that_are_known_keep_their_numbers() -> None:
    numbers = CategoryNumbers(["x", "y"])
    assert numbers.of(np.array([1, 0, 2]), ("y", "z", "x")).tolist() == [2.0, 1.0, 0.0]
    assert numbers.names == ["x", "y", "z"]


def test_beyond_the_most_all_are_one() -> None:
    names = tuple(str(number) for number in range(MOST_CATEGORIES + 20))
    numbers = CategoryNumbers()
    found = numbers.of(np.arange(len(names)), names)
    assert set(found[MOST_CATEGORIES:].tolist()) == {float(MOST_CATEGORIES)}
    assert numbers.names[-1] == OTHER
