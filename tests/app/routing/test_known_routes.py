from itertools import permutations

import pytest

from app.routing.known_routes import KnownRoutes
from detectors.routing.routes import MOST_ROUTED, RouteOutcome
from schemas.events.codec import encode_event
from schemas.payloads.routes import LARGEST_ROUTE
from tests.app.routing.records import FakeRecord, record_of
from tests.schemas.events.comparisons import good_comparison
from tests.schemas.events.routes import canary_of, route_of


def test_the_latest_route_of_each_model_counts() -> None:
    known = KnownRoutes()
    churn = route_of(model="churn")
    taken = [record_of(route_of(), 0), record_of(churn, 1), record_of(route_of(canary_of()), 2)]
    assert {known.take(record) for record in taken} == {RouteOutcome.TAKEN}
    assert known.of("fraud") == route_of(canary_of())
    assert known.all == [churn, route_of(canary_of())]
    assert known.of("other") is None


def test_a_look_is_old_once_records_have_its_versions_go_and_come_back() -> None:
    known = KnownRoutes()
    canary, again = route_of(canary_of(), route_id="a"), route_of(canary_of(), route_id="b")
    looks = [
        good_comparison(
            version="8",
            baseline="7",
            assignment={"salt": "s", "mode": "ab", "begun_by": route.route_id},
        )
        for route in (canary, again)
    ]
    assert not known.is_of_before(looks[0])
    for offset, route in enumerate((canary, route_of(), again)):
        known.take(record_of(route, offset, timestamp=1000 + offset))
        known.take(record_of(route, offset, timestamp=1000 + offset))
    assert [known.is_of_before(each) for each in looks] == [True, False]
    assert not known.is_of_before(looks[0].model_copy(update={"model": "churn"}))


def test_records_that_come_again_change_nothing() -> None:
    known = KnownRoutes()
    records = [record_of(route_of(), 0), record_of(route_of(canary_of()), 1)]
    for record in records:
        known.take(record)
    assert [known.take(record) for record in records] == [RouteOutcome.STALE] * 2
    assert known.of("fraud") == route_of(canary_of())


def test_in_another_partition_the_later_one_counts_in_whatever_order_they_are_read() -> None:
    records = [
        record_of(route_of(revision=1), 9, partition=0, timestamp=10),
        record_of(route_of(revision=2), 0, partition=3, timestamp=20),
    ]
    for order in permutations(records):
        known = KnownRoutes()
        for record in order:
            known.take(record)
        route = known.of("fraud")
        assert route is not None
        assert route.revision == 2


def test_a_null_value_ends_a_route_and_is_not_undone_by_what_was_before_it() -> None:
    known = KnownRoutes()
    known.take(record_of(route_of(), 0))
    assert known.take(FakeRecord(b"fraud", None, 1)) is RouteOutcome.ENDED
    assert known.of("fraud") is None
    assert known.take(record_of(route_of(), 0)) is RouteOutcome.STALE
    assert known.all == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"fraud", b"{"),
        (b"fraud", b"[1]"),
        (b"fraud", b"{}"),
        (b"churn", encode_event(route_of())),
        (None, encode_event(route_of())),
        (b"\xff", encode_event(route_of())),
    ],
)
def test_what_is_no_route_of_its_key_leaves_the_one_before(key: bytes | None, value: bytes) -> None:
    known = KnownRoutes()
    known.take(record_of(route_of(), 0))
    assert known.take(FakeRecord(key, value, 1)) is RouteOutcome.REFUSED
    assert (known.strange, known.all) == (1, [route_of()])


def test_made_up_models_take_no_more_than_their_share_of_memory() -> None:
    known = KnownRoutes()
    for number in range(MOST_ROUTED):
        known.take(FakeRecord(str(number).encode(), None, number))
    assert known.take(record_of(route_of(), MOST_ROUTED)) is RouteOutcome.TOO_MANY
    assert known.take(FakeRecord(b"3", None, MOST_ROUTED)) is RouteOutcome.ENDED


@pytest.mark.parametrize("key", [b"", b"\xff", b"k" * 997])
def test_a_null_value_whose_key_is_no_name_ends_nothing_and_is_not_kept(key: bytes) -> None:
    known = KnownRoutes()
    replaced = route_of(model="\ufffd")
    known.take(record_of(replaced, 0))
    assert known.take(FakeRecord(key, None, 1)) is RouteOutcome.REFUSED
    assert (known.strange, known.all) == (1, [replaced])
    for number in range(MOST_ROUTED - 1):
        assert known.take(FakeRecord(b"%d" % number, None, number)) is RouteOutcome.ENDED


def test_a_record_that_is_larger_than_any_route_is_refused() -> None:
    known = KnownRoutes()
    value = encode_event(route_of(route_id="i" * LARGEST_ROUTE))
    assert known.take(FakeRecord(b"fraud", value, 0)) is RouteOutcome.REFUSED
