from typing import Any, get_args

import pytest
from hypothesis import given

from schemas.documents.examples import (
    DRIFT_ALERT,
    LABEL_ALERT,
    MODEL_ALERT,
    PERFORMANCE_ALERT,
    QUALITY_ALERT,
)
from schemas.events.alert import Alert, AlertKind, AlertStatus
from schemas.events.any_alert import ALERT_TYPES, TYPE_OF_KIND, AnyAlert, decode_alert
from schemas.events.codec import decode_object, encode_event
from schemas.events.drift_alert import DriftAlert
from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.performance_alert import PerformanceAlert
from schemas.events.quality_alert import QualityAlert
from tests.schemas.documents_strategy import VALUES

EXAMPLES = {
    AlertKind.QUALITY: QUALITY_ALERT,
    AlertKind.PERFORMANCE: PERFORMANCE_ALERT,
    AlertKind.MODEL: MODEL_ALERT,
    AlertKind.LABELS: LABEL_ALERT,
}


def test_each_kind_belongs_to_one_type_and_each_type_to_the_union() -> None:
    kinds = [kind for each in ALERT_TYPES for kind, owner in TYPE_OF_KIND.items() if owner is each]
    assert sorted(kinds) == sorted(AlertKind)
    assert get_args(get_args(AnyAlert)[0]) == ALERT_TYPES


@pytest.mark.parametrize("kind", AlertKind)
def test_an_alert_is_decoded_as_the_type_of_its_kind(kind: AlertKind) -> None:
    example = EXAMPLES.get(kind, DRIFT_ALERT)
    alert = decode_alert({**example, "kind": str(kind)})
    assert type(alert) is TYPE_OF_KIND[kind]
    assert (alert.kind, alert.status) == (kind, AlertStatus.OPENED)
    assert decode_alert(decode_object(encode_event(alert))) == alert


def test_what_all_alerts_say_is_told_by_each_kind_in_its_own_way() -> None:
    drift, quality = decode_alert(DRIFT_ALERT), decode_alert(QUALITY_ALERT)
    performance = decode_alert(PERFORMANCE_ALERT)
    assert isinstance(drift, DriftAlert)
    assert isinstance(quality, QualityAlert)
    assert isinstance(performance, PerformanceAlert)
    assert (drift.subject, drift.found_by, drift.since) == (
        "amount",
        "adwin",
        "2026-03-01T12:00:00.000Z",
    )
    assert (performance.subject, performance.found_by, performance.since) == (
        "recall[1]",
        "mean_threshold",
        "2026-03-01T12:00:29.000Z",
    )
    assert (quality.subject, quality.found_by, quality.since) == (
        "age",
        "share_cusum",
        "2026-03-01T12:00:29.000Z",
    )


def test_an_alert_without_a_kind_of_its_own_cannot_be_made() -> None:
    base: type[Any] = Alert
    with pytest.raises(TypeError, match="abstract"):
        base(**DRIFT_ALERT)


@given(VALUES)
def test_an_unknown_kind_is_refused_without_repeating_it(kind: Any) -> None:
    if kind in list(AlertKind):
        return
    with pytest.raises(InvalidMessage) as refused:
        decode_alert({**DRIFT_ALERT, "kind": kind})
    assert refused.value.reason is Reason.WRONG_TYPE
    assert refused.value.detail == (
        "kind: expected one of feature_drift, prediction_drift, score_drift, concept_drift, "
        "quality_drift, performance, model_drift, labels"
    )


def test_a_missing_kind_is_a_missing_field() -> None:
    document = {name: value for name, value in DRIFT_ALERT.items() if name != "kind"}
    with pytest.raises(InvalidMessage) as refused:
        decode_alert(document)
    assert refused.value.reason is Reason.MISSING_FIELD


@pytest.mark.parametrize("name", ["share_before", "share_after"])
@pytest.mark.parametrize("share", [-0.01, 1.01, "0.5", None])
def test_a_share_is_a_number_from_0_to_1(name: str, share: object) -> None:
    with pytest.raises(InvalidMessage, match=f"{name}: "):
        decode_alert({**QUALITY_ALERT, name: share})


def test_a_field_is_named_by_its_path_alone() -> None:
    with pytest.raises(InvalidMessage, match=r"^wrong_type: change_at\.topic: "):
        decode_alert({**DRIFT_ALERT, "change_at": {**DRIFT_ALERT["change_at"], "topic": None}})
