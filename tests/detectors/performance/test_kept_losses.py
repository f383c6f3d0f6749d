import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.performance.kept_losses import WITHIN, KeptLosses, LabelTimes
from detectors.performance.pilot import PILOT
from detectors.performance.threshold import Threshold

ACCURACY = Threshold.of("accuracy >= previous - 0.1")


def times(predicted: list[int], delays: list[int]) -> LabelTimes:
    made = np.array(predicted, dtype=np.int64)
    return LabelTimes(made, made + np.array(delays, dtype=np.int64))


def test_nothing_is_kept_of_nothing() -> None:
    assert KeptLosses(ACCURACY).kept() is None


def test_labels_that_come_at_once_count_from_the_first_on() -> None:
    kept = KeptLosses(ACCURACY)
    kept.add(np.array([0.0, 1.0]), times([5, 6], [0, 0]))
    found = kept.kept()
    assert found is not None
    assert (found.within, found.cap, found.known.count, found.known.mean) == (0, 1.0, 2, 0.5)


def test_a_label_counts_for_the_ages_that_it_is_within_and_the_version_beyond() -> None:
    kept = KeptLosses(ACCURACY)
    minute = int(WITHIN[1])
    # The version is a minute old with the second label, which comes after half of one.
    what = times([0, minute // 2, minute], [0, minute // 2, 5 * minute])
    kept.add(np.array([0.0, 1.0, 1.0]), what)
    counts = kept.state()["counts"].tolist()
    assert counts == [1, 1, 0, *[0] * (len(WITHIN) - 3)]
    assert kept.are_of(minute, what).tolist() == [False, True, False]


def test_a_label_that_is_dated_before_its_prediction_is_compared_at_no_age() -> None:
    kept = KeptLosses(ACCURACY)
    what = times([5, 5, 2000], [0, -1, -1500])
    kept.add(np.array([0.0, 1.0, 1.0]), what)
    found = kept.kept()
    assert found is not None
    assert (found.within, found.known.count, found.known.mean) == (0, 1, 0.0)
    assert kept.are_of(0, what).tolist() == [True, False, False]


def test_the_age_of_a_version_is_counted_from_where_the_one_before_serves_no_longer() -> None:
    kept = KeptLosses(ACCURACY)
    minute = int(WITHIN[1])
    kept.beside = 2 * minute
    what = times([0, 2 * minute, 3 * minute], [0, minute, 0])
    kept.add(np.zeros(3), what)
    assert kept.state()["counts"].tolist()[:3] == [1, 2, 0]
    assert kept.are_of(minute, what).tolist() == [False, True, True]
    assert [kept.are_both(minute, 3 * minute - each) for each in (0, 1)] == [False, True]
    other = KeptLosses(ACCURACY)
    other.restore(kept.state())
    assert other.beside == kept.beside
    before = KeptLosses(ACCURACY).state()
    assert "beside" not in before


@given(
    st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)), min_size=1, max_size=30),
    st.integers(0, 30),
)
def test_it_goes_on_from_its_state_wherever_rows_are_cut(
    rows: list[tuple[int, int]], cut: int
) -> None:
    made, delays = (list(each) for each in zip(*rows, strict=True))
    losses = np.linspace(0.0, 1.0, len(rows))
    whole, part = KeptLosses(ACCURACY), KeptLosses(ACCURACY)
    whole.add(losses, times(made, delays))
    part.add(losses[:cut], times(made[:cut], delays[:cut]))
    other = KeptLosses(ACCURACY)
    other.restore(part.state())
    other.add(losses[cut:], times(made[cut:], delays[cut:]))
    for key, value in whole.state().items():
        np.testing.assert_array_equal(other.state()[key], value)


def test_distances_are_kept_once_it_is_known_where_they_are_cut_off() -> None:
    kept = KeptLosses(Threshold.of("mae <= 1.1 * previous"))
    losses = np.full(PILOT + 50, 2.0)
    kept.add(losses, times([0] * len(losses), [0] * len(losses)))
    found = kept.kept()
    assert found is not None
    assert found.known.count == 50
    assert found.known.mean * found.cap == pytest.approx(2.0)
