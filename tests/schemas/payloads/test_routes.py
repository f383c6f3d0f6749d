import pytest

from schemas.events.codec import encode_event
from schemas.events.invalid import InvalidMessage, Reason
from schemas.payloads.routes import LARGEST_ROUTE, route_of
from tests.schemas.events.routes import canary_of
from tests.schemas.events.routes import route_of as a_route


def test_a_record_is_the_route_of_its_key_or_its_end() -> None:
    route = a_route(canary_of())
    assert route_of(b"fraud", encode_event(route)) == ("fraud", route)
    assert route_of(b"fraud", None) == ("fraud", None)
    assert route_of(b"fraud", b"null") == ("fraud", None)


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        (b"fraud", b"{", Reason.UNDECODABLE),
        (b"fraud", b"[1]", Reason.NOT_AN_OBJECT),
        (b"fraud", b"{}", Reason.MISSING_FIELD),
        (b"churn", encode_event(a_route()), Reason.INVALID_VALUE),
        (None, encode_event(a_route()), Reason.INVALID_VALUE),
        (None, None, Reason.INVALID_VALUE),
        (b"", None, Reason.INVALID_VALUE),
        (b"\xff", None, Reason.INVALID_VALUE),
        (b"k" * 997, None, Reason.INVALID_VALUE),
        (b"fraud", encode_event(a_route(route_id="i" * LARGEST_ROUTE)), Reason.TOO_LARGE),
    ],
)
def test_what_is_no_route_of_its_key_is_refused(
    key: bytes | None, value: bytes | None, reason: Reason
) -> None:
    with pytest.raises(InvalidMessage) as refused:
        route_of(key, value)
    assert refused.value.reason is reason


def test_shares_that_do_not_sum_to_one_are_refused_with_what_they_are() -> None:
    value = encode_event(a_route()).replace(b'"share":1.0', b'"share":0.9')
    with pytest.raises(InvalidMessage, match=r"expected shares that are 1 in all, found 0.9"):
        route_of(b"fraud", value)
