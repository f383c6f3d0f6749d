from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors.retraining.row_count import MOST_MARKS, RowCount
from tests.detectors.batches import plain

_HOUR = 3_600_000


@given(
    times=st.lists(st.integers(0, 400 * _HOUR), min_size=1, max_size=60),
    cuts=st.sets(st.integers(1, 59)),
)
def test_it_does_not_matter_how_rows_are_cut(times: list[int], cuts: set[int]) -> None:
    whole, cut = RowCount(), RowCount()
    rows = np.array(times, dtype=np.int64)
    whole.add(rows)
    bounds = sorted({0, len(rows), *(each for each in cuts if each < len(rows))})
    for begin, end in pairwise(bounds):
        part = rows[begin:end]
        if cut.can_skim(int(part.max())):
            cut.skim(len(part))
        else:
            cut.add(part)
        restored = RowCount()
        restored.restore(cut.state())
        cut = restored
    assert plain(cut.state()) == plain(whole.state())


def test_after_a_training_the_rows_since_the_end_of_its_data_count() -> None:
    count = RowCount()
    count.add(np.arange(0, 48 * _HOUR, _HOUR // 2))
    count.retrained(40 * _HOUR - 1)
    assert (count.rows, count.since) == (16, 40 * _HOUR - 1)
    count.add(np.array([48 * _HOUR]))
    assert count.rows == 17
    # Between two marks: no row counts that may have been seen.
    count.retrained(47 * _HOUR + 1)
    assert count.rows == 1
    count.retrained(100 * _HOUR)
    assert count.rows == 0


def test_memory_is_bounded_however_long_it_counts() -> None:
    count = RowCount()
    count.add(np.arange(0, 100_000 * _HOUR, 10 * _HOUR))
    assert len(count.state()["marks"]) <= MOST_MARKS
    count.retrained(50_000 * _HOUR)
    assert 4_000 < count.rows <= 5_000
