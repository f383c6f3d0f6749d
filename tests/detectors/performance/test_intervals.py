import numpy as np
import pytest

from detectors.performance import intervals


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_a_proportion_lies_in_its_interval_nineteen_times_in_twenty(share: float) -> None:
    hits = np.random.default_rng(1).binomial(200, share, 4000)
    inside = [low <= share <= high for low, high in (intervals.of_proportion(h, 200) for h in hits)]
    assert np.mean(inside) > 0.93


def test_the_interval_of_f1_is_that_of_what_it_is_made_of() -> None:
    low, high = intervals.of_f1(40, 20)
    assert low < 80 / 100 < high
    one, other = intervals.of_proportion(40, 60)
    assert (low / (2 - low), high / (2 - high)) == pytest.approx((one, other))


def test_a_mean_lies_in_its_interval() -> None:
    random = np.random.default_rng(2)
    inside = []
    for _ in range(2000):
        values = random.exponential(size=300)
        found = intervals.of_mean(300, values.sum(), (values**2).sum())
        assert found is not None
        inside.append(found[0] <= 1 <= found[1])
    assert np.mean(inside) > 0.93


def test_an_area_lies_in_its_interval() -> None:
    random = np.random.default_rng(3)
    truth = 0.7602499389065233  # of a normal distribution, at 1 / sqrt(2)
    inside = []
    for _ in range(500):
        ones, others = random.normal(1, 1, 80), random.normal(0, 1, 80)
        auc = float(np.mean(ones[:, np.newaxis] > others))
        low, high = intervals.of_auc(auc, 80, 80)
        inside.append(low <= truth <= high)
    assert np.mean(inside) > 0.9


def test_there_is_no_interval_of_one_value() -> None:
    assert intervals.of_mean(1, 2.0, 4.0) is None
    assert intervals.of_mean(3, 2.0, float("inf")) is None
