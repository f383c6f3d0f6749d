import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors.algorithms.discoveries import discoveries

STATISTICS = st.lists(st.floats(0, 1e9), min_size=1, max_size=30)


@given(STATISTICS, st.floats(1, 1e6))
def test_they_are_as_many_of_the_largest_as_reach_their_share_of_the_limit(
    statistics: list[float], limit: float
) -> None:
    found = discoveries(np.array(statistics), limit).tolist()
    largest = sorted(statistics, reverse=True)
    counts = [
        0,
        *(k for k in range(1, len(largest) + 1) if k * largest[k - 1] >= len(largest) * limit),
    ]
    assert [statistics[each] for each in found] == largest[: counts[-1]]


@given(STATISTICS, st.floats(1, 1e6))
def test_where_there_is_one_the_average_has_reached_the_limit(
    statistics: list[float], limit: float
) -> None:
    if len(discoveries(np.array(statistics), limit)):
        assert sum(statistics) >= len(statistics) * limit * (1 - 1e-9)


def test_of_many_at_once_each_needs_less_than_one_alone() -> None:
    assert discoveries(np.array([99.0] * 10), 100.0).tolist() == []
    assert len(discoveries(np.array([101.0] * 10), 100.0)) == 10
    assert discoveries(np.array([999.0, *[0.0] * 9]), 100.0).tolist() == []
    assert discoveries(np.array([*[0.0] * 9, 1001.0]), 100.0).tolist() == [9]
