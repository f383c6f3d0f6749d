"""What follows from what is known of the metrics of two versions and of their traffic."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from detectors.comparisons.measured import Known
from schemas.events.model_comparison import (
    ComparisonDecision,
    ComparisonReason,
    ExposureFault,
    Finding,
    MetricRole,
    Verdict,
)


class Ruling(NamedTuple):
    """A decision, the verdict that others are told, and why."""

    decision: ComparisonDecision
    verdict: Verdict
    reason: ComparisonReason


_PENDING: Final = (
    (Finding.NO_LABELS, ComparisonReason.NO_LABELS),
    (Finding.ONE_ARM_LABELLED, ComparisonReason.ONE_ARM_LABELLED),
    (Finding.TOO_FEW_LABELS, ComparisonReason.TOO_FEW_LABELS),
    (Finding.UNDECIDED, ComparisonReason.UNDECIDED),
)
"""What a primary metric may lack, what is lacking most first."""

_FAILED: Final = Ruling(ComparisonDecision.ROLLBACK, Verdict.FAILED, ComparisonReason.WORSE)
_PASSED: Final = Ruling(ComparisonDecision.PROMOTE, Verdict.SUCCESSFUL, ComparisonReason.BETTER)
_HELD: Final = Ruling(
    ComparisonDecision.HOLD, Verdict.INCONCLUSIVE, ComparisonReason.NO_RELEVANT_DIFFERENCE
)
_OPEN: Final = Ruling(ComparisonDecision.CONTINUE, Verdict.INCONCLUSIVE, ComparisonReason.UNDECIDED)


def rule(
    known: Sequence[tuple[MetricRole, Known]],
    faults: Sequence[ExposureFault],
    *,
    promotes_equals: bool,
    segments: Sequence[Known] = (),
) -> Ruling:
    """Return what is decided. Harm counts whatever the traffic: nobody waits for a fair split.

    Parameters
    ----------
    known
        The role of each metric, at least one of them primary, and what is known of it.
    faults
        Why rows cannot be compared.
    promotes_equals
        Whether not to be worse is enough.
    segments
        What is known of all metrics in each segment: there, too, harm is harm to all.
    """
    primary = [each for role, each in known if role is MetricRole.PRIMARY]
    guardrails = [each for role, each in known if role is MetricRole.GUARDRAIL]
    harms = {
        ComparisonReason.WORSE: any(each.finding is Finding.WORSE for each in primary),
        ComparisonReason.GUARDRAIL_WORSE: any(map(is_broken, guardrails)),
        ComparisonReason.SEGMENT_WORSE: any(map(is_broken, segments)),
    }
    harm = next((reason for reason, is_there in harms.items() if is_there), None)
    if harm is not None:
        return _FAILED._replace(reason=harm)
    if faults:
        return _HELD._replace(reason=ComparisonReason.EXPOSURE)
    are_safe = all(each.shows_margin for each in guardrails)
    if promotes_equals and are_safe and all(each.shows_margin for each in primary):
        return _PASSED._replace(reason=ComparisonReason.NOT_WORSE)
    found = {each.finding for each in primary}
    lacking = next((reason for finding, reason in _PENDING if finding in found), None)
    if lacking is not None:
        return _OPEN._replace(reason=lacking)
    if Finding.NO_RELEVANT_DIFFERENCE in found:
        undecided = _OPEN if promotes_equals else _HELD
        return undecided._replace(reason=ComparisonReason.NO_RELEVANT_DIFFERENCE)
    return _PASSED if are_safe else _OPEN._replace(reason=ComparisonReason.GUARDRAIL_UNDECIDED)


def is_broken(known: Known) -> bool:
    """Tell whether a metric is worse, and by more than its margin as far as is known."""
    return known.finding is Finding.WORSE and known.exceeds_margin
