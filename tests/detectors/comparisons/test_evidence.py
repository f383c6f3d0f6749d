import numpy as np
import pytest

from detectors.comparisons.evidence import evidence_of, spread_of, told

EFFECT = 0.06
PLANNED = 4 * (1.96 + 0.8416) ** 2 * 0.25 / EFFECT**2


def shares_found(difference: float, effect: float | None, runs: int) -> tuple[float, float, float]:
    """Shares of simulated experiments told better, worse, and of intervals that miss the truth."""
    random = np.random.default_rng(3)
    rows = int(1.5 * PLANNED)
    better = worse = missed = 0
    for _ in range(runs):
        is_new = random.random(rows) < 0.5
        right = random.random(rows) < np.where(is_new, 0.5 + difference / 2, 0.5 - difference / 2)
        of_new, all_rows = np.cumsum(is_new), np.arange(1, rows + 1)
        of_old = all_rows - of_new
        looks = np.flatnonzero(np.minimum(of_new, of_old) >= 30)
        of_new, of_old = of_new[looks], of_old[looks]
        gain = np.cumsum(right & is_new)[looks] / of_new
        gain = gain - np.cumsum(right & ~is_new)[looks] / of_old
        information = of_new * of_old / (of_new + of_old) / 0.25
        spread = spread_of(effect, information[0], float(looks[0]))
        found = evidence_of(gain, information, level=0.05, effect=effect, margin=0.0, spread=spread)
        better += bool((found.better >= found.threshold).any())
        worse += bool((found.worse >= found.threshold).any())
        missed += bool((np.abs(gain - difference) > found.half_width).any())
    return better / runs, worse / runs, missed / runs


@pytest.mark.parametrize("effect", [EFFECT, None])
def test_false_decisions_stay_below_their_share_with_a_look_after_every_label(
    effect: float | None,
) -> None:
    better, worse, missed = shares_found(0.0, effect, 400)
    assert better + worse <= 0.07  # .05, and two standard errors
    assert missed <= 0.07


def test_the_effect_that_matters_is_found_nearly_always() -> None:
    better, worse, missed = shares_found(EFFECT, EFFECT, 400)
    assert better >= 0.81  # .86, less 2.5 standard errors
    assert worse <= 0.01
    assert missed <= 0.07


def test_no_relevant_difference_and_no_harm_are_shown_by_their_own_bets() -> None:
    information = np.array([0.1, 4.0]) * 30 / EFFECT**2
    found = evidence_of(
        np.zeros(2), information, level=0.05, effect=EFFECT, margin=EFFECT, spread=EFFECT
    )
    assert (found.alike >= np.log(20)).tolist() == [False, True]
    assert (found.within >= np.log(20)).tolist() == [False, True]


def test_evidence_that_is_beyond_numbers_is_told_as_the_most() -> None:
    assert told(-np.inf) == 0.0
    assert told(1e9) == 1e300
    assert told(np.log(40.0)) == pytest.approx(40.0)
    found = evidence_of(
        np.array([-5.0]), np.array([1e9]), level=0.05, effect=None, margin=0.0, spread=1.0
    )
    assert np.isfinite([*found.better, *found.worse]).all()
