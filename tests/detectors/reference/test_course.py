import numpy as np
import pytest

from detectors.arrays.column import Numbers
from detectors.reference import block_means
from detectors.reference.course import is_course, is_step, shapes


def _blocks(values: Numbers) -> Numbers:
    blocks = np.empty(block_means.MEMORY)
    block_means.begin(blocks)
    block_means.fill(values, blocks)
    return blocks


def _noise(rows: int = 3000) -> Numbers:
    return np.random.default_rng(3).normal(size=rows)


@pytest.mark.parametrize("rows", [40, 300, 1500])
def test_a_sudden_shift_is_a_step(rows: int) -> None:
    values = _noise()
    values[-rows:] += 1.0
    blocks = _blocks(values)
    block_means.split(values[-min(rows, 96) :], blocks)

    assert is_step(blocks, spread=False)
    assert not is_course(blocks, spread=False)


@pytest.mark.parametrize("begin", range(0, 24, 3))
@pytest.mark.parametrize("hours", [6, 12])
def test_no_part_of_a_sine_is_a_step(begin: int, hours: int) -> None:
    phases = 2 * np.pi * (begin + hours * np.arange(3000) / 3000) / 24
    blocks = _blocks(2.0 * np.sin(phases) + _noise())

    assert not is_step(blocks, spread=False)
    assert is_course(blocks, spread=False)


def test_a_spread_that_is_another_one_is_a_step_unless_a_course_makes_it() -> None:
    values = _noise()
    values[-200:] *= 2.0
    assert is_step(_blocks(values), spread=True)
    assert not is_step(_blocks(values), spread=False)
    rising = _noise() + np.linspace(0.0, 3.0, 3000) ** 2
    assert not is_step(_blocks(rising), spread=True)
    assert is_course(_blocks(rising), spread=True)


def test_noise_is_neither_and_nothing_can_be_said_of_few_values() -> None:
    for values in (_noise(), _noise(5), np.zeros(0), np.zeros(2000)):
        assert not is_step(_blocks(values), spread=False)
        assert not is_course(_blocks(values), spread=False)
    assert shapes(_blocks(np.zeros(0)))[0].step == 0.0


def test_a_constant_that_becomes_another_one_is_a_step() -> None:
    values = np.zeros(1000)
    values[-250:] = 1.0
    assert is_step(_blocks(values), spread=False)
