from collections.abc import Awaitable, Coroutine, Iterable
from hashlib import blake2b
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from faust.types import TP

from agents.dead_letters.sender import DeadLetters
from agents.stages.detection import Detection
from agents.state.checkpoints import CheckpointOptions, Checkpoints
from agents.state.loader import StateLoader, StateRecipe
from agents.state.reader import Reading, StateReader
from agents.state.stored_state import StoredRecord, UnusableState
from agents.state.writer import StateCut, StateWriter
from agents.transport.assignment import Assignment
from agents.transport.publisher import Publisher
from agents.transport.topic_reader import Bounds
from agents.work_thread import WorkThread
from detectors.monitors.fleet import Fleet
from detectors.monitors.fleet_snapshot import FleetSnapshots
from detectors.monitors.options import MonitorOptions
from detectors.snapshots.codec import check_snapshot
from schemas.formats import SNAPSHOTS, OtherFormat
from schemas.tables.columns import Role
from tests.agents.fakes import FakeTelemetry
from tests.detectors.batches import rows_of, table_of
from tests.detectors.stored import parts_of
from tests.topics import TOPICS

LOG = TOPICS.observations


class FakeApp:
    """An app that holds partition 0 of the observations."""

    def __init__(self) -> None:
        self.consumer_generation_id = 3
        tps = {TP(LOG, 0), TP("other", 1)}
        self.consumer = SimpleNamespace(rewinds={}, assignment=lambda: tps)

    def add_future(self, work: Coroutine[Any, Any, None]) -> None:
        """Let nothing be done later: these tests end when all is loaded."""
        work.close()


class FakeTopic:
    """A state topic of one partition, and the bounds of the log."""

    def __init__(self, first: int = 0, end: int = 100) -> None:
        self.records: dict[bytes, StoredRecord] = {}
        self.bounds = Bounds(first, end)

    async def read(self, topic: str, partitions: Iterable[int], *, logs: Iterable[str]) -> Reading:
        assert (topic, list(partitions), list(logs)) == ("driftline-state", [0], [LOG])
        return Reading({0: dict(self.records)}, {(LOG, 0): self.bounds}, size=7)

    async def send(
        self, topic: str, *, key: bytes | None, value: bytes | None, partition: int | None
    ) -> Awaitable[object]:
        assert (topic, partition) == ("driftline-state", 0)
        self.records.pop(key or b"", None)
        if value is not None:
            self.records[key or b""] = StoredRecord(len(self.records), 0, value)

        async def done() -> None:
            return None

        return done()


class Bench:
    """A detection stage that loads from a fake topic."""

    def __init__(self, topic: FakeTopic, options: MonitorOptions | None = None) -> None:
        self.app = FakeApp()
        self.telemetry = FakeTelemetry()
        publisher = cast("Publisher", None)
        self.detection = Detection(
            topics=TOPICS,
            publisher=publisher,
            dead_letters=DeadLetters(publisher, "letters", self.telemetry),
            telemetry=self.telemetry,
            thread=WorkThread("stage"),
            new_state=lambda: Fleet(lambda _: options or MonitorOptions()),
        )
        self.checkpoints = Checkpoints(self.app, self.detection, CheckpointOptions())
        self.recipe = StateRecipe(
            stage=self.detection,
            checkpoints=self.checkpoints,
            topic="driftline-state",
            durable=FleetSnapshots,
        )
        self.loader = StateLoader(self.app, cast("StateReader", topic), topic.send, group="g")

    async def load(self) -> None:
        await self.loader.load(self.recipe, Assignment.present(self.app))


async def stored(covers: int, **bounds: int) -> FakeTopic:
    topic = FakeTopic(**bounds)
    fleet = Fleet(lambda _: MonitorOptions())
    fleet.update(table_of(rows_of(x=np.random.default_rng(1).normal(size=1500))))
    snapshots = FleetSnapshots(fleet)
    parts = parts_of(snapshots)
    writer = StateWriter(
        topic.send, "driftline-state", 0, stage="detection", group="g", generation=1, stored=None
    )
    cut = StateCut({LOG: covers}, tuple(parts), parts, snapshots.outline())
    await writer.write(cut, lambda: True)
    return topic


