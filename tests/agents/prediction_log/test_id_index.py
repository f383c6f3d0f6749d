import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from agents.prediction_log.id_index import IdIndex, hash_ids

ids = st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=50)


@given(st.lists(ids, min_size=1, max_size=6), st.integers(0, 2**63 - 1))
def test_every_number_of_an_id_is_found_in_ascending_order(
    batches: list[list[bytes]], seed: int
) -> None:
    index = IdIndex(1)
    numbers: dict[bytes, list[int]] = {}
    end = 0
    for batch in batches:
        index.add(hash_ids(batch, seed), end)
        for number, name in enumerate(batch, start=end):
            numbers.setdefault(name, []).append(number)
        end += len(batch)
    names = list(numbers)
    found: dict[bytes, list[int]] = {}
    for row, number in index.find(hash_ids(names, seed), 0, end):
        found.setdefault(names[row], []).append(number)
    assert found == numbers
    assert index.has_any(hash_ids(names, seed), 0, end)
    assert not index.has_any(hash_ids(names, seed), end, end + 1)


def test_hashes_depend_on_every_byte_the_length_and_the_seed() -> None:
    names = [b"a", b"a\0", b"\0a", b"a" * 8, b"a" * 9, b"a" * 16, b"b" + b"a" * 15]
    hashes = hash_ids(names, 1)
    assert len(set(hashes.tolist())) == len(names)
    assert not set(hashes.tolist()) & set(hash_ids(names, 2).tolist())
    assert len(hash_ids([], 1)) == 0


def test_tables_fill_up_one_after_the_other_and_go_when_all_of_theirs_has_gone() -> None:
    index = IdIndex(1)
    hashes = np.random.default_rng(1).integers(0, 2**64, 200_000, dtype=np.uint64)
    index.add(hashes, 0)
    whole = index.nbytes
    assert [number for _, number in index.find(hashes[-1:], 0, 200_000)] == [199_999]
    index.forget(150_000)
    assert 0 < index.nbytes < whole
    assert list(index.find(hashes[:10], 150_000, 200_000)) == []
    assert list(index.find(hashes[190_000:190_002], 150_000, 200_000)) == [
        (0, 190_000),
        (1, 190_001),
    ]


def test_more_numbers_than_there_is_room_for_are_found_in_turns() -> None:
    index = IdIndex(1)
    hashes = np.repeat(hash_ids([b"a", b"b", b"c"], 1), 500)
    index.add(hashes, 0)
    found = list(index.find(hash_ids([b"a", b"b", b"c"], 1), 0, 1500))
    assert sorted(found) == [(number // 500, number) for number in range(1500)]
