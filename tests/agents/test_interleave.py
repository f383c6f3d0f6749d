from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from agents.interleave import in_time_order


@dataclass(frozen=True)
class Record:
    offset: int
    timestamp: int


def partition(*timestamps: int) -> list[Record]:
    return [Record(offset, timestamp) for offset, timestamp in enumerate(timestamps)]


def test_slices_of_all_partitions_come_in_the_order_of_their_times() -> None:
    records = {"a": partition(0, 10, 20, 30), "b": partition(5, 15, 25), "c": partition(100)}
    order = [(name, found[0].timestamp) for name, found in in_time_order(records, 2)]
    assert order == [("a", 0), ("b", 5), ("a", 20), ("b", 25), ("c", 100)]


def test_a_small_batch_is_handed_on_as_it_is() -> None:
    batch = partition(1, 2)
    assert [found is batch for _, found in in_time_order({"a": batch}, 2)] == [True]


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
    found: dict[str, list[Record]] = {name: [] for name in records}
    for name, batch in in_time_order(records, most):
        assert 0 < len(batch) <= most
        found[name] += batch
    assert found == records
