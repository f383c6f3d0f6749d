from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from river.drift import PageHinkley as RiverPageHinkley

from detectors.algorithms.page_hinkley import PageHinkley
from detectors.algorithms.parameter import InvalidDetector
from detectors.arrays.column import Numbers
from tests.detectors.streams import fed_in_pieces, river_indices, streams

_PARAMETERS = st.fixed_dictionaries(
    {},
    optional={
        "min_instances": st.sampled_from([1, 2, 30, 200]),
        "delta": st.sampled_from([0.0, 0.005, 0.05, 2.0]),
        "threshold": st.sampled_from([0.0, 0.5, 8.0, 50.0, 500.0]),
        "alpha": st.sampled_from([1.0, 0.9999, 0.9]),
        "mode": st.sampled_from(["both", "up", "down"]),
    },
)


@settings(max_examples=150, deadline=None)
@given(values=streams(), parameters=_PARAMETERS)
def test_it_fires_where_river_does_and_keeps_the_same_sums(
    values: Numbers, parameters: dict[str, Any]
) -> None:
    ours, river = PageHinkley(**parameters), RiverPageHinkley(**parameters)
    assert [found.index for found in ours.update(values)] == river_indices(river, values)
    if not river.drift_detected:  # River forgets with the next value, we at once
        state = ours.state()
        assert state["n"] == river._x_mean.n
        assert state["mean"] == river._x_mean.get()
        assert state["sum_increase"] == river._sum_increase
        assert state["sum_decrease"] == river._sum_decrease
        assert state["min_increase"] == river._min_increase
        assert state["max_decrease"] == river._max_decrease


@settings(max_examples=60, deadline=None)
@given(values=streams(), parameters=_PARAMETERS, cuts=st.lists(st.integers(0, 1500), max_size=30))
def test_detections_and_state_are_the_same_however_the_column_is_split(
    values: Numbers, parameters: dict[str, Any], cuts: list[int]
) -> None:
    whole, pieces = PageHinkley(**parameters), PageHinkley(**parameters)
    assert fed_in_pieces(pieces, values, cuts) == whole.update(values)
    assert pieces.state() == whole.state()


@settings(max_examples=60, deadline=None)
@given(values=streams(), parameters=_PARAMETERS)
def test_means_and_rows_describe_the_values_on_both_sides_of_the_extremum(
    values: Numbers, parameters: dict[str, Any]
) -> None:
    start = 0
    for found in PageHinkley(**parameters).update(values):
        segment = values[start : found.index + 1]
        assert 1 <= found.rows_after < len(segment)
        before, after = segment[: -found.rows_after], segment[-found.rows_after :]
        exactness = {"rtol": 1e-9, "atol": 1e-9 * np.abs(segment).sum()}
        np.testing.assert_allclose(found.mean_before, before.mean(), **exactness)
        np.testing.assert_allclose(found.mean_after, after.mean(), **exactness)
        assert found.statistic > found.threshold
        start = found.index + 1


@pytest.mark.parametrize(("mode", "sees"), [("both", (1, 1)), ("up", (1, 0)), ("down", (0, 1))])
def test_a_mode_sees_only_its_direction(mode: str, sees: tuple[int, int]) -> None:
    rise, fall = np.repeat([0.0, 1.0], 60), np.repeat([1.0, 0.0], 60)
    found = [
        len(PageHinkley(threshold=20.0, alpha=1.0, mode=mode).update(values))
        for values in (rise, fall)
    ]
    assert tuple(found) == sees


def test_rows_after_finds_the_change() -> None:
    values = np.repeat([0.25, 0.75], 500) + np.random.default_rng(3).normal(0, 0.05, 1000)
    (found,) = PageHinkley(delta=0.05, threshold=11.0, alpha=1.0).update(values)
    assert abs(found.index + 1 - found.rows_after - 500) <= 2
    assert found.mean_before == pytest.approx(0.25, abs=0.01)
    assert found.mean_after == pytest.approx(0.75, abs=0.05)


def test_a_state_without_one_of_its_sums_is_refused() -> None:
    state = PageHinkley().state()
    del state["min_mean"]
    with pytest.raises(KeyError, match="min_mean"):
        PageHinkley().restore(state)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("min_instances", 0),
        ("delta", -0.1),
        ("threshold", float("inf")),
        ("alpha", 0.0),
        ("alpha", 1.1),
        ("mode", "sideways"),
        ("mode", 1),
    ],
)
def test_a_parameter_out_of_range_is_refused_by_name(parameter: str, value: object) -> None:
    wrong: dict[str, Any] = {parameter: value}
    with pytest.raises(InvalidDetector, match=parameter):
        PageHinkley(**wrong)


def test_memory_does_not_grow() -> None:
    detector = PageHinkley(threshold=1e9)
    detector.update(np.random.default_rng(1).random(10_000))
    assert detector._memory.nbytes == 96
