"""Causes of rollbacks for tests: fraud 8 is worse than 7."""

from typing import Any

from detectors.rollback.cause import Cause
from schemas.events.position import Position
from schemas.events.rollback_request import RollbackCause, RollbackEvidence
from schemas.events.times import format_time

START = 1_772_366_400_000
"""Noon on the first of March 2026, milliseconds since the epoch."""


def at(second: float, offset: int | None = None) -> Position:
    """Return a row so many seconds after noon; a row comes each second."""
    time = format_time(START + round(second * 1000))
    number = round(second) if offset is None else offset
    return Position(topic="labels", partition=0, offset=number, time=time)


def cause_of(second: float = 0, **changed: Any) -> Cause:
    """Return a cause that is found so many seconds after noon."""
    return Cause(RollbackCause.WORSE, "key", "fraud", "8", "7", at(second))._replace(**changed)


def evidence_of(**changed: Any) -> RollbackEvidence:
    """Return what is known of one metric."""
    document: dict[str, Any] = {
        "cause": "worse",
        "found_in": "comparison",
        "metric": "accuracy",
        "value": 0.7,
        "expected": 0.8,
        "rows": 900,
        "statistic": 50.0,
        "limit": 40.0,
        "at": at(0).model_dump(),
    }
    return RollbackEvidence.model_validate({**document, **changed})
