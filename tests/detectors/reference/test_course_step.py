import numpy as np
import pytest

from detectors.arrays.column import Numbers
from detectors.reference.course_step import step_beyond
from detectors.reference.early_scores import scores_of
from tests.detectors.streams import autoregressive

_RANDOM = np.random.default_rng
COUNT = 700
_TIMES = np.linspace(-1.0, 1.0, COUNT)


def _courses() -> dict[str, Numbers]:
    return {
        "flat": np.zeros(COUNT),
        "trend": 1.5 * _TIMES,
        "recovery": 4.0 * np.exp(-3.0 * (_TIMES + 1.0)),
        "hill": -2.0 * _TIMES**2,
        "wave": 1.5 * np.sin(3.0 * _TIMES),
    }


@pytest.mark.parametrize("name", _courses())
def test_a_step_is_found_on_top_of_a_course_and_placed(name: str) -> None:
    found = []
    for seed in range(10):
        values = _courses()[name] + _RANDOM(seed).normal(size=COUNT)
        values[500:] += 2.5
        before, neighbours = step_beyond(scores_of(values, fold=False))
        found.append(abs(before - 500) < 15 and abs(neighbours) < 0.2)
    assert sum(found) >= 8


@pytest.mark.parametrize("name", _courses())
def test_a_course_alone_has_none(name: str) -> None:
    found = 0
    for seed in range(50):
        values = _courses()[name] + _RANDOM(seed).normal(size=COUNT)
        found += step_beyond(scores_of(values, fold=False))[0] > 0
    assert found <= 1


def _has_step(values: Numbers) -> bool:
    return int(step_beyond(scores_of(values, fold=False))[0]) > 0


def test_a_walk_and_a_wave_of_many_periods_have_none() -> None:
    found = 0
    for seed in range(50):
        wave = 2.0 * np.sin(20.0 * _TIMES + seed) + _RANDOM(seed).normal(size=COUNT)
        found += _has_step(autoregressive(0.99, COUNT, seed)) + _has_step(wave)
    assert found <= 3


@pytest.mark.parametrize("count", [32, 33, 1024])
def test_constants_and_straight_lines_have_none(count: int) -> None:
    assert step_beyond(np.zeros(count))[0] == 0
    assert step_beyond(np.linspace(-1.0, 1.0, count))[0] == 0
