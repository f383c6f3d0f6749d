from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.algorithms.adwin import Adwin, feed
from detectors.algorithms.adwin_pair import feed_pair
from detectors.arrays.column import Numbers
from detectors.reference.ranks import folded

ROOM = 100
"""Of a window, in numbers: more than any here needs."""


def ranks(seed: int, rows: int, change: int, shift: float, factor: float) -> Numbers:
    """Ranks of which the mean, or the spread, changes at a row."""
    own = np.random.default_rng(seed).random(rows)
    own[change:] = np.clip(0.5 + factor * (own[change:] - 0.5) + shift, 0.0, 1.0)
    return own


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32),
    st.integers(0, 900),
    st.sampled_from([0.0, 0.1, 0.4]),
    st.sampled_from([1.0, 0.5, 0.1]),
    st.sampled_from([0.002, 1.0]),
    st.lists(st.integers(1, 999), max_size=5),
    st.integers(0, 40),
)
def test_both_fire_where_each_does_and_keep_the_same_windows(
    seed: int,
    change: int,
    shift: float,
    factor: float,
    delta: float,
    cuts: list[int],
    ahead: int,
) -> None:
    setting = Adwin(delta=delta).settings
    location = ranks(seed, 1000, change, shift, factor)
    streams = location, folded(location)
    alone = [np.zeros(ROOM), np.zeros(ROOM)]
    # Windows of different lengths, as no column has them, are fed one after the other.
    for each in alone[: min(ahead, 1)]:
        feed(np.full(ahead, 0.5), 0, each, setting)
    together = [each.copy() for each in alone]
    edges = sorted({0, 1000, *cuts})
    for begin, end in pairwise(edges):
        parts = [each[begin:end] for each in streams]
        expected = [feed(part, 0, own, setting) for part, own in zip(parts, alone, strict=True)]
        got = feed_pair(parts[0], parts[1], together[0], together[1], setting)
        first = min((each[0] for each in expected if each[0] >= 0), default=-1)
        if first >= 0:
            assert [each for each in got if each[0] == first] == [
                each for each in expected if each[0] == first
            ]
            return
        assert list(got) == expected
        assert [each.tolist() for each in together] == [each.tolist() for each in alone]


@pytest.mark.parametrize(("shift", "factor", "which"), [(0.4, 1.0, 0), (0.0, 0.1, 1)])
def test_either_is_found(shift: float, factor: float, which: int) -> None:
    location = ranks(1, 2000, 1000, shift, factor)
    one, other = np.zeros(ROOM), np.zeros(ROOM)
    found = feed_pair(location, folded(location), one, other, Adwin(delta=1e-6).settings)
    assert 1000 < found[which][0] < 1200
    assert found[1 - which][0] == -1
