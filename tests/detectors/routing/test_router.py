from typing import Any

import pytest

from detectors.routing.options import RoutingOptions
from detectors.routing.ramp import RampEvidence, RampMove
from detectors.routing.router import Answer, RouteDecision, Router
from detectors.routing.routes import RouteOutcome
from schemas.events.identity import event_id
from schemas.events.model_comparison import ComparisonDecision, ExposureFault
from schemas.events.model_event import ModelEventType
from schemas.events.position import Position
from schemas.events.routing import ModelRoute, RampHold
from schemas.events.times import format_time
from tests.detectors.routing.test_ramp import evidence
from tests.detectors.versions.events import event
from tests.schemas.events.routes import canary_of, document_of, notice_of, route_of

START = 1_772_366_400_000
OPTIONS = RoutingOptions(step=1000, labels=100)
PAIR = ("7", "8")
HARM = {"decision": ComparisonDecision.ROLLBACK}


class Line:
    """A router, and the topic of routes as it comes back to it."""

    def __init__(self, *, allowed: bool = True) -> None:
        self.router = Router(lambda _: OPTIONS if allowed else None)
        self.written = 0
        self.rows = 0

    def write(self, route: ModelRoute | None) -> RouteOutcome:
        """Have a record of the topic come in."""
        self.written += 1
        return self.router.notice(notice_of(route, self.written - 1))

    def rows_come(
        self, milliseconds: int, labelled: int = 0, **changed: Any
    ) -> list[RouteDecision]:
        """Have rows come at a time since the beginning; return what is decided."""
        self.router.consider("fraud", PAIR, self.seen(milliseconds, labelled, **changed))
        return self.router.decisions()

    def seen(self, milliseconds: int, labelled: int, **changed: Any) -> RampEvidence:
        self.rows += 1
        at = Position(
            topic="labels", partition=0, offset=self.rows, time=format_time(START + milliseconds)
        )
        counts = {"predictions": (9000, 10 * labelled), "labelled": (900, labelled)}
        return evidence(**{"at": at, "is_shown": True, **counts, **changed})


def ramping(share: float = 0.05, step: int = 1, **options: Any) -> Line:
    line = Line(**options)
    line.write(route_of(canary_of(share, step)))
    return line


def only(decisions: list[RouteDecision]) -> ModelRoute:
    (decision,) = decisions
    assert decision.route is not None
    return decision.route


def shares(route: ModelRoute) -> dict[str, float]:
    return {each.version: each.share for each in route.versions}


def test_a_step_is_a_route_with_its_reason_and_evidence_behind_the_one_in_force() -> None:
    line = ramping(0.01, 0)
    assert line.rows_come(0, 0) == []
    route = only(line.rows_come(1000, 100))
    assert (shares(route), route.revision, route.salt) == ({"8": 0.05, "7": 0.95}, 2, "s")
    decision = route.decision
    assert (decision.kind, decision.by, decision.replaces) == ("driftline", "driftline", "r1")
    assert decision.time == format_time(START + 1000)
    assert decision.evidence is not None
    assert decision.evidence.labelled_in_step == 100
    assert route.ramp is not None
    assert (route.ramp.step, route.ramp.step_since) == (1, format_time(START + 1000))


def test_a_step_is_dated_no_earlier_than_the_route_that_it_replaces() -> None:
    line = Line()
    line.router.notice(notice_of(route_of(canary_of(0.01, 0)), time=format_time(START + 9000)))
    line.rows_come(0)
    route = only(line.rows_come(1000, 100))
    assert route.decision.time == format_time(START + 9000)
    assert route.ramp is not None
    assert route.ramp.step_since == format_time(START + 1000)


def test_nothing_is_decided_where_the_settings_do_not_allow_it() -> None:
    line = ramping(allowed=False)
    assert line.rows_come(0) == line.rows_come(2000, 500, **HARM) == []
    assert line.router.go_back("fraud", ("8", "7"), "harm", line.seen(0, 0).at) is None
    assert line.router.state() == []


def test_a_step_is_decided_once_until_it_has_come_back_and_then_has_its_own_time() -> None:
    line = ramping(0.01, 0)
    line.rows_come(0)
    first = only(line.rows_come(1000, 100))
    assert line.rows_come(5000, 500) == []
    assert line.write(first) is RouteOutcome.TAKEN
    assert line.rows_come(5000, 500) == line.rows_come(5999, 900) == []
    assert shares(only(line.rows_come(6000, 900))) == {"8": 1.0, "7": 0.0}


