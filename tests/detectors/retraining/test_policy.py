from collections.abc import Iterable
from typing import Any

import pytest

from detectors.requests.answers import AnswerOutcome
from detectors.retraining.conditions import (
    Combination,
    Condition,
    Drift,
    OfRows,
    Performance,
    Volume,
)
from detectors.retraining.model_requests import MOST_SEEN, MOST_VERSIONS
from detectors.retraining.options import PolicyOptions, usual_trigger
from detectors.retraining.policy import RetrainPolicy
from detectors.retraining.version_requests import MOST_ALERTS
from schemas.documents.examples import PERFORMANCE_ALERT, QUALITY_ALERT
from schemas.events.alert import AlertKind, Severity
from schemas.events.any_alert import decode_alert
from schemas.events.detector_report import DetectorReport, Stream
from schemas.events.drift_alert import DriftAlert, DriftKind
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.position import Position
from schemas.events.request import Priority
from schemas.events.retrain_request import RetrainRequest, Trigger
from schemas.events.retrain_signal import RetrainSignal, SignalReference
from schemas.events.times import format_time, parse_time
from schemas.events.window_summary import NumberSummary
from tests.detectors.batches import START, plain

_HOUR = 3600.0
_DAY = 24 * _HOUR
_SUMMARY = NumberSummary(count=0, mean=None, std=None, quantiles={})


def _alert(
    feature: str = "x",
    at: float = 0.0,
    *,
    kind: DriftKind = AlertKind.FEATURE,
    severity: Severity = Severity.WARNING,
    model: str = "fraud",
    changed: float = 60.0,
) -> DriftAlert:
    """Return an alert so many seconds after the start, the change ``changed`` before it."""

    def position(seconds: float) -> Position:
        time = format_time(START + round(seconds * 1000))
        return Position(topic="predictions", partition=0, offset=0, time=time)

    return DriftAlert(
        alert_id=f"{model}/{kind}/{feature}/{at}",
        kind=kind,
        severity=severity,
        model=model,
        version="3",
        feature=feature,
        detector=DetectorReport(
            kind="adwin", stream=Stream.LOCATION, parameters={}, statistic=1.0, threshold=0.5
        ),
        before=_SUMMARY,
        after=_SUMMARY,
        change_at=position(at - changed),
        detected_at=position(at),
        rows_since_change=1,
        rows_observed=1,
        autocorrelation=None,
        stride=1,
        guaranteed=True,
        message="",
    )


def _event(kind: ModelEventType, at: float | None, **more: Any) -> ModelEvent:
    time = None if at is None else format_time(START + round(at * 1000))
    return ModelEvent(type=kind, model="fraud", version="4", timestamp=time, **more)


def _policy(features: int = 3, **more: Any) -> RetrainPolicy:
    return RetrainPolicy(PolicyOptions(trigger=usual_trigger(features), **more))


def _critical(at: float, feature: str = "x") -> DriftAlert:
    return _alert(feature, at, severity=Severity.CRITICAL)


def test_so_many_drifted_columns_ask_for_a_retraining() -> None:
    policy = _policy(features=3)
    assert policy.on_alert(_alert("x", 100, changed=90)) is None
    assert policy.on_alert(_alert("x", 200)) is None
    assert policy.on_alert(_alert("prediction", 300, kind=AlertKind.PREDICTION)) is None
    request = policy.on_alert(_alert("y", 400))
    assert isinstance(request, RetrainRequest)
    assert request.trigger is Trigger.FEATURES
    assert (request.model, request.version) == ("fraud", "3")
    assert [each.feature for each in request.alerts] == ["x", "x", "prediction", "y"]
    assert request.features == ["x", "prediction", "y"]
    assert request.data_since == format_time(START + 10_000)
    assert request.causes == ["drift in 3 at warning"]
    assert request.priority is Priority.NORMAL
    assert [each.since for each in request.alerts][:2] == [
        format_time(START + 10_000),
        format_time(START + 140_000),
    ]
    assert request.requested_at == format_time(START + 400_000)
    assert request.cooldown_until == format_time(START + 400_000 + 3_600_000)
    assert request.expires_at == format_time(START + 400_000 + 7 * 86_400_000)
    assert request.message == (
        "Retrain fraud: version 3 drifted in x, prediction, y (drifted features)."
    )


