"""What the agents report, as Prometheus metrics."""

from asyncio import timeout
from collections import Counter as Counts
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from time import monotonic

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.registry import Collector

from agents.join.telemetry import LabelOutcomes, PendingStatus
from agents.stages.telemetry import ModelStatus
from app.buildinfo import driftline_version
from app.metrics import catalogue
from app.metrics.catalogue import MetricSpec
from app.metrics.comparisons import ComparisonCollector
from app.metrics.consumer import ConsumerCollector, ConsumerView
from app.metrics.label_cap import CappedCounter
from app.metrics.mlflow import MlflowMetrics
from app.metrics.models import ModelCollector
from app.metrics.orphans import OrphanCollector
from app.metrics.pending import PendingMetrics
from app.metrics.performances import PerformanceCollector
from app.metrics.ramps import RampCollector
from app.metrics.refusal import Refusal
from app.metrics.rendering import CheckedCollector, RenderingGivenUp
from app.metrics.retraining import RetrainCounters
from app.metrics.rollback import RollbackCounters
from app.metrics.states import StateMetrics
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
from schemas.events.quality_alert import QualityAlert
from schemas.events.retrain_request import RetrainRequest
from schemas.events.retrain_signal import RetrainSignal
from schemas.events.rollback_request import RollbackRequest
from schemas.events.routing import ModelRoute
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import Origin


