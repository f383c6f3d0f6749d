import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.reference.window import ReferenceWindow

_LARGEST = np.finfo(np.float64).max


def _before(counts: list[int], edges: list[float] | None) -> ReferenceWindow:
    return ReferenceWindow(
        count=sum(counts),
        mean=0.0,
        squares=0.0,
        counts=np.array(counts),
        edges=None if edges is None else np.array(edges),
        category_counts=np.empty(0, dtype=np.int64),
    )


def test_a_quantile_lies_within_its_bin_in_proportion() -> None:
    before = _before([2, 0, 2], [0.0, 1.0, 5.0, 7.0])
    assert [before.quantile(level) for level in (0.0, 0.25, 0.75, 1.0)] == [0.0, 0.5, 6.0, 7.0]


@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=6),
    st.lists(st.floats(allow_nan=False), min_size=7, max_size=7),
    st.floats(0, 1),
)
@pytest.mark.filterwarnings("error")
def test_a_quantile_is_finite_and_between_the_edges_whatever_they_are(
    counts: list[int], bounds: list[float], level: float
) -> None:
    edges = sorted(bounds)[: len(counts) + 1]
    found = _before(counts, edges).quantile(level)
    assert max(edges[0], -_LARGEST) <= found <= min(edges[-1], _LARGEST)


def test_the_bin_above_the_largest_number_has_quantiles_too() -> None:
    assert _before([1, 1], [0.0, _LARGEST, np.inf]).quantile(0.5) == _LARGEST


@pytest.mark.parametrize("level", np.linspace(0, 1, 40).tolist())
def test_weighing_the_largest_number_with_itself_does_not_go_beyond_it(level: float) -> None:
    assert _before([1], [_LARGEST, _LARGEST]).quantile(level) == _LARGEST


def test_categories_have_no_quantiles() -> None:
    with pytest.raises(TypeError, match="no quantiles"):
        _before([1], None).quantile(0.5)