@pytest.mark.parametrize(
    ("events", "replaces"),
    [
        ([], "3"),
        ([(ModelEventType.VERSION_DEPLOYED, -50.0, "4")], "4"),
        ([(ModelEventType.ROLLED_BACK, -50.0, "2")], "2"),
        (
            [
                (ModelEventType.ROLLED_BACK, -50.0, "2"),
                (ModelEventType.VERSION_DEPLOYED, -90.0, "4"),
            ],
            "2",
        ),
        (
            [
                (ModelEventType.VERSION_DEPLOYED, -90.0, "4"),
                (ModelEventType.VERSION_RETIRED, -80.0, "5"),
                (ModelEventType.VERSION_CHALLENGER, -70.0, "5"),
            ],
            "4",
        ),
        (
            [
                (ModelEventType.VERSION_DEPLOYED, -90.0, "4"),
                (ModelEventType.VERSION_RETIRED, -80.0, "4"),
            ],
            "3",
        ),
    ],
)
def test_a_request_names_the_champion_that_it_would_replace(
    events: list[tuple[ModelEventType, float, str]], replaces: str
) -> None:
    policy, restored = _policy(), _policy()
    for kind, at, version in events:
        event = _event(kind, at)
        policy.on_model_event(event.model_copy(update={"version": version}))
    restored.restore(policy.state())
    for each in (policy, restored):
        request = each.on_alert(_critical(100))
        assert request is not None
        assert request.replaces == replaces


def test_a_state_of_the_release_before_knows_no_champion() -> None:
    policy = _policy()
    policy.on_model_event(_event(ModelEventType.VERSION_DEPLOYED, -50.0))
    state = policy.state()
    for name in ("champion", "champion_since"):
        del state["fraud"][name]
    policy.restore(state)
    request = policy.on_alert(_critical(100))
    assert request is not None
    assert request.replaces == "3"


def test_a_retraining_that_failed_ends_the_request() -> None:
    policy = _policy(cooldown=0.0)
    assert policy.on_alert(_critical(100)) is not None
    assert policy.on_alert(_critical(200, "y")) is None
    policy.on_model_event(_event(ModelEventType.RETRAIN_FAILED, 300))
    assert policy.open_requests == 0
    assert policy.on_alert(_critical(400, "z")) is not None


@pytest.mark.parametrize(
    ("kind", "severity", "trigger"),
    [
        (AlertKind.FEATURE, Severity.CRITICAL, Trigger.CRITICAL_FEATURE),
        (AlertKind.CONCEPT, Severity.CRITICAL, Trigger.CONCEPT),
        (AlertKind.CONCEPT, Severity.WARNING, None),
        (AlertKind.CONCEPT, Severity.INFO, None),
        (AlertKind.FEATURE, Severity.WARNING, None),
        (AlertKind.PREDICTION, Severity.WARNING, None),
        (AlertKind.SCORE, Severity.WARNING, None),
    ],
)
def test_a_critical_feature_or_concept_drift_asks_at_once(
    kind: DriftKind, severity: Severity, trigger: Trigger | None
) -> None:
    request = _policy().on_alert(_alert(kind=kind, severity=severity))
    assert (request.trigger if request else None) is trigger


def test_what_is_broken_in_the_data_asks_for_no_retraining() -> None:
    policy = _policy(features=1)
    for number in range(5):
        broken = {**QUALITY_ALERT, "alert_id": str(number), "severity": "critical"}
        assert policy.on_alert(decode_alert(broken)) is None
    assert len(policy) == 0


