"""Rollback requests as people and pipelines read them."""

from typing import Any

from detectors.rollback.breach import breach_of
from detectors.rollback.options import RollbackOptions
from detectors.rollback.request_making import request_of
from schemas.documents import examples
from schemas.events.performance_alert import PerformanceAlert
from schemas.events.request import Priority
from schemas.events.rollback_request import RollbackCause
from tests.detectors.rollback.causes import at, cause_of, evidence_of

OPTIONS = RollbackOptions(cooldown=3600.0, expiry=86_400.0)


def test_a_request_says_who_goes_who_comes_and_by_when() -> None:
    request = request_of(cause_of(), "7", [evidence_of()], OPTIONS)

    assert (request.model, request.version, request.target) == ("fraud", "8", "7")
    assert (request.cause, request.priority) == (RollbackCause.WORSE, Priority.HIGH)
    assert request.decided_at == at(0)
    assert request.requested_at == "2026-03-01T12:00:00.000Z"
    assert request.cooldown_until == "2026-03-01T13:00:00.000Z"
    assert request.expires_at == "2026-03-02T12:00:00.000Z"
    assert request.message == (
        "Roll fraud back from 8 to 7: 8 is worse in accuracy (0.7, and 0.8 of 7)."
    )


def test_the_same_finding_at_the_same_row_has_the_same_id_and_another_one_another() -> None:
    def id_of(target: str = "7", **changed: Any) -> str:
        return request_of(cause_of(**changed), target, [evidence_of()], OPTIONS).request_id

    others = [id_of(target="6"), id_of(key="k"), id_of(version="9"), id_of(at=at(0, 18))]

    assert id_of() == id_of()
    assert len({id_of(), *others}) == 5


def test_harm_in_segments_alone_is_of_normal_priority_and_named() -> None:
    segment = {"name": "country", "value": "CH"}
    evidence = evidence_of(cause="segment_worse", segment=segment)

    request = request_of(cause_of(), "7", [evidence], OPTIONS)

    assert request.priority is Priority.NORMAL
    assert "accuracy where country is CH (0.7, and 0.8 of 7)" in request.message


def test_a_threshold_is_told_with_its_bound_and_many_metrics_by_their_number() -> None:
    alert = PerformanceAlert.model_validate(examples.PERFORMANCE_ALERT)
    breach = breach_of(alert)

    request = request_of(cause_of(), "7", [breach] * 5, OPTIONS)

    assert (breach.value, breach.expected, breach.at) == (
        alert.value,
        alert.bound,
        alert.detected_at,
    )
    assert f"and {alert.bound:.4g} is its bound" in request.message
    assert request.message.endswith("2 more.")
