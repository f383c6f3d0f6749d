"""Categories that have slots."""

import numpy as np

from detectors.reference import season
from detectors.reference.category_keys import key_of
from detectors.reference.category_numbers import CategoryNumbers
from detectors.reference.season import DAY_KNOWN, SLOTS, STANDS
from detectors.reference.season_slots import SeasonSlots, figures_of


def test_categories_and_their_keys_have_slots_and_others_have_none() -> None:
    slots = SeasonSlots(["b", "a"])
    assert slots.of(np.array([0, 1, 2, 1]), ("a", "b", "c")).tolist() == [1, 0, SLOTS, 0]
    assert slots.of(np.array([0]), ("b",)).tolist() == [0]
    assert slots.of_keys(np.array([key_of("a"), key_of("c")])).tolist() == [1, SLOTS]
    assert len(set(figures_of(np.arange(SLOTS + 1)).tolist())) == SLOTS + 1


def test_keys_stand_for_slots_in_a_burn_in_and_numbers_after_it() -> None:
    memory, categories = np.empty(season.MEMORY), CategoryNumbers()
    season.begin(memory, season.CATEGORIES)
    slots = SeasonSlots(["b", "a"])
    slots.stand(categories, memory)
    assert memory[STANDS][:2].tolist() == [key_of("b"), key_of("a")]
    assert np.isnan(memory[STANDS][2:]).all()
    categories.of(np.array([0]), ("a",))
    categories.settle(np.empty(0), [key_of("a")], is_open=True)
    slots.stand(categories, memory)
    assert memory[STANDS][1] == 1.0
    assert np.isnan(memory[STANDS][0])
    memory[DAY_KNOWN] = 1.0
    slots.stand(categories, memory)
    assert memory[STANDS][:2].tolist() == [2.0, 1.0]
    assert categories.names == ["(other)", "a", "b"]


def test_slots_have_names_where_no_further_category_gets_one() -> None:
    memory, categories = np.empty(season.MEMORY), CategoryNumbers()
    season.begin(memory, season.CATEGORIES)
    slots = SeasonSlots(["b"])
    categories.settle(np.empty(0), [], is_open=False)
    slots.stand(categories, memory)
    assert memory[STANDS][0] == 1.0
    assert categories.of(np.array([0, 1]), ("b", "c")).tolist() == [1.0, 0.0]


def test_categories_take_the_place_of_others_whether_a_batch_has_them_or_not() -> None:
    slots = SeasonSlots(["b", "a"])
    codes, texts = slots.replaced(np.array([0, 0, 1]), ("a", "c"), np.array([0, 1, SLOTS]))
    assert [texts[code] for code in codes.tolist()] == ["b", "a", "c"]


def test_further_categories_get_the_slots_that_are_left() -> None:
    slots = SeasonSlots(["b", "a"])
    assert slots.with_further(["a", "c"]).names == ("b", "a", "c")
    assert slots.with_further([*"abcdefgh"]).names == (*"bacde",)
    assert slots.with_further(["a"]) is slots
