from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.algorithms.adwin import Adwin
from detectors.algorithms.parameter import InvalidDetector
from detectors.algorithms.river_detector import river_detectors
from detectors.arrays.column import Numbers
from tests.detectors.streams import fed_in_pieces, river_indices, streams

_PARAMETERS = st.fixed_dictionaries(
    {},
    optional={
        "delta": st.sampled_from([1e-9, 0.002, 0.05, 0.3, 1.0]),
        "clock": st.sampled_from([1, 2, 7, 32, 100]),
        "max_buckets": st.integers(2, 9),
        "min_window_length": st.sampled_from([1, 2, 5, 30]),
        "grace_period": st.sampled_from([0, 1, 10, 100]),
    },
)


def _plain(detector: Adwin) -> list[Any]:
    return [np.asarray(value).tolist() for value in detector.state().values()]


@settings(max_examples=150, deadline=None)
@given(values=streams(), parameters=_PARAMETERS)
def test_it_fires_where_river_does_and_keeps_the_same_sums(
    values: Numbers, parameters: dict[str, Any]
) -> None:
    ours, river = Adwin(**parameters), river_detectors()["ADWIN"](**parameters)
    expected = river_indices(river, values)
    assert [found.index for found in ours.update(values)] == expected
    if not river.drift_detected:  # River forgets with the next value, we at once
        state = ours.state()
        actual = (state["width"], state["total"], state["variance"])
        assert actual == (river.width, river.total, river.variance)


@pytest.mark.parametrize("height", [1.0, -50.0])
@pytest.mark.parametrize("shortest", [1, 2, 5, 8])
@pytest.mark.parametrize("grace", [0, 11, 24])
def test_every_bound_is_river_s_to_the_row(height: float, shortest: int, grace: int) -> None:
    fired = 0
    parameters: dict[str, Any] = {
        "delta": 1.0,
        "clock": 1,
        "min_window_length": shortest,
        "grace_period": grace,
    }
    for before in range(1, 30):
        values = np.repeat([0.0, height], [before, 40])
        expected = river_indices(river_detectors()["ADWIN"](**parameters), values)
        assert [found.index for found in Adwin(**parameters).update(values)] == expected
        fired += len(expected)
    assert fired


@settings(max_examples=60, deadline=None)
@given(values=streams(), parameters=_PARAMETERS, cuts=st.lists(st.integers(0, 1500), max_size=30))
def test_detections_and_state_are_the_same_however_the_column_is_split(
    values: Numbers, parameters: dict[str, Any], cuts: list[int]
) -> None:
    whole, pieces = Adwin(**parameters), Adwin(**parameters)
    assert fed_in_pieces(pieces, values, cuts) == whole.update(values)
    assert _plain(pieces) == _plain(whole)


def test_it_fires_where_river_does_on_a_long_stream() -> None:
    random = np.random.default_rng(5)
    values = random.random(60_000)
    values[41_000:] += 0.05
    values[52_000:] -= 0.2
    expected = river_indices(river_detectors()["ADWIN"](delta=0.3), values)
    assert len(expected) >= 2
    assert [found.index for found in Adwin(delta=0.3).update(values)] == expected


@settings(max_examples=60, deadline=None)
@given(values=streams(), parameters=_PARAMETERS)
def test_means_and_rows_describe_the_values_on_both_sides_of_the_cut(
    values: Numbers, parameters: dict[str, Any]
) -> None:
    start = 0
    for found in Adwin(**parameters).update(values):
        window = values[start : found.index + 1]
        after = window[-found.rows_after :]
        before = window[: -found.rows_after]
        exactness = {"rtol": 1e-9, "atol": 1e-9 * np.abs(window).sum()}
        np.testing.assert_allclose(found.mean_before, before.mean(), **exactness)
        np.testing.assert_allclose(found.mean_after, after.mean(), **exactness)
        assert found.statistic == abs(found.mean_before - found.mean_after)
        assert found.statistic > found.threshold
        start = found.index + 1


def test_rows_after_finds_the_change() -> None:
    errors = []
    for seed in range(40):
        values = np.random.default_rng(seed).random(4000)
        values[3000 + seed :] += 0.3
        found = next(each for each in Adwin().update(values) if each.index >= 3000 + seed)
        errors.append(abs(found.index + 1 - found.rows_after - (3000 + seed)))
    assert np.median(errors) <= 10


def test_a_state_holds_the_window_s_buckets_oldest_first() -> None:
    detector = Adwin(max_buckets=2)
    detector.update(np.arange(1.0, 8.0))
    state = detector.state()
    assert state["width"] == 7
    # A third bucket of a size makes one of the two oldest: 1..4, then 5 and 6, then 7.
    assert state["buckets"].tolist() == [10.0, 11.0, 7.0]


@pytest.mark.parametrize(("width", "buckets"), [(7, 6), (10**9, 0), (-7, 0)])
def test_a_state_of_another_number_of_buckets_is_refused(width: int, buckets: int) -> None:
    detector = Adwin()
    detector.update(np.zeros(100))
    state = detector.state()
    state["width"] = width
    with pytest.raises(ValueError, match=f"a window of {width} has"):
        Adwin().restore(state)
    state["buckets"] = np.zeros(buckets + 1 if width > 0 else 0)
    with pytest.raises(ValueError, match=f"a window of {width} has"):
        Adwin().restore(state)


@pytest.mark.parametrize("shape", [(), (2, 3)], ids=str)
def test_values_that_are_no_column_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"a column has the shape \(n,\)"):
        Adwin().update(np.zeros(shape))


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("delta", 0.0),
        ("delta", 1.5),
        ("delta", float("nan")),
        ("delta", "0.1"),
        ("clock", 0),
        ("clock", 1.5),
        ("clock", True),
        ("max_buckets", 1),
        ("min_window_length", 0),
        ("grace_period", -1),
    ],
)
def test_a_parameter_out_of_range_is_refused_by_name(parameter: str, value: object) -> None:
    wrong: dict[str, Any] = {parameter: value}
    with pytest.raises(InvalidDetector, match=parameter):
        Adwin(**wrong)


def test_memory_grows_with_the_logarithm_of_the_window() -> None:
    detector = Adwin(delta=1e-12)
    random = np.random.default_rng(1)
    for _ in range(100):
        detector.update(random.random(1000))
    assert detector.width == 100_000
    assert detector._window.nbytes < 700


@pytest.mark.parametrize("power", [-307, -160, -140, -70, 0, 70, 100, 150])
@pytest.mark.parametrize("level", [0.0, 1.0, 1e9])
def test_it_fires_where_river_does_at_every_scale(power: int, level: float) -> None:
    """The check that spares the bound must not lose a cut where numbers get tiny or infinite."""
    random = np.random.default_rng(9)
    fired = 0
    for change in (0.02, 0.05, 0.1, 0.3):
        values = (random.random(3000) + np.repeat([0.0, change], 1500) + level) * 10.0**power
        river = river_detectors()["ADWIN"](delta=1.0, clock=1)
        expected = river_indices(river, values)
        assert [found.index for found in Adwin(delta=1.0, clock=1).update(values)] == expected
        fired += len(expected)
    # Where the scale is small the linear part of the bound is far above every difference.
    assert fired or power < 0
