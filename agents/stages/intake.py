"""Intake: users' records in, observation tables out; partitioned as the producers partition."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby
from time import perf_counter
from typing import Final

from agents.dead_letters.sender import DeadLetters
from agents.join.joined import JoinedRows
from agents.join.stores import PendingStores
from agents.join.telemetry import LabelOutcomes
from agents.observations.framing import framed
from agents.observations.label_reader import LabelReader, LabelsOfSlice, ReadLabels
from agents.observations.label_tables import Labelled, label_tables
from agents.observations.prediction_reader import PredictionReader, ReadPredictions, Waiting
from agents.observations.repeat_tables import Repeated, repeat_tables
from agents.observations.tables_before import TablesBefore
from agents.observations.text_watch import TextWatch
from agents.records.block import RecordBlock
from agents.records.record import Record
from agents.stages.company import Company
from agents.stages.intake_options import IntakeOptions
from agents.stages.passed_events import PassedEvents
from agents.stages.telemetry import Telemetry
from agents.stages.topics import Topics
from agents.state.checkpoints import Handler
from agents.transport.assignment import Assignment, Keeper
from agents.transport.delivery import Delivery
from agents.transport.publisher import Publisher, partition_of
from agents.transport.rounds import BatchEvent, slices_of
from schemas.events.invalid import InvalidMessage
from schemas.tables.observations import ObservationTable, Source


class Intake:
    """Handles rounds of predictions, labels, model events and routes.

    Parameters
    ----------
    options, topics
        What it takes, and from and to where.
    publisher, dead_letters, telemetry
        How it sends and reports.
    pending
        The predictions that wait for their labels.
    company, before
        Tells whether a worker of the release before may get the observations, and makes them such
        as that one reads.
    source_names
        Topic to what the positions of its rows are told by, where that is not its name.
    """

    name: Final = "intake"

    def __init__(
        self,
        *,
        options: IntakeOptions,
        topics: Topics,
        publisher: Publisher,
        dead_letters: DeadLetters,
        telemetry: Telemetry,
        pending: PendingStores,
        company: Company,
        before: TablesBefore,
        source_names: Mapping[str, str] | None = None,
    ) -> None:
        self._topics = topics
        self._publisher = publisher
        self._dead_letters = dead_letters
        self._telemetry = telemetry
        self._reader = PredictionReader.of(options)
        self._label_reader = LabelReader(
            form=options.label_format(), tolerance=options.clock_tolerance
        )
        self._texts = TextWatch(options.declarations)
        self._pending = pending
        self._company = company
        self._before = before
        self._source_names = {
            topic: name for topic, name in (source_names or {}).items() if name != topic
        }
        passed = PassedEvents(
            topics=topics,
            publisher=publisher,
            dead_letters=dead_letters,
            telemetry=telemetry,
            largest=options.message_bytes,
            tolerance=options.clock_tolerance,
            source_names=self._source_names,
        )
        self._passing = {
            topics.model_events: passed.model_events,
            topics.model_routing: passed.routes,
        }

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """What takes the batches of each topic that the stage reads."""
        return dict.fromkeys(self._topics.sources, self.on_round)

    def keeper(self) -> Keeper:
        """Return what has the pending stores come and go with their partitions."""
        predictions = self._topics.predictions

        async def restore(assignment: Assignment) -> None:
            await self._pending.restore(assignment.of(predictions), assignment.is_current)

        return Keeper(
            topics=(predictions, self._topics.labels),
            keep=lambda assignment: self._pending.keep(assignment.of(predictions)),
            begin=restore,
        )

    async def report(self) -> None:
        """Report on what waits as it is now: checkpoints end after the batches that began them."""
        self._pending.report()

    async def on_round(self, event: BatchEvent, delivery: Delivery) -> None:
        """Take slices of all topics in their order."""
        started = perf_counter()
        blocks = [_block(records) for records in slices_of(event)]
        shard_of = partial(
            _shard_of, partitions=await self._publisher.partitions(self._topics.observations)
        )
        is_current = partial(delivery.is_current, event)
        outputs: list[Awaitable[object]] = []
        # What a model event, or a route, ends is published before it, and what it begins after it.
        for topic, those in groupby(
            blocks, lambda each: each.topic if each.topic in self._passing else ""
        ):
            if topic:
                for block in those:
                    outputs += await self._passing[topic](block)
            else:
                outputs += await self._observe(list(those), shard_of, is_current)
        if is_current():
            for partition in {block.partition for block in blocks}:
                outputs += await self._pending.publish(partition)
        self._report(blocks, started)
        await delivery.submit(event, outputs)

    async def _observe(
        self,
        blocks: Sequence[RecordBlock],
        shard_of: Callable[[str], int],
        is_current: Callable[[], bool],
    ) -> list[Awaitable[object]]:
        """Take slices of predictions and labels in their order; publish observations."""
        # All at once, since reading depends on nothing that came before; the join does.
        of_labels = [block for block in blocks if block.topic == self._topics.labels]
        predictions = [block for block in blocks if block.topic == self._topics.predictions]
        read = self._reader.read(predictions) if predictions else None
        labels = self._label_reader.read(of_labels) if of_labels else None
        outputs: list[Awaitable[object]] = []
        for topic, found in ((self._topics.predictions, read), (self._topics.labels, labels)):
            if found is not None:
                outputs += await self._tell(topic, found)
        waiting = iter(() if read is None else read.waiting)
        slices = iter(() if labels is None else labels.slices)
        labelled: list[Labelled] = []
        repeated: list[Repeated] = []
        duplicates: list[int] = []
        for block in blocks:
            if block.topic == self._topics.predictions:
                labelled.append(self._join_predictions(block, next(waiting), duplicates))
            else:
                joined, again = self._join_labels(block, next(slices))
                labelled.append(joined)
                repeated.append(again)
        if not await self._pending.fix_order({each.partition for each in blocks}, is_current):
            return outputs  # whose the partitions are now takes the same records, and observes them
        tables = [] if read is None else read.tables(shard_of, duplicates)
        self._texts.note(table for _, table in tables)
        tables += label_tables(labelled, shard_of)
        tables += repeat_tables(repeated, shard_of)
        return [*outputs, *await self._publish(tables, blocks)]

    async def _tell(
        self, topic: str, read: ReadPredictions | ReadLabels
    ) -> list[Awaitable[object]]:
        """Put aside what was not taken, and count what was read otherwise than it says."""
        outputs: list[Awaitable[object]] = []
        for record, why in read.not_taken:
            outputs += await self._dead_letters.put_aside(record, why)
        self._telemetry.clocks_ahead(topic, read.skewed)
        self._telemetry.fields_left_out(topic, read.left_out)
        return outputs

    def _join_predictions(
        self, block: RecordBlock, waiting: Iterable[Waiting], duplicates: list[int]
    ) -> Labelled:
        store = self._pending.get(block.partition)
        parts = []
        for rows, predictions in waiting:
            taken = store.add_predictions(predictions)
            parts.append(taken.joined)
            duplicates += rows[taken.duplicates].tolist()
        joined = JoinedRows.concatenated(parts).by_offset()
        self._telemetry.labels_met(LabelOutcomes(joined=len(joined)))
        return Labelled(Source(block.topic, block.partition), joined)

    def _join_labels(self, block: RecordBlock, read: LabelsOfSlice) -> tuple[Labelled, Repeated]:
        store = self._pending.get(block.partition)
        taken = store.add_labels(read.waiting)
        store.see(read.arrival)
        joined = JoinedRows.concatenated([taken.joined, read.carried]).by_offset()
        self._telemetry.labels_met(
            LabelOutcomes(
                joined=len(joined),
                early=taken.early,
                duplicate=taken.duplicate,
                corrected=taken.corrected,
            )
        )
        source = Source(block.topic, block.partition)
        return Labelled(source, joined), Repeated(source, taken.again)

    async def _publish(
        self, tables: Iterable[tuple[int, ObservationTable]], blocks: Sequence[RecordBlock]
    ) -> list[Awaitable[object]]:
        """Publish observations that came from some records, to the partitions of their models."""
        outputs: list[Awaitable[object]] = []
        by_shard: dict[int, list[ObservationTable]] = {}
        if self._company.has_older:
            tables = self._before.of(tables)
        if self._source_names:
            tables = ((shard, self._named(table)) for shard, table in tables)
        for shard, table in tables:
            by_shard.setdefault(shard, []).append(table)
        for shard, those in by_shard.items():
            for part, frame in framed(those, self._company.frames):
                if isinstance(frame, InvalidMessage):
                    outputs.append(
                        await self._dead_letters.send(self._record_of(part, blocks), frame)
                    )
                    continue
                for table in part:
                    for each in table.models:
                        self._telemetry.rows_accepted(
                            table.origin, each.model, each.version, each.rows
                        )
                outputs.append(
                    await self._publisher.send(
                        self._topics.observations, key=_key_of(part), value=frame, partition=shard
                    )
                )
        return outputs

    def _named(self, table: ObservationTable) -> ObservationTable:
        """Return a table whose sources have the names that their positions are told by."""
        names = self._source_names
        sources = (each._replace(topic=names.get(each.topic, each.topic)) for each in table.sources)
        return replace(table, sources=tuple(sources))

    def _record_of(
        self, tables: Sequence[ObservationTable], blocks: Sequence[RecordBlock]
    ) -> Record:
        """Return the record from which the only row of some tables came."""
        (table,) = tables
        source, offset = table.sources[int(table.source_of[0])], int(table.offsets[0])
        for block in blocks:
            topic = self._source_names.get(block.topic, block.topic)
            if (topic, block.partition) == source:
                at = int(block.offsets.searchsorted(offset))
                if at < len(block) and block.offsets[at] == offset:
                    return block[at]
        raise LookupError(f"no record at {source.topic}-{source.partition}, offset {offset}")

    def _report(self, blocks: Sequence[RecordBlock], started: float) -> None:
        for block in blocks:
            self._dead_letters.handled(block)
            self._telemetry.records_read(
                block.topic, block.partition, len(block), int(block.offsets[-1])
            )
        for partition in {block.partition for block in blocks}:
            store = self._pending.find(partition)
            if store is not None:
                self._telemetry.pending_changed(partition, store.status)
                orphans = store.take_orphans()
                if orphans:
                    self._telemetry.labels_met(LabelOutcomes(orphaned=orphans))
        self._telemetry.batch_handled(self.name, perf_counter() - started)


def _block(records: Sequence[Record]) -> RecordBlock:
    """Return a slice as a block, which the batched transport makes it already."""
    if isinstance(records, RecordBlock):
        return records
    return RecordBlock.from_records(records[0].topic, records[0].partition, records)


def _shard_of(model: str, partitions: int) -> int:
    return partition_of(model.encode(), partitions)


def _key_of(tables: Sequence[ObservationTable]) -> bytes | None:
    """Return the model where there is but one."""
    models = {rows.model for table in tables for rows in table.models}
    return models.pop().encode() if len(models) == 1 else None
