import numpy as np

from detectors.algorithms.estimated_mean import EstimatedMean
from detectors.algorithms.mean_threshold import MeanThreshold
from detectors.algorithms.relative_threshold import RelativeThreshold
from detectors.arrays.column import Numbers

LIMIT = 10_000.0


def drawn(rate: float, count: int, seed: int) -> Numbers:
    return (np.random.default_rng(seed).random(count) < rate).astype(np.float64)


def estimated(rate: float, seed: int, count: int = 1000) -> EstimatedMean:
    mean = EstimatedMean()
    mean.add(drawn(rate, count, seed))
    return mean


def more(by: float) -> RelativeThreshold:
    return RelativeThreshold(estimated(0.1, 1), lambda mean: mean + by, LIMIT)


def test_false_alarms_are_as_few_as_stated_though_the_reference_is_an_estimate() -> None:
    count, runs, alarms, naive = 5000, 300, 0, 0
    for seed in range(runs):
        reference = estimated(0.1, seed, 300)
        losses, rows = drawn(0.12, count, 1000 + seed), np.arange(count)
        watch = RelativeThreshold(reference, lambda mean: mean + 0.02, LIMIT)
        alarms += watch.update(losses, rows) is not None
        naive += MeanThreshold(reference.mean + 0.02, LIMIT).update(losses, rows) is not None
    assert alarms <= runs * count / LIMIT < naive * 2


def test_a_large_sample_is_nearly_as_good_as_the_truth() -> None:
    rows = np.arange(5000)
    reference = EstimatedMean()
    reference.add(np.tile(drawn(0.1, 1000, 1), 2000))
    relative = RelativeThreshold(reference, lambda mean: mean + 0.02, LIMIT)
    losses = drawn(0.2, 5000, 2)
    found = relative.update(losses, rows)
    told = MeanThreshold(reference.mean + 0.02, LIMIT).update(losses, rows)
    assert found is not None
    assert told is not None
    assert told[0] <= found[0] < 3 * told[0]


def test_what_comes_after_a_finding_begins_anew() -> None:
    watch = more(0.02)
    losses, rows = drawn(0.5, 2000, 3), np.arange(2000)
    first = watch.update(losses, rows)
    assert first is not None
    assert first[1].statistic >= first[1].limit == LIMIT
    second = watch.update(losses[: first[0] + 1], rows)
    assert second is not None
    assert second[1] == first[1]


def test_it_goes_on_from_its_state() -> None:
    losses, rows = drawn(0.3, 3000, 4), np.arange(3000)
    whole, part = more(0.02), more(0.02)
    expected = whole.update(losses, rows)
    assert expected is not None
    assert part.update(losses[:20], rows[:20]) is None
    other = more(0.02)
    other.restore(part.state())
    found = other.update(losses[20:], rows[20:])
    assert found is not None
    assert (found[0] + 20, found[1]) == expected


def test_a_limit_beyond_its_grid_has_it_begin_anew() -> None:
    watch, strict = more(0.02), RelativeThreshold(estimated(0.1, 1), lambda m: m + 0.02, 1e12)
    losses, rows = drawn(0.5, 2000, 5), np.arange(2000)
    watch.allow(1e12)
    assert watch.update(losses, rows) == strict.update(losses, rows)
    lower = more(0.02)
    lower.allow(100.0)
    found, usual = lower.update(losses, rows), more(0.02).update(losses, rows)
    assert found is not None
    assert usual is not None
    assert found[0] < usual[0]


def test_a_state_of_a_limit_that_was_lower_by_far_begins_anew() -> None:
    losses, rows = drawn(0.5, 2000, 5), np.arange(2000)
    strict, restored = (
        RelativeThreshold(estimated(0.1, 1), lambda m: m + 0.02, 1e12) for _ in range(2)
    )
    lower = more(0.02)
    assert lower.update(losses[:3], rows[:3]) is None
    restored.restore(lower.state())
    assert restored.state()["reach"] >= 1e12
    assert restored.update(losses, rows) == strict.update(losses, rows)


def test_years_beyond_what_is_allowed_but_not_surely_hold_up_no_recovery() -> None:
    watch = RelativeThreshold(estimated(0.1, 1), lambda mean: mean + 0.02, 1e9)
    grey, good = drawn(0.13, 100_000, 6), drawn(0.02, 5000, 7)
    assert watch.update(grey, np.arange(len(grey))) is None
    assert watch.update(good, np.arange(len(good))) is None
    state = watch.state()
    assert np.isfinite(state["memory"]).all()
    assert (state["memory"] < 100.0).all()
