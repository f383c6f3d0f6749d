"""What a retrain request rests on: alerts, and what the rows themselves have met."""

from dataclasses import dataclass
from typing import Any, Self

from schemas.events.alert import AlertKind
from schemas.events.drift_alert import DriftAlert
from schemas.events.performance_alert import PerformanceAlert
from schemas.events.position import Position
from schemas.events.retrain_request import AlertReference
from schemas.events.retrain_signal import RetrainSignal, SignalReference
from schemas.events.times import parse_time


@dataclass(frozen=True, slots=True)
class AlertEvidence:
    """An alert that counts.

    Attributes
    ----------
    found, changed
        Event times of detection and of the estimated change, milliseconds since the epoch.
    reference
        The alert.
    begin, end
        The rows of both; None in states of an earlier release.
    labelled
        Labelled rows since the change; None where it is not of these.
    """

    found: int
    changed: int
    reference: AlertReference
    begin: Position | None = None
    end: Position | None = None
    labelled: int | None = None

    @classmethod
    def of(cls, alert: DriftAlert | PerformanceAlert) -> Self:
        """Return the evidence that an alert is."""
        labelled = None
        if isinstance(alert, PerformanceAlert):
            labelled = alert.losses_since_change
        elif alert.kind is AlertKind.CONCEPT:
            labelled = alert.rows_since_change
        return cls(
            parse_time(alert.detected_at.time),
            parse_time(alert.since),
            AlertReference.of(alert),
            alert.change_at,
            alert.detected_at,
            labelled,
        )

    @property
    def id(self) -> str:
        """The alert's id."""
        return self.reference.alert_id

    @property
    def key(self) -> str:
        """What tells it from other evidence: an alert may be about several columns."""
        return f"{self.id} {self.reference.kind} {self.reference.feature}"

    def range(self) -> list[Any]:
        """Return what of the state an earlier release does not know, for `restored`."""
        return [_dumped(self.begin), _dumped(self.end), self.labelled]

    @classmethod
    def restored(cls, found: int, changed: int, reference: object, more: list[Any] | None) -> Self:
        """Return the evidence that a state describes."""
        known = AlertReference.model_validate(reference)
        if more is None:
            return cls(int(found), int(changed), known)
        begin, end, labelled = more
        return cls(int(found), int(changed), known, _position(begin), _position(end), labelled)


@dataclass(frozen=True, slots=True)
class SignalEvidence:
    """A condition of rows that was met.

    Attributes
    ----------
    found, changed
        When it was, and since when rows were counted, milliseconds since the epoch.
    reference
        The signal.
    at
        The row that met it.
    labelled
        Labelled rows since the last training; None where they are not counted.
    """

    found: int
    changed: int
    reference: SignalReference
    at: Position
    labelled: int | None

    @classmethod
    def of(cls, signal: RetrainSignal) -> Self:
        """Return the evidence that a signal is."""
        known = signal.signal
        times = parse_time(known.time), parse_time(known.since)
        return cls(*times, known, signal.at, signal.labelled_rows)

    @property
    def id(self) -> str:
        """The signal's id."""
        return self.reference.signal_id

    @property
    def begin(self) -> None:
        """No row: what is counted since a time is not since a record."""
        return

    @property
    def end(self) -> Position:
        """The row that met it."""
        return self.at

    def state(self) -> list[Any]:
        """Return the whole state."""
        return [self.reference.model_dump(mode="json"), _dumped(self.at), self.labelled]

    @classmethod
    def restored(cls, reference: object, at: object, labelled: int | None) -> Self:
        """Return the evidence that a state describes."""
        known = SignalReference.model_validate(reference)
        place = Position.model_validate(at)
        return cls(parse_time(known.time), parse_time(known.since), known, place, labelled)


Evidence = AlertEvidence | SignalEvidence


def _dumped(position: Position | None) -> dict[str, Any] | None:
    return None if position is None else position.model_dump(mode="json")


def _position(dumped: object) -> Position | None:
    return None if dumped is None else Position.model_validate(dumped)