def test_news_count_towards_no_retraining() -> None:
    policy = _policy(features=2)
    assert policy.on_alert(_alert("x", 1)) is None
    better = _alert("error", 2, kind=AlertKind.CONCEPT, severity=Severity.INFO)
    assert policy.on_alert(better) is None
    request = policy.on_alert(_alert("y", 3))
    assert request is not None
    assert request.features == ["x", "y"]


def test_models_are_judged_apart() -> None:
    policy = _policy(features=2)
    assert policy.on_alert(_alert("x", 1)) is None
    assert policy.on_alert(_alert("y", 2, model="churn")) is None
    assert policy.on_alert(_alert("y", 3)) is not None
    assert (len(policy), policy.open_requests) == (2, 1)


def test_alerts_outside_the_window_no_longer_count() -> None:
    policy = _policy(features=2, window=_DAY)
    assert policy.on_alert(_alert("x", 0)) is None
    assert policy.on_alert(_alert("y", _DAY + 1)) is None
    assert policy.on_alert(_alert("z", 2 * _DAY)) is not None


def test_a_replayed_alert_counts_once() -> None:
    policy = _policy(features=2)
    alert = _alert("x", 1)
    assert [policy.on_alert(alert) for _ in range(3)] == [None] * 3
    tipping = _alert("y", 2)
    assert policy.on_alert(tipping) is not None
    assert policy.on_alert(tipping) is None


def test_an_open_request_keeps_the_next_away_until_it_ends_or_expires() -> None:
    policy = _policy(cooldown=_HOUR, expiry=_DAY)
    assert policy.on_alert(_critical(0)) is not None
    assert policy.on_alert(_critical(2 * _HOUR)) is None
    assert policy.on_alert(_critical(_DAY - 1)) is None
    expired = policy.on_alert(_critical(_DAY))
    assert expired is not None
    assert len(expired.alerts) == 3


@pytest.mark.parametrize("ends", [*ModelEventType])
def test_a_retraining_or_a_deployment_ends_the_request_and_the_cooldown_stays(
    ends: ModelEventType,
) -> None:
    policy = _policy(cooldown=_HOUR, expiry=_DAY)
    assert policy.on_alert(_critical(0)) is not None
    policy.on_model_event(_event(ends, 60, alert_id="a"))
    ended = ends in {
        ModelEventType.RETRAIN_COMPLETED,
        ModelEventType.RETRAIN_FAILED,
        ModelEventType.VERSION_DEPLOYED,
    }
    assert policy.open_requests == (0 if ended else 1)
    assert policy.on_alert(_critical(_HOUR - 1)) is None
    request = policy.on_alert(_critical(_HOUR))
    assert (request is not None) is ended


def test_alerts_from_before_the_end_are_stale() -> None:
    policy = _policy(features=3)
    policy.on_alert(_alert("x", 10))
    policy.on_alert(_alert("y", 30))
    policy.on_model_event(_event(ModelEventType.VERSION_DEPLOYED, 20))
    assert policy.on_alert(_alert("w", 19)) is None
    assert policy.on_alert(_alert("w", 20)) is None
    restored = _policy(features=3)
    restored.restore(policy.state())
    assert restored.on_alert(_alert("z", 40)) is None
    request = restored.on_alert(_alert("v", 50))
    assert request is not None
    assert request.features == ["y", "z", "v"]


def test_a_replayed_end_leaves_a_later_request_open() -> None:
    policy = _policy(cooldown=0)
    end = _event(ModelEventType.RETRAIN_COMPLETED, 50)
    assert policy.on_alert(_critical(0)) is not None
    policy.on_model_event(end)
    request = policy.on_alert(_critical(100))
    assert request is not None
    policy.on_model_event(end)
    assert policy.open_requests == 1
    assert policy.on_alert(_critical(200)) is None
    policy.on_model_event(end.model_copy(update={"request_id": request.request_id}))
    assert policy.open_requests == 0


