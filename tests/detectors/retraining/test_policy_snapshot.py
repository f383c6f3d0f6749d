from typing import Any

import pytest

from detectors.retraining.options import PolicyOptions, usual_trigger
from detectors.retraining.policy import RetrainPolicy
from detectors.retraining.policy_snapshot import PolicySnapshots
from detectors.snapshots.codec import encode_snapshot
from detectors.snapshots.parts import PartName, UnusablePart
from schemas.events.alert import Alert
from schemas.events.any_alert import decode_alert
from schemas.events.codec import decode_object
from schemas.events.model_event import ModelEvent, ModelEventType
from tests.agents.stages.test_policy import alert
from tests.detectors.stored import parts_of

LOG: list[Alert | ModelEvent] = [
    *(
        decode_alert(decode_object(alert(feature, minute)))
        for minute, feature in enumerate(["amount", "country", "amount", "channel"])
    ),
    ModelEvent(
        type=ModelEventType.RETRAIN_COMPLETED, model="fraud", timestamp="2030-01-01T00:00:00Z"
    ),
    ModelEvent(type=ModelEventType.VERSION_DEPLOYED, model="churn", version="2"),
]


def _policy() -> RetrainPolicy:
    return RetrainPolicy(PolicyOptions(usual_trigger(2)))


def _feed(policy: RetrainPolicy, items: list[Alert | ModelEvent]) -> list[Any]:
    requests = []
    for item in items:
        if isinstance(item, ModelEvent):
            policy.on_model_event(item)
        else:
            requests.append(policy.on_alert(item))
    return [request.request_id for request in requests if request is not None]


@pytest.mark.parametrize("stop", range(len(LOG) + 1))
def test_stopping_after_any_event_and_going_on_equals_never_having_stopped(stop: int) -> None:
    whole, first, second = _policy(), _policy(), _policy()
    expected = _feed(whole, LOG)
    found = _feed(first, LOG[:stop])
    snapshots = PolicySnapshots(first)
    parts = parts_of(snapshots)
    assert PolicySnapshots(second).restore(snapshots.outline(), parts) == []
    found += _feed(second, LOG[stop:])
    assert len(expected) == 1
    assert found == expected
    assert second.state() == whole.state()
    assert list(second.state()) == list(whole.state())


def test_a_stamp_differs_after_each_event_of_its_model() -> None:
    policy = _policy()
    snapshots = PolicySnapshots(policy)
    _feed(policy, LOG)
    before = snapshots.stamps()
    _feed(policy, LOG[:1])
    after = snapshots.stamps()
    assert {name for name in after if after[name] != before[name]} == {("model", "fraud")}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, "missing"),
        (b"x", "foreign"),
        (encode_snapshot({"policy_of": "churn", "state": {}}), "of another model"),
        (encode_snapshot({"policy_of": "fraud", "state": {"alerts": 3}}), "cannot be taken"),
    ],
)
def test_a_part_that_cannot_be_taken_is_named(data: bytes | None, reason: str) -> None:
    parts: dict[PartName, bytes] = {} if data is None else {("model", "fraud"): data}
    with pytest.raises(UnusablePart, match=reason) as caught:
        PolicySnapshots(_policy()).restore({"order": ["fraud"]}, parts)
    assert caught.value.name == ("model", "fraud")
