"""A look at two versions as the event that is published."""

from detectors.comparisons.comparison import Comparison, Look
from detectors.comparisons.evidence import told
from detectors.comparisons.measured import Known, Measured
from detectors.comparisons.ruling import is_broken
from detectors.comparisons.segments import SegmentLook
from detectors.comparisons.split import LEVEL
from schemas.events.identity import stable_id
from schemas.events.model_comparison import (
    ComparedArm,
    ComparedBy,
    ComparisonReason,
    ExposedArm,
    Exposure,
    Finding,
    MetricComparison,
    ModelComparison,
    SegmentComparison,
    SegmentMetric,
)

_SENTENCES = {
    ComparisonReason.BETTER: "better, and no guardrail is worse",
    ComparisonReason.NOT_WORSE: "not worse by more than the margin",
    ComparisonReason.WORSE: "worse",
    ComparisonReason.GUARDRAIL_WORSE: "worse by a guardrail",
    ComparisonReason.SEGMENT_WORSE: "worse in a segment",
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
        assignment=_assignment(comparison),
        as_of=at,
        look=look.number,
        decision=look.ruling.decision,
        verdict=look.ruling.verdict,
        reason=look.ruling.reason,
        metrics=[_metric(each, known, versions) for each, known in look.known],
        segments=[_segment(each) for each in look.segments],
        exposure=_exposure(versions, comparison, look),
        message=_message(model, versions, look),
    )


def _assignment(comparison: Comparison) -> ComparedBy | None:
    assignment = comparison.assignment
    if assignment.mode is None or not assignment.salt:
        return None
    return ComparedBy(
        salt=assignment.salt, mode=assignment.mode, begun_by=comparison.begun_by or None
    )


def _metric(measured: Measured, known: Known, versions: tuple[str, str]) -> MetricComparison:
    metric = measured.metric
    difference, low, high = _interval(measured, known)
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
        level=measured.level,
        finding=known.finding,
        shows_margin=known.shows_margin,
        decided_at=measured.decided_at,
    )


def _segment(look: SegmentLook) -> SegmentComparison:
    return SegmentComparison(
        name=look.name,
        value=look.value,
        metrics=[_in_segment(measured, known) for measured, known in look.known],
    )


def _in_segment(measured: Measured, known: Known) -> SegmentMetric:
    difference, low, high = _interval(measured, known)
    return SegmentMetric(
        metric=measured.metric.name,
        role=measured.metric.role,
        baseline=measured.value(0),
        candidate=measured.value(1),
        rows=measured.rows,
        difference=difference,
        low=low,
        high=high,
        better=told(known.better),
        worse=told(known.worse),
        threshold=told(known.threshold),
        finding=known.finding,
        is_harm=is_broken(known),
    )


def _interval(
    measured: Measured, known: Known
) -> tuple[float, float, float] | tuple[None, None, None]:
    """Return the difference in the metric's own unit, and its confidence sequence."""
    if known.gain is None or known.half_width is None:
        return None, None, None
    difference = -known.gain if measured.metric.metric.is_loss else known.gain
    return difference, difference - known.half_width, difference + known.half_width


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
    harms = [
        f"{_found(each, known)} where {segment.name} is "
        f"{'another one' if segment.value is None else segment.value}"
        for segment in look.segments
        for each, known in segment.known
        if is_broken(known)
    ]
    told_of = {Finding.BETTER, Finding.WORSE}
    found = [_found(each, known) for each, known in look.known if known.finding in told_of]
    if look.ruling.reason is ComparisonReason.SEGMENT_WORSE:
        found = harms + found
    else:
        found += harms
    detail = f"; {', '.join(found)}" if found else ""
    return f"{begin}{_SENTENCES[look.ruling.reason]}{detail}."


def _found(measured: Measured, known: Known) -> str:
    begin = f"{measured.metric.name} {known.finding}"
    if known.gain is None or known.half_width is None:
        return begin
    return f"{begin} by {abs(known.gain):.4g} (+/- {known.half_width:.2g})"
