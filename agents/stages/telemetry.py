"""What the agents report while they work; the application turns it into metrics."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from agents.dead_letters.telemetry import RefusalTelemetry
from agents.join.telemetry import JoinTelemetry
from agents.state.telemetry import StateTelemetry
from detectors.monitors.column_figures import Figures
from detectors.monitors.rollbacks import RollbackNews
from detectors.performance.error import Task
from detectors.reference.given import GivenOutcome
from detectors.requests.answers import AnswerOutcome
from detectors.routing.router import RouteDecision
from detectors.routing.routes import RouteOutcome
from detectors.rows.label_counts import LabelCounts
from detectors.versions.event_outcome import EventOutcome
from schemas.events.alert import Alert
from schemas.events.cdevents import CDEvent
from schemas.events.left_out import LeftOut
from schemas.events.model_comparison import ModelComparison
from schemas.events.model_event import ModelEvent
from schemas.events.model_performance import ModelPerformance
from schemas.events.retrain_request import RetrainRequest
from schemas.events.retrain_signal import RetrainSignal
from schemas.events.rollback_request import RollbackRequest
from schemas.events.version_status import VersionStatus
from schemas.tables.columns import Role
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import Origin


class ThresholdStatus(NamedTuple):
    """Where a model version stands with one threshold of its performance.

    Attributes
    ----------
    losses
        Labelled rows, or pairs of them, that counted.
    is_breached
        Whether it is worse than it may be.
    uncompared
        Why nothing is judged, of a relative one; None where it is.
    """

    losses: int
    is_breached: bool
    uncompared: str | None = None


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """One watched model version as it is now; counts since its watch began.

    Attributes
    ----------
    newest
        Event time of its newest row, seconds since the epoch.
    task
        What it predicts, as declared or chosen; `Task.AUTO` before the choice.
    thresholds
        Of its performance: as they are written.
    status
        What it is to its model.
    labels
        Labels that came again, and those that are dated before their predictions.
    open_alerts
        Alerts that were not acknowledged and are of the present references.
    references
        What has become of a reference that was given in each column, also in those that no row had.
    """

    model: str
    version: str
    rows: int
    labelled_rows: int
    replayed_rows: int
    refused_columns: int
    newest: float
    task: Task
    status: VersionStatus
    open_alerts: int
    labels: LabelCounts
    columns: Mapping[tuple[Role, str], Figures]
    thresholds: Mapping[str, ThresholdStatus] = field(default_factory=dict)
    references: Mapping[tuple[Role, str], GivenOutcome] = field(default_factory=dict)


class Telemetry(JoinTelemetry, RefusalTelemetry, StateTelemetry, Protocol):
    """Receives what happens, once a batch. Calls are cheap, do not block and do not raise.

    They come from the event loop; scrapes read what was told from other threads.
    """

    def records_read(self, topic: str, partition: int, records: int, last_offset: int) -> None:
        """Take note of a batch of records that an agent has handled."""

    def rows_accepted(self, origin: Origin, model: str, version: str, rows: int) -> None:
        """Take note of rows that intake accepted."""

    def rows_watched(self, origin: Origin, rows: int) -> None:
        """Take note of rows that detection has taken, replayed ones included."""

    def clocks_ahead(self, topic: str, records: int) -> None:
        """Take note of records whose events were dated after them; they got the records' times."""

    def fields_left_out(self, topic: str, fields: Sequence[LeftOut]) -> None:
        """Take note of optional fields that could not be read, each left out of its event."""

    def model_watched(self, partition: int, status: ModelStatus) -> None:
        """Take note of the present state of a model version that has changed."""

    def models_dropped(self, partition: int) -> None:
        """Take note that a partition of the observations has gone, and its models with it."""

    def models_evicted(self, versions: Collection[ModelVersion]) -> None:
        """Take note that model versions had to make room for others."""

    def newcomers_held(self, partition: int, versions: int, dropped_rows: int) -> None:
        """Take note of the newcomers of a partition, and of rows that were let go just now."""

    def alert_raised(self, alert: Alert) -> None:
        """Take note of an alert."""

    def performance_told(self, performance: ModelPerformance) -> None:
        """Take note of how good a model version was in a window."""

    def versions_compared(self, comparison: ModelComparison) -> None:
        """Take note of how two versions of a model compare."""

    def retrain_requested(self, request: RetrainRequest) -> None:
        """Take note of a retrain request."""

    def trigger_met(self, signal: RetrainSignal) -> None:
        """Take note that rows have met a condition of a retrain trigger."""

    def request_answered(self, outcome: AnswerOutcome) -> None:
        """Take note of what became of a model event that answers retrain requests."""

    def rollback_requested(self, request: RollbackRequest) -> None:
        """Take note of a rollback request."""

    def rollbacks_weighed(self, news: RollbackNews) -> None:
        """Take note of what became of causes and answers of rollbacks."""

    def cdevent_told(self, event: CDEvent) -> None:
        """Take note of a CDEvent, the second form of something else."""

    def model_event_seen(self, event: ModelEvent) -> None:
        """Take note of a model event."""

    def version_event_taken(self, outcome: EventOutcome) -> None:
        """Take note of what became of a model event about a version."""

    def route_taken(self, outcome: RouteOutcome) -> None:
        """Take note of what became of a route among the rows of its model."""

    def route_decided(self, decision: RouteDecision) -> None:
        """Take note of what Driftline has decided about a route."""

    def batch_handled(self, stage: str, seconds: float) -> None:
        """Take note of how long a stage (intake, detection, policy) worked on a batch."""
