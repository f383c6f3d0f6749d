import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors.reference.category_keys import key_of, keys_of
from detectors.reference.dependence import is_dependent


@given(st.text(), st.text())
def test_a_key_is_that_of_one_text_and_longer_texts_have_higher_keys(one: str, other: str) -> None:
    assert key_of(one) == key_of(one)
    assert int(key_of(one)) == len(one)
    if len(one) != len(other):
        assert (key_of(one) < key_of(other)) is (len(one) < len(other))
    elif one != other:
        assert key_of(one) != key_of(other)


@given(st.lists(st.text(st.characters(exclude_categories=()))))
def test_many_keys_at_once_are_those_of_each(texts: list[str]) -> None:
    assert keys_of(texts).tolist() == list(map(key_of, texts))


def test_the_keys_of_texts_that_are_counted_up_look_independent() -> None:
    for start in (1000, 250_000, 10**9):
        keys = np.array([key_of(f"order-{number}") for number in range(start, start + 1000)]) % 1
        assert not is_dependent(keys)
        assert np.histogram(keys, 10, (0, 1))[0].min() > 60


def test_a_key_is_the_same_wherever_it_is_computed() -> None:
    keys = [0.5 / 2**32, 1.8105306966463104, 6.338637842447497, 1.4381020396249369]
    assert [key_of(text) for text in ("", "a", "Zürich", "\ud800")] == keys
