"""Intake: users' records in, observation batches out; partitioned as the producers partition."""

from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Final

import numpy as np

from agents.clocks import age, bounded_time
from agents.dead_letters import DeadLetters
from agents.delivery import Delivery
from agents.frames import framed
from agents.label_batches import Source, TaskOf, label_batches
from agents.pending import Joined
from agents.pending_stores import PendingOptions, PendingStores
from agents.prediction_reader import KindsOf, PredictionReader
from agents.publisher import Publisher
from agents.record_block import RecordBlock
from agents.telemetry import LabelOutcomes, Telemetry
from agents.topics import Topics
from agents.transport import BatchEvent, Record, records_of
from schemas.codec import decode_event, decode_object, encode_event
from schemas.incoming import FieldMap, LabelRow, label_row
from schemas.invalid import InvalidMessage
from schemas.model_event import ModelEvent
from schemas.observations import ObservationBatch
from schemas.times import clamped_time, format_time, parse_time

STAGE: Final = "intake"


@dataclass(frozen=True, slots=True)
class IntakeOptions:
    """What intake takes. Times are in seconds of event time.

    Attributes
    ----------
    prediction_fields, label_fields
        Where the fields of the users' events stand.
    message_bytes, features_per_event
        Above which a record is refused.
    clock_tolerance
        By how much an event may be dated after its record before the record's time counts.
    """

    prediction_fields: FieldMap = field(default_factory=FieldMap)
    label_fields: FieldMap = field(default_factory=FieldMap)
    message_bytes: int = 1_000_000
    features_per_event: int = 2000
    clock_tolerance: float = 600.0


