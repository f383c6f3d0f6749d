"""What a comparison says of a version that serves, as the evidence of a rollback request."""

from collections.abc import Collection, Iterator
from typing import Final

from schemas.events.model_comparison import (
    ComparisonReason,
    Finding,
    MetricComparison,
    MetricRole,
    ModelComparison,
)
from schemas.events.rollback_request import RollbackCause, RollbackEvidence, SegmentValue

CAUSE_OF: Final = {
    ComparisonReason.WORSE: RollbackCause.WORSE,
    ComparisonReason.GUARDRAIL_WORSE: RollbackCause.GUARDRAIL,
    ComparisonReason.SEGMENT_WORSE: RollbackCause.SEGMENT,
}
"""Of the reasons for which a comparison decides that its candidate is to go."""


def candidate_is_worse(told: ModelComparison, broken: Collection[str]) -> list[RollbackEvidence]:
    """Return the metrics by which a candidate is worse, in their order, those of segments last.

    Parameters
    ----------
    told
        The look.
    broken
        Guardrails that are worse, and by more than their margins as far as is known.
    """
    return [*_of_all(told, broken), *_of_segments(told)]


def baseline_is_worse(told: ModelComparison) -> list[RollbackEvidence]:
    """Return the metrics by which the candidate is better: the baseline is worse by them."""
    return [
        RollbackEvidence(
            cause=RollbackCause.WORSE,
            found_in=told.comparison_id,
            metric=each.metric,
            value=each.baseline.value,
            expected=each.candidate.value,
            difference=_negated(each.difference),
            low=_negated(each.high),
            high=_negated(each.low),
            rows=each.baseline.rows,
            expected_rows=each.candidate.rows,
            statistic=each.better,
            limit=each.threshold,
            at=told.as_of,
        )
        for each in told.metrics
        if each.role is MetricRole.PRIMARY and each.finding is Finding.BETTER
    ]


def _of_all(told: ModelComparison, broken: Collection[str]) -> Iterator[RollbackEvidence]:
    for each in told.metrics:
        cause = _cause_of(each, broken)
        if cause is None:
            continue
        yield RollbackEvidence(
            cause=cause,
            found_in=told.comparison_id,
            metric=each.metric,
            value=each.candidate.value,
            expected=each.baseline.value,
            difference=each.difference,
            low=each.low,
            high=each.high,
            rows=each.candidate.rows,
            expected_rows=each.baseline.rows,
            statistic=each.worse,
            limit=each.threshold,
            at=told.as_of,
        )


def _cause_of(each: MetricComparison, broken: Collection[str]) -> RollbackCause | None:
    if each.role is MetricRole.GUARDRAIL:
        return RollbackCause.GUARDRAIL if each.metric in broken else None
    return RollbackCause.WORSE if each.finding is Finding.WORSE else None


def _of_segments(told: ModelComparison) -> Iterator[RollbackEvidence]:
    for segment in told.segments:
        for each in segment.metrics:
            if each.is_harm:
                yield RollbackEvidence(
                    cause=RollbackCause.SEGMENT,
                    found_in=told.comparison_id,
                    metric=each.metric,
                    segment=SegmentValue(name=segment.name, value=segment.value),
                    value=each.candidate,
                    expected=each.baseline,
                    difference=each.difference,
                    low=each.low,
                    high=each.high,
                    rows=each.rows[1],
                    expected_rows=each.rows[0],
                    statistic=each.worse,
                    limit=each.threshold,
                    at=told.as_of,
                )


def _negated(value: float | None) -> float | None:
    return None if value is None else -value
