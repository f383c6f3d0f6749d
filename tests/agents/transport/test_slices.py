from types import SimpleNamespace
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from agents.records.record import Record
from agents.transport.slices import Lookahead


def record(offset: int, timestamp: int = 0) -> Record:
    return cast("Record", SimpleNamespace(offset=offset, timestamp=timestamp))


def partition(*timestamps: int) -> list[Record]:
    return [record(offset, timestamp) for offset, timestamp in enumerate(timestamps)]


def drain(lookahead: Lookahead[str]) -> list[tuple[str, list[Record]]]:
    found = []
    while (name := lookahead.earliest()) is not None:
        found.append((name, list(lookahead.pop(name))))
    return found


def test_slices_of_all_partitions_come_in_the_order_of_their_times() -> None:
    lookahead: Lookahead[str] = Lookahead(2)
    lookahead.add("a", partition(0, 10, 20, 30))
    lookahead.add("b", partition(5, 15, 25))
    lookahead.add("c", partition(100))
    order = [(name, found[0].timestamp) for name, found in drain(lookahead)]
    assert order == [("a", 0), ("b", 5), ("a", 20), ("b", 25), ("c", 100)]


def test_of_equal_times_the_lower_partition_is_first_whichever_was_fetched_first() -> None:
    lookahead: Lookahead[str] = Lookahead(1)
    lookahead.add("b", partition(1))
    lookahead.add("a", partition(1))
    assert [name for name, _ in drain(lookahead)] == ["a", "b"]


def test_a_small_batch_is_handed_on_as_it_is() -> None:
    batch = partition(1, 2)
    lookahead: Lookahead[str] = Lookahead(2)
    lookahead.add("a", batch)
    assert lookahead.pop("a") is batch
    assert "a" not in lookahead


def test_slices_are_cut_at_the_same_offsets_wherever_a_fetch_begins() -> None:
    whole, later = partition(*range(7)), partition(*range(7))[2:]
    cuts = []
    for batch in (whole, later):
        lookahead: Lookahead[str] = Lookahead(3)
        lookahead.add("a", batch)
        cuts.append([[record.offset for record in found] for _, found in drain(lookahead)])
    assert cuts == [[[0, 1, 2], [3, 4, 5], [6]], [[2], [3, 4, 5], [6]]]


def test_offsets_may_have_gaps() -> None:
    lookahead: Lookahead[str] = Lookahead(3)
    lookahead.add("a", [record(1), record(5), record(30), record(31)])
    assert [[record.offset for record in found] for _, found in drain(lookahead)] == [
        [1],
        [5],
        [30, 31],
    ]


@given(
    st.dictionaries(
        st.text(max_size=2), st.lists(st.integers(-1, 50), min_size=1, max_size=30), max_size=5
    ),
    st.integers(1, 7),
)
def test_every_record_comes_once_and_each_partition_stays_in_order(
    times: dict[str, list[int]], most: int
) -> None:
    records = {name: partition(*stamps) for name, stamps in times.items()}
    lookahead: Lookahead[str] = Lookahead(most)
    for name, batch in records.items():
        lookahead.add(name, batch)
    found: dict[str, list[Record]] = {name: [] for name in records}
    for name, batch in drain(lookahead):
        assert 0 < len(batch) <= most
        found[name] += batch
    assert found == records
