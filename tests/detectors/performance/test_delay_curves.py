import numpy as np
import pytest

from detectors.performance.delay_curves import FEWEST, DelayCurves
from detectors.performance.label_delays import LabelDelays
from schemas.events.model_performance import NoValue

DAY = 86_400_000
BEGIN = 20_000 * DAY


def curves_of(
    days: float, medians: dict[int, float], *, rows: int = 60_000, seed: int = 0
) -> tuple[DelayCurves, LabelDelays]:
    """Curves after some days of steady predictions whose labels have lognormal delays."""
    random = np.random.default_rng(seed)
    made = np.sort((random.random(rows) * days * DAY).astype(np.int64)) + BEGIN
    keys = random.choice(list(medians), rows)
    median = np.array([medians.get(key, 0.0) for key in range(16)])[keys]
    known = made + (median * np.exp(0.8 * random.standard_normal(rows)) * DAY).astype(np.int64)
    seen = np.flatnonzero(known < BEGIN + days * DAY)
    order = seen[np.argsort(known[seen], kind="stable")]
    delays = LabelDelays(32 * DAY)
    delays.add(keys[order], made[order], known[order])
    return DelayCurves(delays), delays


def true_share(median: float, age: float) -> float:
    normal = np.random.default_rng(1).standard_normal(200_000)
    return float(np.mean(median * np.exp(0.8 * normal) <= age))


@pytest.mark.parametrize("age", [1.0, 2.0, 4.0, 8.0])
def test_shares_are_those_of_all_labels_though_only_those_that_came_are_seen(age: float) -> None:
    curves, delays = curves_of(24, {2: 2.0, 3: 4.0})
    naive = np.cumsum(delays.delays(), axis=1) / delays.delays().sum(axis=1, keepdims=True)
    for key, median in ((2, 2.0), (3, 4.0)):
        group = int(delays.groups[key])
        truth = true_share(median, age)
        found = float(curves.share(group, np.array([age * DAY]))[0])
        assert found == pytest.approx(truth, abs=0.025)
        place = np.searchsorted(delays.edges, age * DAY)
        # What it is for: young predictions show short delays alone.
        assert naive[group, place] > truth


def test_errors_are_those_that_repeated_histories_have() -> None:
    found = [curves_of(24, {3: 4.0}, rows=4000, seed=seed)[0] for seed in range(60)]
    place = int(np.searchsorted(found[0]._edges, 2 * DAY))
    shares = np.array([each.shares[0, place] for each in found])
    stated = np.mean([each.errors[0, place] for each in found])
    assert shares.std() / shares.mean() == pytest.approx(stated, rel=0.5)


def test_the_maturity_of_a_window_is_the_mean_over_its_predictions() -> None:
    curves, delays = curves_of(24, {3: 2.0})
    shares, _ = curves.maturity(BEGIN + 22 * DAY, BEGIN + 23 * DAY)
    truth = np.mean([true_share(2.0, age) for age in np.linspace(1.05, 1.95, 10)])
    assert shares[int(delays.groups[3])] == pytest.approx(truth, abs=0.03)


def test_a_group_with_few_labels_takes_the_delays_of_its_class() -> None:
    delays = LabelDelays(32 * DAY)
    count = 10 * FEWEST
    made = BEGIN + np.arange(count) * DAY // 10
    keys = np.full(count, 3)
    keys[-1] = 2
    delays.add(keys, made, made + DAY)
    curves = DelayCurves(delays)
    one, other = (int(delays.groups[key]) for key in (2, 3))
    assert curves.shares[one].tolist() == pytest.approx(curves.shares[other].tolist(), abs=0.01)
    assert curves.labels[one] == 1


def test_nothing_is_known_of_few_labels_nor_where_most_come_as_late_as_could_be() -> None:
    few, _ = curves_of(24, {3: 2.0}, rows=20)
    assert few.unknown(0) is NoValue.DELAYS_UNKNOWN
    late, delays = curves_of(10, {2: 1.0, 3: 20.0})
    assert late.unknown(int(delays.groups[2])) is None
    assert late.unknown(int(delays.groups[3])) is NoValue.DELAYS_UNKNOWN


@pytest.mark.parametrize("share", [0.01, 0.03])
def test_stray_labels_that_are_dated_before_their_predictions_change_no_curve(share: float) -> None:
    random = np.random.default_rng(2)
    made = np.sort((random.random(20_000) * 24 * DAY).astype(np.int64)) + BEGIN
    known = made + (random.exponential(2, len(made)) * DAY).astype(np.int64)
    keys = np.full(len(made), 3)
    is_stray = random.random(len(made)) < share
    with_strays, without = LabelDelays(32 * DAY), LabelDelays(32 * DAY)
    with_strays.add(keys, made, np.where(is_stray, made - DAY, known))
    without.add(keys[~is_stray], made[~is_stray], known[~is_stray])
    found, expected = DelayCurves(with_strays), DelayCurves(without)
    assert found.shares.tolist() == expected.shares.tolist()
    assert found.unknown(0) is None


def test_nothing_is_known_of_a_class_whose_labels_are_dated_before_their_predictions() -> None:
    made = BEGIN + np.arange(4000) * DAY // 100
    keys = np.where(np.arange(4000) % 100 == 0, 5, 3)
    delays = LabelDelays(64 * DAY)
    delays.add(keys, made, np.where(keys == 5, made - DAY, made + DAY))
    curves = DelayCurves(delays)
    # All labels together are four in five hundred: those of the class are its own, and many.
    assert curves.unknown(int(delays.groups[5])) is NoValue.BACKDATED
    assert curves.unknown(int(delays.groups[3])) is None


def test_quantiles_are_ages_by_which_labels_have_come() -> None:
    curves, _ = curves_of(30, {3: 2.0})
    assert curves.quantile(0, 0.5) == pytest.approx(2 * DAY, rel=0.1)
    assert curves.quantile(0, 0.9) == pytest.approx(2 * DAY * np.exp(0.8 * 1.2816), rel=0.1)


def test_without_labels_there_is_no_group() -> None:
    curves = DelayCurves(LabelDelays(DAY))
    assert len(curves.labels) == 0
    assert curves.maturity(0, DAY)[0].tolist() == []
