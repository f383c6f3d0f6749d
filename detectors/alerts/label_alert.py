"""Turns a change of how labels come, or of what they say, into the alert that people read."""

from detectors.alerts.sentences import dating_sentence, labels_sentence, names_sentence
from detectors.performance.label_dating import FEW, MANY, DatingTurn
from detectors.performance.label_flow import FlowTurn
from detectors.performance.outcome_names import SELDOM, NamesTurn
from schemas.events.alert import AlertStatus, Severity
from schemas.events.identity import stable_id
from schemas.events.label_alert import LabelAlert, LabelProblem
from schemas.events.position import Position
from schemas.events.times import format_time
from schemas.tables.model_version import ModelVersion


def label_alert_of(turn: FlowTurn, identity: ModelVersion, detected_at: Position) -> LabelAlert:
    """Return the alert of one turn: a warning for the worse, and news for the better."""
    return _alert(turn, identity, detected_at, {}, labels_sentence(turn, identity))


def names_alert_of(turn: NamesTurn, identity: ModelVersion, detected_at: Position) -> LabelAlert:
    """Return the alert of labels that call classes otherwise than the model, or no more do."""
    flow = FlowTurn(
        row=turn.row,
        problem=LabelProblem.UNLIKE,
        is_open=turn.is_open,
        before=turn.renamed,
        after=turn.right,
        limit=SELDOM,
        age=None,
        since=turn.since,
    )
    return _alert(flow, identity, detected_at, turn.names, names_sentence(turn, identity))


def dating_alert_of(turn: DatingTurn, identity: ModelVersion, detected_at: Position) -> LabelAlert:
    """Return the alert of labels that are dated before their predictions, or no more are."""
    flow = FlowTurn(
        row=turn.row,
        problem=LabelProblem.BACKDATED,
        is_open=turn.is_open,
        before=turn.before,
        after=turn.after,
        limit=MANY if turn.is_open else FEW,
        age=None,
        since=turn.since,
    )
    return _alert(flow, identity, detected_at, {}, dating_sentence(turn, identity))


def _alert(
    turn: FlowTurn,
    identity: ModelVersion,
    detected_at: Position,
    label_names: dict[str, str],
    message: str,
) -> LabelAlert:
    model, version = identity
    status = AlertStatus.OPENED if turn.is_open else AlertStatus.RESOLVED
    at = detected_at.topic, detected_at.partition, detected_at.offset
    return LabelAlert(
        alert_id=stable_id(model, version, "labels", turn.problem, status, *at),
        status=status,
        severity=Severity.WARNING if turn.is_open else Severity.INFO,
        model=model,
        version=version,
        problem=turn.problem,
        before=turn.before,
        after=turn.after,
        limit=turn.limit,
        age_seconds=None if turn.age is None else turn.age / 1000,
        label_names=label_names,
        since_time=format_time(turn.since),
        detected_at=detected_at,
        message=message,
    )