def test_a_candidate_that_has_had_all_of_the_traffic_becomes_the_champion() -> None:
    line = ramping(1.0, 2)
    line.rows_come(0)
    (decision,) = line.rows_come(1000, 100, faults=(ExposureFault.NO_TRAFFIC,))
    assert decision.move is RampMove.PROMOTED
    assert decision.route is not None
    assert (decision.route.mode, shares(decision.route)) == ("single", {"8": 1.0})
    happened = decision.event
    assert happened is not None
    assert (happened.type, happened.version) == (ModelEventType.VERSION_DEPLOYED, "8")
    assert happened.timestamp == format_time(START + 1000)


def test_harm_has_the_baseline_serve_alone_even_while_a_step_is_on_its_way() -> None:
    line = ramping(0.01, 0)
    line.rows_come(0)
    step = only(line.rows_come(1000, 100))
    back = only(line.rows_come(1001, 100, **HARM))
    assert (shares(back), back.revision, back.decision.replaces) == ({"7": 1.0}, 3, step.route_id)
    assert line.rows_come(1002, 100, **HARM) == []
    assert [line.write(step), line.write(back)] == [RouteOutcome.TAKEN] * 2
    assert line.router.routes.of("fraud") == back
    assert line.rows_come(1003, 100, **HARM) == []


def test_a_candidate_that_falls_back_is_said_to_be_rolled_back_and_one_that_stays_is_not() -> None:
    line = ramping(0.01, 0)
    line.rows_come(0)
    (decision,) = line.rows_come(1000, 100, **HARM)
    happened = decision.event
    assert happened is not None
    assert (happened.type, happened.version) == (ModelEventType.VERSION_ROLLED_BACK, "8")
    assert happened.timestamp == format_time(START + 1000)
    # Where another version than the candidate is found to be worse, it is that one that goes.
    for target in ("8", "6"):
        line = ramping(0.01, 0)
        line.router.go_back("fraud", ("7", target), "7 is worse", line.seen(0, 0).at)
        (decision,) = line.router.decisions()
        assert decision.move is RampMove.WENT_BACK
        assert decision.event is not None
        assert (decision.event.type, decision.event.version) == (
            ModelEventType.VERSION_ROLLED_BACK,
            "7",
        )


def test_a_candidate_that_was_made_the_champion_before_its_ramp_ended_is_one_no_longer() -> None:
    line = ramping(0.01, 0)
    line.rows_come(0)
    (decision,) = line.rows_come(1000, 100, champion_since=START + 9000, **HARM)

    assert decision.move is RampMove.FELL_BACK
    happened = decision.event
    assert happened is not None
    assert (happened.type, happened.version) == (ModelEventType.ROLLED_BACK, "7")
    assert (happened.request_id, happened.timestamp) == (None, format_time(START + 9000))


def promoted(line: Line) -> ModelRoute:
    """Have the candidate of a ramp promoted; return the route by which it serves alone."""
    line.rows_come(0)
    (decision,) = line.rows_come(1000, 100)
    assert decision.move is RampMove.PROMOTED
    assert decision.route is not None
    return decision.route


@pytest.mark.parametrize("is_back", [False, True])
def test_harm_found_while_the_promotion_is_on_its_way_ends_what_it_is_to_say(
    *, is_back: bool
) -> None:
    line = ramping(1.0, 2)
    route = promoted(line)
    answer = Answer("r", None)  # of the candidate no event says by now that it is the champion
    if is_back:
        line.write(route)
        at = line.seen(900, 100).at
        line.router.go_back("fraud", ("8", "7"), "recall is worse", at, answer)
        (decision,) = line.router.decisions()
    else:
        (decision,) = line.rows_come(900, 100, **HARM)

    assert decision.route is not None
    assert shares(decision.route) == {"7": 1.0}
    happened = decision.event
    assert happened is not None
    assert (happened.type, happened.version) == (ModelEventType.ROLLED_BACK, "7")
    assert (happened.request_id, happened.timestamp) == (
        "r" if is_back else None,
        format_time(START + 1000),
    )


def test_a_promotion_whose_event_has_come_back_is_known_from_the_events_alone() -> None:
    line = ramping(1.0, 2)
    route = promoted(line)
    line.write(route)
    line.router.happens(event("version_deployed", "8", "11:59"))  # another one
    restored = Router(lambda _: OPTIONS)
    restored.routes.restore(line.router.routes.state())
    restored.restore(line.router.state())
    line.router.happens(event("version_deployed", "8", "12:01"))

    said = []
    for router in (line.router, restored):
        at = line.seen(2000, 100).at
        router.go_back("fraud", ("8", "7"), "recall is worse", at, Answer("r", None))
        (decision,) = router.decisions()
        assert decision.event is not None
        said.append(decision.event.type)
    # The registry says of the first that it is the champion: it would have said so in its answer.
    assert said == [ModelEventType.VERSION_ROLLED_BACK, ModelEventType.ROLLED_BACK]


