"""Hand-written stand-ins for what the agents talk to."""

import asyncio
from collections.abc import Awaitable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from agents.join.telemetry import LabelOutcomes, PendingStatus
from agents.stages.telemetry import ModelStatus
from agents.transport.delivery import Delivery
from agents.transport.publisher import Publisher
from agents.transport.rounds import BatchEvent, slices_of
from detectors.monitors.rollbacks import RollbackNews
from detectors.requests.answers import AnswerOutcome
from detectors.routing.router import RouteDecision
from detectors.routing.routes import RouteOutcome
from detectors.versions.event_outcome import EventOutcome
from schemas.events.alert import Alert
from schemas.events.cdevents import CDEvent
from schemas.events.invalid import Reason
from schemas.events.left_out import LeftOut
from schemas.events.model_comparison import ModelComparison
from schemas.events.model_event import ModelEvent
from schemas.events.model_performance import ModelPerformance
from schemas.events.nothing_to_say import Silence
from schemas.events.retrain_request import RetrainRequest
from schemas.events.retrain_signal import RetrainSignal
from schemas.events.rollback_request import RollbackRequest
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import Origin


@dataclass
class Sent:
    topic: str
    key: bytes | None
    value: bytes | None
    headers: Mapping[str, bytes]
    partition: int | None = None


@dataclass
class FakePublisher:
    sent: list[Sent] = field(default_factory=list)
    count: int = 1
    """Partitions of every topic."""

    async def partitions(self, topic: str) -> int:
        assert topic
        return self.count

    async def send(
        self,
        topic: str,
        *,
        key: bytes | None,
        value: bytes | None,
        headers: Mapping[str, bytes] | None = None,
        partition: int | None = None,
    ) -> Awaitable[object]:
        assert key is not None or value is not None, "aiokafka does not send it"
        self.sent.append(Sent(topic, key, value, headers or {}, partition))
        done: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        there = sum((each.topic, each.partition) == (topic, partition) for each in self.sent)
        done.set_result(SimpleNamespace(offset=there - 1))
        return done

    def to(self, topic: str) -> list[Sent]:
        return [sent for sent in self.sent if sent.topic == topic]

    @property
    def real(self) -> Publisher:
        return cast("Publisher", self)


@dataclass
class FakeDelivery:
    submitted: list[tuple[int, int]] = field(default_factory=list)
    """Last offset, and number of outputs, of each batch."""
    current: bool = True

    def is_current(self, event: BatchEvent) -> bool:
        return self.current and event.value is not None

    async def submit(self, event: BatchEvent, outputs: Sequence[Awaitable[object]]) -> None:
        self.submitted.append((event.message.offset, len(outputs)))
        await asyncio.gather(*outputs)

    @property
    def real(self) -> Delivery:
        return cast("Delivery", self)


