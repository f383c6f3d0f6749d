from collections.abc import Mapping
from types import SimpleNamespace

from faust.types import TP

from agents.dead_letters.sender import DeadLetters
from agents.stages.stateful_stage import Stage
from agents.state.checkpoints import Handler
from agents.transport.assignment import Assignment
from agents.transport.delivery import Delivery
from agents.transport.rounds import BatchEvent
from agents.work_thread import WorkThread
from tests.agents.fakes import FakePublisher, FakeTelemetry, batch
from tests.topics import TOPICS


class Counting(Stage[list[int]]):
    """Keeps the last offset of each batch."""

    name = "counting"

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {"t": self.on_batch}

    async def on_batch(self, event: BatchEvent, delivery: Delivery) -> None:
        self.take(event)
        await delivery.submit(event, [])

    def take(self, event: BatchEvent) -> None:
        self._state(event.message.partition).append(event.message.offset)
        self._report(event, 0.0)


def counting(telemetry: FakeTelemetry) -> Counting:
    publisher, topics = FakePublisher().real, TOPICS
    return Counting(
        topics=topics,
        publisher=publisher,
        dead_letters=DeadLetters(publisher, topics.dead_letters, telemetry),
        telemetry=telemetry,
        thread=WorkThread("stage"),
        new_state=list,
    )


def test_each_partition_has_a_state_of_its_own_until_it_goes() -> None:
    stage = counting(FakeTelemetry())
    for partition in (0, 1, 0):
        stage.take(batch("t", [b"", b""], partition=partition))
    assert stage.states == {0: [1, 1], 1: [1]}
    stage.keep_partitions([1, 2])
    assert stage.states == {1: [1]}
    stage.take(batch("t", [b""], partition=0))
    assert stage.states == {1: [1], 0: [0]}


def test_states_go_with_the_partitions_of_the_topics_that_are_read() -> None:
    stage = counting(FakeTelemetry())
    for partition in (0, 1):
        stage.take(batch("t", [b""], partition=partition))
    keeper = stage.keeper()
    assert (keeper.topics, keeper.begin) == (("t",), None)
    app = SimpleNamespace(consumer_generation_id=1)
    keeper.keep(Assignment(1, frozenset({TP("t", 1), TP("other", 0)}), app))
    assert list(stage.states) == [1]


def test_stages_do_not_share_their_states() -> None:
    one, other = counting(FakeTelemetry()), counting(FakeTelemetry())
    one.take(batch("t", [b""]))
    assert other.states == {}


def test_a_batch_is_reported_with_its_records_under_the_stages_name() -> None:
    telemetry = FakeTelemetry()
    counting(telemetry).take(batch("t", [b"", b""], partition=3, first_offset=7))
    assert telemetry.read == [("t", 3, 2, 8)]
    assert telemetry.stages == ["counting"]
