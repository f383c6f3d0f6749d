"""Rollback requests, their causes and their answers as metrics."""

from app.metrics.metrics import Metrics
from detectors.monitors.rollbacks import NO_NEWS, RollbackNews
from detectors.requests.answers import AnswerOutcome
from detectors.rollback.cause import CauseOutcome
from schemas.documents import examples
from schemas.events.codec import decode_event
from schemas.events.model_event import ModelEventType
from schemas.events.rollback_request import RollbackRequest
from tests.detectors.rollback.causes import cause_of


def test_requests_causes_and_answers_are_counted_by_model() -> None:
    metrics = Metrics()
    metrics.rollback_requested(decode_event(RollbackRequest, examples.ROLLBACK_REQUEST))
    metrics.rollbacks_weighed(NO_NEWS)
    answers = [
        ("fraud", None, AnswerOutcome.ENDED),
        ("fraud", ModelEventType.ROLLBACK_REFUSED, AnswerOutcome.NOTHING_OPEN),
    ]
    metrics.rollbacks_weighed(RollbackNews([(cause_of(), CauseOutcome.NO_TARGET)], answers))

    read = metrics.registry.get_sample_value
    version = {"model": "fraud", "version": "4"}
    requested = {**version, "cause": "guardrail_worse"}
    assert read("driftline_rollback_requests_total", requested) == 1
    became = {**version, "version": "8", "outcome": "no_target"}
    assert read("driftline_rollback_causes_total", became) == 1
    for answer, outcome in (("route", "ended"), ("rollback_refused", "nothing_open")):
        labels = {"model": "fraud", "answer": answer, "outcome": outcome}
        assert read("driftline_rollback_answers_total", labels) == 1
