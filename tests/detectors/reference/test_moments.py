import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors.reference.moments import with_values


@given(st.lists(st.floats(-1e9, 1e9), min_size=1), st.lists(st.integers(0, 50), max_size=4))
def test_moments_are_those_of_all_values_however_they_are_cut(
    numbers: list[float], cuts: list[int]
) -> None:
    values = np.array(numbers)
    whole = with_values(0, 0.0, 0.0, values)
    pieces = (0, 0.0, 0.0)
    for part in np.split(values, sorted(cuts)):
        pieces = with_values(*pieces, part)
    assert pieces == whole
    count, mean, squares = whole
    assert count == len(values)
    np.testing.assert_allclose(mean, values.mean(), atol=1e-4)
    np.testing.assert_allclose(squares, ((values - values.mean()) ** 2).sum(), rtol=1e-9, atol=1.0)


def test_a_constant_has_no_spread_at_all() -> None:
    assert with_values(0, 0.0, 0.0, np.full(10_000, 0.1)) == (10_000, 0.1, 0.0)


def test_no_values_change_nothing_and_the_numbers_are_plain() -> None:
    moments = with_values(2, 2.0, 2.0, np.empty(0))
    assert moments == (2, 2.0, 2.0)
    assert [type(each) for each in moments] == [int, float, float]
