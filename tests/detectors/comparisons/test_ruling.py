import pytest

from detectors.comparisons.measured import Known
from detectors.comparisons.ruling import rule
from schemas.events.model_comparison import (
    ComparisonDecision,
    ComparisonReason,
    ExposureFault,
    Finding,
    MetricRole,
    Verdict,
)

PRIMARY, GUARDRAIL = MetricRole.PRIMARY, MetricRole.GUARDRAIL


def known(finding: Finding, *, within: bool = False, beyond: bool = False) -> Known:
    return Known(0.0, 1.0, 0.0, 0.0, 3.7, finding, within, beyond)


BETTER = known(Finding.BETTER, within=True)
SAFE = known(Finding.UNDECIDED, within=True)


@pytest.mark.parametrize("finding", [each for each in Finding if each is not Finding.BETTER])
def test_only_what_is_better_is_ever_a_pass(finding: Finding) -> None:
    verdict = rule([(PRIMARY, known(finding))], [], promotes_equals=False).verdict
    expected = Verdict.FAILED if finding is Finding.WORSE else Verdict.INCONCLUSIVE
    assert verdict is expected


def test_a_promotion_needs_each_guardrail_to_be_shown_safe() -> None:
    of = {PRIMARY: BETTER}
    assert rule([*of.items(), (GUARDRAIL, SAFE)], [], promotes_equals=False).decision is (
        ComparisonDecision.PROMOTE
    )
    open_one = rule([*of.items(), (GUARDRAIL, known(Finding.UNDECIDED))], [], promotes_equals=False)
    assert (open_one.decision, open_one.reason) == (
        ComparisonDecision.CONTINUE,
        ComparisonReason.GUARDRAIL_UNDECIDED,
    )


def test_a_guardrail_that_is_worse_within_its_margin_breaks_nothing() -> None:
    little = known(Finding.WORSE, within=True)
    assert rule([(PRIMARY, BETTER), (GUARDRAIL, little)], [], promotes_equals=False).verdict is (
        Verdict.SUCCESSFUL
    )
    much = known(Finding.WORSE, beyond=True)
    assert rule([(PRIMARY, BETTER), (GUARDRAIL, much)], [], promotes_equals=False).reason is (
        ComparisonReason.GUARDRAIL_WORSE
    )


def test_bad_traffic_holds_a_promotion_and_no_rollback() -> None:
    faults = [ExposureFault.SPLIT]
    held = rule([(PRIMARY, BETTER)], faults, promotes_equals=True)
    assert (held.decision, held.reason) == (ComparisonDecision.HOLD, ComparisonReason.EXPOSURE)
    harm = rule([(PRIMARY, known(Finding.WORSE))], faults, promotes_equals=False)
    assert harm.decision is ComparisonDecision.ROLLBACK


def test_not_to_be_worse_is_enough_where_that_is_said() -> None:
    equal = known(Finding.NO_RELEVANT_DIFFERENCE, within=True)
    assert rule([(PRIMARY, equal)], [], promotes_equals=True).reason is ComparisonReason.NOT_WORSE
    held = rule([(PRIMARY, equal)], [], promotes_equals=False)
    assert (held.decision, held.verdict) == (ComparisonDecision.HOLD, Verdict.INCONCLUSIVE)


def test_harm_in_one_segment_outweighs_what_is_better_in_all() -> None:
    much = known(Finding.WORSE, beyond=True)
    found = rule([(PRIMARY, BETTER)], [], promotes_equals=False, segments=[SAFE, much])
    assert (found.decision, found.reason) == (
        ComparisonDecision.ROLLBACK,
        ComparisonReason.SEGMENT_WORSE,
    )
    little = known(Finding.WORSE, within=True)
    assert rule([(PRIMARY, BETTER)], [], promotes_equals=False, segments=[little]).verdict is (
        Verdict.SUCCESSFUL
    )
