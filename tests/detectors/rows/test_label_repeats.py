from detectors.rows.label_repeats import LabelRepeats, corrected_in
from tests.detectors.batches import repeats_of


def test_labels_that_came_again_are_counted_by_whether_they_are_the_same() -> None:
    counted = LabelRepeats(1, 2).plus(corrected_in(repeats_of([True, False, True])))
    assert counted == LabelRepeats(duplicates=2, corrections=4)
    assert counted.total == 6
    assert LabelRepeats.of(counted.state()) == counted


def test_a_state_of_nothing_is_empty_as_that_of_the_release_before() -> None:
    assert LabelRepeats().state() == {}
    assert LabelRepeats.of({}) == LabelRepeats()
