import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from detectors.comparisons.ranked import FIRST, RankedArms
from schemas.events.durations import MS_PER_HOUR as HOUR

Numbers = np.ndarray[tuple[int], np.dtype[np.float64]]


def rows_of(
    random: np.random.Generator, rows: int, apart: float, scale: float = 1.0
) -> tuple[Numbers, float]:
    """Return scores, with a minus where a row is not of the class, and the area of them."""
    true = random.random(rows) < 0.3
    scores = 1.0 / (1.0 + np.exp(-scale * (random.normal(size=rows) + apart * true)))
    return np.where(true, scores, -scores), float(roc_auc_score(true, scores))


@pytest.mark.parametrize("scale", [1.0, 0.01, 30.0])
def test_the_area_is_that_of_the_scores_however_they_are_scaled(scale: float) -> None:
    random = np.random.default_rng(0)
    arms = RankedArms()
    for arm, apart in enumerate((0.8, 1.2)):
        values, area = rows_of(random, 4000, apart, scale)
        arms.add(arm, np.zeros(4000, dtype=np.int64), values)
        assert arms.mean(arm) == pytest.approx(1.0 - area, abs=0.002)


def test_the_variance_is_that_of_repetitions() -> None:
    random = np.random.default_rng(1)
    differences, variances = [], []
    for _ in range(200):
        arms = RankedArms()
        for arm in (0, 1):
            values, _ = rows_of(random, 600, 1.0)
            arms.add(arm, np.zeros(600, dtype=np.int64), values)
        found = arms.contrast()
        assert found is not None
        differences.append(found.difference)
        variances.append(1.0 / found.information)
    assert np.mean(variances) == pytest.approx(np.var(differences), rel=0.35)


def test_what_hours_have_in_common_cancels_out_whatever_the_shares() -> None:
    random = np.random.default_rng(2)
    arms = RankedArms()
    for hour, share, apart in ((0, 0.1, 3.0), (1, 0.9, 0.3)):
        values, _ = rows_of(random, 4000, apart)
        is_new = random.random(4000) < share
        for arm in (0, 1):
            own = values[is_new == bool(arm)]
            arms.add(arm, np.full(len(own), hour * HOUR), own)
    found = arms.contrast()
    assert found is not None
    assert abs((arms.mean(0) or 0.0) - (arms.mean(1) or 0.0)) > 0.15
    assert abs(found.difference) * np.sqrt(found.information) < 3.0


def test_cuts_and_restarts_change_nothing() -> None:
    random = np.random.default_rng(3)
    values, _ = rows_of(random, 1000, 1.0)
    hours = np.arange(1000) * (HOUR // 10)
    whole, parts = RankedArms(), RankedArms()
    for arm in (0, 1):
        whole.add(arm, hours, values)
        for begin, end in ((0, 100), (100, FIRST + 7), (FIRST + 7, 1000)):
            parts.add(arm, hours[begin:end], values[begin:end])
            restored = RankedArms()
            restored.restore(parts.state())
            parts = restored
    assert parts.contrast() == whole.contrast() is not None
    assert parts.mean(1) == whole.mean(1)


def test_little_is_known_of_few_rows_and_nothing_of_one_side() -> None:
    random = np.random.default_rng(4)
    arms = RankedArms()
    values, area = rows_of(random, FIRST - 1, 1.0)
    arms.add(0, np.zeros(len(values), dtype=np.int64), values)
    assert arms.mean(0) == pytest.approx(1.0 - area)
    assert arms.mean(1) is None
    assert arms.contrast() is None
    arms.add(1, np.zeros(1000, dtype=np.int64), np.full(1000, -0.0))
    assert arms.mean(1) is None
    assert arms.contrast() is None


def test_versions_that_never_err_are_alike_by_as_many_pairs() -> None:
    arms = RankedArms()
    values = np.where(np.arange(2000) % 4 == 0, 0.9, -0.1)
    for arm in (0, 1):
        arms.add(arm, np.zeros(2000, dtype=np.int64), values)
    assert arms.contrast() is None
    kinds = arms.kinds()
    assert kinds is not None
    assert kinds.rows.tolist() == [500, 500]


def test_a_canary_all_in_order_among_few_rows_is_not_known_to_be_better() -> None:
    random = np.random.default_rng(6)
    arms = RankedArms()
    scores = np.concatenate([random.uniform(0.6, 0.9, 950), random.uniform(0.0, 0.1, 50)])
    others = -random.uniform(0.1, 0.5, 4000)
    arms.add(0, np.zeros(5000, dtype=np.int64), np.concatenate([scores, others]))
    canary = np.concatenate([random.uniform(0.6, 0.9, 30), -random.uniform(0.1, 0.5, 300)])
    arms.add(1, np.zeros(330, dtype=np.int64), canary)
    found = arms.contrast()
    assert found is not None
    assert found.difference < -0.02
    # One row of the class in twenty is below all others: thirty have none with .95 ** 30, or .21.
    assert abs(found.difference) * np.sqrt(found.information) < 2.0