def test_a_version_that_comes_back_after_it_fell_back_is_held_until_people_decide() -> None:
    line = ramping()
    line.write(only(line.rows_come(0, 0, **HARM)))
    line.write(route_of(canary_of(0.01, 0), revision=3, route_id="again", salt="other"))
    held = only(line.rows_come(5000))
    assert held.ramp is not None
    assert held.ramp.held is RampHold.FELL_BACK
    line.write(held)
    assert line.rows_come(9000, 1000) == []


def test_a_hold_is_told_once_with_its_reason_and_once_when_it_ends() -> None:
    line = ramping(0.01, 0)
    faulty = {"faults": (ExposureFault.SPLIT,)}
    held = only(line.rows_come(0, 0, **faulty))
    assert held.ramp is not None
    assert (held.ramp.held, held.ramp.step) == (RampHold.SPLIT, 0)
    assert held.decision.reason == "held: the traffic is not shared as it is stated"
    line.write(held)
    assert line.rows_come(10, 0, **faulty) == []
    resumed = only(line.rows_come(20, 0))
    assert resumed.ramp is not None
    assert resumed.ramp.held is None
    line.write(resumed)
    # The time of the step went on meanwhile.
    assert shares(only(line.rows_come(1000, 100))) == {"8": 0.05, "7": 0.95}


def test_an_operators_route_ends_a_ramp_and_that_is_told() -> None:
    for route in (route_of(revision=9), None, route_of({**canary_of(), "ramp": None}, mode="ab")):
        line = ramping()
        line.write(route)
        assert line.router.decisions() == [RouteDecision("fraud", RampMove.ENDED_BY_OPERATOR)]
        assert line.rows_come(5000, 1000) == []


def test_an_operators_next_step_goes_on_from_there() -> None:
    line = ramping(0.01, 0)
    line.rows_come(0)
    line.write(route_of(canary_of(0.05, 1), revision=2, route_id="next"))
    assert line.router.decisions() == []
    assert line.rows_come(1000, 100) == line.rows_come(1999, 300) == []
    assert shares(only(line.rows_come(2000, 300))) == {"8": 1.0, "7": 0.0}


def test_another_ramp_takes_the_place_of_the_first() -> None:
    line = ramping()
    other = canary_of()
    other["ramp"] = {**other["ramp"], "candidate": "9"}
    other["versions"] = [{"version": "9", "share": 0.05}, {"version": "7", "share": 0.95}]
    line.write(route_of(other, revision=2, route_id="other"))
    assert [each.move for each in line.router.decisions()] == [RampMove.ENDED_BY_OPERATOR]
    assert line.rows_come(0) == line.rows_come(5000, 1000) == []


@pytest.mark.parametrize("between", [route_of(revision=2, route_id="people"), None])
def test_what_people_wrote_in_between_stands_and_is_written_again_behind_what_gave_way(
    between: ModelRoute | None,
) -> None:
    line = ramping(0.01, 0)
    line.rows_come(0)
    step = only(line.rows_come(1000, 100))
    line.write(between)
    line.router.decisions()
    assert line.write(step) is RouteOutcome.OVERTAKEN
    assert line.router.routes.of("fraud") == between
    assert line.router.decisions() == [RouteDecision("fraud", RampMove.RESTATED, between)]
    assert line.write(between) in {RouteOutcome.TAKEN, RouteOutcome.ENDED}
    assert line.router.decisions() == []


def test_a_way_back_counts_though_a_step_before_it_had_to_give_way() -> None:
    line = ramping(0.01, 0)
    line.rows_come(0)
    step = only(line.rows_come(1000, 100))
    people = route_of(canary_of(0.05, 1), revision=2, route_id="people")
    line.write(people)
    back = only(line.rows_come(1001, 100, **HARM))
    assert back.decision.replaces == "people"
    assert line.write(step) is RouteOutcome.OVERTAKEN
    assert line.router.decisions() == []
    assert line.write(back) is RouteOutcome.TAKEN


