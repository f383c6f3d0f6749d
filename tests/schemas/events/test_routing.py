import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.documents import examples
from schemas.events.codec import decode_event, encode_event
from schemas.events.invalid import InvalidMessage
from schemas.events.routing import ModelRoute
from tests.schemas.events.routes import canary_of, document_of, route_of


def ramp(**changed: Any) -> dict[str, Any]:
    document = canary_of()
    return {**document, "ramp": {**document["ramp"], **changed}}


SHADOWED = {**document_of("shadow"), "shadows": ["8"]}


@pytest.mark.parametrize(
    "document",
    [
        document_of(),
        document_of("ab", v7=0.5, v8=0.25, v9=0.25),
        document_of("ab", v7=1 / 3, v8=1 / 3, v9=1 / 3),
        SHADOWED,
        canary_of(),
        canary_of(1.0, 2),
    ],
)
def test_what_is_consistent_is_a_route(document: dict[str, Any]) -> None:
    route = decode_event(ModelRoute, document)
    assert decode_event(ModelRoute, json.loads(encode_event(route))) == route


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (document_of("ab", v7=0.5, v8=0.4), "expected shares that are 1 in all, found 0.9"),
        (document_of("ab", v7=0.6, v8=0.6), "found 1.2"),
        (document_of("ab", v7=1.5, v8=-0.5), "versions.1.share: Input should be greater than"),
        (document_of("ab", v7=1.0, v8=0.0), "8: has no share, leave it out"),
        (document_of("ab", v7=1.0), "expected two or more in the mode ab"),
        (document_of("auction"), "mode: Input should be"),
        ({**document_of(), "mode": "ab", "versions": []}, "versions: expected at least one"),
        (document_of("single", v7=0.5, v8=0.5), "expected one that answers in the mode single"),
        ({**SHADOWED, "shadows": ["7"]}, "7: is named twice"),
        ({**SHADOWED, "shadows": []}, "shadows: expected in the mode shadow"),
        ({**document_of(), "shadows": ["8"]}, "shadows: expected in the mode shadow"),
        ({**SHADOWED, "shadows": list("abcdefgh") * 5}, "expected at most 32"),
        ({**canary_of(), "ramp": None}, "ramp: expected in the mode canary"),
        ({**document_of(), "ramp": canary_of()["ramp"]}, "ramp: expected in the mode canary"),
        (ramp(steps=[0.05, 0.05]), "ramp.steps: expected ascending shares above 0"),
        (ramp(steps=[0.0, 0.05]), "ramp.steps: expected ascending shares above 0"),
        (ramp(step=3), "ramp.step: expected one of the 3 steps"),
        (ramp(step=-1), "ramp.step: Input should be greater"),
        (ramp(candidate="9"), "expected the candidate of the ramp, then its baseline"),
        (canary_of(0.3), "expected the share of the step, 0.05"),
        ({**document_of(), "revision": 0}, "revision: Input should be greater"),
        ({**document_of(), "model": ""}, "model: String should have at least 1 character"),
    ],
)
def test_what_is_not_is_refused_with_the_reason(document: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidMessage, match=re.escape(said)):
        decode_event(ModelRoute, document)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(InvalidMessage) as caught:
        decode_event(ModelRoute, document_of("single", v7=0.5, v8=0.4))
    assert "in all" in caught.value.detail
    assert "one that answers" in caught.value.detail


@given(st.lists(st.floats(0.001, 1.0), min_size=2, max_size=8))
def test_shares_of_any_number_of_versions_sum_to_one_or_are_refused(shares: list[float]) -> None:
    total = sum(shares)
    fair = {f"v{number}": share / total for number, share in enumerate(shares)}
    assert decode_event(ModelRoute, document_of("ab", **fair)).versions
    with pytest.raises(InvalidMessage):
        decode_event(ModelRoute, document_of("ab", **{**fair, "v0": fair["v0"] / 2}))


def test_a_ramp_is_on_until_the_candidate_has_all() -> None:
    assert route_of().ramp_on is None
    assert route_of(canary_of()).ramp_on is not None
    assert route_of(canary_of(1.0, 2)).ramp_on is None


def test_the_headers_are_those_of_the_example() -> None:
    route = decode_event(ModelRoute, examples.MODEL_ROUTE)
    headers = {name: value.decode() for name, value in route.headers().items()}
    assert headers == examples.MODEL_ROUTE_HEADERS
    assert route.key == b"fraud"
