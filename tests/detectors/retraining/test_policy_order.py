"""Alerts and answers come by two topics: requests are the same, whichever is read first."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.retraining.options import PolicyOptions, usual_trigger
from detectors.retraining.policy import RetrainPolicy
from schemas.documents.examples import DRIFT_ALERT, MODEL_ALERT
from schemas.events.alert import Alert
from schemas.events.any_alert import decode_alert
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.retrain_request import RetrainRequest, Trigger
from schemas.events.times import format_time
from tests.detectors.batches import START

COLUMN = MODEL_ALERT["columns"][0]
END = ModelEvent(
    type=ModelEventType.RETRAIN_COMPLETED,
    model="fraud",
    version="4",
    timestamp=format_time(START + 150_000),
)


def at(seconds: int) -> dict[str, object]:
    time = format_time(START + seconds * 1000)
    return {"topic": "predictions", "partition": 0, "offset": seconds, "time": time}


def alert_of(seconds: int, severity: str = "critical", feature: str = "x", name: str = "") -> Alert:
    """Return the alert of one column, so many seconds after the start."""
    return decode_alert(
        {
            **DRIFT_ALERT,
            "alert_id": f"{name}{feature}{seconds}",
            "feature": feature,
            "severity": severity,
            "change_at": at(seconds - 60),
            "detected_at": at(seconds),
        }
    )


def model_alert_of(seconds: int, **severities: str) -> Alert:
    """Return the alert of several columns."""
    columns = [
        {**COLUMN, "feature": name, "severity": each, "change_at": at(seconds - 60)}
        for name, each in severities.items()
    ]
    return decode_alert(
        {
            **MODEL_ALERT,
            "alert_id": f"model{seconds}",
            "columns": columns,
            "columns_changed": len(columns),
            "change_at": at(seconds - 60),
            "detected_at": at(seconds),
        }
    )


def asked(alerts: Sequence[Alert], place: int, features: int = 2) -> list[RetrainRequest]:
    """Return the requests after the first one, with the answer to that before the alert there."""
    options = PolicyOptions(trigger=usual_trigger(features), cooldown=10.0, expiry=24 * 3600.0)
    policy = RetrainPolicy(options)
    found = [policy.on_alert(alert_of(100))]
    for number, each in enumerate([*alerts, None]):
        if number == place:
            policy.on_model_event(END)
            found += policy.released(END)
        if each is not None:
            found.append(policy.on_alert(each))
    assert found[0] is not None
    return [each for each in found[1:] if each is not None]


@pytest.mark.parametrize(
    "alerts",
    [
        [alert_of(160, feature="y"), alert_of(160, feature="a")],
        [alert_of(170), alert_of(160)],
        [alert_of(160, "warning"), alert_of(155, "warning", "y"), alert_of(157)],
        [model_alert_of(160, a="critical", b="critical", c="warning")],
        [model_alert_of(160, a="critical", b="warning"), alert_of(160)],
    ],
    ids=["one_time", "not_by_time", "late_ones", "several_columns", "columns_and_another"],
)
def test_an_answer_that_is_read_late_asks_for_what_it_would_have_let_ask(
    alerts: list[Alert],
) -> None:
    (expected,) = asked(alerts, 0)
    for place in range(1, len(alerts) + 1):
        assert asked(alerts, place) == [expected]


def test_all_columns_of_an_alert_are_in_the_request_that_it_makes() -> None:
    alert = model_alert_of(160, a="critical", b="critical", c="warning")
    for place in (0, 1):
        (request,) = asked([alert], place, features=3)
        assert [each.feature for each in request.alerts] == ["a", "b", "c"]
        assert request.trigger is Trigger.CRITICAL_FEATURE


severities = st.sampled_from(["warning", "critical"])
single = st.builds(
    alert_of, st.integers(151, 175), severities, st.sampled_from("abc"), st.sampled_from("pq")
)
several = st.builds(model_alert_of, st.integers(151, 175), a=severities, b=severities, d=severities)


@given(
    alerts=st.lists(single | several, max_size=6, unique_by=lambda each: each.alert_id),
    features=st.integers(1, 4),
)
def test_wherever_the_answer_is_read_the_requests_are_the_same(
    alerts: list[Alert], features: int
) -> None:
    expected = asked(alerts, 0, features)
    for place in range(1, len(alerts) + 1):
        assert asked(alerts, place, features) == expected
