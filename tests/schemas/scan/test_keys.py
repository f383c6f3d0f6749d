import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.scan.keys import KeyTable
from schemas.scan.scanner import scan
from tests.schemas.scan.reading import joined

PATHS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=9), min_size=1).map(
    tuple
)


@given(st.lists(PATHS))
def test_a_path_keeps_its_slot_and_a_slot_its_path(paths: list[tuple[str, ...]]) -> None:
    keys = KeyTable()
    slots = [keys.slot(path) for path in paths]
    assert paths == [keys.path(slot) for slot in slots]
    assert slots == [keys.slot(path) for path in paths]
    assert len({path[: end + 1] for path in paths for end in range(len(path))}) == len(keys)


def test_slots_that_are_known_before_are_those_that_scanning_finds() -> None:
    keys = KeyTable()
    model, amount = keys.slot(("model",)), keys.slot(("features", "amount"))
    buffer, starts, ends = joined([b'{"features":{"amount":1},"model":"m"}'])
    assert [amount, model] == scan(buffer, starts, ends, keys).slot.tolist()
    assert len(keys) == 3


def test_there_is_no_path_without_a_slot() -> None:
    keys = KeyTable()
    keys.slot(("a",))
    for slot in (-1, 1):
        with pytest.raises(IndexError, match=f"slot {slot} of 1"):
            keys.path(slot)


@pytest.mark.parametrize("keys", [KeyTable(most_keys=1), KeyTable(most_bytes=1)])
def test_a_full_table_gives_no_more_slots(keys: KeyTable) -> None:
    assert keys.slot(("a",)) == 0
    with pytest.raises(ValueError, match=r"no slot for \('b',\)"):
        keys.slot(("b",))
    with pytest.raises(ValueError, match=r"no slot for \('a', 'b'\)"):
        keys.slot(("a", "b"))
    assert (keys.slot(("a",)), keys.refused) == (0, 2)


def test_no_path_has_no_slot() -> None:
    with pytest.raises(ValueError, match=r"no slot for \(\)"):
        KeyTable().slot(())


def test_tables_are_apart() -> None:
    one, other = KeyTable(), KeyTable()
    one.slot(("a",))
    assert other.slot(("b",)) == 0
    assert one.path(0) == ("a",)
    assert np.count_nonzero(one.arrays.strings.places) == 1
