"""What a look at two versions says of a ramp from the one to the other."""

from detectors.comparisons.comparison import Comparison, Look
from detectors.comparisons.measured import Known, Measured
from detectors.routing.ramp import RampEvidence
from detectors.versions.registry import VersionRegistry
from schemas.events.model_comparison import Finding, MetricRole
from schemas.events.routing import RampHold
from schemas.events.version_status import VersionStatus
from schemas.tables.model_version import ModelVersion

_LACKING = {
    Finding.NO_LABELS: RampHold.NO_LABELS,
    Finding.ONE_ARM_LABELLED: RampHold.ONE_ARM_LABELLED,
}


def ramp_evidence(
    comparison: Comparison, look: Look, registry: VersionRegistry, candidate: ModelVersion
) -> RampEvidence:
    """Return the evidence of a look, told or not."""
    counts, labelled = comparison.traffic.counts, comparison.labelled
    lacking = (_LACKING.get(known.finding) for _, known in look.known)
    return RampEvidence(
        at=look.at,
        decision=look.ruling.decision,
        reason=look.ruling.reason,
        faults=tuple(look.faults),
        predictions=(counts[0], counts[1]),
        labelled=(labelled[0], labelled[1]),
        lacks=next((each for each in lacking if each is not None), None),
        is_within=all(_is_within(*each) for each in look.known),
        is_shown=all(_is_shown(*each) for each in look.known),
        is_calm=not registry.open_alerts_of(candidate),
        fell_back=registry.status_of(candidate) is VersionStatus.ROLLED_BACK,
        champion_since=registry.champion_since(candidate),
    )


def _is_within(measured: Measured, known: Known) -> bool:
    """Tell whether a metric does not seem to be worse by more than the margin of a guardrail."""
    if measured.metric.role is not MetricRole.GUARDRAIL or known.gain is None:
        return True
    return known.gain >= -measured.metric.margin


def _is_shown(measured: Measured, known: Known) -> bool:
    """Tell whether a metric is known not to be worse by more than it may be."""
    is_better = known.finding is Finding.BETTER
    return known.shows_margin or (is_better and measured.metric.role is MetricRole.PRIMARY)
