import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.routing.routes import RouteOutcome, Routes
from tests.schemas.events.routes import canary_of, notice_of, route_of


def test_the_latest_route_in_the_log_counts_whatever_its_number_and_date() -> None:
    routes = Routes()
    newer = route_of(revision=7)
    older = route_of(canary_of(), revision=2)
    assert routes.take(notice_of(newer, 0, time="2026-03-02T00:00:00Z")) is RouteOutcome.TAKEN
    assert routes.take(notice_of(older, 1, time="2026-03-01T00:00:00Z")) is RouteOutcome.TAKEN
    assert routes.of("fraud") == older
    assert routes.since("fraud") == 1_772_323_200_000
    assert (routes.of("other"), routes.since("other")) == (None, 0)


@given(st.lists(st.integers(0, 5), max_size=20))
def test_records_that_come_again_change_nothing(again: list[int]) -> None:
    notices = [notice_of(route_of(revision=number + 1), number) for number in range(6)]
    routes = Routes()
    for notice in notices:
        routes.take(notice)
    assert {routes.take(notices[number]) for number in again} <= {RouteOutcome.STALE}
    assert routes.all == [notices[-1].routing]


def test_an_end_is_not_undone_by_what_was_before_it() -> None:
    routes = Routes()
    routes.take(notice_of(route_of(), 0))
    assert routes.take(notice_of(None, 1)) is RouteOutcome.ENDED
    assert routes.of("fraud") is None
    assert routes.take(notice_of(route_of(), 0)) is RouteOutcome.STALE
    assert routes.take(notice_of(route_of(), 2)) is RouteOutcome.TAKEN


def test_in_a_topic_that_was_made_anew_offsets_begin_anew() -> None:
    routes = Routes()
    routes.take(notice_of(route_of(), 9))
    other = route_of(revision=2)
    assert routes.take(notice_of(other, 0, topic="model-routing#1")) is RouteOutcome.TAKEN
    assert routes.of("fraud") == other


def test_made_up_models_take_no_more_than_their_share_of_memory() -> None:
    routes = Routes(most=2)
    taken = [routes.take(notice_of(None, number, model=str(number))) for number in range(3)]
    assert taken == [RouteOutcome.ENDED, RouteOutcome.ENDED, RouteOutcome.TOO_MANY]
    assert routes.outline() == ["0", "1"]


def test_a_state_goes_on_as_if_it_had_never_stopped() -> None:
    routes = Routes()
    routes.take(notice_of(route_of(canary_of()), 3))
    routes.take(notice_of(None, 4, model="churn"))
    other = Routes()
    other.restore(routes.state())
    assert (other.all, other.state(), dict(other.stamps())) == (
        routes.all,
        routes.state(),
        dict(routes.stamps()),
    )
    assert other.take(notice_of(route_of(), 3)) is RouteOutcome.STALE
    with pytest.raises(ValueError, match="routing"):
        other.restore([["fraud", {"latest": {"model": "fraud"}}]])
