"""Detection: observation batches in, alerts out; partitioned by model."""

from collections.abc import Awaitable, Callable, Iterable
from time import perf_counter
from typing import Final

from agents.dead_letters import DeadLetters
from agents.delivery import Delivery
from agents.publisher import Publisher
from agents.telemetry import ColumnStatus, ModelStatus, Telemetry
from agents.topics import Topics
from agents.transport import BatchEvent, records_of
from detectors.fleet import Fleet
from detectors.model_monitor import ModelMonitor
from schemas.alert import Alert
from schemas.cloudevents import CloudEventType, cloudevent_headers
from schemas.codec import decode_event, decode_object, encode_event
from schemas.columns import Flag
from schemas.invalid import InvalidMessage
from schemas.model_event import ModelEvent
from schemas.observations import MAGIC, ObservationBatch, decode_observations

STAGE: Final = "detection"
STATUS_EVERY: Final = 1.0
"""Seconds between two reports on one model: the gauges of wide models are not free."""


class Detection:
    """Handles the batches of observations.

    Parameters
    ----------
    topics, publisher, dead_letters, telemetry
        Where and how it sends and reports.
    new_fleet
        Makes the models' monitors of one partition.
    """

    def __init__(
        self,
        *,
        topics: Topics,
        publisher: Publisher,
        dead_letters: DeadLetters,
        telemetry: Telemetry,
        new_fleet: Callable[[], Fleet],
    ) -> None:
        self._topics = topics
        self._publisher = publisher
        self._dead_letters = dead_letters
        self._telemetry = telemetry
        self._new_fleet = new_fleet
        self._fleets: dict[int, Fleet] = {}
        self._reported: dict[tuple[int, str, str], float] = {}

    def keep_partitions(self, partitions: Iterable[int]) -> None:
        """Drop the models of partitions that are no longer assigned."""
        for partition in self._fleets.keys() - set(partitions):
            del self._fleets[partition]
            self._telemetry.models_dropped(partition)

    async def on_observations(self, event: BatchEvent, delivery: Delivery) -> None:
        """Take a batch of observations and model events."""
        started = perf_counter()
        message = event.message
        fleet = self._fleets.setdefault(message.partition, self._new_fleet())
        outputs: list[Awaitable[object]] = []
        for record in records_of(event):
            try:
                taken = _decoded(record.value)
                if isinstance(taken, ModelEvent):
                    fleet.notice(taken)
                    continue
            except InvalidMessage as error:
                outputs.append(await self._dead_letters.send(record, error))
                continue
            outputs += await self._publish(self._alerts(fleet, taken))
            self._report_model(message.partition, fleet, taken)
        self._telemetry.records_read(
            message.topic, message.partition, len(records_of(event)), message.offset
        )
        self._telemetry.batch_handled(STAGE, perf_counter() - started)
        await delivery.submit(event, outputs)

    def _alerts(self, fleet: Fleet, batch: ObservationBatch) -> list[Alert]:
        refused = fleet.refused_rows
        alerts = fleet.update(batch)
        if fleet.refused_rows > refused:
            self._telemetry.rows_refused(fleet.refused_rows - refused)
        return alerts

    async def _publish(self, alerts: Iterable[Alert]) -> list[Awaitable[object]]:
        outputs: list[Awaitable[object]] = []
        for alert in alerts:
            self._telemetry.alert_raised(alert)
            headers = cloudevent_headers(
                CloudEventType.ALERT,
                event_id=alert.alert_id,
                source=f"/driftline/{alert.model}/{alert.version}",
                time=alert.detected_at.time,
                subject=alert.feature,
            )
            outputs.append(
                await self._publisher.send(
                    self._topics.alerts,
                    key=alert.model.encode(),
                    value=encode_event(alert),
                    headers=headers,
                )
            )
        return outputs

    def _report_model(self, partition: int, fleet: Fleet, batch: ObservationBatch) -> None:
        key = (partition, batch.model, batch.version)
        now = perf_counter()
        monitor = fleet.monitor(batch.model, batch.version)
        if monitor is None or now - self._reported.get(key, -STATUS_EVERY) < STATUS_EVERY:
            return
        self._reported[key] = now
        self._telemetry.model_watched(partition, _status(monitor, float(batch.times[-1]) / 1000))


def _decoded(value: bytes | None) -> ObservationBatch | ModelEvent:
    if value is not None and value.startswith(MAGIC):
        return decode_observations(value)
    return decode_event(ModelEvent, decode_object(value))


def _status(monitor: ModelMonitor, last_event_time: float) -> ModelStatus:
    return ModelStatus(
        model=monitor.model,
        version=monitor.version,
        rows=monitor.rows,
        labelled_rows=monitor.labelled_rows,
        replayed_rows=monitor.replayed_rows,
        refused_columns=monitor.refused_columns,
        last_event_time=last_event_time,
        columns=tuple(
            ColumnStatus(
                role=role,
                name=name,
                ready=column.reference.ready,
                rows=column.reference.count,
                mean=column.reference.mean,
                problems={flag: int(column.problems[flag]) for flag in Flag},
            )
            for (role, name), column in monitor.columns.items()
        ),
    )
