from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.routing.order import DEFAULT_STEPS, Order, RouteRefused, decide
from schemas.events.routing import ModelRoute, RoutingMode
from tests.schemas.events.routes import canary_of, document_of, route_of

NOW = 1_772_366_400_000
LATER = NOW + 60_000


def ask(current: ModelRoute | None = None, champion: str | None = None, **asked: Any) -> ModelRoute:
    return decide(Order(by="ada", **asked), "fraud", current, champion, LATER)


def shares(route: ModelRoute) -> dict[str, float]:
    return {each.version: each.share for each in route.versions}


def test_a_canary_begins_with_the_first_step_beside_what_serves_now() -> None:
    route = ask(route_of(), canary="8")
    assert (route.mode, shares(route)) == (RoutingMode.CANARY, {"8": 0.01, "7": 0.99})
    assert route.ramp is not None
    assert route.ramp.steps == list(DEFAULT_STEPS)
    assert (route.revision, route.decision.replaces) == (2, "r1")


def test_steps_lead_to_all_of_the_traffic_and_no_further() -> None:
    route = ask(route_of(), canary="8", steps=(0.07, 0.5, 1.0))
    seen = [shares(route)]
    for _ in range(2):
        salt = route.salt
        route = ask(route, advances=True)
        assert route.salt == salt
        seen.append(shares(route))
    assert seen == [{"8": 0.07, "7": 0.93}, {"8": 0.5, "7": 0.5}, {"8": 1.0, "7": 0.0}]
    with pytest.raises(RouteRefused, match="end it with --only 8, or --only 7"):
        ask(route, advances=True)


def test_a_ramp_that_is_on_is_ended_by_nothing_but_its_own_versions_or_by_name() -> None:
    ramp = route_of(canary_of())
    for asked in ({"canary": "9"}, {"canary": "8"}, {"split": (("7", 0.5), ("9", 0.5))}):
        with pytest.raises(RouteRefused, match="a ramp of fraud is on"):
            ask(ramp, **asked)
    with pytest.raises(RouteRefused, match="--end-ramp"):
        ask(ramp, shadows=("9",))
    with pytest.raises(RouteRefused, match="--end-ramp"):
        ask(ramp, only="9")
    assert shares(ask(ramp, only="7")) == {"7": 1.0}
    assert shares(ask(ramp, only="8")) == {"8": 1.0}
    other = ask(ramp, canary="9", ends_ramp=True)
    assert shares(other) == {"9": 0.01, "7": 0.99}  # what the ramp began with serves beside it


def test_a_ramp_that_has_ended_stands_in_nobodys_way() -> None:
    assert shares(ask(route_of(canary_of(1.0, 2)), canary="9")) == {"9": 0.01, "8": 0.99}


def test_there_is_no_next_step_without_a_ramp() -> None:
    for current in (None, route_of()):
        with pytest.raises(RouteRefused, match="no ramp of fraud is on"):
            ask(current, advances=True)


def test_the_champion_serves_where_no_route_says_what_does() -> None:
    assert shares(ask(champion="6", canary="8")) == {"8": 0.01, "6": 0.99}
    assert shares(ask(champion="6", canary="8", baseline="5")) == {"8": 0.01, "5": 0.99}
    shared = route_of(document_of("ab", v7=0.5, v8=0.5))
    for current in (None, shared):
        with pytest.raises(RouteRefused, match="name it by --baseline"):
            ask(current, canary="9")


def test_shadows_stand_beside_what_serves() -> None:
    route = ask(route_of(), shadows=("8", "9"))
    assert (shares(route), route.shadows) == ({"7": 1.0}, ["8", "9"])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"canary": "7"}, "7: is named twice"),
        ({"shadows": ("7",)}, "7: is named twice"),
        ({"split": (("7", 0.5), ("7", 0.5))}, "7: is named twice"),
        ({"split": (("7", 0.5), ("8", 0.4))}, "in all, found 0.9"),
        ({"split": (("7", 1.0), ("8", 0.0))}, "8: has no share"),
        ({"split": (("7", 1.0),)}, "two or more"),
        ({"split": (("7", 0.5), ("8" * 250, 0.5))}, "versions.1.version"),
    ],
)
def test_what_is_no_route_is_refused(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(RouteRefused, match=said):
        ask(route_of(), **asked)


def test_the_route_that_is_in_force_already_is_not_made_again() -> None:
    for current, asked in (
        (route_of(), {"only": "7"}),
        (route_of(document_of("ab", v7=0.5, v8=0.5)), {"split": (("7", 0.5), ("8", 0.5))}),
    ):
        assert ask(current, **asked) is current
        assert ask(current, salt="other", **asked).salt == "other"


def test_a_new_comparison_has_a_new_salt_and_the_same_one_keeps_its_own() -> None:
    shadow = ask(route_of(), shadows=("8",))
    canary = ask(shadow, canary="8")
    assert canary.salt == shadow.salt != route_of().salt
    assert ask(canary, only="7").salt != canary.salt
    assert ask(route_of(), canary="8") == ask(route_of(), canary="8")
    assert ask(route_of(), canary="8").salt != ask(route_of(), canary="9").salt


@given(st.lists(st.integers(1, 9_999), min_size=1, max_size=20, unique=True))
def test_each_step_of_any_ramp_is_a_route(points: list[int]) -> None:
    steps = tuple(sorted(point / 10_000 for point in points))
    route = ask(route_of(), canary="8", steps=steps)
    seen = [route.versions[0].share]
    for _ in steps[1:]:
        route = ask(route, advances=True)
        seen.append(route.versions[0].share)
    assert tuple(seen) == steps


def test_the_route_in_force_may_be_asked_for_again_as_it_is_also_while_a_ramp_is_on() -> None:
    ramp = route_of(canary_of())
    assert ask(ramp, again=True) is ramp
    with pytest.raises(RouteRefused, match="no route of fraud is in force"):
        ask(None, again=True)
