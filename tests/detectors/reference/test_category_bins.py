import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors.reference.category_bins import CategoryBins
from detectors.reference.category_keys import key_of
from detectors.reference.category_numbers import CategoryNumbers

_BINNINGS = st.tuples(st.lists(st.integers(0, 8), max_size=20), st.integers(1, 3)).map(
    lambda drawn: CategoryBins(np.array([9, *drawn[0]], dtype=np.int64), 9 + drawn[1], drawn[1])
)


@given(_BINNINGS)
def test_bins_continue_from_their_state(binning: CategoryBins) -> None:
    again = CategoryBins.restored(binning.state())
    numbers = np.arange(len(binning.bin_of), dtype=np.float64)
    assert (again.size, again.unseen) == (binning.size, binning.unseen)
    assert again.of(numbers).tolist() == binning.of(numbers).tolist()


def test_categories_that_come_later_lie_where_they_would_without_a_name() -> None:
    categories = CategoryNumbers()
    categories.of(np.array([0]), ("known",))
    categories.settle(np.array([8.0]), [key_of("known")], is_open=True)
    binning = CategoryBins(np.array([1, 2, 0]), 3, 2)
    numbers = categories.of(np.array([1, 2, 0]), ("known", "a long one", "brief"))
    binning.extend(categories)
    assert binning.of(numbers).tolist() == [2, 1, 0]
    binning.extend(categories)
    assert len(binning.bin_of) == 5
