from types import SimpleNamespace
from typing import cast

import pytest
from faust.types import TP
from hypothesis import given
from hypothesis import strategies as st

from agents.records.record import Record
from agents.transport.alignment import Alignment

A, B, LABELS, OTHER = TP("in", 0), TP("in", 1), TP("labels", 0), TP("observations", 0)


def records(*timestamps: int, first: int = 0) -> list[Record]:
    found = [
        SimpleNamespace(offset=offset, timestamp=timestamp)
        for offset, timestamp in enumerate(timestamps, first)
    ]
    return cast("list[Record]", found)


@pytest.fixture
def alignment() -> Alignment:
    return Alignment({"in", "labels"}, most=1, patience=1.0)


def handed_on(alignment: Alignment, unread: set[TP], now: float = 0.0) -> list[tuple[TP, int]]:
    found = []
    while (tp := alignment.due(unread - set(alignment.held), set(), now)) is not None:
        found.append((tp, alignment.pop(tp)[0].timestamp))
    return found


def test_a_partition_waits_for_one_that_may_bring_something_earlier(alignment: Alignment) -> None:
    alignment.take({A: records(1, 2, 3)})
    assert handed_on(alignment, unread={B}) == []
    alignment.take({B: records(2)})
    assert handed_on(alignment, unread=set()) == [(A, 1), (A, 2), (B, 2), (A, 3)]


def test_labels_do_not_overtake_the_predictions_before_them(alignment: Alignment) -> None:
    alignment.take({LABELS: records(5), A: records(4)})
    assert handed_on(alignment, unread={A, LABELS}) == [(A, 4)]
    alignment.take({A: records(6)})
    assert handed_on(alignment, unread={A}) == [(LABELS, 5), (A, 6)]


def test_partitions_that_have_nothing_to_read_hold_up_nobody(alignment: Alignment) -> None:
    alignment.take({A: records(1, 2)})
    assert handed_on(alignment, unread=set()) == [(A, 1), (A, 2)]


def test_topics_that_are_not_aligned_neither_wait_nor_hold_up(alignment: Alignment) -> None:
    alignment.take({OTHER: records(9), A: records(1)})
    assert handed_on(alignment, unread={B}) == [(OTHER, 9)]
    assert handed_on(alignment, unread={OTHER}) == [(A, 1)]


def test_a_partition_that_brings_nothing_is_given_up_until_it_brings_something(
    alignment: Alignment,
) -> None:
    alignment.take({A: records(1, 2)})
    assert handed_on(alignment, unread={B}, now=10.0) == []
    assert handed_on(alignment, unread={B}, now=10.9) == []
    assert handed_on(alignment, unread={B}, now=11.0) == [(A, 1), (A, 2)]
    alignment.take({A: records(3)})
    assert handed_on(alignment, unread={B}, now=11.1) == [(A, 3)]
    alignment.take({B: records(2)})
    assert handed_on(alignment, unread=set(), now=11.2) == [(B, 2)]
    alignment.take({A: records(4)})
    assert handed_on(alignment, unread={B}, now=11.3) == []


def test_each_wait_has_the_whole_patience(alignment: Alignment) -> None:
    alignment.take({A: records(1, 3)})
    assert handed_on(alignment, unread={B}, now=0.0) == []
    alignment.take({B: records(2)})
    assert handed_on(alignment, unread={B}, now=0.9) == [(A, 1), (B, 2)]
    assert handed_on(alignment, unread={B}, now=1.5) == []


def test_what_its_agent_cannot_take_yet_is_waited_for_without_end(alignment: Alignment) -> None:
    alignment.take({A: records(1), B: records(2)})
    assert alignment.due([], {A}, 0.0) is None
    assert alignment.due([], {A}, 99.0) is None
    assert alignment.due([], {B}, 99.0) == A
    alignment.pop(A)
    assert alignment.due([A], {A}, 200.0) is None
    assert alignment.due([A], {A}, 300.0) is None
    assert alignment.due([], {A}, 300.0) == B


def test_a_new_assignment_starts_with_nothing(alignment: Alignment) -> None:
    alignment.take({A: records(1), OTHER: records(1)})
    alignment.clear()
    assert alignment.held == set()
    assert alignment.due([], set(), 0.0) is None


def test_a_window_that_a_fetch_cut_is_completed_before_any_other() -> None:
    alignment = Alignment({"in"}, most=4, patience=1.0)
    alignment.take({A: records(1, 9), B: records(2, 3)})
    assert handed_on(alignment, unread={A, B}) == [(A, 1)]
    alignment.take({A: records(10, 11, 12, first=2)})
    assert handed_on(alignment, unread={A, B}) == [(A, 10), (B, 2)]


def test_a_window_that_nothing_completes_holds_up_nobody_for_long() -> None:
    alignment = Alignment({"in"}, most=4, patience=1.0)
    alignment.take({A: records(1), B: records(2)})
    assert handed_on(alignment, unread={A}, now=0.0) == [(A, 1)]
    assert handed_on(alignment, unread={A}, now=1.0) == [(B, 2)]
    alignment.take({A: records(3, first=1)})
    assert handed_on(alignment, unread=set(), now=1.1) == [(A, 3)]


partitions = st.lists(
    st.lists(st.integers(0, 30), min_size=1, max_size=12).map(sorted), min_size=1, max_size=4
)


def order(times: list[list[int]], most: int, data: st.DataObject) -> list[tuple[TP, int]]:
    """Return partition and offset of all records, as fetches of any size bring them on."""
    read = {TP("in", number): 0 for number in range(len(times))}
    alignment = Alignment({"in"}, most=most, patience=1.0)
    found: list[tuple[TP, int]] = []
    while unread := {tp for tp, at in read.items() if at < len(times[tp.partition])}:
        tp = data.draw(st.sampled_from(sorted(unread - set(alignment.held))))
        count = data.draw(st.integers(1, len(times[tp.partition])))
        part = times[tp.partition][read[tp] :][:count]
        alignment.take({tp: records(*part, first=read[tp])})
        read[tp] += len(part)
        unread = {tp for tp, at in read.items() if at < len(times[tp.partition])}
        while (due := alignment.due(unread - set(alignment.held), (), 0.0)) is not None:
            found += [(due, record.offset) for record in alignment.pop(due)]
    return found


@given(partitions, st.data())
def test_of_single_records_the_order_is_that_of_their_times(
    times: list[list[int]], data: st.DataObject
) -> None:
    expected = sorted(
        (time, TP("in", number), offset)
        for number, stamps in enumerate(times)
        for offset, time in enumerate(stamps)
    )
    assert order(times, 1, data) == [(tp, offset) for _, tp, offset in expected]


@given(partitions, st.integers(1, 5), st.data())
def test_the_same_log_comes_in_the_same_order_whatever_the_fetches_bring(
    times: list[list[int]], most: int, data: st.DataObject
) -> None:
    found = order(times, most, data)
    assert found == order(times, most, data)
    assert sorted(found) == sorted(
        (TP("in", number), offset)
        for number, stamps in enumerate(times)
        for offset in range(len(stamps))
    )