@pytest.mark.parametrize("place", range(5))
def test_wherever_an_end_comes_among_alerts_the_next_request_is_the_same(place: int) -> None:
    policy, others = _policy(cooldown=10, expiry=_DAY), _policy(cooldown=10, expiry=_DAY)
    end = _event(ModelEventType.RETRAIN_COMPLETED, 150)
    events: list[DriftAlert | ModelEvent] = [_critical(at) for at in (100, 160, 165, 170)]
    in_order = _asked(others, [events[0], end, *events[1:]])
    assert [each.requested_at for each in in_order] == [
        format_time(START + 100_000),
        format_time(START + 160_000),
    ]
    asked = _asked(policy, [*events[:place], end, *events[place:]])
    # Where the end is read first, the alert from before it is stale.
    assert asked == in_order[-len(asked) :]
    assert len(asked) == (1 if place == 0 else 2)
    latest = policy.state()["fraud"]["request_id"]
    assert latest == in_order[-1].request_id
    assert policy.state()["fraud"]["alerts"] == others.state()["fraud"]["alerts"]


def test_what_is_held_back_asks_with_the_end_only_where_it_is_enough_and_no_cooldown_holds() -> (
    None
):
    policy = _policy(features=2, cooldown=30, expiry=_DAY)
    events: list[DriftAlert | ModelEvent] = [_critical(100), _alert("y", 120), _alert("z", 125)]
    (first,) = _asked(policy, events)
    assert policy.released(_event(ModelEventType.RETRAIN_STARTED, 105)) == []
    # Both are within the cooldown, and count beside what comes after it.
    end = _event(ModelEventType.RETRAIN_COMPLETED, 110, request_id=first.request_id)
    assert _asked(policy, [end]) == []
    (second,) = _asked(policy, [_alert("w", 131)])
    assert [each.feature for each in second.alerts] == ["y", "z", "w"]


def _asked(
    policy: RetrainPolicy, events: Iterable[DriftAlert | ModelEvent]
) -> list[RetrainRequest]:
    """Return the requests that events make, answers among them."""
    asked: list[RetrainRequest | None] = []
    for each in events:
        if isinstance(each, ModelEvent):
            policy.on_model_event(each)
            asked += policy.released(each)
        else:
            asked.append(policy.on_alert(each))
    return [each for each in asked if each is not None]


def test_an_end_from_the_future_does_not_silence_the_model() -> None:
    policy = _policy(cooldown=0)
    policy.on_model_event(_event(ModelEventType.RETRAIN_COMPLETED, 1000 * _DAY))
    assert policy.on_alert(_critical(0)) is not None
    policy.on_model_event(_event(ModelEventType.RETRAIN_COMPLETED, 10))
    assert policy.open_requests == 0
    assert policy.on_alert(_critical(5)) is None
    assert policy.on_alert(_critical(2 * _HOUR)) is not None


def test_an_end_that_comes_after_a_later_one_makes_nothing_count_again() -> None:
    policy = _policy()
    for at in (_DAY, 0):
        policy.on_model_event(_event(ModelEventType.RETRAIN_COMPLETED, at))
    assert policy.on_alert(_critical(_DAY)) is None


def test_a_request_from_the_future_does_not_silence_the_model() -> None:
    policy = _policy(features=2)
    policy.on_alert(_alert("x", 0))
    future = policy.on_alert(_critical(1000 * _DAY, "f"))
    assert future is not None
    assert future.features == ["f"]
    restored = _policy(features=2)
    restored.restore(policy.state())
    for each in (policy, restored):
        request = each.on_alert(_critical(10, "y"))
        assert request is not None
        assert request.features == ["y"]
        assert each.on_alert(_critical(20, "z")) is None


def test_an_alert_from_the_future_counts_with_its_like_only() -> None:
    policy = _policy(features=2)
    policy.on_alert(_alert("x", 0))
    assert policy.on_alert(_alert("f", 1000 * _DAY)) is None
    request = policy.on_alert(_alert("y", 10))
    assert request is not None
    assert request.features == ["x", "y"]


