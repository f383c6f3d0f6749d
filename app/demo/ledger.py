"""The demo's books: which row was the first after the shift, and what each alert is worth."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.demo.scenario import Scenario
from schemas.events.alert import Alert, AlertKind
from schemas.events.retrain_request import RetrainRequest
from schemas.tables.observations import Integers, ObservationBatch, Origin

Partition = tuple[str, int]
"""A topic and the number of one of its partitions."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An alert, and where it stands to the truth.

    Attributes
    ----------
    alert
        As published.
    row
        Number of the row at which it was detected, among those of its origin (predictions, or
        labels met), from 0, in the order in which detection sees them.
    delay_events
        Rows from the first one after the shift to that row, both included; None for a false alert.
    delay_seconds
        From the shift to the alert's arrival; None for a false alert.
    repeated
        Whether an earlier alert told of the column's drift already.
    """

    alert: Alert
    row: int
    delay_events: int | None
    delay_seconds: float | None
    repeated: bool

    @property
    def true(self) -> bool:
        """Whether its column had drifted when it was detected."""
        return self.delay_events is not None

    def document(self) -> dict[str, Any]:
        """Return what the report says of it."""
        return {
            "feature": self.alert.subject,
            "features": list(self.alert.subjects),
            "kind": str(self.alert.kind),
            "detector": self.alert.found_by,
            "delay_events": self.delay_events,
            "delay_seconds": None if self.delay_seconds is None else round(self.delay_seconds, 3),
            "severity": str(self.alert.severity),
            "row": self.row,
        }


@dataclass(slots=True)
class _Seen:
    """Rows of one origin in the order in which detection sees them."""

    rows: int = 0
    shift_row: int | None = None
    batches: list[tuple[Partition, Integers, int]] = field(default_factory=list)


class Ledger:
    """Judges alerts by the exact order of the rows.

    Detection reads one partition of observations for a model, so the order of the batches there is
    the order in which its detectors saw the rows, whatever source partition they came from.

    Parameters
    ----------
    scenario
        The truth.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._seen = {origin: _Seen() for origin in Origin}
        self._shift: Mapping[Partition, int] | None = None
        self._shift_time = 0.0
        self._waiting: list[tuple[Alert, float]] = []
        self.columns: dict[str, int] = {}
        self.judged: list[Judged] = []
        self.requests: list[tuple[RetrainRequest, float | None]] = []

    @property
    def predictions_seen(self) -> int:
        """Predictions that have reached detection."""
        return self._seen[Origin.PREDICTIONS].rows

    @property
    def labels_seen(self) -> int:
        """Labels that have met their predictions and reached detection."""
        return self._seen[Origin.LABELS].rows

    @property
    def progress(self) -> tuple[int, ...]:
        """Figures of which one grows with all that comes in."""
        alerts = len(self._waiting) + len(self.judged)
        return self.predictions_seen, self.labels_seen, alerts, len(self.requests)

    @property
    def settled(self) -> bool:
        """Whether every alert that came in is judged."""
        return not self._waiting

    @property
    def found(self) -> list[Judged]:
        """The first true alert of each column, in the order of their arrival."""
        return [one for one in self.judged if one.true and not one.repeated]

    @property
    def false(self) -> list[Judged]:
        """Alerts from before the shift, and of columns that do not drift."""
        return [one for one in self.judged if not one.true]

    @property
    def missed(self) -> list[str]:
        """Columns that have drifted without an alert."""
        found = {name for one in self.found for name in one.alert.subjects}
        return [name for name in self._scenario.drifting if name not in found]

    @property
    def passed(self) -> bool:
        """Whether each drift was found, nothing else was, and a retraining was asked for."""
        return not self.missed and not self.false and bool(self.requests) and self.settled

    def shift(self, next_offsets: Mapping[Partition, int], now: float) -> None:
        """Note the moment of the shift.

        Parameters
        ----------
        next_offsets
            For every partition of predictions and labels, the offset of its next record.
        now
            Seconds of a monotonic clock.
        """
        self._shift = next_offsets
        self._shift_time = now

    def observe(self, batch: ObservationBatch) -> None:
        """Take a batch that is on its way to detection, in the order of the topic."""
        seen = self._seen[batch.origin]
        for run, begin, end in batch.slices():
            partition, offsets = (run.topic, run.partition), batch.offsets[begin:end]
            first_after = None if self._shift is None else self._shift.get(partition)
            if first_after is not None and seen.shift_row is None:
                before = int(bisect_left(offsets, first_after))
                if before < run.rows:
                    seen.shift_row = seen.rows + before
            seen.batches.append((partition, offsets, seen.rows))
            seen.rows += run.rows
        for column in batch.columns:
            usable = len(batch) if column.flags is None else int((column.flags == 0).sum())
            self.columns[column.name] = self.columns.get(column.name, 0) + usable

    def alert(self, alert: Alert, now: float) -> None:
        """Take an alert that arrived at a time of the monotonic clock."""
        self._waiting.append((alert, now))

    def request(self, request: RetrainRequest, now: float) -> None:
        """Take a retrain request that arrived at a time of the monotonic clock."""
        self.requests.append((request, None if self._shift is None else now - self._shift_time))

    def judge(self) -> list[Judged]:
        """Judge the alerts whose rows have been observed; return those judged now."""
        new = []
        for waiting in list(self._waiting):
            alert, now = waiting
            row = self._row_of(alert)
            if row is not None:
                self._waiting.remove(waiting)
                new.append(self._judged(alert, row, now))
                self.judged.append(new[-1])
        return new

    def _judged(self, alert: Alert, row: int, now: float) -> Judged:
        shift_row = self._seen[_origin(alert)].shift_row
        drifting = set(alert.subjects) & set(self._scenario.drifting)
        if shift_row is None or row < shift_row or not drifting:
            return Judged(alert, row, None, None, repeated=False)
        return Judged(
            alert,
            row,
            delay_events=row - shift_row + 1,
            delay_seconds=now - self._shift_time,
            repeated=drifting <= {name for one in self.found for name in one.alert.subjects},
        )

    def _row_of(self, alert: Alert) -> int | None:
        """Return the number, in detection's order, of the row at which an alert was detected."""
        at = alert.detected_at
        for partition, offsets, start in reversed(self._seen[_origin(alert)].batches):
            if partition == (at.topic, at.partition) and offsets[0] <= at.offset <= offsets[-1]:
                return start + int(bisect_left(offsets, at.offset))
        return None


def _origin(alert: Alert) -> Origin:
    return Origin.LABELS if alert.kind is AlertKind.CONCEPT else Origin.PREDICTIONS