async def test_an_assignment_goes_on_from_what_is_stored_and_reports_it() -> None:
    bench = Bench(await stored(covers=41))
    await bench.load()
    monitor = bench.detection.states[0].monitor("fraud", "3")
    assert monitor is not None
    assert (monitor.rows, monitor.has_reference) == (1500, True)
    await bench.detection.report()
    assert bench.telemetry.watched[0, "fraud", "3"].columns[Role.FEATURE, "x"].ready
    assert bench.telemetry.loaded == [("detection", 3, 7)]
    # Where more is committed than the state covers, the log is read again from there.
    assert bench.app.consumer.rewinds == {TP(LOG, 0): 42}
    assert bench.checkpoints.has_begun


async def test_without_a_stored_state_everything_begins_anew() -> None:
    bench = Bench(FakeTopic())
    await bench.load()
    assert len(bench.detection.states[0]) == 0
    assert bench.app.consumer.rewinds == {}


async def test_a_state_ahead_of_its_log_is_refused() -> None:
    bench = Bench(await stored(covers=41, end=41))
    with pytest.raises(UnusableState, match="ahead of its log"):
        await bench.load()
    assert not bench.checkpoints.has_begun


async def test_a_gap_between_the_state_and_its_log_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench(await stored(covers=41, first=50))
    await bench.load()
    assert "offsets 42 to 49 are deleted" in caplog.text


async def test_other_options_are_told(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench(await stored(covers=41), MonitorOptions(burn_in=500))
    await bench.load()
    assert "its references begin anew" in caplog.text


async def test_a_state_that_is_loaded_too_late_is_not_taken_up() -> None:
    topic = await stored(covers=41)
    bench = Bench(topic)

    class Late(FakeTopic):
        async def read(self, *arguments: Any, **more: Any) -> Reading:
            bench.app.consumer_generation_id += 1
            return await topic.read(*arguments, **more)

    bench.loader = StateLoader(bench.app, cast("StateReader", Late()), topic.send, group="g")
    await bench.load()
    assert bench.detection.states == {}
    assert bench.app.consumer.rewinds == {}


async def test_a_part_that_cannot_be_taken_is_refused_with_its_place() -> None:
    topic = await stored(covers=41)
    (key,) = [key for key in topic.records if b'"model","fraud"' in key]
    data = topic.records[key]
    topic.records[key] = data._replace(value=data.value[:-1] + b"\xff")
    bench = Bench(topic)
    with pytest.raises(UnusableState, match="offset 0") as caught:
        await bench.load()
    assert caught.value.name == ("model", "fraud", "3")


def with_format(data: bytes, version: int) -> bytes:
    """Return a snapshot with another version in its header, and the checksum of that."""
    head = data[:4] + version.to_bytes(2, "little") + data[6:16]
    return head + blake2b(head + data[32:], digest_size=16).digest() + data[32:]


async def stored_in(version: int) -> FakeTopic:
    """Return a topic whose head says another format."""
    topic = await stored(covers=41)
    (key,) = [key for key in topic.records if b'"head"' in key]
    record = topic.records[key]
    topic.records[key] = record._replace(value=with_format(record.value, version))
    return topic


async def test_a_state_of_the_release_before_is_written_anew_before_anything_is_read() -> None:
    topic = await stored_in(SNAPSHOTS.writes - 1)
    before = set(topic.records)
    bench = Bench(topic)
    await bench.load()
    assert bench.checkpoints.has_begun
    assert before.isdisjoint(topic.records)
    assert {check_snapshot(each.value) for each in topic.records.values()} == {SNAPSHOTS.writes}
    again = Bench(topic)
    await again.load()
    assert again.app.consumer.rewinds == bench.app.consumer.rewinds == {TP(LOG, 0): 42}
    one, other = (each.detection.states[0].monitor("fraud", "3") for each in (bench, again))
    assert one is not None
    assert other is not None
    assert (one.rows, other.rows) == (1500, 1500)


async def test_a_state_of_the_present_format_is_not_written_anew() -> None:
    topic = await stored(covers=41)
    before = dict(topic.records)
    await Bench(topic).load()
    assert topic.records == before


async def test_a_state_of_a_newer_release_is_refused_as_nothing_that_is_wrong() -> None:
    bench = Bench(await stored_in(SNAPSHOTS.writes + 1))
    with pytest.raises(OtherFormat, match="start one of that release") as caught:
        await bench.load()
    assert isinstance(caught.value, UnusableState)
    assert not bench.checkpoints.has_begun