def test_an_end_ends_the_request_that_it_names_and_any_up_to_its_time() -> None:
    for at, named, ended in [(0, False, True), (-1, True, True), (-1, False, False)]:
        policy = _policy()
        request = policy.on_alert(_critical(0))
        assert request is not None
        name = request.request_id if named else "another"
        policy.on_model_event(_event(ModelEventType.RETRAIN_COMPLETED, at, request_id=name))
        assert policy.open_requests == (0 if ended else 1)


def test_an_end_that_came_before_the_request_does_not_end_it_when_it_comes_again() -> None:
    policy = _policy(window=60, cooldown=0)
    end = _event(ModelEventType.RETRAIN_COMPLETED, 100)
    policy.on_model_event(end)
    restored = _policy(window=60, cooldown=0)
    restored.restore(policy.state())
    for each in (policy, restored):
        # Of another clock: the event's time is after the request's.
        assert each.on_alert(_critical(-8 * _DAY)) is not None
        each.on_model_event(end)
        assert each.open_requests == 1


def test_the_model_that_was_heard_of_least_lately_is_forgotten_but_not_an_open_request() -> None:
    policy = RetrainPolicy(PolicyOptions(), most_models=3)
    assert policy.on_alert(_critical(0)) is not None
    for number in range(10):
        policy.on_alert(_alert("x", number, model=f"m{number}"))
    assert list(policy.state()) == ["fraud", "m8", "m9"]
    assert policy.on_alert(_critical(10)) is None
    asked = RetrainPolicy(PolicyOptions(), most_models=2)
    for name in "abac":
        asked.on_alert(_alert("x", 0, severity=Severity.CRITICAL, model=name))
    assert list(asked.state()) == ["a", "c"]


def test_an_end_without_a_time_ends_everything() -> None:
    policy = _policy(features=2)
    policy.on_alert(_alert("x", 10))
    policy.on_model_event(_event(ModelEventType.RETRAIN_COMPLETED, None))
    assert policy.on_alert(_alert("y", 11)) is None


def test_the_same_alerts_give_the_same_request_wherever_the_policy_was_restored() -> None:
    alerts = [_alert(name, 60.0 * number) for number, name in enumerate("xyxzwvxyz")]
    alerts += [_critical(2 * _DAY), _critical(9 * _DAY)]
    whole, cut = _policy(), _policy()
    expected = [whole.on_alert(alert) for alert in alerts]
    found = []
    for alert in alerts:
        found.append(cut.on_alert(alert))
        restored = _policy()
        restored.restore(cut.state())
        cut = restored
    assert found == expected
    assert len({request.request_id for request in expected if request}) == 2
    assert plain(cut.state()) == plain(whole.state())


def test_memory_is_bounded_and_the_message_short() -> None:
    policy = _policy(features=10**9)
    for number in range(MOST_ALERTS + MOST_SEEN):
        policy.on_alert(_alert(f"f{number}", float(number)))
    state = policy.state()["fraud"]
    assert (len(state["alerts"]), len(state["seen"])) == (MOST_ALERTS, MOST_SEEN)
    request = policy.on_alert(_critical(5000.0))
    assert request is not None
    assert len(request.alerts) == MOST_ALERTS
    assert request.message.endswith(" and 995 more (critical feature).")


_ROWS, _LABELLED = Volume(1000), Volume(500, is_labelled=True)


def _signal(
    condition: OfRows = _ROWS, at: float = 0.0, *, version: str = "3", labelled: int | None = 700
) -> RetrainSignal:
    """Return a signal so many seconds after the start, counted since then."""
    time = format_time(START + round(at * 1000))
    return RetrainSignal(
        model="fraud",
        version=version,
        signal=SignalReference(
            signal_id=f"{condition}/{at}/{version}",
            kind=condition.kind,
            condition=str(condition),
            value=1000.0,
            since=format_time(START),
            time=time,
        ),
        at=Position(topic="predictions", partition=0, offset=round(at), time=time),
        labelled_rows=labelled,
    )


def _asks(*of: Condition, least: int | None = None, **more: Any) -> RetrainPolicy:
    trigger = Combination(least or len(of), of)
    return RetrainPolicy(PolicyOptions(trigger, **more))


