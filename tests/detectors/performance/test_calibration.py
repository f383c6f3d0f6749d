from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression

from detectors.performance.calibration import APART, KEPT, Calibration
from tests.detectors.batches import plain

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]


def labelled(seed: int, rows: int, digits: int = 12) -> tuple[Numbers, Mask]:
    random = np.random.default_rng(seed)
    scores = random.random(rows).round(digits)
    return scores, random.random(rows) < scores**2


def offline(scores: Numbers, is_positive: Mask, at: Numbers) -> Numbers:
    """Calibrate as scikit-learn does, by the same rows."""
    fit = IsotonicRegression(out_of_bounds="clip").fit(scores, is_positive.astype(np.float64))
    found: Numbers = fit.predict(at)
    return found


@pytest.mark.parametrize("digits", [1, 2, 12])
@pytest.mark.parametrize("rows", [APART, 3 * APART + 7, 2 * KEPT + 11])
def test_shares_are_those_of_an_isotonic_regression_over_the_latest_rows(
    rows: int, digits: int
) -> None:
    scores, is_positive = labelled(rows, rows, digits)
    calibration = Calibration()
    calibration.add(scores, is_positive)
    end = rows // APART * APART
    latest = slice(max(0, end - KEPT), end)
    at = np.linspace(0, 1, 997)
    expected = offline(scores[latest], is_positive[latest], at)
    assert calibration.shares(at) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.lists(st.integers(1, 900), min_size=1, max_size=6))
def test_what_is_fitted_does_not_depend_on_how_rows_are_cut(seed: int, sizes: list[int]) -> None:
    scores, is_positive = labelled(seed, sum(sizes))
    whole, cut = Calibration(), Calibration()
    whole.add(scores, is_positive)
    for begin, end in pairwise(np.cumsum([0, *sizes]).tolist()):
        cut.add(scores[begin:end], is_positive[begin:end])
        again = Calibration()
        again.restore(cut.state())
        cut = again
    assert plain(cut.state()) == plain(whole.state())
    if whole.is_ready:
        at = np.linspace(0, 1, 50)
        assert cut.shares(at).tolist() == whole.shares(at).tolist()


def test_scores_of_zero_keep_their_class() -> None:
    calibration = Calibration()
    zeros = np.zeros(APART)
    calibration.add(zeros, np.arange(APART) % 5 == 0)
    assert calibration.shares(np.array([0.0, 0.7])) == pytest.approx([0.2, 0.2])


def test_it_is_ready_after_the_first_rows_alone() -> None:
    calibration = Calibration()
    scores, is_positive = labelled(1, APART)
    calibration.add(scores[:-1], is_positive[:-1])
    assert not calibration.is_ready
    calibration.add(scores[-1:], is_positive[-1:])
    assert calibration.is_ready


def test_it_is_not_ready_while_more_than_one_score_in_twenty_is_no_probability() -> None:
    scores, is_positive = labelled(0, 950)
    calibration, again = Calibration(), Calibration()
    calibration.add(scores, is_positive)
    calibration.strays = 50
    found = [calibration.is_ready]
    calibration.strays += 1
    again.restore(calibration.state())
    found += [calibration.is_ready, again.is_ready]
    again.add(*labelled(1, 19))
    assert [*found, again.is_ready] == [True, False, False, True]
