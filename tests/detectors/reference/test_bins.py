import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.arrays.column import Numbers
from detectors.reference.bins import NumberBins

_SAMPLES = st.lists(
    st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([0.0, -0.0, 1.0, 5e-324]),
    min_size=1,
    max_size=80,
).map(np.array)


@given(_SAMPLES, _SAMPLES, st.integers(4, 64))
def test_every_number_has_a_bin_and_the_bins_keep_the_order(
    sample: Numbers, values: Numbers, bins: int
) -> None:
    binning = NumberBins.of_sample(sample, bins)
    found = binning.of(np.sort(values))
    assert (np.diff(found) >= 0).all()
    assert 0 <= found.min() <= found.max() < binning.size <= 3 * bins + 1
    assert (np.diff(binning.edges) > 0).all()


@given(_SAMPLES, st.integers(4, 64))
def test_a_frequent_number_has_a_bin_of_its_own(sample: Numbers, bins: int) -> None:
    binning = NumberBins.of_sample(sample, bins)
    values, counts = np.unique(sample, return_counts=True)
    for atom in values[(counts > 1) & (counts * bins >= len(sample))]:
        if abs(atom) < 1e308:
            around = np.array([np.nextafter(atom, -np.inf), atom, np.nextafter(atom, np.inf)])
            below, own, above = binning.of(around)
            assert below < own < above


def test_bins_of_a_continuous_sample_hold_equal_shares_but_for_those_at_its_ends() -> None:
    sample = np.random.default_rng(1).lognormal(0, 2, 6400)
    binning = NumberBins.of_sample(sample, 64)
    assert binning.size == 64
    counts = np.bincount(binning.of(sample), minlength=64)
    assert counts[[0, 1, 62, 63]].tolist() == [0, 1, 1, 0]
    assert counts[2:62].min() >= 105
    assert counts[2:62].max() <= 107


def test_what_lies_far_beyond_a_sample_is_told_apart_from_its_ends() -> None:
    binning = NumberBins.of_sample(np.linspace(0.0, 10.0, 1000), 64)
    bins = binning.of(np.array([-5.1, -4.9, 0.0, 0.01, 9.99, 10.0, 14.9, 15.1]))
    assert bins.tolist() == [0, 1, 1, 2, 61, 62, 62, 63]


@pytest.mark.parametrize("constant", [0.0, -1e308, 1.7976931348623157e308, 5e-324])
def test_a_constant_is_told_apart_from_what_is_above_and_below(constant: float) -> None:
    binning = NumberBins.of_sample(np.full(100, constant), 64)
    assert binning.of(np.array([constant]))[0] == 1
    assert binning.of(np.array([constant - max(abs(constant) / 2, 1.0)]))[0] == 0


@given(_SAMPLES)
def test_a_binning_continues_from_its_state(sample: Numbers) -> None:
    binning = NumberBins.of_sample(sample, 8)
    again = NumberBins.restored(binning.state())
    assert again.size == binning.size
    assert again.of(sample).tolist() == binning.of(sample).tolist()
