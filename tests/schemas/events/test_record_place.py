from hypothesis import given
from hypothesis import strategies as st

from schemas.events.record_place import RecordPlace

places = st.builds(RecordPlace, st.integers(-1, 3), st.integers(0, 2), st.integers(0, 3))


def test_within_a_partition_the_log_decides_and_no_clock() -> None:
    assert RecordPlace(10, 0, 5).is_after(RecordPlace(20, 0, 4))
    assert not RecordPlace(20, 0, 4).is_after(RecordPlace(10, 0, 5))


def test_of_two_partitions_the_record_counts_that_was_written_last() -> None:
    assert RecordPlace(20, 0, 4).is_after(RecordPlace(10, 3, 5))
    assert not RecordPlace(10, 3, 5).is_after(RecordPlace(20, 0, 4))


@given(places, places)
def test_of_two_records_one_counts_in_whatever_order_they_are_read(
    one: RecordPlace, other: RecordPlace
) -> None:
    is_same = (one.partition, one.offset) == (other.partition, other.offset)
    if is_same:
        one = other
    assert one.is_after(other) + other.is_after(one) == (0 if is_same else 1)
