"""Whether a ramp goes on, holds or falls back: by what its two versions' rows have said so far."""

from enum import StrEnum
from typing import Final, NamedTuple

from detectors.routing.options import RoutingOptions
from schemas.events.durations import MS_PER_HOUR, MS_PER_MINUTE
from schemas.events.model_comparison import ComparisonDecision, ComparisonReason, ExposureFault
from schemas.events.position import Position
from schemas.events.routing import Ramp, RampHold


class RampMove(StrEnum):
    """What Driftline does with a route; a label of a metric."""

    ADVANCED = "advanced"
    HELD = "held"
    RESUMED = "resumed"
    FELL_BACK = "fell_back"
    PROMOTED = "promoted"
    WENT_BACK = "went_back"
    """Not by the ramp: somebody's rollback request is followed."""
    RESTATED = "restated"
    """A route of Driftline's own had to give way: the one in force is written behind it again."""
    ENDED_BY_OPERATOR = "ended_by_operator"
    """Somebody wrote another route while a ramp was on: it is in force, and the ramp is none any
    more."""


class RampEvidence(NamedTuple):
    """What is known of a ramp's two versions after a row.

    Attributes
    ----------
    at
        The row up to which all is counted.
    decision, reason
        Of their comparison.
    faults
        What is wrong with their traffic.
    predictions, labelled
        Rows of baseline and candidate since their comparison began.
    lacks
        What labels are missing of one of the metrics; None where of each both versions have some.
    is_within
        Whether no guardrail seems to be worse by more than its margin.
    is_shown
        Whether it is known of every metric that it is not, or of a primary one that it is better.
    is_calm
        Whether no alert of the candidate is open.
    fell_back
        Whether an earlier ramp of the candidate fell back, or it was rolled back.
    champion_since
        Since when the candidate is the champion all the same, milliseconds since the epoch; None
        where it is not.
    """

    at: Position
    decision: ComparisonDecision
    reason: ComparisonReason
    faults: tuple[ExposureFault, ...]
    predictions: tuple[int, int]
    labelled: tuple[int, int]
    lacks: RampHold | None
    is_within: bool
    is_shown: bool
    is_calm: bool
    fell_back: bool
    champion_since: int | None = None


class StepSoFar(NamedTuple):
    """What has come since a step began: milliseconds, and rows of the candidate."""

    elapsed: int
    predictions: int
    labelled: int


class Decided(NamedTuple):
    """A move, in the author's words, and why the ramp is held after it."""

    move: RampMove
    reason: str
    held: RampHold | None = None


_UNITS: Final = ((MS_PER_HOUR, "h"), (MS_PER_MINUTE, "min"), (1000, "s"))
"""Of durations, in milliseconds."""

_SAID: Final = {
    RampHold.SPLIT: "the traffic is not shared as it is stated",
    RampHold.SHARED_IDS: "prediction ids have rows of both versions",
    RampHold.NO_TRAFFIC: "a version has no rows, or none any more",
    RampHold.ASSIGNMENT_CHANGED: "the shares of the traffic have changed within the step",
    RampHold.NO_LABELS: "of a metric no label has come",
    RampHold.ONE_ARM_LABELLED: "of a metric labels have come of one version alone",
    RampHold.GUARDRAIL: "a guardrail seems to be worse by more than its margin",
    RampHold.NOT_SHOWN: "all of the traffic is next, and it is not known yet that the candidate is "
    "not worse by more than the margins",
    RampHold.FELL_BACK: "the version fell back, or was rolled back, before: go on with --next, or "
    "end the ramp",
    RampHold.LAST_STEP: "the last step has passed: promote the candidate with --only, or go back",
}


def decided(
    ramp: Ramp, evidence: RampEvidence, so_far: StepSoFar, options: RoutingOptions
) -> Decided | None:
    """Return what becomes of a ramp; None where it stays as it is.

    Harm counts at once, whatever the traffic is like; all else has its time.
    """
    if evidence.decision is ComparisonDecision.ROLLBACK:
        return Decided(RampMove.FELL_BACK, f"harm: {evidence.reason}")
    is_over = so_far.elapsed >= options.step
    hold = _hold(ramp, evidence, so_far, options, is_over=is_over)
    if hold is not None:
        is_told = hold is ramp.held
        return None if is_told else Decided(RampMove.HELD, f"held: {_SAID[hold]}", hold)
    if is_over and _has_enough(evidence, so_far, options):
        said = f"{so_far.labelled} labels of the candidate in {_duration(so_far.elapsed)}, no harm"
        if _has_all(ramp):
            return Decided(RampMove.PROMOTED, f"promoted: {said}")
        return Decided(RampMove.ADVANCED, f"advanced: {said}")
    if ramp.held is not None:
        return Decided(RampMove.RESUMED, f"goes on: no longer held by {ramp.held}")
    return None


def _hold(
    ramp: Ramp,
    evidence: RampEvidence,
    so_far: StepSoFar,
    options: RoutingOptions,
    *,
    is_over: bool,
) -> RampHold | None:
    """Return why the next step is not taken; None where it is, or its time has not come."""
    # With all of the traffic given to the one, that the other has none is as it should be.
    if evidence.faults and not _has_all(ramp):
        return RampHold(evidence.faults[0])
    if evidence.fell_back:
        return RampHold.FELL_BACK
    return _lack(ramp, evidence, so_far, options) if is_over else None


def _lack(
    ramp: Ramp, evidence: RampEvidence, so_far: StepSoFar, options: RoutingOptions
) -> RampHold | None:
    """Return what is missing for the next step of a ramp whose step has had its time."""
    is_last = ramp.step + 1 == len(ramp.steps)
    is_all = _has_all(ramp) or (not is_last and ramp.steps[ramp.step + 1] >= 1.0)
    if evidence.lacks is not None and (is_all or options.proxy_predictions is None):
        return evidence.lacks
    if not _has_enough(evidence, so_far, options):
        return None
    if is_all:
        return None if evidence.is_shown else RampHold.NOT_SHOWN
    if not evidence.is_within:
        return RampHold.GUARDRAIL
    return RampHold.LAST_STEP if is_last else None


def _has_all(ramp: Ramp) -> bool:
    return ramp.steps[ramp.step] >= 1.0


def _has_enough(evidence: RampEvidence, so_far: StepSoFar, options: RoutingOptions) -> bool:
    """Tell whether enough labels have come in a step, or what does for them."""
    proxy = options.proxy_predictions
    is_proxied = proxy is not None and so_far.predictions >= proxy and evidence.is_calm
    return so_far.labelled >= options.labels or is_proxied


def _duration(milliseconds: int) -> str:
    """Return a duration in words.

    Examples
    --------
    >>> _duration(10_800), _duration(900_000), _duration(5_400_000)
    ('10.8 s', '15 min', '1.5 h')
    """
    unit, name = next((each for each in _UNITS if milliseconds >= each[0]), _UNITS[-1])
    return f"{milliseconds / unit:.3g} {name}"
