import numpy as np
import pytest

from detectors.algorithms.change_point import strongest_suffix


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("rows", [5, 20, 60])
def test_the_suffix_is_about_as_long_as_the_change(sign: float, rows: int) -> None:
    found = []
    for seed in range(50):
        deviations = np.random.default_rng(seed).uniform(-0.5, 0.5, 96)
        deviations[-rows:] = sign * (0.35 + 0.3 * deviations[-rows:])
        found.append(strongest_suffix(deviations))
    assert abs(float(np.median(found)) - rows) <= 1


def test_there_is_always_a_suffix() -> None:
    assert strongest_suffix(np.array([0.0])) == 1
    assert strongest_suffix(np.zeros(10)) == 1
