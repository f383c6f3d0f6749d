"""From a cause and its evidence to the rollback request that people and pipelines read."""

from collections.abc import Sequence
from typing import Final

from detectors.requests.options import SECONDS
from detectors.rollback.cause import Cause
from detectors.rollback.options import RollbackOptions
from schemas.events.identity import stable_id
from schemas.events.request import Priority
from schemas.events.rollback_request import RollbackCause, RollbackEvidence, RollbackRequest
from schemas.events.times import format_time

MOST_SAID: Final = 3
"""Metrics that the sentence for people names."""


def request_id_of(cause: Cause, target: str) -> str:
    """Return the id of the request that a cause makes at its row."""
    at = cause.at
    return stable_id(
        "rollback",
        cause.model,
        cause.version,
        target,
        cause.key,
        at.topic,
        at.partition,
        at.offset,
    )


def request_of(
    cause: Cause,
    target: str,
    evidence: Sequence[RollbackEvidence],
    options: RollbackOptions,
    route_id: str | None = None,
) -> RollbackRequest:
    """Return the request; its time is that of the row that has decided the cause."""
    now = cause.time
    in_segments = all(each.cause is RollbackCause.SEGMENT for each in evidence)
    return RollbackRequest(
        request_id=request_id_of(cause, target),
        model=cause.model,
        version=cause.version,
        target=target,
        cause=cause.kind,
        priority=Priority.NORMAL if in_segments else Priority.HIGH,
        evidence=list(evidence),
        decided_at=cause.at,
        requested_at=cause.at.time,
        cooldown_until=format_time(now + round(options.cooldown * SECONDS)),
        expires_at=format_time(now + round(options.expiry * SECONDS)),
        route_id=route_id,
        message=sentence_of(cause, target, evidence),
    )


def sentence_of(cause: Cause, target: str, evidence: Sequence[RollbackEvidence]) -> str:
    """Return in a sentence what is to be done, and why."""
    said = [_said(each, cause.against or target) for each in evidence[:MOST_SAID]]
    more = len(evidence) - MOST_SAID
    if more > 0:
        said.append(f"{more} more")
    return (
        f"Roll {cause.model} back from {cause.version} to {target}: {cause.version} is worse in "
        f"{', '.join(said)}."
    )


def _said(each: RollbackEvidence, against: str) -> str:
    where = ""
    if each.segment is not None:
        value = each.segment.value
        where = f" where {each.segment.name} is {'another one' if value is None else value}"
    begin = f"{each.metric}{where}"
    if each.value is None or each.expected is None:
        return begin
    if each.cause is RollbackCause.THRESHOLD:
        return f"{begin} ({each.value:.4g}, and {each.expected:.4g} is its bound)"
    return f"{begin} ({each.value:.4g}, and {each.expected:.4g} of {against})"
