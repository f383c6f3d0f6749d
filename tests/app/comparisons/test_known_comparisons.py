from app.comparisons.known_comparisons import LARGEST_LOOK, KnownComparisons
from schemas.events.codec import encode_event
from tests.app.routing.records import FakeRecord
from tests.schemas.events.comparisons import comparison_of


def record(
    offset: int, *, partition: int = 0, time: int = 0, version: str = "4", look: int = 0
) -> FakeRecord:
    value = encode_event(comparison_of(version=version, look=look))
    return FakeRecord(b"fraud", value, offset, partition, time)


def known_of(*records: FakeRecord) -> KnownComparisons:
    known = KnownComparisons()
    for each in records:
        known.take(each)
    return known


def test_the_last_look_at_each_pair_counts_whatever_its_number() -> None:
    known = known_of(record(0, look=9), record(1, version="5"), record(2))
    assert [(each.version, each.look) for each in known.all] == [("4", 0), ("5", 0)]
    assert known.strange == 0


def test_of_several_partitions_the_one_that_was_written_last_counts() -> None:
    known = known_of(record(0, time=200, look=2), record(0, partition=1, time=100, look=1))
    assert [each.look for each in known.all] == [2]


def test_what_is_no_comparison_is_counted() -> None:
    known = known_of(FakeRecord(b"fraud", b"{}", 0), FakeRecord(b"fraud", None, 1))
    assert (known.all, known.strange) == ([], 2)
    huge = encode_event(comparison_of(message="x" * LARGEST_LOOK))
    known.take(FakeRecord(b"fraud", huge, 2))
    assert (known.all, known.strange) == ([], 3)


def test_more_pairs_than_are_kept_take_the_place_of_those_written_first() -> None:
    known = KnownComparisons(2)
    for offset, version in enumerate(["4", "5", "4", "6"]):
        known.take(record(offset, version=version))
    assert [each.version for each in known.all] == ["4", "6"]
    assert known.left_out == 1
