"""What the agents report while they work; the application turns it into metrics."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from agents.join.telemetry import PendingStatus
from detectors.monitors.column_figures import Figures
from schemas.events.alert import Alert
from schemas.events.invalid import Reason
from schemas.events.model_event import ModelEvent
from schemas.events.retrain_request import RetrainRequest
from schemas.tables.columns import Role
from schemas.tables.observations import Origin


@dataclass(frozen=True, slots=True)
class LabelOutcomes:
    """What became of the labels of a batch.

    Attributes
    ----------
    joined
        Met a prediction, or carried it; one for each model version that scored its id.
    early
        Came before their prediction, and wait for it.
    duplicate
        For a prediction that has its label already.
    corrected
        The same, but the label is another one: it is not joined again.
    orphaned
        Waited for a prediction that did not come before they were given up.
    """

    joined: int = 0
    early: int = 0
    duplicate: int = 0
    corrected: int = 0
    orphaned: int = 0


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """One watched model version after a batch; counts since its watch began."""

    model: str
    version: str
    rows: int
    labelled_rows: int
    replayed_rows: int
    refused_columns: int
    last_event_time: float
    columns: Mapping[tuple[Role, str], Figures]


class Telemetry(Protocol):
    """Receives what happens, once a batch. Calls are cheap, do not block and do not raise."""

    def records_read(self, topic: str, partition: int, records: int, last_offset: int) -> None:
        """Take note of a batch of records that an agent has handled."""

    def rows_accepted(self, origin: Origin, model: str, version: str, rows: int) -> None:
        """Take note of rows that intake accepted."""

    def rows_watched(self, origin: Origin, rows: int) -> None:
        """Take note of rows that detection has taken, replayed ones included."""

    def message_refused(self, topic: str, reason: Reason) -> None:
        """Take note of a record that went to the dead letters."""

    def refusals_changed(self, topic: str, partition: int, used: float | None) -> None:
        """Take note of how much of the limit of dead letters a partition has used up.

        From 0 to 1, at which the worker stops; None when the partition is counted no more.
        """

    def labels_met(self, outcomes: LabelOutcomes) -> None:
        """Take note of what became of a batch of labels."""

    def clocks_ahead(self, topic: str, records: int) -> None:
        """Take note of records whose events were dated after them; they got the records' times."""

    def pending_changed(self, partition: int, status: PendingStatus | None) -> None:
        """Take note of a partition's pending store; None when the partition has gone."""

    def pending_restored(self, seconds: float, records: int) -> None:
        """Take note that pending stores were restored, from so many records of the changelog."""

    def pending_unreadable(self) -> None:
        """Take note of a record of the changelog that was skipped."""

    def model_watched(self, partition: int, status: ModelStatus) -> None:
        """Take note of a model version's state after a batch of its observations."""

    def models_dropped(self, partition: int) -> None:
        """Take note that a partition of the observations has gone, and its models with it."""

    def model_evicted(self, model: str, version: str) -> None:
        """Take note that a model version had to make room for another one."""

    def alert_raised(self, alert: Alert) -> None:
        """Take note of an alert."""

    def retrain_requested(self, request: RetrainRequest) -> None:
        """Take note of a retrain request."""

    def model_event_seen(self, event: ModelEvent) -> None:
        """Take note of a model event."""

    def state_saved(self, stage: str, snapshots: int, size: int, seconds: float) -> None:
        """Take note of a partition's state that is safe: what was written, and how long it took."""

    def state_loaded(self, stage: str, snapshots: int, size: int, seconds: float) -> None:
        """Take note of the states that were loaded with an assignment."""

    def batch_handled(self, stage: str, seconds: float) -> None:
        """Take note of how long a stage (intake, detection, policy) worked on a batch."""