@dataclass
class FakeTelemetry:
    read: list[tuple[str, int, int, int]] = field(default_factory=list)
    missed: list[tuple[str, int, int]] = field(default_factory=list)
    rows: dict[tuple[Origin, str, str], int] = field(default_factory=dict)
    taken: dict[Origin, int] = field(default_factory=dict)
    refused: list[tuple[str, Reason]] = field(default_factory=list)
    skipped: list[tuple[str, Silence]] = field(default_factory=list)
    used: list[tuple[str, int, float | None]] = field(default_factory=list)
    labels: list[LabelOutcomes] = field(default_factory=list)
    pending: dict[int, PendingStatus | None] = field(default_factory=dict)
    watched: dict[tuple[int, str, str], ModelStatus] = field(default_factory=dict)
    restored: list[tuple[float, int]] = field(default_factory=list)
    unreadable: int = 0
    dropped: list[int] = field(default_factory=list)
    evicted: list[ModelVersion] = field(default_factory=list)
    newcomers: dict[int, int] = field(default_factory=dict)
    dropped_rows: int = 0
    ahead: dict[str, int] = field(default_factory=dict)
    left_out: list[tuple[str, str, str]] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    comparisons: list[ModelComparison] = field(default_factory=list)
    performances: list[ModelPerformance] = field(default_factory=list)
    requests: list[RetrainRequest] = field(default_factory=list)
    signals: list[RetrainSignal] = field(default_factory=list)
    rollbacks: list[RollbackRequest] = field(default_factory=list)
    rollback_news: list[RollbackNews] = field(default_factory=list)
    answers: list[AnswerOutcome] = field(default_factory=list)
    cdevents: list[CDEvent] = field(default_factory=list)
    events: list[ModelEvent] = field(default_factory=list)
    saved: list[tuple[str, int, int]] = field(default_factory=list)
    loaded: list[tuple[str, int, int]] = field(default_factory=list)
    version_events: list[EventOutcome] = field(default_factory=list)
    routes: list[RouteOutcome] = field(default_factory=list)
    decided: list[RouteDecision] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)

    def records_read(self, topic: str, partition: int, records: int, last_offset: int) -> None:
        self.read.append((topic, partition, records, last_offset))

    def records_missed(self, topic: str, partition: int, records: int) -> None:
        self.missed.append((topic, partition, records))

    def rows_accepted(self, origin: Origin, model: str, version: str, rows: int) -> None:
        key = (origin, model, version)
        self.rows[key] = self.rows.get(key, 0) + rows

    def rows_watched(self, origin: Origin, rows: int) -> None:
        self.taken[origin] = self.taken.get(origin, 0) + rows

    def message_refused(self, topic: str, reason: Reason) -> None:
        self.refused.append((topic, reason))

    def record_skipped(self, topic: str, silence: Silence) -> None:
        self.skipped.append((topic, silence))

    def refusals_changed(self, topic: str, partition: int, used: float | None) -> None:
        self.used.append((topic, partition, used))

    def labels_met(self, outcomes: LabelOutcomes) -> None:
        self.labels.append(outcomes)

    def fields_left_out(self, topic: str, fields: Sequence[LeftOut]) -> None:
        self.left_out += [(topic, *each) for each in fields]

    def clocks_ahead(self, topic: str, records: int) -> None:
        self.ahead[topic] = self.ahead.get(topic, 0) + records

    def pending_changed(self, partition: int, status: PendingStatus | None) -> None:
        self.pending[partition] = status

    def pending_restored(self, seconds: float, records: int) -> None:
        self.restored.append((seconds, records))

    def pending_unreadable(self) -> None:
        self.unreadable += 1

    def model_watched(self, partition: int, status: ModelStatus) -> None:
        self.watched[partition, status.model, status.version] = status

    def models_dropped(self, partition: int) -> None:
        self.dropped.append(partition)

    def models_evicted(self, versions: Collection[ModelVersion]) -> None:
        self.evicted += versions

    def newcomers_held(self, partition: int, versions: int, dropped_rows: int) -> None:
        self.newcomers[partition] = versions
        self.dropped_rows += dropped_rows

    def alert_raised(self, alert: Alert) -> None:
        self.alerts.append(alert)

    def versions_compared(self, comparison: ModelComparison) -> None:
        self.comparisons.append(comparison)

    def performance_told(self, performance: ModelPerformance) -> None:
        self.performances.append(performance)

    def retrain_requested(self, request: RetrainRequest) -> None:
        self.requests.append(request)

    def trigger_met(self, signal: RetrainSignal) -> None:
        self.signals.append(signal)

    def rollback_requested(self, request: RollbackRequest) -> None:
        self.rollbacks.append(request)

    def rollbacks_weighed(self, news: RollbackNews) -> None:
        self.rollback_news.append(news)

    def cdevent_told(self, event: CDEvent) -> None:
        self.cdevents.append(event)

    def request_answered(self, outcome: AnswerOutcome) -> None:
        self.answers.append(outcome)

    def model_event_seen(self, event: ModelEvent) -> None:
        self.events.append(event)

    def state_saved(self, stage: str, snapshots: int, size: int, seconds: float) -> None:
        assert seconds >= 0
        self.saved.append((stage, snapshots, size))

    def state_loaded(self, stage: str, snapshots: int, size: int, seconds: float) -> None:
        assert seconds >= 0
        self.loaded.append((stage, snapshots, size))

    def version_event_taken(self, outcome: EventOutcome) -> None:
        self.version_events.append(outcome)

    def route_taken(self, outcome: RouteOutcome) -> None:
        self.routes.append(outcome)

    def route_decided(self, decision: RouteDecision) -> None:
        self.decided.append(decision)

    def batch_handled(self, stage: str, seconds: float) -> None:
        assert seconds >= 0
        self.stages.append(stage)


def batch(
    topic: str,
    values: Sequence[bytes | None],
    *,
    partition: int = 0,
    first_offset: int = 0,
    keys: Sequence[bytes | None] | None = None,
    timestamp: int = 1_700_000_000_000,
) -> BatchEvent:
    """Return the event of one slice."""
    records = [
        SimpleNamespace(
            topic=topic,
            partition=partition,
            offset=first_offset + row,
            key=None if keys is None else keys[row],
            value=value,
            timestamp=timestamp + row,
            timestamp_type=0,
            headers=(),
        )
        for row, value in enumerate(values)
    ]
    message = SimpleNamespace(
        topic=topic, partition=partition, offset=first_offset + len(values) - 1
    )
    event: Any = SimpleNamespace(value=[records], message=message)
    return cast("BatchEvent", event)


def in_one_round(*events: BatchEvent) -> BatchEvent:
    """Return the event of the slices of some events."""
    slices = [records for event in events for records in slices_of(event)]
    event: Any = SimpleNamespace(value=slices, message=events[0].message)
    return cast("BatchEvent", event)
