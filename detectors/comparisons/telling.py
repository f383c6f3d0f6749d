"""A look at two versions as the event that is published."""

from detectors.comparisons.comparison import Comparison, Look
from detectors.comparisons.evidence import told
from detectors.comparisons.measured import Known, Measured
from detectors.comparisons.split import LEVEL
from schemas.events.identity import stable_id
from schemas.events.model_comparison import (
    ComparedArm,
    ComparisonReason,
    ExposedArm,
    Exposure,
    Finding,
    MetricComparison,
    ModelComparison,
)

_SENTENCES = {
    ComparisonReason.BETTER: "better, and no guardrail is worse",
    ComparisonReason.NOT_WORSE: "not worse by more than the margin",
    ComparisonReason.WORSE: "worse",
    ComparisonReason.GUARDRAIL_WORSE: "worse by a guardrail",
    ComparisonReason.NO_RELEVANT_DIFFERENCE: "no different by as much as matters",
    ComparisonReason.TOO_FEW_LABELS: "not to be judged yet: too few labels have come",
    ComparisonReason.UNDECIDED: "neither better nor worse by what is known",
    ComparisonReason.GUARDRAIL_UNDECIDED: "better, but it is not known yet whether by a guardrail "
    "it is worse",
    ComparisonReason.NO_LABELS: "not to be judged: of neither has a label come",
    ComparisonReason.ONE_ARM_LABELLED: "not to be judged: of one of the two alone have labels come",
}


def comparison_event(
    model: str, baseline: str, candidate: str, comparison: Comparison, look: Look
) -> ModelComparison:
    """Return the event of a look."""
    at = look.at
    versions = (baseline, candidate)
    return ModelComparison(
        model=model,
        version=candidate,
        comparison_id=stable_id(
            "comparison", model, baseline, candidate, at.topic, at.partition, at.offset, look.number
        ),
        baseline=baseline,
        mode=comparison.mode,
        since=comparison.since,
        as_of=at,
        look=look.number,
        decision=look.ruling.decision,
        verdict=look.ruling.verdict,
        reason=look.ruling.reason,
        metrics=[_metric(each, known, versions, comparison) for each, known in look.known],
        exposure=_exposure(versions, comparison, look),
        message=_message(model, versions, look),
    )


def _metric(
    measured: Measured, known: Known, versions: tuple[str, str], comparison: Comparison
) -> MetricComparison:
    metric = measured.metric
    difference = low = high = None
    if known.gain is not None and known.half_width is not None:
        difference = -known.gain if metric.metric.is_loss else known.gain
        low, high = difference - known.half_width, difference + known.half_width
    arms = [
        ComparedArm(version=version, value=measured.value(arm), rows=measured.rows[arm])
        for arm, version in enumerate(versions)
    ]
    return MetricComparison(
        metric=metric.name,
        role=metric.role,
        baseline=arms[0],
        candidate=arms[1],
        difference=difference,
        low=low,
        high=high,
        higher_is_better=not metric.metric.is_loss,
        better=told(known.better),
        worse=told(known.worse),
        threshold=told(known.threshold),
        smallest_effect=metric.smallest_effect,
        margin=metric.margin,
        level=comparison.options.level_of(metric.role),
        finding=known.finding,
        shows_margin=known.shows_margin,
        decided_at=measured.decided_at,
    )


def _exposure(versions: tuple[str, str], comparison: Comparison, look: Look) -> Exposure:
    traffic, share = comparison.traffic, comparison.traffic.share
    stated = (None, None) if share is None else (1.0 - share, share)
    arms = [
        ExposedArm(
            version=version,
            predictions=traffic.counts[arm],
            labelled=comparison.labelled[arm],
            share=traffic.counts[arm] / traffic.rows if traffic.rows else None,
            stated_share=stated[arm],
            # Labels of predictions from before the comparison may come too.
            maturity=min(comparison.labelled[arm] / traffic.counts[arm], 1.0)
            if traffic.counts[arm]
            else None,
        )
        for arm, version in enumerate(versions)
    ]
    split = traffic.split
    return Exposure(
        faults=look.faults,
        baseline=arms[0],
        candidate=arms[1],
        split=None if split is None else told(split),
        split_threshold=1.0 / LEVEL,
        pairs=traffic.shared,
    )


def _message(model: str, versions: tuple[str, str], look: Look) -> str:
    baseline, candidate = versions
    begin = f"{model} {candidate} against {baseline}: "
    if look.ruling.reason is ComparisonReason.EXPOSURE:
        return f"{begin}not to be judged by this traffic ({', '.join(look.faults)})."
    found = [
        f"{each.metric.name} {known.finding} by {abs(known.gain):.4g} (+/- {known.half_width:.2g})"
        for each, known in look.known
        if known.finding in {Finding.BETTER, Finding.WORSE}
        and known.gain is not None
        and known.half_width is not None
    ]
    detail = f"; {', '.join(found)}" if found else ""
    return f"{begin}{_SENTENCES[look.ruling.reason]}{detail}."
