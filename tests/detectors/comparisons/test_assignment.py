import pytest

from detectors.comparisons.assignment import SETTLING, Assignment, assignment_of, pairs_of
from schemas.events.model_comparison import ComparisonMode
from tests.schemas.events.routes import canary_of, document_of, route_of, shadow_of

CANARY = route_of(canary_of(0.05))
SHADOW = route_of(shadow_of("8", "7"))
AB = route_of(document_of("ab", v7=0.5, v8=0.25, v9=0.25))


def test_versions_that_share_the_traffic_have_their_share_of_that_of_the_two() -> None:
    settled = 1000 + SETTLING
    assert assignment_of(CANARY, 1000, "7", "8") == Assignment(
        ComparisonMode.AB, 0.05, "s", settled, "r1"
    )
    assert assignment_of(AB, 1000, "7", "9").share == pytest.approx(1 / 3)
    assert assignment_of(AB, 1000, "8", "9").share == 0.5


def test_no_split_is_stated_of_a_version_that_has_all_or_none_or_scores_in_the_shadow() -> None:
    last = route_of(canary_of(1.0, 2))
    assert assignment_of(last, 0, "7", "8")[:2] == (ComparisonMode.AB, None)
    assert assignment_of(last, 0, "8", "7")[:2] == (ComparisonMode.AB, None)
    assert assignment_of(SHADOW, 0, "7", "8")[:2] == (ComparisonMode.SHADOW, None)


def test_of_versions_that_a_route_does_not_have_it_says_nothing() -> None:
    for route in (None, CANARY, SHADOW):
        assert assignment_of(route, 0, "7", "9") == Assignment()


def test_a_canary_is_compared_with_what_it_takes_over_from_and_a_shadow_with_what_answers() -> None:
    for champion in (None, "7", "8", "6"):
        assert pairs_of(CANARY, champion) == ("7", ["8"])
        assert pairs_of(SHADOW, champion) == ("7", ["8"])


def test_the_versions_of_an_ab_are_compared_with_the_champion_or_else_the_first() -> None:
    assert pairs_of(AB, "8") == ("8", ["7", "9"])
    assert pairs_of(AB, None) == pairs_of(AB, "6") == ("7", ["8", "9"])


def test_one_version_alone_is_compared_with_none() -> None:
    assert pairs_of(route_of(), "7") == pairs_of(None, "7") == (None, [])


@pytest.mark.parametrize("assignment", [Assignment(), assignment_of(CANARY, 5, "7", "8")])
def test_a_state_says_the_same_and_none_is_without_a_route(assignment: Assignment) -> None:
    assert Assignment.of(assignment.state()) == assignment._replace(route="")
    assert len(assignment.state()) == 4, "as releases before read it"
    assert Assignment.of(None) == Assignment()
