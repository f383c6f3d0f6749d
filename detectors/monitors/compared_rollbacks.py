"""What a look at two versions asks for: that the worse one serves no longer."""

from collections.abc import Iterator

from detectors.comparisons.comparison import Comparison, Look
from detectors.comparisons.ruling import is_broken
from detectors.comparisons.telling import comparison_event
from detectors.monitors.rollbacks import Rollbacks
from detectors.rollback.cause import Cause
from detectors.rollback.compared import CAUSE_OF, baseline_is_worse, candidate_is_worse
from detectors.rollback.options import RollbackSource
from schemas.events.model_comparison import ComparisonDecision, ComparisonMode, ComparisonReason
from schemas.events.published import PublishedEvent
from schemas.events.rollback_request import RollbackCause

Pair = tuple[str, str, str]
"""Model, baseline and candidate."""


def rollback_by(
    pair: Pair, comparison: Comparison, look: Look, rollbacks: Rollbacks, *, is_told: bool
) -> Iterator[PublishedEvent]:
    """Yield the rollback request that a look makes, behind the look where that is not told yet."""
    cause = cause_in(pair, comparison, look, rollbacks)
    if cause is None:
        return
    target = rollbacks.weigh(cause, RollbackSource.COMPARISON, is_again=not is_told)
    if target is None:
        return
    told = comparison_event(*pair, comparison, look)
    if not is_told:
        comparison.tell()
        yield told
    if cause.version == pair[1]:
        evidence = baseline_is_worse(told)
    else:
        broken = {measured.metric.name for measured, known in look.known if is_broken(known)}
        evidence = candidate_is_worse(told, broken)
    yield rollbacks.ask(cause, target, evidence)


def cause_in(pair: Pair, comparison: Comparison, look: Look, rollbacks: Rollbacks) -> Cause | None:
    """Return what a look finds about a version that serves; None where that is nothing bad.

    That is the candidate, where it takes traffic and is worse; or the baseline, where the candidate
    was the champion before, was not rolled back, and is better.
    """
    model, baseline, candidate = pair
    decision, _, reason = look.ruling
    if decision is ComparisonDecision.ROLLBACK and _serves(model, candidate, comparison, rollbacks):
        kind, version, against = CAUSE_OF[reason], candidate, baseline
    elif (
        reason is ComparisonReason.BETTER
        and baseline in rollbacks.serving(model)
        and rollbacks.has_served(model, candidate)
    ):
        kind, version, against = RollbackCause.WORSE, baseline, candidate
    else:
        return None
    key = f"{kind}: {version} against {against} since {comparison.since}"
    return Cause(kind, key, model, version, against, look.at)


def _serves(model: str, version: str, comparison: Comparison, rollbacks: Rollbacks) -> bool:
    """Tell whether a candidate answers requests: by its rows where no route says it."""
    if version in rollbacks.serving(model):
        return True
    return comparison.mode is ComparisonMode.AB and not rollbacks.is_routed(model)
