import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.performance.judged_rows import ListRows
from detectors.performance.list_scores import ListScores
from tests.detectors.batches import plain


def lists_of(seed: int, rows: int, classes: int) -> ListRows:
    random = np.random.default_rng(seed)
    lengths = np.where(random.random(rows) < 0.9, classes, 0)
    scores = np.where(lengths[:, None] > 0, random.dirichlet(np.ones(classes), rows), np.nan)
    return ListRows(scores, lengths, scores.argmax(axis=1), random.integers(0, classes, rows))


@settings(max_examples=30)
@given(st.integers(0, 100), st.integers(1, 40), st.sampled_from([20, 1000]))
def test_what_is_kept_does_not_depend_on_where_rows_are_cut(
    seed: int, size: int, most: int
) -> None:
    lists = lists_of(seed, 60, 4)
    whole, parts = ListScores(most), ListScores(most)
    whole.add(lists)
    for begin in range(0, 60, size):
        restored = ListScores(most)
        restored.restore(parts.state())
        parts = restored
        parts.add(lists.take(np.arange(begin, min(begin + size, 60))))
    assert plain(parts.state()) == plain(whole.state())
    assert whole.is_whole == (most == 1000)
    assert whole.nbytes == parts.nbytes <= 60 * 4 * 8 + 60 * 16


def test_once_there_are_too_many_nothing_is_kept_but_how_many_there_were() -> None:
    scores, lists = ListScores(100), lists_of(7, 60, 4)
    scores.add(lists)
    assert (scores.is_whole, scores.nbytes) == (False, 0)
    assert scores.rows == np.count_nonzero(lists.lengths)


def test_each_class_that_was_true_stands_against_all_others() -> None:
    lists = ListRows(
        np.array([[0.2, 0.3, 0.5], [0.6, 0.2, 0.2], [0.3, 0.3, 0.4]]),
        np.full(3, 3),
        np.array([2, 0, 2]),
        np.array([2, 0, 2]),
    )
    scores = ListScores(100)
    scores.add(lists)
    first, last = scores.classes()
    assert (first.rows, last.rows) == (1, 2)
    assert first.positives.tolist() == [0, 0, 1]
    assert last.negatives.tolist() == [1, 0, 0]
