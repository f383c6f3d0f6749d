import asyncio

import pytest
from aiokafka.errors import KafkaConnectionError

from agents.records.record import Record
from agents.transport.topic_reader import TopicStalled
from app.kafka.topic_follower import TopicFollower
from tests.app.kafka.fake_topic import FakeTopic
from tests.app.routing.records import FakeRecord


class Collector(TopicFollower):
    """Keeps the offsets of what it takes."""

    def __init__(self, topic: FakeTopic) -> None:
        super().__init__(topic.open, 1, again=0.0)
        self.taken: list[int] = []

    def take(self, record: Record) -> None:
        self.taken.append(record.offset)


async def test_what_is_there_is_taken_before_it_is_complete_and_then_what_comes() -> None:
    topic = FakeTopic()
    topic.log = [FakeRecord(b"a", b"1", 0), FakeRecord(b"a", b"2", 1)]
    follower = Collector(topic)
    assert not follower.is_complete
    async with follower:
        await asyncio.wait_for(topic.followed.wait(), 60.0)
        assert (follower.is_complete, follower.taken) == (True, [0, 1])


@pytest.mark.parametrize(
    "failure", [KafkaConnectionError(), OSError("no route to host"), TimeoutError(), TopicStalled()]
)
async def test_a_topic_that_cannot_be_read_is_tried_again(failure: Exception) -> None:
    topic = FakeTopic(failure, None, failure)
    topic.log = [FakeRecord(b"a", b"1", 0)]
    follower = Collector(topic)
    async with follower:
        await asyncio.wait_for(topic.followed.wait(), 60.0)
        assert follower.taken == [0]
