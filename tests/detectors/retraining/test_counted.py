import pytest

from detectors.retraining.counted import MOST_OF_MODEL, counted_in
from detectors.retraining.options import PolicyOptions
from detectors.retraining.policy import RetrainPolicy
from schemas.documents.examples import DRIFT_ALERT, MODEL_ALERT, PERFORMANCE_ALERT, QUALITY_ALERT
from schemas.events.alert import Alert, AlertKind, Severity
from schemas.events.any_alert import decode_alert
from schemas.events.retrain_request import Trigger

COLUMN = MODEL_ALERT["columns"][0]


def of_columns(*names: str, **more: str) -> Alert:
    columns = [{**COLUMN, "feature": name, **more} for name in names]
    return decode_alert({**MODEL_ALERT, "columns": columns, "columns_changed": len(columns)})


@pytest.mark.parametrize("example", [DRIFT_ALERT, PERFORMANCE_ALERT])
def test_drift_of_a_column_and_performance_count_once(example: dict[str, object]) -> None:
    alert = decode_alert(example)
    (counted,) = counted_in(alert)
    reference = counted.reference
    assert (reference.feature, reference.kind) == (alert.subject, alert.kind)
    assert (reference.since, counted.end) == (alert.since, alert.detected_at)


def test_broken_data_and_news_do_not_count() -> None:
    assert counted_in(decode_alert(QUALITY_ALERT)) == []
    assert counted_in(decode_alert({**DRIFT_ALERT, "severity": "info"})) == []


def test_each_column_of_a_models_alert_counts_as_one_of_its_own() -> None:
    counted = counted_in(of_columns("a", "b"))
    assert [(each.reference.feature, each.reference.kind) for each in counted] == [
        ("a", AlertKind.FEATURE),
        ("b", AlertKind.FEATURE),
    ]
    assert len({each.key for each in counted}) == 2
    assert all(each.begin is not None for each in counted)


def test_of_very_many_columns_the_critical_ones_count_first() -> None:
    names = [f"x{number}" for number in range(MOST_OF_MODEL + 10)]
    alert = of_columns(*names)
    document = alert.model_dump(mode="json")
    document["columns"][-1]["severity"] = "critical"
    counted = counted_in(decode_alert(document))
    assert len(counted) == MOST_OF_MODEL
    first = counted[0].reference
    assert (first.feature, first.severity) == (names[-1], Severity.CRITICAL)


def test_one_alert_of_enough_columns_asks_for_a_retraining_and_a_replay_does_not() -> None:
    policy = RetrainPolicy(PolicyOptions())
    assert policy.on_alert(of_columns("a", "b")) is None
    restored = RetrainPolicy(PolicyOptions())
    restored.restore(policy.state())
    alert = of_columns("c")
    document = {**alert.model_dump(mode="json"), "alert_id": "another"}
    request = restored.on_alert(decode_alert(document))
    assert request is not None
    assert (request.trigger, sorted(request.features)) == (Trigger.FEATURES, ["a", "b", "c"])
    assert restored.on_alert(decode_alert(document)) is None


def test_a_critical_column_among_several_asks_at_once() -> None:
    request = RetrainPolicy(PolicyOptions()).on_alert(of_columns("a", severity="critical"))
    assert request is not None
    assert request.trigger is Trigger.CRITICAL_FEATURE
