from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.rows.row_log import RowLog
from detectors.rows.row_positions import KEPT_ROWS, MARK_EVERY, MOST_MARKS
from schemas.tables.observations import ObservationBatch, Origin, Run
from tests.detectors.batches import START, plain
from tests.runs import sources_of


def _batch(
    start: int, end: int, partition: int = 0, step: int = 3, first: int = START
) -> ObservationBatch:
    offsets = np.arange(start, end) * step
    return ObservationBatch(
        "m",
        "1",
        Origin.PREDICTIONS,
        *sources_of(Run("t", partition, len(offsets))),
        offsets,
        first + offsets,
        (),
    )


def _log(rows: int, cuts: list[int]) -> RowLog:
    log = RowLog()
    bounds = sorted({0, rows, *(each for each in cuts if each < rows)})
    for start, end in pairwise(bounds):
        log.append(_batch(start, end))
    return log


@settings(max_examples=30)
@given(st.integers(1, 5000), st.lists(st.integers(0, 5000), max_size=6), st.integers(0, 10_000))
def test_what_is_known_of_a_row_does_not_depend_on_the_batches(
    rows: int, cuts: list[int], row: int
) -> None:
    whole, cut = _log(rows, []), _log(rows, cuts)
    assert plain(whole.state()) == plain(cut.state())
    row %= rows
    last = rows - 1
    expected = whole.position(row, known_at=last)
    assert cut.position(row, known_at=last) == expected
    exact = row if row > last - KEPT_ROWS else row // MARK_EVERY * MARK_EVERY
    assert expected.offset == exact * 3
    restored = RowLog()
    restored.restore(cut.state())
    assert restored.position(row, known_at=last) == expected
    assert restored.append(_batch(rows, rows + 1)) == rows


def test_a_row_in_the_middle_of_a_long_batch_is_known_exactly() -> None:
    log = _log(7000, [])
    pieces = _log(3001, [3000])
    for row in (0, 700, 1976, 1977, 2999, 3000):
        assert log.position(row, known_at=3000) == pieces.position(row, known_at=3000)
    assert log.position(3000, known_at=3000).offset == 9000


def test_of_very_old_rows_the_oldest_kept_one_is_given_and_memory_is_bounded() -> None:
    log = RowLog()
    for start in range(0, 200_000, 2000):
        log.append(_batch(start, start + 2000))
    oldest = (199_999 // MARK_EVERY - MOST_MARKS + 1) * MARK_EVERY
    assert log.position(0, known_at=199_999).offset == oldest * 3
    assert log.position(oldest + 500, known_at=199_999).offset == (oldest + 256) * 3
    state = log.state()
    assert (state["latest"].shape, state["older"].shape) == ((KEPT_ROWS, 3), (MOST_MARKS, 3))


def test_offsets_that_begin_anew_with_later_times_are_counted() -> None:
    log = RowLog()
    log.append(_batch(0, 1000, step=1))
    anew = _batch(0, 100, step=1, first=START + 950)
    rest = log.unseen(anew)
    # Up to the newest time, 999, they might be a replay.
    assert rest.offsets.tolist() == [*range(50, 100)]
    assert log.renewed_by(rest)
    assert log.append(rest) == 1000
    assert len(log.unseen(anew)) == 0
    restored = RowLog()
    restored.restore(log.state())
    assert len(restored.unseen(anew)) == 0
    follow = restored.unseen(_batch(100, 110, step=1, first=START))
    assert follow.offsets.tolist() == [*range(100, 110)]
    assert not restored.renewed_by(follow)


def test_offsets_that_begin_anew_with_earlier_times_are_taken_for_a_replay() -> None:
    log = RowLog()
    log.append(_batch(0, 1000, step=1))
    assert len(log.unseen(_batch(0, 100, step=1, first=START + 900))) == 0


@given(
    st.lists(st.integers(0, 50), min_size=1, max_size=40),
    st.lists(st.tuples(st.integers(0, 39), st.integers(1, 20)), max_size=8),
)
def test_a_replayed_row_never_counts_twice_whatever_the_order_of_the_times(
    times: list[int], replays: list[tuple[int, int]]
) -> None:
    log = RowLog()
    at = 0
    for start, length in [*replays, (0, len(times))]:
        # From somewhere before the next row, as after a restart.
        begin = min(start, at)
        end = min(max(begin + length, at), len(times))
        batch = replace(
            _batch(begin, end, step=1), times=START + np.array(times[begin:end], dtype=np.int64)
        )
        unseen = log.unseen(batch)
        assert unseen.offsets.tolist() == [*range(at, end)]
        if len(unseen):
            assert not log.renewed_by(unseen)
            log.append(unseen)
        at = max(at, end)
    assert log.rows == at


def test_each_source_partition_has_its_own_mark() -> None:
    log = RowLog()
    log.append(_batch(0, 10, partition=0, step=1))
    log.append(_batch(0, 5, partition=7, step=1))
    assert len(log.unseen(_batch(0, 12, partition=0, step=1))) == 2
    assert log.unseen(_batch(0, 12, partition=7, step=1)).offsets.tolist() == [*range(5, 12)]
    assert len(log.unseen(_batch(0, 12, partition=1, step=1))) == 12
    assert log.position(9, known_at=14).partition == 0
    assert log.position(10, known_at=14).partition == 7