class Intake:
    """Handles the batches of predictions, labels and model events.

    Parameters
    ----------
    options, topics
        What it takes, and from and to where.
    publisher, dead_letters, telemetry
        How it sends and reports.
    kinds_of, task_of
        The declared kinds and the task of a model, by its name.
    pending
        The predictions that wait for their labels; in memory alone, and forgotten with it, by
        default.
    """

    def __init__(
        self,
        *,
        options: IntakeOptions,
        topics: Topics,
        publisher: Publisher,
        dead_letters: DeadLetters,
        telemetry: Telemetry,
        kinds_of: KindsOf,
        task_of: TaskOf,
        pending: PendingStores | None = None,
    ) -> None:
        self._options = options
        self._topics = topics
        self._publisher = publisher
        self._dead_letters = dead_letters
        self._telemetry = telemetry
        self._task_of = task_of
        self._tolerance = round(options.clock_tolerance * 1000)
        self._reader = PredictionReader(
            fields=options.prediction_fields,
            largest=options.message_bytes,
            most_features=options.features_per_event,
            tolerance=self._tolerance,
            kinds_of=kinds_of,
        )
        self._pending = pending or PendingStores(PendingOptions(), telemetry)

    def keep_partitions(self, partitions: Iterable[int]) -> None:
        """Drop the pending stores of partitions that are no longer assigned."""
        self._pending.keep(partitions)

    async def on_predictions(self, event: BatchEvent, delivery: Delivery) -> None:
        """Take a batch of predictions."""
        started = perf_counter()
        message = event.message
        source = Source(message.topic, message.partition)
        block = _block(event)
        read = self._reader.read(block)
        store = self._pending.get(source.partition)
        joined = sorted(join for waiting in read.waiting for join in store.add_predictions(waiting))
        outputs = [await self._dead_letters.send(record, error) for record, error in read.refused]
        outputs += await self._publish(read.observations, block)
        outputs += await self._publish(label_batches(joined, source, self._task_of), block)
        if delivery.is_current(event):
            outputs += await self._pending.publish(source.partition)
        self._telemetry.labels_met(LabelOutcomes(joined=len(joined)))
        self._telemetry.clocks_ahead(source.topic, read.skewed)
        self._report(event, started)
        await delivery.submit(event, outputs)

    async def on_labels(self, event: BatchEvent, delivery: Delivery) -> None:
        """Take a batch of labels."""
        started = perf_counter()
        block, partition = _block(event), event.message.partition
        store = self._pending.get(partition)
        rows: list[tuple[LabelRow, int, int]] = []
        joined: list[tuple[int, Joined]] = []
        outputs: list[Awaitable[object]] = []
        unmet = {"early": 0, "duplicate": 0, "corrected": 0}
        orphaned = store.orphaned
        skewed = 0
        for number, (offset, record_time, key, value) in enumerate(block.rows()):
            try:
                row = label_row(
                    self._options.label_fields.apply(self._decoded(value)),
                    key=key,
                    record_time=record_time,
                )
            except InvalidMessage as error:
                outputs.append(await self._dead_letters.send(block[number], error))
                continue
            time, is_ahead = bounded_time(row.time, record_time, self._tolerance)
            if is_ahead:
                skewed += 1
                row = row._replace(time=time)
            rows.append((row, offset, age(time, record_time)))
        for (_, offset, _), joins in zip(rows, store.add_labels(rows), strict=True):
            if isinstance(joins, str):
                unmet[joins] += 1
            else:
                joined += [(offset, join) for join in joins]
        source = Source(event.message.topic, partition)
        outputs += await self._publish(label_batches(joined, source, self._task_of), block)
        if delivery.is_current(event):
            outputs += await self._pending.publish(source.partition)
        self._telemetry.labels_met(
            LabelOutcomes(joined=len(joined), orphaned=store.orphaned - orphaned, **unmet)
        )
        self._telemetry.clocks_ahead(source.topic, skewed)
        self._report(event, started)
        await delivery.submit(event, outputs)

    async def on_model_events(self, event: BatchEvent, delivery: Delivery) -> None:
        """Take a batch of model events: pass each to detection and to policy, keyed by model."""
        started = perf_counter()
        outputs: list[Awaitable[object]] = []
        skewed = 0
        for record in records_of(event):
            try:
                model_event, is_ahead = self._model_event(record)
            except InvalidMessage as error:
                outputs.append(await self._dead_letters.send(record, error))
                continue
            skewed += is_ahead
            self._telemetry.model_event_seen(model_event)
            key, value = model_event.model.encode(), encode_event(model_event)
            outputs += [
                await self._publisher.send(topic, key=key, value=value)
                for topic in (self._topics.observations, self._topics.lifecycle)
            ]
        self._telemetry.clocks_ahead(event.message.topic, skewed)
        self._report(event, started)
        await delivery.submit(event, outputs)

    def _decoded(self, value: bytes | None) -> dict[str, Any]:
        return decode_object(value, largest=self._options.message_bytes)

    def _model_event(self, record: Record) -> tuple[ModelEvent, bool]:
        """Return the model event with its time in RFC 3339, and whether its clock ran ahead."""
        event = decode_event(ModelEvent, self._decoded(record.value))
        own = event.timestamp
        time = clamped_time(record.timestamp) if own is None else parse_time(own)
        time, is_ahead = bounded_time(time, record.timestamp, self._tolerance)
        return event.model_copy(update={"timestamp": format_time(time)}), is_ahead

    async def _publish(
        self, batches: Iterable[ObservationBatch], block: RecordBlock
    ) -> list[Awaitable[object]]:
        """Publish observations that came from some records."""
        outputs: list[Awaitable[object]] = []
        for batch, frame in framed(batches):
            if isinstance(frame, InvalidMessage):
                record = block[int(np.searchsorted(block.offsets, batch.offsets[0]))]
                outputs.append(await self._dead_letters.send(record, frame))
                continue
            self._telemetry.rows_accepted(batch.origin, batch.model, batch.version, len(batch))
            outputs.append(
                await self._publisher.send(
                    self._topics.observations,
                    key=batch.model.encode(),
                    value=frame,
                )
            )
        return outputs

    def _report(self, event: BatchEvent, started: float) -> None:
        message = event.message
        store = self._pending.find(message.partition)
        if store is not None:
            self._telemetry.pending_changed(message.partition, store.status)
        self._telemetry.records_read(
            message.topic, message.partition, len(records_of(event)), message.offset
        )
        self._telemetry.batch_handled(STAGE, perf_counter() - started)


def _block(event: BatchEvent) -> RecordBlock:
    """Return the records as a block, which the batched transport makes them already."""
    records = records_of(event)
    if isinstance(records, RecordBlock):
        return records
    return RecordBlock.from_records(event.message.topic, event.message.partition, records)
