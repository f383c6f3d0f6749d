import numpy as np
import pytest

from benchmarks.comparisons import CASES, gains, savings, split_stops
from detectors.comparisons.matched import MatchedArms


@pytest.mark.parametrize("name", CASES)
def test_what_is_simulated_is_what_a_worker_computes(name: str) -> None:
    case = CASES[name]
    random = np.random.default_rng(0)
    is_new = random.random(500) < 0.4
    values = case.draw(random, is_new, case.effect)
    at, gain, information = gains(values, is_new, is_zero_one=case.is_zero_one)
    for look in (0, 50, len(at) - 1):
        arms = MatchedArms(is_zero_one=case.is_zero_one)
        for arm in (0, 1):
            own = values[: at[look]][is_new[: at[look]] == bool(arm)]
            arms.add(arm, np.zeros(len(own), dtype=np.int64), own)
        found = arms.contrast()
        assert found is not None
        assert found.difference == pytest.approx(gain[look])
        assert found.information == pytest.approx(information[look])


def test_pairs_save_labels_where_versions_mostly_agree() -> None:
    assert all(2.0 < times < 4.0 for times in savings(3, np.random.default_rng(0)).values())


def test_a_split_that_is_far_off_is_found_at_once() -> None:
    (found,) = split_stops(0.8, 2000, 1, np.random.default_rng(0), every=10)
    assert found < 500
