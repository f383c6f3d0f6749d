import numpy as np
import pytest

from benchmarks.detection.budget import alarms_of
from benchmarks.detection.stationary import STATIONARY, autoregressive, zipf
from benchmarks.watchers import column_of
from schemas.tables.columns import Flag, Kind


@pytest.mark.parametrize("name", STATIONARY)
def test_a_seed_gives_the_same_stream_each_time_and_another_one_another(name: str) -> None:
    draw = STATIONARY[name].draw
    first, again, other = (draw(np.random.default_rng(seed), 10_000) for seed in (1, 1, 2))

    assert len(first) == 10_000
    assert np.array_equal(first, again, equal_nan=True)
    assert not np.array_equal(first, other, equal_nan=True)


def test_shares_by_the_law_of_zipf_are_shares() -> None:
    shares = zipf(1000)

    assert shares.sum() == pytest.approx(1.0)
    assert shares[0] / shares[9] == pytest.approx(10.0)


def test_autoregressive_streams_have_the_variance_of_the_normal_one() -> None:
    values = autoregressive(0.9)(np.random.default_rng(1), 100_000)

    assert values.std() == pytest.approx(1.0, abs=0.03)
    assert np.corrcoef(values[1:], values[:-1])[0, 1] == pytest.approx(0.9, abs=0.01)


def test_days_grow_from_5_000_rows_to_15_000() -> None:
    rows = 200_000
    noisy = STATIONARY["days that grow"].draw(np.random.default_rng(1), rows)
    smooth = np.convolve(noisy, np.ones(500) / 500, "valid")
    # Noise crosses zero back and forth; between heights and depths there is one way up a day.
    far = np.flatnonzero(np.abs(smooth) > 0.4)
    days = far[1:][(smooth[far[:-1]] < 0) & (smooth[far[1:]] > 0)]

    assert np.diff(days)[0] == pytest.approx(5000, rel=0.15)
    assert np.diff(days)[-1] == pytest.approx(15_000, rel=0.15)


def test_missing_values_are_null_and_categories_have_the_same_name_in_every_batch() -> None:
    column = column_of(np.array([1.0, np.nan]), Kind.NUMBER)
    assert column.flags is not None
    assert column.flags.tolist() == [Flag.OK, Flag.NULL]

    first = column_of(np.array([7.0, 3.0]), Kind.CATEGORY)
    second = column_of(np.array([7.0]), Kind.CATEGORY)
    assert first.categories[first.values[0]] == second.categories[second.values[0]] == "category 7"


def test_alarms_of_a_stream_are_counted_by_what_they_say_of_the_bound() -> None:
    found = alarms_of("day of 10,000 rows, 1 sd", 1, 30_000)

    assert found == alarms_of("day of 10,000 rows, 1 sd", 1, 30_000)
    assert alarms_of("normal", 1, 2000) == (0, 0)
