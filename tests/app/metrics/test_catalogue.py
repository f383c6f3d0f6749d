from enum import StrEnum

import pytest

from app.metrics import catalogue
from detectors.performance.error import Task
from detectors.reference.given import GivenOutcome
from detectors.requests.answers import AnswerOutcome
from detectors.rollback.cause import CauseOutcome
from detectors.routing.ramp import RampMove
from detectors.routing.routes import RouteOutcome
from detectors.versions.event_outcome import EventOutcome
from schemas.events.left_out import Oddity
from schemas.events.model_comparison import ExposureFault
from schemas.events.nothing_to_say import Silence
from schemas.events.quality_alert import Quality
from schemas.events.retrain_signal import SignalKind
from schemas.events.rollback_request import RollbackCause
from schemas.events.version_status import VersionStatus

NAMED: dict[str, type[StrEnum]] = {
    "driftline_retrain_signals_total": SignalKind,
    "driftline_retrain_answers_total": AnswerOutcome,
    "driftline_rollback_requests_total": RollbackCause,
    "driftline_rollback_causes_total": CauseOutcome,
    "driftline_rollback_answers_total": AnswerOutcome,
    "driftline_version_events_total": EventOutcome,
    "driftline_route_records_total": RouteOutcome,
    "driftline_ramp_decisions_total": RampMove,
    "driftline_model_version_status": VersionStatus,
    "driftline_model_task": Task,
    "driftline_comparison_fault": ExposureFault,
    "driftline_feature_reference": GivenOutcome,
    "driftline_fields_left_out_total": Oddity,
    "driftline_records_skipped_total": Silence,
    "driftline_quality_alerts_total": Quality,
}
"""Metrics one of whose labels has values of an enumeration that their texts name."""


@pytest.mark.parametrize(("name", "values"), NAMED.items())
def test_a_text_that_names_values_of_a_label_names_all_of_them(
    name: str, values: type[StrEnum]
) -> None:
    (spec,) = (each for each in catalogue.CATALOGUE if each.name == name)
    missing = [str(each) for each in values if str(each) not in spec.text]
    assert missing == []
