from typing import Any

import pytest

from detectors.routing.options import RoutingOptions
from detectors.routing.ramp import Decided, RampEvidence, RampMove, StepSoFar, decided
from schemas.events.model_comparison import ComparisonDecision, ComparisonReason, ExposureFault
from schemas.events.position import Position
from schemas.events.routing import Ramp, RampHold

OPTIONS = RoutingOptions(step=1000, labels=100)
PROXIED = RoutingOptions(step=1000, labels=100, proxy_predictions=500)
AT = Position(topic="labels", partition=0, offset=9, time="2026-03-01T12:00:00.000Z")
OVER = StepSoFar(elapsed=1000, predictions=1000, labelled=100)


def ramp(step: int = 0, held: RampHold | None = None, steps: tuple[float, ...] = ()) -> Ramp:
    return Ramp(
        candidate="8",
        baseline="7",
        steps=list(steps or (0.01, 0.5, 1.0)),
        step=step,
        step_since=AT.time,
        held=held,
    )


def evidence(**changed: Any) -> RampEvidence:
    usual = RampEvidence(
        at=AT,
        decision=ComparisonDecision.CONTINUE,
        reason=ComparisonReason.UNDECIDED,
        faults=(),
        predictions=(9000, 1000),
        labelled=(900, 100),
        lacks=None,
        is_within=True,
        is_shown=False,
        is_calm=True,
        fell_back=False,
    )
    return usual._replace(**changed)


def outcome(found: Decided | None) -> tuple[RampMove, RampHold | None] | None:
    return None if found is None else (found.move, found.held)


def test_a_step_has_its_time_and_its_labels_and_then_the_next_one_comes() -> None:
    early, few = OVER._replace(elapsed=999), OVER._replace(labelled=99)
    assert decided(ramp(), evidence(), early, OPTIONS) is None
    assert decided(ramp(), evidence(), few, OPTIONS) is None
    found = decided(ramp(), evidence(), OVER, OPTIONS)
    assert outcome(found) == (RampMove.ADVANCED, None)
    assert found is not None
    assert found.reason == "advanced: 100 labels of the candidate in 1 s, no harm"


def test_harm_counts_at_once_whatever_the_traffic_is_like() -> None:
    harm = evidence(
        decision=ComparisonDecision.ROLLBACK,
        reason=ComparisonReason.GUARDRAIL_WORSE,
        faults=(ExposureFault.SPLIT,),
    )
    for step in range(3):
        found = decided(ramp(step), harm, StepSoFar(0, 0, 0), OPTIONS)
        assert found == Decided(RampMove.FELL_BACK, "harm: guardrail_worse")


@pytest.mark.parametrize("fault", list(ExposureFault))
def test_a_ramp_is_held_by_each_fault_of_its_traffic_once_and_goes_on_when_it_ends(
    fault: ExposureFault,
) -> None:
    hold = RampHold(fault)
    faulty = evidence(faults=(fault,))
    assert outcome(decided(ramp(), faulty, OVER, OPTIONS)) == (RampMove.HELD, hold)
    assert decided(ramp(held=hold), faulty, OVER, OPTIONS) is None
    early = OVER._replace(elapsed=0)
    assert outcome(decided(ramp(held=hold), evidence(), early, OPTIONS)) == (RampMove.RESUMED, None)
    assert outcome(decided(ramp(held=hold), evidence(), OVER, OPTIONS)) == (RampMove.ADVANCED, None)


@pytest.mark.parametrize("lacks", [RampHold.NO_LABELS, RampHold.ONE_ARM_LABELLED])
def test_a_metric_without_labels_or_with_those_of_one_version_holds(lacks: RampHold) -> None:
    unlabelled = evidence(lacks=lacks)
    assert decided(ramp(), unlabelled, OVER._replace(elapsed=0), OPTIONS) is None
    assert outcome(decided(ramp(), unlabelled, OVER, OPTIONS)) == (RampMove.HELD, lacks)


def test_predictions_do_for_late_labels_while_no_alert_is_open_but_not_for_all_of_the_traffic() -> (
    None
):
    late = evidence(lacks=RampHold.NO_LABELS)
    none = OVER._replace(labelled=0)
    assert outcome(decided(ramp(), late, none, PROXIED)) == (RampMove.ADVANCED, None)
    assert decided(ramp(), late._replace(is_calm=False), none, PROXIED) is None
    assert decided(ramp(), late, none._replace(predictions=499), PROXIED) is None
    assert outcome(decided(ramp(1), late, none, PROXIED)) == (RampMove.HELD, RampHold.NO_LABELS)


def test_a_guardrail_that_seems_to_be_worse_by_more_than_its_margin_holds() -> None:
    found = decided(ramp(), evidence(is_within=False), OVER, OPTIONS)
    assert outcome(found) == (RampMove.HELD, RampHold.GUARDRAIL)


def test_all_of_the_traffic_is_for_what_is_known_not_to_be_worse() -> None:
    found = decided(ramp(1), evidence(), OVER, OPTIONS)
    assert outcome(found) == (RampMove.HELD, RampHold.NOT_SHOWN)
    shown = evidence(is_shown=True)
    held = ramp(1, RampHold.NOT_SHOWN)
    assert outcome(decided(held, shown, OVER, OPTIONS)) == (RampMove.ADVANCED, None)


def test_with_all_of_the_traffic_the_candidate_is_promoted_after_its_time() -> None:
    # The baseline has no rows any more, as it should be.
    shown = evidence(is_shown=True, faults=(ExposureFault.NO_TRAFFIC,))
    assert decided(ramp(2), shown, OVER._replace(elapsed=999), OPTIONS) is None
    assert outcome(decided(ramp(2), shown, OVER, OPTIONS)) == (RampMove.PROMOTED, None)
    doubtful = evidence(faults=(ExposureFault.NO_TRAFFIC,))
    assert outcome(decided(ramp(2), doubtful, OVER, OPTIONS)) == (
        RampMove.HELD,
        RampHold.NOT_SHOWN,
    )


def test_a_last_step_that_leaves_traffic_to_the_baseline_asks_for_the_promotion() -> None:
    found = decided(ramp(1, steps=(0.01, 0.5)), evidence(), OVER, OPTIONS)
    assert outcome(found) == (RampMove.HELD, RampHold.LAST_STEP)


def test_a_version_that_fell_back_before_waits_for_people() -> None:
    found = decided(ramp(), evidence(fell_back=True), OVER._replace(elapsed=0), OPTIONS)
    assert outcome(found) == (RampMove.HELD, RampHold.FELL_BACK)
