"""What a consumer is tested with."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from faust.types import TP, ConsumerMessage

from agents.records.record import Record
from agents.transport.consumer import BatchedConsumer
from agents.transport.consumer_thread import Fetched

TP0, TP1 = TP("in", 0), TP("in", 1)


def record(offset: int, tp: TP = TP0, timestamp: int = 1_000) -> Record:
    fields = {
        "topic": tp.topic,
        "partition": tp.partition,
        "offset": offset,
        "timestamp": timestamp,
        "timestamp_type": 0,
        "key": b"k",
        "value": b"v",
        "headers": (("h", b"1"),),
        "checksum": None,
        "serialized_key_size": 1,
        "serialized_value_size": 1,
    }
    return cast("Record", SimpleNamespace(**fields))


class FakeThread:
    """Stands for the consumer's thread: a broker that answers what the test has laid out."""

    def __init__(self) -> None:
        self.assigned = {TP0, TP1}
        self.assignment_object = object()
        self.fetches: list[dict[TP, list[Record]]] = []
        self.asked: list[tuple[set[TP], float]] = []
        self.commits: list[dict[TP, int]] = []
        self.accepts = True
        self.end = 0
        self.unread: set[TP] = set()
        self.positions: dict[TP, int] = {}

    def assignment(self) -> set[TP]:
        return self.assigned

    def current_assignment(self) -> object:
        return self.assignment_object

    def partition_state(self, tp: TP) -> Any:
        if tp not in self.assigned:
            return None
        return SimpleNamespace(
            highwater=self.end,
            lso=self.end - 1,
            position=self.end - (tp in self.unread),
            has_valid_position=True,
        )

    async def getmany(self, active: set[TP], timeout: float) -> Any:  # noqa: ASYNC109 - Faust's
        self.asked.append((active, timeout))
        fetched = Fetched(self.fetches.pop(0) if self.fetches else {})
        fetched.assignment = self.assignment_object
        fetched.positions = dict(self.positions)
        return fetched

    async def commit(self, offsets: dict[TP, int]) -> bool:
        self.commits.append(dict(offsets))
        return self.accepts


async def deliver(consumer: BatchedConsumer) -> list[tuple[TP, ConsumerMessage]]:
    """What an agent takes up of one fetch."""
    found = [(tp, cast("ConsumerMessage", m)) async for tp, m in consumer.getmany(0.01)]
    for _, message in found:
        message.incref()
        consumer.track_message(message)
    return found


def offsets(slices: Any) -> list[int]:
    return [found.offset for records in slices for found in records]


def in_rounds_of(consumer: BatchedConsumer, records: int) -> None:
    consumer.options = replace(consumer.options, max_round_records=records)
