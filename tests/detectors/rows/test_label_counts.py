import numpy as np

from detectors.rows.label_counts import LabelCounts, backdated, corrected_in
from tests.detectors.batches import repeats_of


def test_labels_that_came_again_are_counted_by_whether_they_are_the_same() -> None:
    counted = LabelCounts(1, 2).plus(corrected_in(repeats_of([True, False, True])))
    assert counted == LabelCounts(duplicates=2, corrections=4)
    assert counted.total == 6
    assert LabelCounts.of(counted.state()) == counted


def test_a_state_of_nothing_is_empty_as_that_of_the_release_before() -> None:
    assert LabelCounts().state() == {}
    assert LabelCounts.of({}) == LabelCounts()


def test_labels_dated_before_their_predictions_are_counted_beside_them() -> None:
    counted = LabelCounts(1, 2).plus_backdated(3)
    assert counted == LabelCounts(duplicates=1, corrections=2, backdated=3)
    assert LabelCounts.of(counted.state()) == counted
    assert LabelCounts(1, 2).state() == {"duplicates": 1, "corrections": 2}


def test_clocks_may_differ_by_a_second() -> None:
    made = np.full(4, 10_000)
    found = backdated(made, np.array([8_999, 9_000, 10_000, 11_000]))
    assert found.tolist() == [True, False, False, False]
