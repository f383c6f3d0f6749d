import asyncio
from itertools import permutations

import pytest

from app.comparisons import known_comparisons
from app.comparisons.follower import KEPT_MS, ComparisonFollower
from schemas.events.codec import encode_event
from schemas.events.model_comparison import ModelComparison
from tests.app.kafka.fake_topic import FakeTopic
from tests.app.routing.records import FakeRecord
from tests.schemas.events.comparisons import comparison_of


@pytest.fixture
def follower() -> ComparisonFollower:
    return ComparisonFollower(FakeTopic().open, 1)


def record(look: ModelComparison, offset: int, partition: int = 0, time: int = 0) -> FakeRecord:
    return FakeRecord(look.key, encode_event(look), offset, partition, time)


def ids(follower: ComparisonFollower, model: str = "fraud") -> list[str]:
    return [look.comparison_id for look in follower.looks_at(model)]


def test_the_latest_look_at_each_two_versions_is_kept_the_newest_first(
    follower: ComparisonFollower,
) -> None:
    for offset, (version, name) in enumerate([("4", "a"), ("5", "b"), ("4", "c")]):
        look = comparison_of(version=version, comparison_id=name)
        follower.take(record(look, offset, time=offset))
    assert ids(follower) == ["c", "b"]
    assert ids(follower, "churn") == []


def test_looks_that_come_again_change_nothing_and_late_labels_do(
    follower: ComparisonFollower,
) -> None:
    late = {**comparison_of().as_of.model_dump(), "time": "2026-01-01T00:00:00.000Z"}
    looks = [comparison_of(comparison_id="a"), comparison_of(comparison_id="b", as_of=late)]
    records = [record(look, offset) for offset, look in enumerate(looks)]
    for each in [*records, *records]:
        follower.take(each)
    assert ids(follower) == ["b"]


@pytest.mark.parametrize("value", [None, b"", b"{", b"{}", b"[1]"])
def test_what_is_no_comparison_says_nothing(
    value: bytes | None, follower: ComparisonFollower
) -> None:
    follower.take(record(comparison_of(comparison_id="a"), 0))
    follower.take(FakeRecord(b"fraud", value, 1))
    assert ids(follower) == ["a"]


def test_made_up_versions_take_no_more_than_their_share_of_memory(
    follower: ComparisonFollower,
) -> None:
    most = known_comparisons.MOST_PAIRS
    body = encode_event(comparison_of(version="@"))
    for number in range(most + 1):
        value = body.replace(b'"version":"@"', b'"version":"%d"' % number, 1)
        follower.take(FakeRecord(b"fraud", value, number))
    assert len(follower.looks_at("fraud")) == most
    assert "0" not in {look.version for look in follower.looks_at("fraud")}


def test_in_another_partition_the_later_look_counts_in_whatever_order_they_are_read() -> None:
    early = record(comparison_of(comparison_id="a"), 9, partition=0, time=10)
    late = record(comparison_of(comparison_id="b"), 0, partition=3, time=20)
    for order in permutations([early, late]):
        follower = ComparisonFollower(FakeTopic().open, 4)
        for each in order:
            follower.take(each)
        assert ids(follower) == ["b"]


def test_a_record_that_is_larger_than_any_look_says_nothing(follower: ComparisonFollower) -> None:
    follower.take(record(comparison_of(message="x" * known_comparisons.LARGEST_LOOK), 0))
    assert ids(follower) == []


async def test_looks_of_the_last_thirty_days_are_read() -> None:
    topic = FakeTopic()
    follower = ComparisonFollower(topic.open, 1, clock=lambda: 1_772_366_400.0)
    async with follower:
        await asyncio.wait_for(topic.followed.wait(), 60.0)
        assert follower.is_complete
    assert topic.since == [1_772_366_400_000 - KEPT_MS]
