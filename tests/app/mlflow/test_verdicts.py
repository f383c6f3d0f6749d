from app.mlflow.verdicts import MOST_ALERTS, verdicts
from schemas.events.alert import AlertKind, Severity
from schemas.events.retrain_request import AlertReference
from schemas.events.version_record import VersionRecord
from tests.app.mlflow.known_versions import KnownVersions


def record(*alerts: AlertReference, rows: int = 1) -> VersionRecord:
    known = KnownVersions()
    known.deploy("fraud", "1", "2026-03-01T11:00:00Z")
    if rows:
        known.serve("fraud", "1", *[1_772_366_400_000] * rows)
    (found,) = known.records("fraud")
    return found.model_copy(update={"open_alerts": list(alerts)})


def alert(number: int, severity: Severity = Severity.WARNING) -> AlertReference:
    return AlertReference(
        alert_id=str(number),
        kind=AlertKind.FEATURE,
        severity=severity,
        feature=f"f{number}",
        time=f"2026-03-01T12:00:{number:02}.000Z",
    )


def test_a_version_without_alerts_is_ok_and_one_without_rows_says_so() -> None:
    assert verdicts(record(), None)["driftline.verdict"] == "ok"
    assert verdicts(record(rows=0), None)["driftline.verdict"] == "no_rows"


def test_a_version_with_alerts_drifts_unless_they_are_for_information() -> None:
    tags = verdicts(record(alert(1), alert(2, Severity.INFO)), "0")
    assert tags["driftline.verdict"] == "drifting"
    assert tags["driftline.open_alerts"] == "2"
    assert tags["driftline.alerts"] == (
        "feature_drift of f2 (info) at 2026-03-01T12:00:02.000Z; "
        "feature_drift of f1 (warning) at 2026-03-01T12:00:01.000Z"
    )
    assert tags["driftline.last_good_version"] == "0"
    assert verdicts(record(alert(2, Severity.INFO)), None)["driftline.verdict"] == "ok"


def test_many_alerts_are_counted_and_the_latest_named() -> None:
    tags = verdicts(record(*map(alert, range(50))), None)
    assert tags["driftline.open_alerts"] == "50"
    assert tags["driftline.alerts"].count(";") == MOST_ALERTS - 1
    assert tags["driftline.alerts"].startswith("feature_drift of f49")


def test_more_rows_of_the_same_kind_change_no_tag() -> None:
    assert verdicts(record(rows=1), None) == verdicts(record(rows=5000), None)


def test_what_mlflow_calls_a_tag_may_not_be_empty() -> None:
    assert all(verdicts(record(rows=0), None).values())
