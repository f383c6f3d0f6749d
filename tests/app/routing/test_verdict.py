import pytest

from app.routing.verdict import chosen, verdict_document
from schemas.events.model_comparison import ModelComparison
from schemas.events.routing import ModelRoute
from tests.schemas.events.comparisons import comparison_of, good_comparison, open_comparison
from tests.schemas.events.routes import canary_of, document_of, route_of, shadow_of


def told(look: ModelComparison | None) -> dict[str, object]:
    return verdict_document("fraud", look, "4", "3")


def test_a_verdict_has_the_figures_of_the_metric_that_became_worse() -> None:
    document = told(comparison_of())
    assert (document["verdict"], document["decision"]) == ("Failed", "rollback")
    assert (document["metric"], document["value"]) == ("recall[1]", -0.1049)
    assert document["interval"] == [-0.1921, -0.0178]
    assert (document["threshold"], document["evidence"]) == (40.0, {"better": 0.0, "worse": 71.3})
    assert document["rows"] == {"baseline": 403, "candidate": 398}
    assert document["maturity"] == {"baseline": 0.9383, "candidate": 0.9377}
    assert document["as_of"] == "2026-03-09T08:14:02.000Z"


def test_of_no_harm_the_first_primary_metric_is_told() -> None:
    document = told(good_comparison())
    assert (document["verdict"], document["metric"]) == ("Successful", "accuracy")


def test_no_data_is_inconclusive_and_has_the_same_members() -> None:
    none, empty, full = told(None), told(open_comparison()), told(comparison_of())
    assert (none["verdict"], none["reason"]) == ("Inconclusive", "not_compared")
    assert (empty["verdict"], empty["reason"]) == ("Inconclusive", "no_labels")
    assert none.keys() == empty.keys() == full.keys()
    assert (none["version"], none["baseline"], none["value"]) == ("4", "3", None)


def choose(
    *looks: ModelComparison,
    route: ModelRoute | None = None,
    version: str | None = None,
    baseline: str | None = None,
) -> tuple[str | None, str | None, str | None]:
    look, candidate, other = chosen(looks, route, version, baseline)
    return (None if look is None else look.comparison_id), candidate, other


def test_the_latest_look_is_meant_where_nothing_else_is_said() -> None:
    newer, older = comparison_of(comparison_id="b"), comparison_of(version="5", comparison_id="a")
    assert choose(newer, older) == ("b", "4", "3")
    assert choose() == (None, None, None)
    assert choose(newer, older, route=route_of()) == ("b", "4", "3")


def test_the_versions_that_are_named_are_meant() -> None:
    looks = [comparison_of(comparison_id="b"), comparison_of(version="5", comparison_id="a")]
    assert choose(*looks, version="5") == ("a", "5", "3")
    assert choose(*looks, version="6") == (None, "6", None)
    assert choose(*looks, version="5", baseline="4") == (None, "5", "4")
    assert choose(*looks, baseline="3") == ("b", "4", "3")


@pytest.mark.parametrize(("mode", "counts"), [("ab", True), ("shadow", False), (None, True)])
def test_a_look_without_a_route_passes_only_where_the_versions_come_to_their_rows_alike(
    mode: str | None, counts: bool
) -> None:
    look = good_comparison(version="8", baseline="7", mode=mode, assignment=None)
    expected = look.comparison_id if counts else None
    assert choose(look, route=route_of(canary_of())) == (expected, "8", "7")
    expected = look.comparison_id if mode != "ab" else None
    assert choose(look, route=route_of(shadow_of()), version="8") == (expected, "8", "7")


def test_what_was_found_before_the_same_salt_came_back_does_not_pass() -> None:
    look = good_comparison(version="8", baseline="7", assignment={"salt": "s", "mode": "ab"})
    route = route_of(canary_of())
    for each in (look, look.model_copy(update={"assignment": None})):
        assert chosen([each], route, None, None)[0] is each
        assert chosen([each], route, None, None, is_of_before=lambda _: True)[0] is None


def test_once_the_baseline_serves_alone_again_harm_alone_is_told() -> None:
    looks = [
        make(version="8", baseline="7", assignment={"salt": "s", "mode": "ab"})
        for make in (good_comparison, comparison_of, open_comparison)
    ]
    assert [each.verdict for each in looks] == ["successful", "failed", "inconclusive"]
    assert [choose(each, route=route_of())[0] for each in looks] == [
        None,
        looks[1].comparison_id,
        None,
    ]
    for route in (route_of(document_of("single", v8=1.0)), route_of(shadow_of("9")), None):
        for each in looks:
            assert choose(each, route=route)[0] == each.comparison_id
    unrouted = good_comparison(version="8", baseline="7", assignment=None)
    assert choose(unrouted, route=route_of())[0] == unrouted.comparison_id


def test_a_look_at_an_earlier_candidate_passes_for_none_of_a_ramp() -> None:
    ramp = route_of(canary_of())
    earlier = good_comparison()
    assert choose(earlier, route=ramp) == (None, "8", "7")
    own = good_comparison(
        version="8", baseline="7", comparison_id="c", assignment={"salt": ramp.salt, "mode": "ab"}
    )
    assert choose(earlier, own, route=ramp) == ("c", "8", "7")
    assert choose(earlier, own, route=ramp, version="4") == (earlier.comparison_id, "4", "3")


@pytest.mark.parametrize(
    ("assignment", "counts"),
    [
        ({"salt": "s", "mode": "ab"}, True),
        ({"salt": "of before", "mode": "ab"}, False),
        ({"salt": "s", "mode": "shadow"}, False),
        (None, True),
    ],
    ids=["this", "earlier", "as_shadow", "not_told"],
)
def test_what_was_found_before_a_version_came_back_does_not_pass(
    assignment: dict[str, str] | None, counts: bool
) -> None:
    look = good_comparison(version="8", baseline="7", assignment=assignment)
    other = good_comparison(version="9", baseline="7", comparison_id="older")
    for route in (route_of(canary_of()), route_of(document_of("ab", v7=0.5, v8=0.5))):
        assert route.salt == "s"
        expected = look.comparison_id if counts else None
        assert choose(look, other, route=route) == (expected, "8", "7")
        assert choose(look, other, route=route, version="8") == (expected, "8", "7")
    # Without a route there is no other assignment: what was found is told.
    assert choose(look, other, version="8") == (look.comparison_id, "8", "7")
