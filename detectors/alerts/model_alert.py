"""Turns what the columns of a model say together into an alert."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from detectors.alerts.sentences import change_of
from schemas.events.alert import Severity
from schemas.events.drift_alert import DriftAlert
from schemas.events.identity import stable_id
from schemas.events.model_alert import MOST_LISTED, ChangedColumn, ModelAlert
from schemas.events.position import Position
from schemas.events.times import parse_time
from schemas.tables.model_version import ModelVersion

MOST_NAMED: Final = 3
"""Columns that the sentence describes."""


class Told(NamedTuple):
    """A change of one column, and whether its guarantee holds."""

    column: ChangedColumn
    guaranteed: bool


def told_of(alert: DriftAlert, *, discovered: bool) -> Told:
    """Return what a model's alert says of one column in place of its own alert."""
    column = ChangedColumn(
        kind=alert.kind,
        feature=alert.feature,
        severity=alert.severity,
        discovered=discovered,
        found_by=alert.found_by,
        statistic=alert.detector.statistic,
        direction=alert.direction,
        change=change_of(alert.before, alert.after),
        change_at=alert.change_at,
        rows_since_change=alert.rows_since_change,
    )
    return Told(column, alert.guaranteed)


def model_alert_of(
    identity: ModelVersion,
    told: Sequence[Told],
    detected_at: Position,
    *,
    changed: int,
    watched: int,
    restarted: int,
    by_model: bool,
    statistic: float,
    limit: float,
) -> ModelAlert:
    """Return the alert of columns that have changed together, at least one.

    Parameters
    ----------
    identity
        Model and version.
    told
        Of the columns, in the order in which to list them.
    detected_at
        The row at which it is told.
    changed, watched, restarted
        How many columns have changed, are watched, and begin new references.
    by_model
        Whether the statistic of the model has reached its limit.
    statistic, limit
        Of the model; 0 for a limit that is not known.
    """
    columns = [each.column for each in told[:MOST_LISTED]]
    earliest = min(columns, key=lambda each: parse_time(each.change_at.time))
    rows = max(each.rows_since_change for each in columns)
    detector: str = "joint" if by_model else "columns"
    model, version = identity
    position = (detected_at.topic, detected_at.partition, detected_at.offset)
    critical = any(each.severity is Severity.CRITICAL for each in columns)
    named = "; ".join(f"{each.feature!r}: {each.change}" for each in columns[:MOST_NAMED])
    more = f"; and {changed - MOST_NAMED} more" if changed > MOST_NAMED else ""
    who = f"{changed} of {watched} columns of {model} {version} changed together"
    if not by_model:
        who = f"{changed} more of {watched} columns of {model} {version} changed after others"
    return ModelAlert(
        alert_id=stable_id(model, version, "model", detector, *position),
        severity=Severity.CRITICAL if critical else Severity.WARNING,
        model=model,
        version=version,
        columns=columns,
        columns_changed=changed,
        columns_watched=watched,
        columns_restarted=restarted,
        detector="joint" if by_model else "columns",
        statistic=statistic,
        limit=limit or None,
        change_at=earliest.change_at,
        detected_at=detected_at,
        rows_since_change=rows,
        guaranteed=all(each.guaranteed for each in told),
        message=f"{who}, over {rows} rows ({detector}): {named}{more}.",
    )