def test_a_worker_that_was_killed_after_it_decided_decides_the_same_again() -> None:
    line = ramping(0.01, 0)
    line.rows_come(0)
    line.router.decisions()
    saved, routes = line.router.state(), line.router.routes.state()
    at = line.seen(1000, 100)
    line.router.consider("fraud", PAIR, at)
    step = only(line.router.decisions())

    again = Router(lambda _: OPTIONS)
    again.routes.restore(routes)
    again.restore(saved)
    again.consider("fraud", PAIR, at)
    assert only(again.decisions()) == step
    # Both copies come back, the second one after a further step.
    assert again.notice(notice_of(step, 1)) is RouteOutcome.TAKEN
    assert again.notice(notice_of(step, 2)) is RouteOutcome.TAKEN
    assert again.decisions() == []
    people = route_of(revision=7, route_id="people")
    again.notice(notice_of(people, 3))
    again.decisions()
    assert again.notice(notice_of(step, 4)) is RouteOutcome.OVERTAKEN
    assert again.routes.of("fraud") == people


def test_a_state_goes_on_with_what_is_on_its_way() -> None:
    line = ramping(0.01, 0)
    line.rows_come(0)
    step = only(line.rows_come(1000, 100))
    other = Router(lambda _: OPTIONS)
    other.routes.restore(line.router.routes.state())
    other.restore(line.router.state())
    assert (other.state(), other.outline()) == (line.router.state(), ["fraud"])
    other.consider("fraud", PAIR, line.seen(5000, 500))
    assert other.decisions() == []
    assert other.notice(notice_of(step, 1)) is RouteOutcome.TAKEN
    other.consider("fraud", PAIR, line.seen(5000, 500))
    other.consider("fraud", PAIR, line.seen(6000, 700))
    assert shares(only(other.decisions())) == {"8": 1.0, "7": 0.0}


def test_what_was_on_its_way_in_a_topic_that_was_deleted_is_waited_for_no_longer() -> None:
    line = ramping(0.01, 0)
    line.rows_come(0)
    only(line.rows_come(1000, 100))
    again = route_of(canary_of(0.01, 0), salt="new")
    line.router.notice(notice_of(again, 0, topic="model-routing#1"))
    line.rows_come(5000, 500)
    assert shares(only(line.rows_come(6000, 700))) == {"8": 0.05, "7": 0.95}


def test_a_rollback_has_its_target_serve_in_the_next_event_and_once() -> None:
    line = Line()
    at = line.seen(0, 0).at
    assert line.router.go_back("fraud", ("7", "6"), "recall is worse", at) is None  # nobody routes
    line.write(route_of())
    route = line.router.go_back("fraud", ("7", "6"), "recall is worse", at)
    assert route is not None
    assert (shares(route), route.decision.reason) == ({"6": 1.0}, "recall is worse")
    assert [each.move for each in line.router.decisions()] == [RampMove.WENT_BACK]
    assert line.router.go_back("fraud", ("7", "6"), "recall is worse", at) is route  # on its way
    line.write(route)
    assert line.router.go_back("fraud", ("7", "6"), "recall is worse", at) is None
    assert line.router.decisions() == []


def test_a_version_that_shares_the_traffic_by_peoples_route_is_said_to_be_rolled_back() -> None:
    line = Line()
    line.write(route_of(document_of("ab", v7=0.5, v8=0.5)))
    at = line.seen(0, 0).at
    line.router.go_back("fraud", ("8", "7"), "8 is worse", at, Answer("r", None))
    (decision,) = line.router.decisions()

    assert decision.event is not None
    assert (decision.event.type, decision.event.version) == (
        ModelEventType.VERSION_ROLLED_BACK,
        "8",
    )


def test_a_route_of_a_model_that_was_never_seen_is_in_force_and_nothing_is_decided() -> None:
    line = Line()
    assert line.write(route_of(document_of(v7=1.0), model="unseen")) is RouteOutcome.TAKEN
    assert line.rows_come(0, 500, **HARM) == []


def test_the_event_of_a_promotion_has_an_id_that_is_its_own_and_stays() -> None:
    ids = set()
    for _ in range(2):
        line = ramping(1.0, 2)
        line.rows_come(0)
        (decision,) = line.rows_come(1000, 100)
        assert decision.event is not None
        ids.add(event_id(decision.event))
    assert len(ids) == 1


def test_a_way_back_from_the_champion_says_so_in_a_model_event_not_before_it_was_the_champion() -> (
    None
):
    line = Line()
    line.write(route_of())
    answer = Answer("r", START + 60_000)
    line.router.go_back("fraud", ("7", "6"), "recall is worse", line.seen(0, 0).at, answer)
    (decision,) = line.router.decisions()

    happened = decision.event
    assert happened is not None
    assert (happened.type, happened.version) == (ModelEventType.ROLLED_BACK, "6")
    assert (happened.request_id, happened.timestamp) == ("r", format_time(START + 60_000))