class Metrics:
    """All metrics of one worker, in a registry of its own.

    Implements `agents.stages.telemetry.Telemetry`.

    Parameters
    ----------
    label_values
        Combinations of model, version and feature that each metric tells apart; the others are
        counted as ``other``.
    refresh_timeout
        Seconds that a scrape waits for what is to be told anew. Prometheus itself gives up after
        10.
    clock
        Monotonic, seconds: the consumer's clock.

    Attributes
    ----------
    registry
        To be exposed.
    mlflow
        Of what was done with MLflow.
    """

    def __init__(
        self,
        *,
        label_values: int = 1000,
        refresh_timeout: float = 2.0,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        # A process-wide switch: each counter would be joined by a series with its time of birth.
        disable_created_metrics()  # type: ignore[no-untyped-call] # it has no annotations
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._gauge(catalogue.BUILD_INFO).labels(driftline_version()).set(1)
        self._records = self._counter(catalogue.RECORDS_READ)
        self._offset = self._gauge(catalogue.HANDLED_OFFSET)
        self._missed = self._counter(catalogue.RECORDS_MISSED)
        self._duration = self._histogram(catalogue.BATCH_DURATION)
        self._refused = self._counter(catalogue.MESSAGES_REFUSED)
        self._skipped = self._counter(catalogue.RECORDS_SKIPPED)
        self._limit = self._gauge(catalogue.DEAD_LETTER_LIMIT)
        self._evicted = self._counter(catalogue.MODELS_EVICTED)
        self._newcomers = self._gauge(catalogue.NEWCOMERS)
        self._newcomer_rows = self._counter(catalogue.NEWCOMER_ROWS_DROPPED)
        self._ahead = self._counter(catalogue.CLOCKS_AHEAD)
        self._left_out = self._counter(catalogue.FIELDS_LEFT_OUT)
        self._labels = self._counter(catalogue.LABELS)
        self._orphans = OrphanCollector(label_values)
        self._pending = PendingMetrics(self._counter, self._gauge)
        self._rows = CappedCounter(self._counter(catalogue.ROWS_ACCEPTED), label_values)
        self._watched = self._counter(catalogue.ROWS_WATCHED)
        self._alerts = CappedCounter(self._counter(catalogue.ALERTS), label_values)
        self._qualities = CappedCounter(self._counter(catalogue.QUALITY_ALERTS), label_values)
        self._retraining = RetrainCounters(self._counter, label_values)
        self._rollbacks = RollbackCounters(self._counter, label_values)
        self._cdevents = CappedCounter(self._counter(catalogue.CDEVENTS), label_values)
        self._events = CappedCounter(self._counter(catalogue.MODEL_EVENTS), label_values)
        self._version_events = self._counter(catalogue.VERSION_EVENTS)
        self._routes = self._counter(catalogue.ROUTES)
        self._routed = self._counter(catalogue.ROUTED)
        self._ramp_decisions = CappedCounter(self._counter(catalogue.RAMP_DECISIONS), label_values)
        self._ramps = RampCollector(label_values)
        self._performances = PerformanceCollector(
            label_values, self._counter(catalogue.PERFORMANCES_TOLD)
        )
        self._comparisons = ComparisonCollector(
            label_values, self._counter(catalogue.COMPARISONS_TOLD)
        )
        self._models = ModelCollector(label_values)
        self._consumer = ConsumerCollector(clock)
        for collector in (
            self._models,
            self._performances,
            self._comparisons,
            self._ramps,
            self._orphans,
            self._consumer,
        ):
            self.registry.register(collector)
        self._state = StateMetrics(self._counter, self._gauge, self._histogram)
        self._http_refused = self._counter(catalogue.HTTP_REFUSED)
        self._renderings = self._counter(catalogue.RENDERINGS)
        self.mlflow = MlflowMetrics(self._counter, self._gauge)
        self._refresh_timeout = refresh_timeout
        self._refreshes: list[tuple[Callable[[], Awaitable[None]], frozenset[str]]] = []
        self._read: dict[tuple[str, int], tuple[Counter, Gauge]] = {}
        self._begin_at_nothing()

    def _begin_at_nothing(self) -> None:
        # What has not happened yet is 0, not absent: the first time then shows as an increase.
        for outcome in asdict(LabelOutcomes()):
            self._labels.labels(outcome)
        for refusal in Refusal:
            self._http_refused.labels(refusal)
        for outcome in ("done", "given_up"):
            self._renderings.labels(outcome)

    def observe_consumer(self, consumer: ConsumerView | None) -> None:
        """Have lag and commit age read from a consumer at each scrape; None ends it."""
        self._consumer.consumer = consumer

    def refreshed_by(
        self, refresh: Callable[[], Awaitable[None]], specs: Iterable[MetricSpec]
    ) -> None:
        """Have some metrics brought up to date before they are scraped."""
        names = frozenset(spec.name for spec in specs)
        # The client library knows a counter by both of its names.
        names |= {name.removesuffix("_total") for name in names}
        self._refreshes.append((refresh, names))

    async def refresh(self, names: Collection[str] = ()) -> None:
        """Bring what is about to be scraped up to date; in the event loop of the app.

        Parameters
        ----------
        names
            Of the metrics that are wanted; all where there are none.

        Notes
        -----
        Where a batch keeps the stages from telling for too long, what was last told is scraped.
        """
        with suppress(TimeoutError):
            async with timeout(self._refresh_timeout):
                for refresh, refreshed in self._refreshes:
                    if not names or not refreshed.isdisjoint(names):
                        await refresh()

    def render(
        self,
        encode: Callable[[Collector], bytes],
        names: Collection[str],
        is_wanted: Callable[[], bool],
    ) -> bytes | None:
        """Return the metrics as they are exposed; None once they are not wanted any more.

        Parameters
        ----------
        encode
            A format of the client library.
        names
            Of the metrics that are wanted; all where there are none.
        is_wanted
            Asked in between, from the one thread that renders.
        """

        def check() -> None:
            if not is_wanted():
                raise RenderingGivenUp

        source = self.registry.restricted_registry(names) if names else self.registry
        self._models.check = check
        try:
            body = encode(CheckedCollector(source, check))
        except RenderingGivenUp:
            self._renderings.labels("given_up").inc()
            return None
        self._renderings.labels("done").inc()
        return body

    def http_refused(self, refusal: Refusal) -> None:
        """Take note that the worker's port refused or gave up a request or a connection."""
        self._http_refused.labels(refusal).inc()

    def records_read(self, topic: str, partition: int, records: int, last_offset: int) -> None:
        """Take note of a batch of records that an agent has handled."""
        children = self._read.get((topic, partition))
        if children is None:
            labels = (topic, str(partition))
            children = (self._records.labels(*labels), self._offset.labels(*labels))
            self._read[topic, partition] = children
        children[0].inc(records)
        children[1].set(last_offset)

    def records_missed(self, topic: str, partition: int, records: int) -> None:
        """Take note of records that were deleted before they were read."""
        self._missed.labels(topic, str(partition)).inc(records)

    def rows_accepted(self, origin: Origin, model: str, version: str, rows: int) -> None:
        """Take note of rows that intake accepted."""
        self._rows.add((model, version), (str(origin),), rows)

    def rows_watched(self, origin: Origin, rows: int) -> None:
        """Take note of rows that detection has taken."""
        self._watched.labels(str(origin)).inc(rows)

    def message_refused(self, topic: str, reason: Reason) -> None:
        """Take note of a record that went to the dead letters."""
        self._refused.labels(topic, str(reason)).inc()

    def record_skipped(self, topic: str, silence: Silence) -> None:
        """Take note of a record that says nothing."""
        self._skipped.labels(topic, str(silence)).inc()

    def refusals_changed(self, topic: str, partition: int, used: float | None) -> None:
        """Take note of how much of the limit of dead letters a partition has used up."""
        if used is None:
            self._limit.remove(topic, str(partition))
        else:
            self._limit.labels(topic, str(partition)).set(used)

    def labels_met(self, outcomes: LabelOutcomes) -> None:
        """Take note of what became of a batch of labels."""
        for outcome, count in asdict(outcomes).items():
            if count:
                self._labels.labels(outcome).inc(count)

    def clocks_ahead(self, topic: str, records: int) -> None:
        """Take note of records whose events were dated after them."""
        if records:
            self._ahead.labels(topic).inc(records)

    def fields_left_out(self, topic: str, fields: Sequence[LeftOut]) -> None:
        """Take note of optional fields that could not be read, each left out of its event."""
        for (field, oddity), count in Counts(fields).items():
            self._left_out.labels(topic, field, str(oddity)).inc(count)

    def pending_changed(self, partition: int, status: PendingStatus | None) -> None:
        """Take note of a partition's pending store; None when the partition has gone."""
        self._pending.change(partition, status)
        self._orphans.keep(partition, None if status is None else status.orphans)

    def pending_restored(self, seconds: float, records: int) -> None:
        """Take note that pending stores were restored, from so many records of the changelog."""
        self._pending.restore(seconds, records)

    def pending_unreadable(self) -> None:
        """Take note of a record of the changelog that was skipped."""
        self._pending.skip()

    def model_watched(self, partition: int, status: ModelStatus) -> None:
        """Take note of the present state of a model version that has changed."""
        self._models.keep(partition, status)

    def models_dropped(self, partition: int) -> None:
        """Take note that a partition of the observations has gone, and its models with it."""
        self._newcomers.remove(str(partition))
        gone = self._models.drop(partition)
        self._release_alerts(gone)

    def models_evicted(self, versions: Collection[ModelVersion]) -> None:
        """Take note that model versions had to make room for others."""
        if versions:
            gone = frozenset(versions)
            self._evicted.inc(len(versions))
            for key in gone:
                self._models.forget(key)
            # Once for all of them: it goes through every series there is.
            self._release_alerts(gone)

    def _release_alerts(self, gone: Collection[ModelVersion]) -> None:
        self._performances.forget(gone)
        self._comparisons.forget(gone)
        for counter in (self._alerts, self._qualities):
            counter.release(lambda identity: identity[:2] in gone)

    def newcomers_held(self, partition: int, versions: int, dropped_rows: int) -> None:
        """Take note of the newcomers of a partition, and of rows that were let go just now."""
        self._newcomers.labels(str(partition)).set(versions)
        if dropped_rows:
            self._newcomer_rows.inc(dropped_rows)

    def alert_raised(self, alert: Alert) -> None:
        """Take note of an alert."""
        rest = (str(alert.kind), str(alert.severity), alert.found_by)
        identity = alert.model, alert.version, alert.subject
        self._alerts.add(identity, rest)
        if isinstance(alert, QualityAlert):
            self._qualities.add(identity, (str(alert.quality), str(alert.severity)))

    def performance_told(self, performance: ModelPerformance) -> None:
        """Take note of how good a model version was in a window."""
        self._performances.keep(performance)

    def performance_of(self, model: str, version: str) -> ModelPerformance | None:
        """Return how good a version was in its latest window, as far as this worker knows."""
        return self._performances.latest((model, version))

    def performances_of(self, model: str, version: str) -> list[ModelPerformance]:
        """Return how good a version was in its latest windows, as far as this worker knows."""
        return self._performances.latest_of_each((model, version))

    def versions_compared(self, comparison: ModelComparison) -> None:
        """Take note of how two versions of a model compare."""
        self._comparisons.keep(comparison)

    def retrain_requested(self, request: RetrainRequest) -> None:
        """Take note of a retrain request."""
        self._retraining.ask(request)

    def trigger_met(self, signal: RetrainSignal) -> None:
        """Take note that rows have met a condition of a retrain trigger."""
        self._retraining.meet(signal)

    def request_answered(self, outcome: AnswerOutcome) -> None:
        """Take note of what became of a model event that answers retrain requests."""
        self._retraining.answer(outcome)

    def rollback_requested(self, request: RollbackRequest) -> None:
        """Take note of a rollback request."""
        self._rollbacks.ask(request)

    def rollbacks_weighed(self, news: RollbackNews) -> None:
        """Take note of what became of causes and answers of rollbacks."""
        self._rollbacks.tell(news)

    def cdevent_told(self, event: CDEvent) -> None:
        """Take note of a CDEvent, the second form of something else."""
        self._cdevents.add((event.key.decode(),), (str(event.context.type),))

    def model_event_seen(self, event: ModelEvent) -> None:
        """Take note of a model event."""
        self._events.add((event.model,), (str(event.type),))

    def version_event_taken(self, outcome: EventOutcome) -> None:
        """Take note of what became of a model event about a version."""
        self._version_events.labels(str(outcome)).inc()

    def route_read(self, outcome: str) -> None:
        """Take note of what became of a record of the topic of routes."""
        self._routes.labels(outcome).inc()

    def route_taken(self, outcome: RouteOutcome) -> None:
        """Take note of what became of a route among the rows of its model."""
        self._routed.labels(str(outcome)).inc()

    def route_decided(self, decision: RouteDecision) -> None:
        """Take note of what Driftline has decided about a route."""
        self._ramp_decisions.add((decision.model,), (str(decision.move),))

    def observe_routes(self, routes: Callable[[], Sequence[ModelRoute]]) -> None:
        """Have the routes in force read at each scrape."""
        self._ramps.routes = routes

    def batch_handled(self, stage: str, seconds: float) -> None:
        """Take note of how long a stage (intake, detection, policy) worked on a batch."""
        self._duration.labels(stage).observe(seconds)

    def state_saved(self, stage: str, snapshots: int, size: int, seconds: float) -> None:
        """Take note of a partition's state that is safe: what was written, and how long it took."""
        self._state.save(stage, snapshots, size, seconds)

    def state_loaded(self, stage: str, snapshots: int, size: int, seconds: float) -> None:
        """Take note of the states that were loaded with an assignment."""
        self._state.load(stage, snapshots, size, seconds)

    def observe_state(self, stages: Mapping[str, Callable[[], float]]) -> None:
        """Have the age of unsaved state read at each scrape, in seconds by stage."""
        self._state.observe(stages)

    def _counter(self, spec: MetricSpec) -> Counter:
        return Counter(spec.name, spec.text, spec.labels, registry=self.registry)

    def _gauge(self, spec: MetricSpec) -> Gauge:
        return Gauge(spec.name, spec.text, spec.labels, registry=self.registry)

    def _histogram(self, spec: MetricSpec) -> Histogram:
        return Histogram(
            spec.name, spec.text, spec.labels, buckets=spec.buckets, registry=self.registry
        )
