from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detectors.performance.label_delays import MOST_GROUPS, LabelDelays, keys_of
from tests.detectors.batches import plain

DAY = 86_400_000
REACH = 32 * DAY
Times = NDArray[np.int64]


def history(seed: int, rows: int, days: float, strays: float = 0.0) -> tuple[Times, Times, Times]:
    random = np.random.default_rng(seed)
    made = (random.random(rows) * days * DAY).astype(np.int64) + 20_000 * DAY
    known = made + (random.exponential(3, rows) * DAY - strays * DAY).astype(np.int64)
    order = np.argsort(known, kind="stable")
    keys = random.integers(0, MOST_GROUPS, rows)
    return keys, made[order], known[order]


def counted(keys: Times, made: Times, known: Times) -> LabelDelays:
    delays = LabelDelays(REACH)
    delays.add(keys, made, known)
    return delays


@settings(max_examples=20, deadline=None)
@given(
    st.integers(0, 1000),
    st.floats(0.01, 300),
    st.lists(st.integers(1, 200), min_size=1, max_size=6),
)
def test_what_is_counted_does_not_depend_on_how_rows_are_cut(
    seed: int, days: float, sizes: list[int]
) -> None:
    keys, made, known = history(seed, sum(sizes), days, strays=0.5)
    cut = LabelDelays(REACH)
    for begin, end in pairwise(np.cumsum([0, *sizes]).tolist()):
        cut.add(keys[begin:end], made[begin:end], known[begin:end])
        again = LabelDelays(REACH)
        again.restore(cut.state())
        cut = again
    assert plain(cut.state()) == plain(counted(keys, made, known).state())


def test_rows_are_those_of_the_plain_count() -> None:
    keys, made, known = history(1, 3000, 40)
    delays = counted(keys, made, known)
    begins, ends, rows = delays.stretches()
    newest = made.max() // (delays.edges[-1] / 2)
    kept = made // (delays.edges[-1] / 2) >= newest - 1
    assert rows.sum() == delays.delays().sum() == np.count_nonzero(kept)
    for begin, end, count in zip(begins, ends, rows.sum(axis=1), strict=True):
        assert count == np.count_nonzero(kept & (made >= begin) & (made < end))
    for key in range(MOST_GROUPS):
        own = (known - made)[kept & (keys == key)]
        places = np.searchsorted(delays.edges, own)
        expected = np.bincount(places, minlength=len(delays.edges))
        assert delays.delays()[delays.groups[key]].tolist() == expected.tolist()


def test_stretches_are_the_narrower_the_younger_they_are_and_never_overlap() -> None:
    delays = counted(*history(2, 20_000, 60))
    begins, ends, _ = delays.stretches()
    assert (ends[:-1] <= begins[1:]).all()
    old = delays.now - ends > DAY
    assert ((ends - begins)[old] <= (delays.now - ends)[old] / 4 + 1).all()
    assert len(begins) < 110


def test_generations_before_the_last_two_are_forgotten() -> None:
    keys, made, known = history(3, 500, 5)
    delays = counted(keys, made, known)
    later = np.array([made.max() + 3 * REACH])
    delays.add(np.array([2]), later, later + 1000)
    assert delays.delays().sum() == 1
    delays.add(keys, made, known)
    assert delays.delays().sum() == 1


def test_a_label_that_is_dated_before_its_prediction_has_no_delay() -> None:
    now = np.array([20_000 * DAY])
    made, known = np.repeat(now + DAY, 3), np.array([*now, *(now + DAY - 1000), *now])
    delays = counted(np.array([0, 0, 1]), made, known)
    # A second is what clocks may differ by.
    assert delays.delays()[:, 0].tolist() == [1, 0]
    assert delays.backdated().tolist() == [1, 1]
    assert delays.stretches()[2].sum() == 1
    assert delays.now == now[0] + DAY - 1000
    later = now + 4 * REACH
    delays.add(np.array([0]), later, later)
    assert delays.backdated().tolist() == [0, 0]


def test_labels_that_are_dated_before_their_predictions_are_part_of_the_state() -> None:
    now = np.array([20_000 * DAY])
    delays = counted(np.array([3]), now + DAY, now)
    again = LabelDelays(REACH)
    again.restore(delays.state())
    assert again.backdated().tolist() == [1]
    assert plain(again.state()) == plain(delays.state())
    assert "backdated" not in counted(np.array([3]), now, now + DAY).state()


def test_memory_is_bounded_by_the_groups_and_small_for_two_classes() -> None:
    keys, made, known = history(4, 5000, 300)
    assert counted(keys, made, known).nbytes < 20_000
    assert counted(keys % 4, made, known).nbytes < 7000


def test_classes_beyond_those_told_apart_are_one() -> None:
    true, said = np.array([1, 7, 8, 30, 0]), np.array([1, 2, 8, 3, 0])
    assert keys_of(true, said).tolist() == [3, 14, 1, 0, 1]
