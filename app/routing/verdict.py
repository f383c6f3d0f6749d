"""What others are told who ask whether a new version may go on: a roll-out, a gate."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from detectors.comparisons.assignment import assignment_of
from schemas.events.model_comparison import (
    ComparisonReason,
    Finding,
    MetricComparison,
    MetricRole,
    ModelComparison,
    Verdict,
)
from schemas.events.routing import ModelRoute

NOT_COMPARED: Final = "not_compared"
"""The reason where the two versions were never looked at."""

_HARM: Final = {ComparisonReason.WORSE, ComparisonReason.GUARDRAIL_WORSE}


def chosen(
    looks: Sequence[ModelComparison],
    route: ModelRoute | None,
    version: str | None,
    baseline: str | None,
    *,
    is_of_before: Callable[[ModelComparison], bool] = lambda _: False,
) -> tuple[ModelComparison | None, str | None, str | None]:
    """Return the look that a question is about, and the two versions that it is about.

    A look counts as long as the comparison that it is of: not that of an earlier assignment, where
    the route in force has the two compared anew and they were not looked at since. Where it has the
    baseline alone again, harm that was found still counts, and nothing else.

    Parameters
    ----------
    looks
        The latest one of each two versions of the model, the newest first.
    route
        Of the model. Where no version is named, the candidate of its ramp is asked about: a look at
        an earlier candidate must not pass for it.
    version, baseline
        Those that are named.
    is_of_before
        Tells whether a look is at versions before they came back to the assignment that they had
        left: it is of the comparison that ended then.
    """
    if version is None and route is not None and route.ramp is not None:
        version, baseline = route.ramp.candidate, baseline or route.ramp.baseline
    for look in looks:
        if version in {None, look.version} and baseline in {None, look.baseline}:
            return (
                (look if _goes_on(look, route, is_of_before) else None),
                look.version,
                look.baseline,
            )
    return None, version, baseline


def _goes_on(
    look: ModelComparison,
    route: ModelRoute | None,
    is_of_before: Callable[[ModelComparison], bool],
) -> bool:
    now = assignment_of(route, 0, look.baseline, look.version)
    then = look.assignment
    if not now.salt:
        # What a route began has ended once the baseline has all again: harm counts, and no pass.
        is_over = then is not None and _serves_alone(look.baseline, route)
        return not is_over or look.verdict is Verdict.FAILED
    if is_of_before(look):
        return False
    if then is None:  # no route named both: what its rows have shown is how they came to the two
        return look.mode in {None, now.mode}
    return (then.salt, then.mode) == now.begins_with


def _serves_alone(version: str, route: ModelRoute | None) -> bool:
    if route is None or route.shadows:
        return False
    return [each.version for each in route.versions if each.share] == [version]


def verdict_document(
    model: str, look: ModelComparison | None, version: str | None, baseline: str | None
) -> dict[str, Any]:
    """Return a verdict as JSON for programs; without a look it is inconclusive, never a pass.

    ``value``, ``interval``, ``threshold``, ``evidence`` and ``rows`` are of the metric that
    decides: the one that became worse, or the first primary one.
    """
    if look is None:
        return {
            "model": model,
            "version": version,
            "baseline": baseline,
            "verdict": _word(Verdict.INCONCLUSIVE),
            "decision": None,
            "reason": NOT_COMPARED,
            "message": f"{model}: no comparison of these versions is known.",
            **_figures(None),
            "maturity": None,
            "since": None,
            "as_of": None,
            "comparison_id": None,
            "faults": [],
            "metrics": [],
        }
    exposure = look.exposure
    return {
        "model": model,
        "version": look.version,
        "baseline": look.baseline,
        "verdict": _word(look.verdict),
        "decision": look.decision,
        "reason": look.reason,
        "message": look.message,
        **_figures(_deciding(look)),
        "maturity": {
            "baseline": exposure.baseline.maturity,
            "candidate": exposure.candidate.maturity,
        },
        "since": look.since,
        "as_of": look.as_of.time,
        "comparison_id": look.comparison_id,
        "faults": list(exposure.faults),
        "metrics": [
            {"role": each.role, "finding": each.finding, **_figures(each)} for each in look.metrics
        ],
    }


def _word(verdict: Verdict) -> str:
    """Return a verdict as Argo Rollouts writes the phases of an analysis."""
    return verdict.value.capitalize()


def _deciding(look: ModelComparison) -> MetricComparison | None:
    worse = [each for each in look.metrics if each.finding is Finding.WORSE]
    primary = [each for each in look.metrics if each.role is MetricRole.PRIMARY]
    ordered = [*(worse if look.reason in _HARM else []), *primary, *look.metrics]
    return ordered[0] if ordered else None


def _figures(metric: MetricComparison | None) -> dict[str, Any]:
    if metric is None:
        names = ("metric", "value", "interval", "threshold", "evidence", "rows")
        return dict.fromkeys(names)
    return {
        "metric": metric.metric,
        "value": metric.difference,
        "interval": [metric.low, metric.high],
        "threshold": metric.threshold,
        "evidence": {"better": metric.better, "worse": metric.worse},
        "rows": {"baseline": metric.baseline.rows, "candidate": metric.candidate.rows},
    }
