from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.arrays.column import Numbers
from detectors.reference.category_choice import CategoryChoice, settled, standings
from detectors.reference.category_keys import key_of
from detectors.reference.category_numbers import CategoryNumbers
from detectors.reference.dependence import is_dependent

_KEYS = st.lists(st.integers(0, 40), min_size=1, max_size=200).map(
    lambda numbers: np.array([key_of("x" * number) for number in numbers])
)


def keys_of(*texts: str) -> Numbers:
    return np.array(list(map(key_of, texts)))


@given(_KEYS, st.integers(4, 64), st.integers(0, 40), _KEYS)
def test_every_category_has_a_bin_and_the_frequent_ones_have_their_own(
    sample: Numbers, bins: int, named: int, further: Numbers
) -> None:
    choice = CategoryChoice(sample, bins, np.unique(sample)[:named])
    binning = choice.bins(further)
    unnamed = len(choice.edges) + 1
    assert binning.unseen == unnamed
    assert len(binning.bin_of) == unnamed + len(choice.known) + len(further)
    assert set(choice.known.tolist()) <= set(np.unique(sample)[:named].tolist())
    assert set(binning.bin_of.tolist()) == set(range(binning.size))
    assert binning.size <= bins
    assert binning.bin_of[:unnamed].tolist() == list(range(binning.size - unnamed, binning.size))
    known = binning.bin_of[unnamed : unnamed + len(choice.known)]
    assert (known < binning.size - unnamed).all()
    counts = np.array([(sample == key).sum() for key in choice.known])
    assert all(one >= other for one, other in pairwise(counts))


def test_the_most_frequent_come_first_then_the_rare_then_the_unseen() -> None:
    texts = ["often", "seldom", "never twice", "also often"]
    sample = np.repeat(keys_of(*texts), [50, 2, 1, 30])
    choice = CategoryChoice(sample, 64, keys_of(*texts))
    assert choice.known.tolist() == keys_of("often", "also often", "seldom", "never twice").tolist()
    assert choice.bins(keys_of("new")).bin_of.tolist() == [4, 0, 1, 2, 3, 4]


def test_the_unseen_lie_in_as_many_bins_as_the_singletons_say_they_deserve() -> None:
    singles = [f"{number:04}" for number in range(400)]
    sample = np.concatenate([np.repeat(keys_of("a", "b"), 200), keys_of(*singles)])
    choice = CategoryChoice(sample, 64, sample)
    assert choice.unseen == 0.5
    assert len(choice.edges) + 1 == 32
    assert not choice.is_one_off


def test_where_hardly_a_value_comes_twice_only_those_that_do_are_known() -> None:
    ids = [f"id-{number}" for number in range(490)]
    sample = np.concatenate([keys_of(*ids), np.repeat(keys_of("none"), 10)])
    choice = CategoryChoice(sample, 64, sample)
    assert choice.is_one_off
    assert choice.known.tolist() == keys_of("none").tolist()


@given(
    st.lists(st.integers(0, 300), min_size=2, max_size=400), st.integers(4, 64), st.integers(1, 300)
)
def test_the_bins_do_not_depend_on_the_values_that_are_counted(
    codes: list[int], bins: int, chosen_by: int
) -> None:
    """Else the ranks were not uniform: see `detectors.reference.ranks`."""
    chosen_by = min(chosen_by, len(codes) - 1)
    texts = tuple(f"k{number}" for number in range(301))
    found = []
    for burn_in in (codes, [*codes[:chosen_by], *reversed(codes[chosen_by:]), 7, 7, 7]):
        categories = CategoryNumbers()
        keys = categories.of(np.array(burn_in), texts)
        binning, numbers = settled(categories, keys, chosen_by, bins)
        assert numbers.tolist() == categories.of(np.array(burn_in), texts).tolist()
        every = categories.of(np.arange(len(texts)), texts)
        binning.extend(categories)
        found.append((binning.size, binning.of(every).tolist()))
    assert found[0] == found[1]


@pytest.mark.parametrize("distinct", [2, 20, 300, 10**9])
def test_independent_categories_stand_independently_however_many_there_are(distinct: int) -> None:
    dependent = 0
    for seed in range(50):
        numbers = np.random.default_rng(seed).integers(0, distinct, 1000).tolist()
        standing = standings(np.array([key_of(f"k{number}") for number in numbers]))
        assert standing.mean() == pytest.approx(0.5)
        dependent += is_dependent(standing)
    assert dependent <= 1
