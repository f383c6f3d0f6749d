import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.algorithms.mean_threshold import ODDS, MeanThreshold
from detectors.arrays.column import Numbers

LIMIT = 1000.0


def by_the_formulae(losses: Numbers, threshold: float, limit: float) -> tuple[int, float]:
    """The same with plain numbers: the oracle."""
    odds = [each * threshold / (1 - threshold) for each in ODDS]
    stakes = [(each / (1 + each) - threshold) / (threshold * (1 - threshold)) for each in odds]
    statistics = [0.0] * len(ODDS)
    for index, loss in enumerate(losses.tolist()):
        statistics = [
            (statistic + 1 / len(ODDS)) * (1 + stake * (loss - threshold))
            for statistic, stake in zip(statistics, stakes, strict=True)
        ]
        if sum(statistics) >= limit:
            return index, sum(statistics)
    return -1, sum(statistics)


@given(
    st.floats(0.01, 0.95),
    st.floats(0.0, 1.0),
    st.integers(0, 2**32),
    st.lists(st.integers(1, 300), min_size=1, max_size=6),
    st.booleans(),
)
def test_it_follows_the_formulae_however_a_stream_is_cut(
    threshold: float, mean: float, seed: int, sizes: list[int], binary: bool
) -> None:
    rng = np.random.default_rng(seed)
    losses = rng.random(sum(sizes)) ** (1 / max(mean, 0.01) - 1 + 1e-9)
    if binary:
        losses = (losses < mean).astype(np.float64)
    at, statistic = by_the_formulae(losses, threshold, LIMIT)
    watch, start = MeanThreshold(threshold, LIMIT), 0
    for part in np.split(losses, np.cumsum(sizes)[:-1]):
        other = MeanThreshold(threshold, LIMIT)
        other.restore(watch.state())
        watch = other
        found = watch.update(part, np.arange(start, start + len(part)))
        if found is not None:
            place, crossing = found
            assert start + place == at
            assert crossing.statistic == pytest.approx(statistic)
            assert crossing.losses == at + 1 - crossing.first_row
            since = losses[crossing.first_row : at + 1]
            assert crossing.mean == pytest.approx(since.mean())
            assert crossing.mean > threshold
            return
        start += len(part)
    assert at == -1


@pytest.mark.parametrize("threshold", [0.01, 0.06, 0.5])
@pytest.mark.parametrize("binary", [True, False])
def test_at_the_threshold_itself_false_alarms_are_no_more_than_stated(
    threshold: float, binary: bool
) -> None:
    rng = np.random.default_rng(7)
    draws = rng.random(1_000_000)
    losses: Numbers = draws ** (1 / threshold - 1)
    if binary:
        losses = (draws < threshold).astype(np.float64)
    watch, alarms, begin = MeanThreshold(threshold, 10_000.0), 0, 0
    rows = np.arange(len(losses))
    while (found := watch.update(losses[begin:], rows[begin:])) is not None:
        alarms += 1
        begin += found[0] + 1
    # 100 are stated, and the standard deviation of their number is 10.
    assert 30 <= alarms <= 120


def errors(rng: np.random.Generator, rate: float) -> Numbers:
    return (rng.random(20_000) < rate).astype(np.float64)


def test_a_good_year_does_not_hold_up_the_alarm() -> None:
    delays, begins = [], []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        watch = MeanThreshold(0.06, 100_000.0)
        assert watch.update(errors(rng, 0.05), np.arange(20_000)) is None
        found = watch.update(errors(rng, 0.08), np.arange(20_000, 40_000))
        assert found is not None
        delays.append(found[0] + 1)
        begins.append(found[1].first_row)
    assert np.median(delays) < 2000
    assert abs(np.median(begins) - 20_000) < 500


@pytest.mark.parametrize("threshold", [0.0, 1.0, -0.1, float("nan")])
def test_a_threshold_that_no_mean_can_cross_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        MeanThreshold(threshold, LIMIT)


def test_after_a_crossing_it_knows_nothing() -> None:
    watch = MeanThreshold(0.5, LIMIT)
    assert watch.update(np.ones(100), np.arange(100)) is not None
    assert not watch.state()["memory"].any()