def test_what_rows_have_met_asks_for_a_retraining_with_its_evidence() -> None:
    request = _asks(_ROWS, labelled_rows=600).on_signal(_signal(at=100))
    assert request is not None
    assert (request.trigger, request.causes) == (Trigger.VOLUME, ["rows >= 1000"])
    assert request.priority is Priority.LOW
    assert (request.alerts, request.features) == ([], [])
    assert [each.condition for each in request.signals] == ["rows >= 1000"]
    assert request.data_since == format_time(START)
    assert request.message == "Retrain fraud: version 3 has met rows >= 1000 (data volume)."
    training = request.training
    assert training is not None
    assert (training.since, training.until) == (request.data_since, request.requested_at)
    assert (training.labelled_rows, training.is_enough) == (700, True)
    assert (training.begin, [each.offset for each in training.end]) == ([], [100])


def test_a_signal_that_no_trigger_of_the_model_names_asks_for_nothing() -> None:
    assert _asks(_ROWS).on_signal(_signal(_LABELLED)) is None
    assert _policy().on_signal(_signal()) is None
    own = RetrainPolicy(PolicyOptions(), {"fraud": PolicyOptions(Combination(1, (_ROWS,)))})
    assert own.on_signal(_signal()) is not None
    assert own.on_alert(_critical(10)) is None
    assert own.on_alert(_alert("x", 10, severity=Severity.CRITICAL, model="churn")) is not None


def test_all_of_several_conditions_are_waited_for_whatever_comes_first() -> None:
    drift, volume = _critical(100, "y"), _signal(at=50_000)
    requests = []
    for first in (True, False):
        policy = _asks(Drift(1), _ROWS)
        if first:
            assert policy.on_alert(drift) is None
            requests.append(policy.on_signal(volume))
        else:
            assert policy.on_signal(volume) is None
            requests.append(policy.on_alert(drift))
        restored = _asks(Drift(1), _ROWS)
        restored.restore(policy.state())
        assert plain(restored.state()) == plain(policy.state())
        assert restored.on_signal(volume) is None
    one, other = requests
    assert one == other
    assert one is not None
    assert one.requested_at == format_time(START + 50_000_000)
    assert one.causes == ["drift in 1 at warning", "rows >= 1000"]
    assert one.priority is Priority.NORMAL
    assert one.data_since == format_time(START + 40_000)


def test_a_volume_is_met_until_it_is_answered_however_long_that_takes() -> None:
    policy = _asks(_ROWS, Drift(1))
    assert policy.on_signal(_signal(at=0)) is None
    assert policy.on_alert(_critical(300 * _DAY)) is not None
    answered = _asks(_ROWS, Drift(1))
    answered.on_signal(_signal(at=0))
    answered.on_model_event(_event(ModelEventType.RETRAIN_COMPLETED, 10))
    assert answered.on_alert(_critical(300 * _DAY)) is None


def test_so_many_of_several_are_enough() -> None:
    policy = _asks(_ROWS, _LABELLED, Drift(9), least=2)
    assert policy.on_signal(_signal(at=1)) is None
    request = policy.on_signal(_signal(_LABELLED, at=2))
    assert request is not None
    assert request.causes == ["rows >= 1000", "labelled_rows >= 500"]


def test_each_version_has_a_request_of_its_own() -> None:
    policy = _asks(_ROWS, cooldown=0)
    first, other = policy.on_signal(_signal(at=1)), policy.on_signal(_signal(at=2, version="4"))
    assert first is not None
    assert other is not None
    assert policy.on_signal(_signal(at=3)) is None
    assert policy.open_requests == 2
    failed = _event(ModelEventType.RETRAIN_FAILED, 4, request_id=other.request_id)
    assert policy.on_model_event(failed) is AnswerOutcome.ENDED
    assert policy.open_requests == 1
    assert policy.on_signal(_signal(at=5)) is None
    assert policy.on_signal(_signal(at=5, version="4")) is not None
    done = _event(ModelEventType.RETRAIN_COMPLETED, 6, request_id=first.request_id)
    assert policy.on_model_event(done) is AnswerOutcome.ENDED
    assert policy.open_requests == 0


