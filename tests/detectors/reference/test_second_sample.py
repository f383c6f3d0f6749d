import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors.reference.column_block import AGAIN_AT, AGAIN_SIZE, SAMPLED, ColumnBlock
from detectors.reference.second_sample import LOOKS, SecondSample


@given(st.integers(1, 60), st.lists(st.integers(1, 50), min_size=1, max_size=30))
def test_values_and_rows_are_kept_and_looked_at_twice(burn_in: int, sizes: list[int]) -> None:
    block, second = ColumnBlock(), SecondSample(burn_in)
    kept: list[int] = []
    looks = 0
    for size in sizes:
        taken = min(size, second.missing(block))
        rows = np.arange(len(kept), len(kept) + taken) * 3
        second.add(block, rows / 2.0, rows)
        kept += rows.tolist()
        assert second.rows(block).tolist() == kept
        assert (2 * second.values(block)).tolist() == kept
        due = len(kept) in {look * burn_in for look in LOOKS}
        assert second.is_due(block) is due
        looks += due
        if second.is_whole(block):
            assert looks == len(LOOKS)
            break
        second.tell(block)
        assert block.words[AGAIN_AT] != 0
        left = second.missing(block)
        assert block.tally[SAMPLED] <= block.words[AGAIN_SIZE] < block.tally[SAMPLED] + left


def test_there_is_room_for_what_is_coming_up_to_the_next_look() -> None:
    block, second = ColumnBlock(), SecondSample(1000)
    second.add(block, np.arange(40.0), np.arange(40))
    second.tell(block, 500)
    assert 540 <= block.words[AGAIN_SIZE] < 1000
    second.tell(block, 5000)
    assert block.words[AGAIN_SIZE] == 999
    assert second.values(block).tolist() == second.rows(block).tolist() == list(range(40))
