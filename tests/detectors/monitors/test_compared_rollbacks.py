"""Rollbacks as a fleet asks for them: rows, model events and routes in, requests and routes out."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from detectors.comparisons.options import ComparisonOptions
from detectors.monitors.fleet import Fleet
from detectors.monitors.fleet_snapshot import FleetSnapshots
from detectors.monitors.threshold_watch import ThresholdWatch
from detectors.performance.threshold import Threshold
from detectors.requests.answers import AnswerOutcome
from detectors.rollback.options import RollbackOptions
from detectors.routing.options import RoutingOptions
from detectors.routing.ramp import RampMove
from detectors.snapshots.parts import UnusablePart
from schemas.events.model_event import ModelEventType
from schemas.events.published import PublishedEvent
from schemas.events.rollback_request import RollbackCause, RollbackRequest
from schemas.events.version_status import VersionStatus
from schemas.tables.observations import ObservationTable
from tests.detectors.monitors.test_comparisons import (
    ACCURACY,
    COMPARED,
    OPTIONS,
    event,
    in_france,
    looks,
    misses_class,
    much_better,
    serving,
    traffic,
)
from tests.detectors.stored import parts_of
from tests.schemas.events.routes import canary_of, document_of, notice_of, route_of, shadow_of

WATCHED = replace(OPTIONS, thresholds=(Threshold.of("accuracy >= 0.7"),))
DEPLOYED = ModelEventType.VERSION_DEPLOYED
Right = Callable[[str, int], float]


def worse(version: str, label: int) -> float:
    del label
    return 0.55 if version == "2" else 0.85


def fleet_of(compared: ComparisonOptions | None = COMPARED, *, routes: bool = False) -> Fleet:
    return Fleet(
        lambda _: WATCHED,
        consumers_of=lambda model, version: (ThresholdWatch((model, version), WATCHED),),
        compared_by=lambda _: compared,
        routed_by=lambda _: RoutingOptions() if routes else None,
        rolled_back_by=lambda _: RollbackOptions(),
    )


def requests(events: Sequence[PublishedEvent]) -> list[RollbackRequest]:
    return [each for each in events if isinstance(each, RollbackRequest)]


def fed(fleet: Fleet, tables: Sequence[ObservationTable]) -> list[PublishedEvent]:
    return [each for table in tables for each in fleet.update(table)]


def restored(fleet: Fleet) -> Fleet:
    snapshots, other = FleetSnapshots(fleet), fleet_of()
    FleetSnapshots(other).restore(snapshots.outline(), parts_of(snapshots))
    return other


def successor(fleet: Fleet) -> Fleet:
    """Return a fleet in which version 2 has become the champion after version 1."""
    fleet.notice(event(DEPLOYED, "1"))
    fleet.notice(event(DEPLOYED, "2", 1))
    return fleet


def test_a_challenger_that_is_worse_is_to_give_way_to_the_champion() -> None:
    events = fed(serving(fleet_of(), "2"), list(traffic(misses_class, requests=3000)))

    (request,) = requests(events)
    assert (request.version, request.target) == ("2", "1")
    assert request.cause is RollbackCause.GUARDRAIL
    (evidence,) = request.evidence
    told = next(each for each in looks(events) if each.comparison_id == evidence.found_in)
    assert (told.as_of, told.decision) == (request.decided_at, "rollback")
    recall = told.metrics[1]
    assert evidence.metric == recall.metric == "recall[1]"
    assert (evidence.difference, evidence.rows) == (recall.difference, recall.candidate.rows)
    assert events.index(told) < events.index(request)


@pytest.mark.parametrize("is_routed", [False, True])
def test_a_version_in_the_shadow_answers_nobody_and_is_asked_nothing(*, is_routed: bool) -> None:
    fleet = fleet_of()
    if is_routed:
        fleet.reroute(notice_of(route_of(shadow_of("2", "1"))))
    else:
        serving(fleet, "2")

    events = fed(fleet, list(traffic(misses_class, requests=2000, is_shadow=True)))

    assert looks(events)[-1].decision == "rollback"
    assert requests(events) == []


def test_the_champion_is_to_give_way_to_the_last_good_version_that_is_better_beside_it() -> None:
    compared = replace(COMPARED, candidates=("1",), metrics=(ACCURACY,))
    fleet = successor(
        Fleet(
            lambda _: OPTIONS,
            compared_by=lambda _: compared,
            rolled_back_by=lambda _: RollbackOptions(),
        )
    )

    (request,) = requests(fed(fleet, list(traffic(worse, requests=3000, is_shadow=True))))

    assert (request.version, request.target) == ("2", "1")
    (evidence,) = request.evidence
    assert evidence.value is not None
    assert evidence.expected is not None
    assert evidence.high is not None
    assert evidence.value < evidence.expected
    assert evidence.high < 0.0


def test_harm_in_one_segment_says_in_which() -> None:
    compared = replace(COMPARED, metrics=(ACCURACY,), segments=("country",))
    tables = in_france(list(traffic(much_better, requests=3000, by_country=True)))

    (request,) = requests(fed(serving(fleet_of(compared), "2"), tables))

    assert request.cause is RollbackCause.SEGMENT
    assert [each.segment and each.segment.value for each in request.evidence] == ["fr"]


def test_a_threshold_that_the_new_champion_crosses_asks_with_its_alert() -> None:
    events = fed(successor(fleet_of(None)), list(traffic(worse, requests=3000)))

    (request,) = requests(events)

    assert (request.version, request.target) == ("2", "1")
    assert request.cause is RollbackCause.THRESHOLD
    assert request.evidence[0].found_in in {each.event_id for each in events}


@pytest.mark.parametrize("compared", [COMPARED, None])
def test_neither_batches_nor_replays_nor_restarts_change_what_is_asked(
    compared: ComparisonOptions | None,
) -> None:
    tables = list(traffic(worse, requests=2000, size=50))

    def begun() -> Fleet:
        fleet = successor(fleet_of(compared))
        fleet.notice(event(ModelEventType.VERSION_CHALLENGER, "1", 2))
        return fleet

    whole = begun()
    one_by_one = requests(fed(whole, tables))
    assert one_by_one

    at_once = begun()
    events = [each for part in at_once.update_all(tables) for each in part.events]
    assert requests(events) == one_by_one
    assert at_once.rollbacks.state() == whole.rollbacks.state()

    fleet, asked = begun(), []
    for begin in range(0, len(tables), 7):
        part = tables[max(begin - 2, 0) : begin + 7]
        asked += requests([each for taken in fleet.update_all(part) for each in taken.events])
        if compared is COMPARED:
            fleet = restored(fleet)
    assert asked == one_by_one


def test_a_ramp_falls_back_and_the_request_names_the_route_that_then_ends_it() -> None:
    fleet = fleet_of(routes=True)
    document = canary_of(0.5, 0)
    ramp = {**document["ramp"], "candidate": "2", "baseline": "1", "steps": [0.5, 1.0], "step": 0}
    shares = [{"version": "2", "share": 0.5}, {"version": "1", "share": 0.5}]
    fleet.reroute(notice_of(route_of({**document, "versions": shares, "ramp": ramp}), 0))

    (request,) = requests(fed(fleet, list(traffic(misses_class, requests=2000))))
    (decision,) = fleet.router.decisions()

    assert decision.move is RampMove.FELL_BACK
    assert decision.route is not None
    assert request.route_id == decision.route.route_id
    fleet.rollbacks.news()
    fleet.reroute(notice_of(decision.route, 1))
    assert fleet.rollbacks.news().answers == [("fraud", None, AnswerOutcome.ENDED)]


def test_a_champion_that_shares_the_traffic_goes_and_the_registry_says_so() -> None:
    fleet = successor(fleet_of(routes=True))
    fleet.reroute(notice_of(route_of(document_of("ab", v1=0.5, v2=0.5)), 0))

    (request,) = requests(fed(fleet, list(traffic(worse, requests=3000))))
    (decision,) = fleet.router.decisions()

    assert decision.move is RampMove.WENT_BACK
    assert decision.route is not None
    assert decision.event is not None
    assert [each.version for each in decision.route.versions] == ["1"]
    assert request.route_id == decision.route.route_id
    assert (decision.event.type, decision.event.request_id) == (
        ModelEventType.ROLLED_BACK,
        request.request_id,
    )
    fleet.rollbacks.news()
    fleet.notice(decision.event)
    fleet.reroute(notice_of(decision.route, 1))
    assert fleet.versions.status_of(("fraud", "1")) is VersionStatus.CHAMPION
    assert fleet.versions.status_of(("fraud", "2")) is VersionStatus.ROLLED_BACK
    assert [outcome for *_, outcome in fleet.rollbacks.news().answers] == [AnswerOutcome.ENDED]


def test_a_faulty_state_is_named_and_one_without_rollbacks_begins_them() -> None:
    fleet = serving(fleet_of(), "2")
    tables = list(traffic(misses_class, requests=3000))
    assert requests(fed(fleet, tables))
    snapshots = FleetSnapshots(fleet)
    parts, outline = parts_of(snapshots), snapshots.outline()
    part = ("rollback", "fraud")

    with pytest.raises(UnusablePart) as caught:
        FleetSnapshots(fleet_of()).restore(outline, {**parts, part: parts[("noticed",)]})
    assert caught.value.name == part

    before = fleet_of()
    FleetSnapshots(before).restore({**outline, "rollbacks": []}, parts)
    assert before.rollbacks.state() == []