@pytest.mark.parametrize(
    "kind", [ModelEventType.RETRAIN_ACKNOWLEDGED, ModelEventType.RETRAIN_STARTED]
)
@pytest.mark.parametrize("is_named", [True, False])
def test_who_takes_a_request_on_has_it_expire_later(
    kind: ModelEventType, *, is_named: bool
) -> None:
    policy = _asks(_ROWS, expiry=_DAY)
    request = policy.on_signal(_signal(at=0))
    assert request is not None
    named = {"request_id": request.request_id} if is_named else {}
    taken = _event(kind, 0.9 * _DAY, **named)
    assert policy.on_model_event(taken) is AnswerOutcome.EXTENDED
    assert policy.on_model_event(taken) is AnswerOutcome.REPEATED
    assert policy.on_signal(_signal(at=1.8 * _DAY)) is None
    assert policy.on_signal(_signal(at=1.95 * _DAY)) is not None


@pytest.mark.parametrize(
    ("at", "more", "outcome"),
    [
        (-10.0, {}, AnswerOutcome.NOTHING_OPEN),
        (2 * _DAY, {}, AnswerOutcome.NOTHING_OPEN),
        (10.0, {"request_id": "of nobody"}, AnswerOutcome.UNKNOWN_REQUEST),
        (None, {}, AnswerOutcome.NOTHING_OPEN),
    ],
)
def test_what_can_be_about_no_open_request_extends_none(
    at: float | None, more: dict[str, Any], outcome: AnswerOutcome
) -> None:
    policy = _asks(_ROWS, expiry=_DAY)
    assert policy.on_signal(_signal(at=0)) is not None
    assert policy.on_model_event(_event(ModelEventType.RETRAIN_STARTED, at, **more)) is outcome
    assert policy.on_signal(_signal(at=_DAY - 1)) is None
    assert policy.on_signal(_signal(at=_DAY + 1)) is not None


@pytest.mark.parametrize("is_named", [True, False])
@pytest.mark.parametrize("is_between", [True, False])
def test_whichever_comes_first_a_request_and_who_takes_it_on_leave_the_same_state(
    *, is_named: bool, is_between: bool
) -> None:
    expected = _policy(features=1, expiry=_DAY)
    request = expected.on_alert(_alert("x", 0))
    assert request is not None
    named = {"request_id": request.request_id} if is_named else {}
    events = [
        _event(ModelEventType.RETRAIN_STARTED, at, **named) for at in (1.6 * _DAY, 0.9 * _DAY)
    ]
    outcomes = [expected.on_model_event(each) for each in events]
    assert outcomes == [AnswerOutcome.NOTHING_OPEN, AnswerOutcome.EXTENDED]
    other = _policy(features=1, expiry=_DAY)
    log: list[ModelEvent | DriftAlert] = [*events]
    log.insert(1 if is_between else 2, _alert("x", 0))
    for each in log:
        if isinstance(each, ModelEvent):
            other.on_model_event(each)
        else:
            other.on_alert(each)
        restored = _policy(features=1, expiry=_DAY)
        restored.restore(other.state())
        other = restored
    assert plain(other.state()["fraud"]) == plain(expected.state()["fraud"])
    assert other.on_alert(_alert("y", 1.8 * _DAY)) is None
    assert other.on_alert(_alert("y", 1.95 * _DAY)) is not None


