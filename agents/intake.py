"""Intake: users' records in, observation batches out; partitioned as the producers partition."""

from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Final

from agents.dead_letters import DeadLetters
from agents.delivery import Delivery
from agents.grouping import (
    KindsOf,
    Source,
    TaskOf,
    framed,
    label_batches,
    prediction_batches,
)
from agents.pending import Joined, PendingStore
from agents.publisher import Publisher
from agents.telemetry import LabelOutcomes, Telemetry
from agents.topics import Topics
from agents.transport import BatchEvent, records_of
from schemas.codec import decode_event, decode_object, encode_event
from schemas.incoming import FieldMap, PredictionRow, label_row, prediction_row
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
    pending_ttl, pending_entries
        How long and how many predictions of one partition wait for their labels.
    message_bytes, features_per_event
        Above which a record is refused.
    """

    prediction_fields: FieldMap = field(default_factory=FieldMap)
    label_fields: FieldMap = field(default_factory=FieldMap)
    pending_ttl: float = 30 * 86400.0
    pending_entries: int = 250_000
    message_bytes: int = 1_000_000
    features_per_event: int = 2000


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
    ) -> None:
        self._options = options
        self._topics = topics
        self._publisher = publisher
        self._dead_letters = dead_letters
        self._telemetry = telemetry
        self._kinds_of = kinds_of
        self._task_of = task_of
        self._pending: dict[int, PendingStore] = {}

    def keep_partitions(self, partitions: Iterable[int]) -> None:
        """Drop the pending stores of partitions that are no longer assigned."""
        for partition in self._pending.keys() - set(partitions):
            del self._pending[partition]
            self._telemetry.pending_changed(partition, None)

    async def on_predictions(self, event: BatchEvent, delivery: Delivery) -> None:
        """Take a batch of predictions."""
        started = perf_counter()
        records, partition = records_of(event), event.message.partition
        store = self._store(partition)
        rows: list[tuple[int, PredictionRow]] = []
        joined: list[tuple[int, Joined]] = []
        outputs: list[Awaitable[object]] = []
        for record in records:
            try:
                row = prediction_row(
                    self._options.prediction_fields.apply(self._decoded(record)),
                    key=record.key,
                    record_time=record.timestamp,
                    most_features=self._options.features_per_event,
                )
            except InvalidMessage as error:
                outputs.append(await self._dead_letters.send(record, error))
                continue
            rows.append((record.offset, row))
            join = store.add_prediction(row, record.offset, record.timestamp)
            if join is not None:
                joined.append((record.offset, join))
        source = Source(event.message.topic, partition)
        outputs += await self._publish(prediction_batches(rows, source, self._kinds_of))
        outputs += await self._publish(label_batches(joined, source, self._task_of))
        self._telemetry.labels_met(LabelOutcomes(joined=len(joined)))
        self._report(event, started)
        await delivery.submit(event, outputs)

    async def on_labels(self, event: BatchEvent, delivery: Delivery) -> None:
        """Take a batch of labels."""
        started = perf_counter()
        records, partition = records_of(event), event.message.partition
        store = self._store(partition)
        joined: list[tuple[int, Joined]] = []
        outputs: list[Awaitable[object]] = []
        unmet = {"early": 0, "duplicate": 0}
        orphaned = store.orphaned
        for record in records:
            try:
                row = label_row(
                    self._options.label_fields.apply(self._decoded(record)),
                    key=record.key,
                    record_time=record.timestamp,
                )
            except InvalidMessage as error:
                outputs.append(await self._dead_letters.send(record, error))
                continue
            join = store.add_label(row, record.offset, record.timestamp)
            if isinstance(join, str):
                unmet[join] += 1
            else:
                joined.append((record.offset, join))
        source = Source(event.message.topic, partition)
        outputs += await self._publish(label_batches(joined, source, self._task_of))
        self._telemetry.labels_met(
            LabelOutcomes(joined=len(joined), orphaned=store.orphaned - orphaned, **unmet)
        )
        self._report(event, started)
        await delivery.submit(event, outputs)

    async def on_model_events(self, event: BatchEvent, delivery: Delivery) -> None:
        """Take a batch of model events: pass each to detection and to policy, keyed by model."""
        started = perf_counter()
        outputs: list[Awaitable[object]] = []
        for record in records_of(event):
            try:
                model_event = _model_event(self._decoded(record), record.timestamp)
            except InvalidMessage as error:
                outputs.append(await self._dead_letters.send(record, error))
                continue
            self._telemetry.model_event_seen(model_event)
            key, value = model_event.model.encode(), encode_event(model_event)
            outputs += [
                await self._publisher.send(topic, key=key, value=value)
                for topic in (self._topics.observations, self._topics.lifecycle)
            ]
        self._report(event, started)
        await delivery.submit(event, outputs)

    def _decoded(self, record: Any) -> dict[str, Any]:
        return decode_object(record.value, largest=self._options.message_bytes)

    def _store(self, partition: int) -> PendingStore:
        store = self._pending.get(partition)
        if store is None:
            ttl = round(self._options.pending_ttl * 1000)
            store = PendingStore(ttl=ttl, most=self._options.pending_entries)
            self._pending[partition] = store
        return store

    async def _publish(self, batches: Iterable[ObservationBatch]) -> list[Awaitable[object]]:
        outputs: list[Awaitable[object]] = []
        for batch, frame in framed(batches):
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
        store = self._pending.get(message.partition)
        if store is not None:
            self._telemetry.pending_changed(message.partition, store.status)
        self._telemetry.records_read(
            message.topic, message.partition, len(records_of(event)), message.offset
        )
        self._telemetry.batch_handled(STAGE, perf_counter() - started)


def _model_event(document: dict[str, Any], record_time: int) -> ModelEvent:
    """Return the model event with its event time in RFC 3339, the record's own where absent."""
    event = decode_event(ModelEvent, document)
    time = clamped_time(record_time) if event.timestamp is None else parse_time(event.timestamp)
    return event.model_copy(update={"timestamp": format_time(time)})
