import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors.arrays.quantiles import between, quartiles

_NUMBERS = st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=40)


@given(_NUMBERS)
def test_quartiles_are_those_of_numpy_to_the_last_digit(numbers: list[float]) -> None:
    values = np.array(numbers)
    expected = np.quantile(values, [0.25, 0.5, 0.75])
    assert list(quartiles(values)) == expected.tolist()


@given(_NUMBERS, st.floats(0.0, 1.0))
def test_so_is_any_other_quantile(numbers: list[float], share: float) -> None:
    ascending = np.sort(numbers)
    assert between(ascending, share) == np.quantile(ascending, share)
