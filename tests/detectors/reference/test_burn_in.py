import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors.reference.burn_in import BurnIn, burn_in_size
from detectors.reference.column_block import SAMPLE_AT, SAMPLE_ROWS_AT, SAMPLE_SIZE, ColumnBlock


@given(
    st.lists(st.lists(st.integers(1, 3), min_size=1, max_size=60), min_size=1, max_size=8),
    st.integers(0, 10**12),
    st.booleans(),
)
def test_values_and_rows_come_out_as_they_went_in(
    steps: list[list[int]], first: int, dense: bool
) -> None:
    block, sample = ColumnBlock(), BurnIn()
    gaps = [1 if dense else step for batch in steps for step in batch]
    rows = first + np.cumsum(gaps)
    values = np.random.default_rng(1).normal(size=len(rows))
    begin = 0
    for batch in steps:
        end = begin + len(batch)
        sample.add(block, values[begin:end], rows[begin:end], 1000)
        begin = end
        assert sample.values(block).tolist() == values[:end].tolist()
        assert sample.rows(block).tolist() == rows[:end].tolist()
    assert burn_in_size(block) == len(rows)


def test_rows_that_follow_from_each_other_are_not_stored() -> None:
    block, sample = ColumnBlock(), BurnIn()
    sample.add(block, np.zeros(40), np.arange(7, 47), 1000)
    sample.tell(block, 1000)
    assert block.words[SAMPLE_AT] != 0
    assert block.words[SAMPLE_ROWS_AT] == 0
    sample.add(block, np.zeros(2), np.array([47, 49]), 1000)
    sample.tell(block, 1000)
    assert block.words[SAMPLE_ROWS_AT] != 0
    assert sample.rows(block)[-3:].tolist() == [46, 47, 49]


def test_a_kernel_never_takes_the_value_that_completes_the_burn_in() -> None:
    block, sample = ColumnBlock(), BurnIn()
    sample.add(block, np.zeros(40), np.arange(40), 50)
    sample.tell(block, 50)
    assert block.words[SAMPLE_SIZE] == 49


def test_no_values_change_nothing() -> None:
    block, sample = ColumnBlock(), BurnIn()
    sample.add(block, np.empty(0), np.empty(0, dtype=np.int64), 50)
    assert burn_in_size(block) == 0
    assert sample.rows(block).tolist() == []


def test_there_is_room_for_what_is_coming_but_not_before_the_first_value() -> None:
    block, sample = ColumnBlock(), BurnIn()
    sample.tell(block, 1000, 500)
    assert block.words[SAMPLE_SIZE] == 0
    sample.add(block, np.arange(40.0), np.arange(40), 1000)
    sample.tell(block, 1000, 500)
    assert 540 <= block.words[SAMPLE_SIZE] < 1000
    sample.tell(block, 1000, 5000)
    assert block.words[SAMPLE_SIZE] == 999
    assert sample.values(block).tolist() == list(range(40))
