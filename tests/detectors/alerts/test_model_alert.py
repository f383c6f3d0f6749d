from typing import Any

from detectors.alerts.model_alert import Told, model_alert_of, told_of
from schemas.documents.examples import DRIFT_ALERT, MODEL_ALERT
from schemas.events.alert import Severity
from schemas.events.codec import decode_event
from schemas.events.drift_alert import DriftAlert
from schemas.events.model_alert import MOST_LISTED, ChangedColumn, ModelAlert
from schemas.events.position import Position

AT = Position(topic="predictions", partition=0, offset=9, time="2026-03-01T13:00:00.000Z")


def told(feature: str, *, guaranteed: bool = True, **more: Any) -> Told:
    document = {**MODEL_ALERT["columns"][0], "feature": feature, **more}
    return Told(decode_event(ChangedColumn, document), guaranteed)


def alert_of(*columns: Told, by_model: bool = True) -> ModelAlert:
    return model_alert_of(
        ("fraud", "3"),
        columns,
        AT,
        changed=len(columns),
        watched=2000,
        restarted=1,
        by_model=by_model,
        statistic=7.0,
        limit=5.0,
    )


def test_what_an_alert_of_one_column_says_is_kept_in_short() -> None:
    drift = decode_event(DriftAlert, DRIFT_ALERT)
    column, guaranteed = told_of(drift, discovered=True)
    assert (column.feature, column.kind, column.severity) == (
        drift.feature,
        drift.kind,
        drift.severity,
    )
    assert (column.change_at, column.rows_since_change) == (
        drift.change_at,
        drift.rows_since_change,
    )
    assert column.change in drift.message
    assert (column.discovered, guaranteed) == (True, drift.guaranteed)


def test_it_begins_with_the_earliest_change_and_lasts_as_long_as_the_longest() -> None:
    early = AT.model_copy(update={"time": "2026-03-01T11:00:00.000Z"})
    alert = alert_of(
        told("a"), told("b", change_at=early.model_dump(), rows_since_change=400), told("c")
    )
    assert (alert.change_at, alert.rows_since_change, alert.detected_at) == (early, 400, AT)


def test_one_critical_column_makes_it_critical_and_one_without_guarantee_takes_it() -> None:
    assert (alert_of(told("a")).severity, alert_of(told("a")).guaranteed) == (
        Severity.WARNING,
        True,
    )
    alert = alert_of(told("a"), told("b", severity="critical"), told("c", guaranteed=False))
    assert (alert.severity, alert.guaranteed) == (Severity.CRITICAL, False)


def test_the_sentence_names_three_and_counts_the_rest() -> None:
    alert = alert_of(*(told(name) for name in "abcde"))
    assert alert.message.startswith("5 of 2000 columns of fraud 3 changed together, over 96 rows")
    assert "'c': the mean went from 12.5" in alert.message
    assert "'d'" not in alert.message
    assert alert.message.endswith("; and 2 more.")


def test_no_more_are_listed_than_a_broker_takes_but_all_are_counted() -> None:
    alert = alert_of(*(told(f"x{number}") for number in range(MOST_LISTED + 5)))
    assert (len(alert.columns), alert.columns_changed) == (MOST_LISTED, MOST_LISTED + 5)


def test_the_same_row_gives_the_same_id_by_what_found_it() -> None:
    first, again = alert_of(told("a")), alert_of(told("a"), told("b"))
    assert first.alert_id == again.alert_id
    assert alert_of(told("a"), by_model=False).alert_id != first.alert_id
    assert alert_of(told("a"), by_model=False).found_by == "columns"
