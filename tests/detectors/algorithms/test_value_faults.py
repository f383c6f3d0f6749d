import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detectors.algorithms.value_faults import (
    FEWEST_NEW,
    LIMIT,
    LONGEST_RUN,
    NEW,
    SHORTEST_RUN,
    STAYS,
    WINDOWS,
    Fault,
    fault_of,
    find,
    new_ratio,
    run_limit,
    unlikely_run,
)

Numbers = NDArray[np.float64]
SIZE = 5
FIRST_NEW = 3
"""Bins of five categories, of which the last two are not seen in the first half of the burn-in."""

BIN_OF = np.array([3, 4, 0, 1, 2, 3])


def found(values: Numbers, cuts: list[int]) -> Fault | None:
    """The first fault among values that come in pieces after a hundred that are counted."""
    counted = np.resize([2.0, 3.0, 4.0, 2.0, 3.0], 100)
    counts = np.bincount(BIN_OF[counted.astype(int)], minlength=SIZE)
    latest = counted[-LONGEST_RUN:]
    for begin, end in pairwise([0, *sorted(set(cuts)), len(values)]):
        part = values[begin:end]
        bins = BIN_OF[part.astype(int)]
        fault = fault_of(find(part, bins, latest, BIN_OF, counts, FIRST_NEW))
        if fault is not None:
            return fault._replace(row=begin + fault.row)
        counts = counts + np.bincount(bins, minlength=SIZE)
        latest = np.concatenate([latest, part])[-LONGEST_RUN:]
    return None


def plain(values: Numbers) -> tuple[int, int] | None:
    """Which value shows a fault, and what it is, from the definitions: the oracle."""
    counted = np.resize([2.0, 3.0, 4.0, 2.0, 3.0], 100)
    whole = np.concatenate([counted, values])
    bins = BIN_OF[whole.astype(int)]
    for end in range(101, len(whole) + 1):
        run = 1
        while run < min(end, LONGEST_RUN + 1) and whole[end - 1 - run] == whole[end - 1]:
            run += 1
        own = float(np.count_nonzero(bins[: end - run] == bins[end - 1]))
        if bins[end - 1] < FIRST_NEW:
            if run >= max(SHORTEST_RUN, run_limit(own, end - run)):
                return end - 101, STAYS
            continue
        for window in WINDOWS:
            before, now = bins[: end - window], bins[end - window : end]
            new = float(np.count_nonzero(now >= FIRST_NEW))
            if window < end and new >= FEWEST_NEW:
                seen = float(np.count_nonzero(before >= FIRST_NEW))
                if new_ratio(new, window, seen, len(before)) >= LIMIT:
                    return end - 101, NEW
    return None


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 1.0, 2.0, 3.0, 4.0, 5.0]), st.integers(1, 60)),
        min_size=1,
        max_size=12,
    ),
    st.lists(st.integers(1, 300), max_size=6),
)
def test_the_first_fault_is_that_of_the_definitions_however_values_are_cut(
    runs: list[tuple[float, int]], cuts: list[int]
) -> None:
    values = np.concatenate([np.full(count, value) for value, count in runs])
    fault = found(values, [cut for cut in cuts if cut < len(values)])
    assert (None if fault is None else (fault.row, fault.what)) == plain(values)


def test_a_number_that_never_came_stays_after_sixteen_and_a_common_class_after_more() -> None:
    assert run_limit(0, 1000) == SHORTEST_RUN
    assert run_limit(500, 1000) == 48
    assert unlikely_run(500, 1000) == 23
    assert run_limit(950, 1000) == run_limit(1000, 1000) == math.inf


def test_a_value_that_stays_is_told_with_its_share_before() -> None:
    fault = found(np.full(60, 4.0), [])
    assert fault is not None
    assert (fault.what, fault.values, fault.after) == (STAYS, 48, 1.0)
    assert fault.before == pytest.approx(0.2, abs=0.01)


def test_new_values_are_told_with_their_shares() -> None:
    fault = found(np.resize([0.0, 2.0, 3.0], 90), [])
    assert fault is not None
    assert (fault.what, fault.before) == (NEW, 0.0)
    assert fault.after == pytest.approx(1 / 3, abs=0.1)
    assert fault.statistic >= fault.limit == LIMIT


@pytest.mark.parametrize("share", [0.0, 0.01, 0.1, 0.3, 0.45, 0.7, 0.99])
def test_new_values_as_many_as_ever_are_no_fault(share: float) -> None:
    random = np.random.default_rng(5)
    alarms = 0
    for _ in range(20):
        values = np.where(random.random(10_500) < share, 0.0, random.integers(2, 5, 10_500))
        bins = BIN_OF[values.astype(int)]
        counts = np.bincount(bins[:500], minlength=SIZE)
        fault = fault_of(find(values[500:], bins[500:], values[404:500], BIN_OF, counts, FIRST_NEW))
        alarms += fault is not None
    assert alarms == 0


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.8, 0.9, 0.99])
def test_a_class_that_is_as_frequent_as_ever_does_not_stay(share: float) -> None:
    random = np.random.default_rng(6)
    alarms = 0
    for _ in range(20):
        values = (random.random(10_500) < share).astype(float)
        bins = values.astype(np.int64)
        counts = np.bincount(bins[:500], minlength=2)
        nothing = np.empty(0, dtype=np.int64)
        fault = fault_of(find(values[500:], bins[500:], values[404:500], nothing, counts, 2))
        alarms += fault is not None
    assert alarms == 0