def test_who_takes_a_request_on_is_no_part_of_the_order_in_which_models_are_forgotten() -> None:
    alerts = [_alert("x", 0, model="fraud"), _alert("x", 0, model="other")]
    taken = _event(ModelEventType.RETRAIN_STARTED, 10)
    orders = []
    for place in range(3):
        policy = _policy()
        log: list[ModelEvent | DriftAlert] = [*alerts]
        log.insert(place, taken)
        for each in log:
            if isinstance(each, ModelEvent):
                policy.on_model_event(each)
            else:
                policy.on_alert(each)
        orders.append(list(policy.state()))
    assert orders == [["fraud", "other"]] * 3
    policy.on_model_event(taken.model_copy(update={"model": "a model without alerts"}))
    assert list(policy.state()) == ["a model without alerts", "fraud", "other"]


def test_a_state_of_the_release_before_knows_its_answers_among_the_alerts() -> None:
    policy = _policy()
    policy.on_alert(_critical(0))
    done = _event(ModelEventType.RETRAIN_COMPLETED, 10)
    policy.on_model_event(done)
    state = policy.state()["fraud"]
    del state["extensions"]
    state["seen"] += state.pop("seen_answers")
    restored = _policy()
    restored.restore({"fraud": state})
    assert restored.on_model_event(done) is AnswerOutcome.REPEATED
    assert restored.on_alert(_critical(0)) is None


def test_answers_to_nothing_are_told() -> None:
    policy = _policy()
    done = _event(ModelEventType.RETRAIN_COMPLETED, 10)
    assert policy.on_model_event(done) is AnswerOutcome.NOTHING_OPEN
    named = _event(ModelEventType.RETRAIN_COMPLETED, 20, request_id="of nobody")
    assert policy.on_model_event(named) is AnswerOutcome.UNKNOWN_REQUEST
    assert policy.on_model_event(named) is AnswerOutcome.REPEATED
    assert policy.on_model_event(_event(ModelEventType.VERSION_REGISTERED, 30)) is None


def test_a_crossed_threshold_counts_until_it_is_kept_again() -> None:
    policy = _asks(Performance(), _ROWS)
    opened = decode_alert({**PERFORMANCE_ALERT, "version": "3"})
    now = (parse_time(opened.event_time) - START) / 1000
    assert policy.on_alert(opened) is None
    later = _signal(at=now + 90 * _DAY)
    resolved = {**PERFORMANCE_ALERT, "version": "3", "status": "resolved", "alert_id": "later"}
    kept = _asks(Performance(), _ROWS)
    kept.restore(policy.state())
    kept.on_alert(decode_alert({**resolved, "severity": "info"}))
    assert kept.on_signal(later) is None
    request = policy.on_signal(later)
    assert request is not None
    assert (request.trigger, request.priority) == (Trigger.PERFORMANCE, Priority.HIGH)
    assert request.training is not None
    assert request.training.labelled_rows == PERFORMANCE_ALERT["losses_since_change"]


def test_the_state_of_the_release_before_is_that_of_the_version_heard_of_next() -> None:
    policy = _policy(features=2)
    policy.on_alert(_alert("x", 10))
    state = policy.state()["fraud"]
    for name in ("version", "others", "ranges", "signals", "model_ended_at", "seen_signals"):
        del state[name]
    for alert in state["alerts"]:
        del alert[2]["since"]
    restored = _policy(features=2)
    restored.restore({"fraud": state})
    request = restored.on_alert(_alert("y", 20))
    assert request is not None
    assert request.features == ["x", "y"]
    assert request.training is not None
    assert [each.time for each in request.training.begin] == [format_time(START - 40_000)]


def test_an_earlier_release_finds_the_version_that_was_heard_of_last() -> None:
    policy = _asks(_ROWS)
    policy.on_signal(_signal(at=1, version="4"))
    request = policy.on_signal(_signal(at=2))
    assert request is not None
    state = policy.state()["fraud"]
    assert (state["request_id"], state["alerts"]) == (request.request_id, [])
    assert [name for name, _ in state["others"]] == ["4"]


def test_versions_are_bounded() -> None:
    policy = _asks(_ROWS)
    for number in range(MOST_VERSIONS + 20):
        policy.on_signal(_signal(_LABELLED, at=number, version=f"v{number}"))
    assert len(policy.state()["fraud"]["others"]) + 1 == MOST_VERSIONS
