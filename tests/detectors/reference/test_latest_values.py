import numpy as np

from detectors.reference.column_block import RECENT, STRIDE, ColumnBlock
from detectors.reference.latest_values import earlier, held, ready_for, recent, recent_rows, take


def _block() -> ColumnBlock:
    block = ColumnBlock(size=8, edges=7, latest=RECENT)
    block.words[STRIDE] = 1
    return block


def _taken(block: ColumnBlock, rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> ColumnBlock:
    block = ready_for(rows, block)
    take(rows.astype(np.float64), rows, block)
    return block


def test_rows_that_follow_from_each_other_are_not_kept() -> None:
    block = _taken(_taken(_block(), np.arange(3, 6)), np.arange(6, 8))
    assert (held(block), recent(block).tolist()) == (5, [3.0, 4.0, 5.0, 6.0, 7.0])
    assert recent_rows(block).tolist() == [3, 4, 5, 6, 7]
    assert len(block.latest_rows) == 0


def test_rows_are_kept_once_one_is_missing() -> None:
    block = _taken(_taken(_block(), np.arange(3, 6)), np.arange(8, 10))
    assert recent_rows(block).tolist() == [3, 4, 5, 8, 9]


def test_of_values_for_which_there_is_no_room_the_moments_are_kept() -> None:
    block = _taken(_block(), np.arange(RECENT + 2))
    assert held(block) == RECENT
    assert recent_rows(block).tolist() == list(range(2, RECENT + 2))
    assert earlier(block) == (2, 0.5, 0.5)
