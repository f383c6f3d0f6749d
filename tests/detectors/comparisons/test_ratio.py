import numpy as np
import pytest
from sklearn.metrics import f1_score

from detectors.comparisons.ratio import PairedRatios, RatioArms
from schemas.events.durations import MS_PER_HOUR as HOUR

Numbers = np.ndarray[tuple[int], np.dtype[np.float64]]


def rows_of(random: np.random.Generator, rows: int, recall: float) -> tuple[Numbers, float]:
    """Return what rows give, and their F1 score."""
    true = random.random(rows) < 0.3
    said = np.where(true, random.random(rows) < recall, random.random(rows) < 0.1)
    return said.astype(np.float64) + true, float(f1_score(true, said))


def test_the_difference_is_that_of_the_scores_and_the_variance_that_of_repetitions() -> None:
    random = np.random.default_rng(0)
    differences, variances = [], []
    for _ in range(300):
        arms, scores = RatioArms(), []
        for arm, recall in enumerate((0.6, 0.7)):
            values, score = rows_of(random, 600, recall)
            arms.add(arm, np.zeros(600, dtype=np.int64), values)
            scores.append(score)
            assert arms.mean(arm) == pytest.approx(1.0 - score)
        found = arms.contrast()
        assert found is not None
        assert found.difference == pytest.approx(scores[0] - scores[1])
        differences.append(found.difference)
        variances.append(1.0 / found.information)
    assert np.mean(variances) == pytest.approx(np.var(differences), rel=0.3)


def test_what_hours_have_in_common_cancels_out_whatever_the_shares() -> None:
    random = np.random.default_rng(1)
    arms = RatioArms()
    for hour, share, recall in ((0, 0.1, 0.9), (1, 0.9, 0.4)):
        values, _ = rows_of(random, 4000, recall)
        is_new = random.random(4000) < share
        for arm in (0, 1):
            own = values[is_new == bool(arm)]
            arms.add(arm, np.full(len(own), hour * HOUR), own)
    found = arms.contrast()
    assert found is not None
    assert abs((arms.mean(0) or 0.0) - (arms.mean(1) or 0.0)) > 0.1
    assert abs(found.difference) * np.sqrt(found.information) < 3.0


def test_pairs_have_the_same_difference_and_less_variance() -> None:
    random = np.random.default_rng(2)
    values, score = rows_of(random, 3000, 0.7)
    other = np.where(random.random(3000) < 0.05, np.where(values > 0, 3.0 - values, 0.0), values)
    pairs, apiece = PairedRatios(), RatioArms()
    pairs.add(values, other)
    for arm, given in enumerate((values, other)):
        apiece.add(arm, np.zeros(3000, dtype=np.int64), given)
    found, by_itself = pairs.contrast(), apiece.contrast()
    assert found is not None
    assert by_itself is not None
    assert found.difference == pytest.approx(by_itself.difference)
    assert found.information > 3.0 * by_itself.information
    assert score == pytest.approx(1.0 - (apiece.mean(0) or 0.0))


def test_a_restored_state_goes_on_as_if_nothing_had_been() -> None:
    random = np.random.default_rng(3)
    values, _ = rows_of(random, 400, 0.6)
    other, _ = rows_of(random, 400, 0.7)
    hours = np.arange(400) * (HOUR // 10)
    whole, begun, part = RatioArms(), RatioArms(), RatioArms()
    for arms in (whole, begun):
        arms.add(0, hours[:200], values[:200])
        arms.add(1, hours[:300], other[:300])
    part.restore(begun.state())
    for arms in (whole, part):
        arms.add(0, hours[200:], values[200:])
        arms.add(1, hours[300:], other[300:])
    assert part.contrast() == whole.contrast() is not None
    pairs, again = PairedRatios(), PairedRatios()
    pairs.add(values, other)
    again.restore(pairs.state())
    assert again.contrast() == pairs.contrast() is not None


@pytest.mark.parametrize("value", [0.0, 2.0])
def test_rows_without_the_class_or_without_an_error_have_no_difference(value: float) -> None:
    arms, pairs = RatioArms(), PairedRatios()
    given = np.full(500, value)
    for arm in (0, 1):
        arms.add(arm, np.zeros(500, dtype=np.int64), given)
    pairs.add(given, given)
    assert arms.contrast() is pairs.contrast() is None
    assert (arms.mean(0) is None) == (value == 0.0)


def test_a_canary_without_an_error_among_few_rows_is_not_known_to_be_better() -> None:
    arms = RatioArms()
    # One row in five is of the class, and one of these in twenty is not found.
    baseline = np.tile([*([2.0, *[0.0] * 4] * 19), 1.0, *[0.0] * 4], 40)
    arms.add(0, np.zeros(len(baseline), dtype=np.int64), baseline)
    canary = np.tile([2.0, *[0.0] * 4], 20)
    arms.add(1, np.zeros(len(canary), dtype=np.int64), canary)
    found = arms.contrast()
    assert found is not None
    assert found.difference < -0.02
    # A canary of that rate has none with a probability of .95 ** 20, which is .36.
    assert abs(found.difference) * np.sqrt(found.information) < 1.5
