import ast
import json
import math
import sys
from collections import Counter
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline_routing import Key, NoRoute, Route, Routing, point
from schemas.events.codec import encode_event
from tests.schemas.events.routes import DECISION, canary_of, document_of, route_of

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
VECTORS = json.loads((EXAMPLES / "routing_vectors.json").read_text())
KEYS = st.text(max_size=20) | st.binary(max_size=20) | st.integers()


def route(shares: dict[str, float], salt: str = "s") -> Route:
    return Route.of({**document_of("ab", **shares), "salt": salt})


def canary(share: float, salt: str = "s") -> Route:
    return route({"v8": share, "v7": 1 - share}, salt)


def test_the_file_needs_nothing_beside_the_standard_library() -> None:
    tree = ast.parse((EXAMPLES / "driftline_routing.py").read_text())
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {
        name.partition(".")[0]
        for node in imported
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [each.name for each in node.names]
        )
    }
    assert names
    assert names <= set(sys.stdlib_module_names)


@pytest.mark.parametrize("vector", VECTORS["points"], ids=repr)
def test_points_are_those_of_the_published_vectors(vector: dict[str, Any]) -> None:
    assert point(vector["salt"], vector["key"]) == vector["point"]
    text = vector["salt"].encode() + b"\0" + vector["key"].encode()
    bits = f"{int(sha256(text).hexdigest(), 16):0256b}"[:53]
    assert Fraction(vector["point"]) == Fraction(int(bits, 2), 2**53)


@pytest.mark.parametrize("vector", VECTORS["routes"], ids=range(len(VECTORS["routes"])))
def test_answers_are_those_of_the_published_vectors(vector: dict[str, Any]) -> None:
    document = {**document_of(), **{name: vector[name] for name in ("salt", "versions")}}
    read = Route.of(document)
    assert {key: read.version_of(key) for key in vector["answers"]} == vector["answers"]


@given(KEYS, st.text(max_size=10))
def test_a_key_is_always_answered_alike(key: Key, salt: str) -> None:
    assert 0.0 <= point(salt, key) < 1.0
    assert canary(0.3, salt).version_of(key) == canary(0.3, salt).version_of(key)
    if isinstance(key, int):
        assert point(salt, key) == point(salt, str(key))
    if isinstance(key, str):
        assert point(salt, key) == point(salt, key.encode())


@given(KEYS, st.lists(st.floats(0.0, 1.0), min_size=2, max_size=10))
def test_no_key_moves_twice_while_the_share_of_a_candidate_grows(
    key: Key, shares: list[float]
) -> None:
    served = [canary(share).version_of(key) for share in sorted(shares)]
    assert served == sorted(served)  # 7s, then 8s


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=6), KEYS)
def test_a_version_without_a_share_answers_nothing(weights: list[float], key: Key) -> None:
    total = sum(weights)
    if not 1e-9 < total < math.inf:
        return
    shares = {f"v{number}": weight / total for number, weight in enumerate(weights)}
    version = route(shares).version_of(key)
    assert shares[f"v{version}"] > 0


@pytest.mark.parametrize("shares", [(0.01, 0.99), (0.5, 0.5), (0.2, 0.3, 0.5), (0.05, 0.95)])
def test_versions_get_their_shares_of_many_keys(shares: tuple[float, ...]) -> None:
    count = 20_000
    read = route({f"v{number}": share for number, share in enumerate(shares)}, "0f3c5a7d9b21")
    counts = Counter(read.version_of(f"customer-{number}") for number in range(count))
    for number, share in enumerate(shares):
        # Five standard deviations of a binomial: fixed keys, so it fails always or never.
        bound = 5 * math.sqrt(count * share * (1 - share))
        assert abs(counts[str(number)] - count * share) < bound


def test_assignments_of_two_salts_are_independent() -> None:
    count = 20_000
    first, second = canary(0.5, "one"), canary(0.5, "two")
    alike = sum(first.version_of(key) == second.version_of(key) for key in range(count))
    assert abs(alike - count / 2) < 5 * math.sqrt(count / 4)


def test_records_of_the_topic_are_obeyed_in_their_order() -> None:
    routing = Routing()
    assert routing.feed(b"fraud", encode_event(route_of()))
    assert routing.route("fraud", "customer-1") == "7"
    assert routing.feed("fraud", encode_event(route_of(canary_of(1.0, 2))).decode())
    assert routing.route("fraud", "customer-1") == "8"
    assert routing.feed(b"fraud", encode_event(route_of()))  # also where its number is lower
    assert routing.route("fraud", "customer-1") == "7"
    shadowed = {**document_of("shadow"), "shadows": ["8", "9"]}
    assert routing.feed(b"fraud", json.dumps(shadowed).encode())
    assert routing.shadows("fraud") == ("8", "9")
    assert routing.shadows("churn") == ()


def test_without_a_route_the_default_answers_or_it_is_said() -> None:
    routing = Routing()
    assert routing.route("fraud", "a", default="7") == "7"
    with pytest.raises(NoRoute, match="fraud"):
        routing.route("fraud", "a")
    routing.feed(b"fraud", encode_event(route_of()))
    assert routing.feed(b"fraud", None)
    with pytest.raises(NoRoute):
        routing.route("fraud", "a")


def _with(**changed: object) -> bytes:
    return json.dumps({**document_of(), **changed}).encode()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"fraud", b""),
        (b"fraud", b"{"),
        (b"fraud", b"\xff"),
        (b"fraud", b"[1]"),
        (b"fraud", b"{}"),
        (b"fraud", b"[" * 100_000),
        (b"fraud", _with(versions=[])),
        (b"fraud", _with(versions="78")),
        (b"fraud", _with(versions=[{"version": "7", "share": 0.9}])),
        (b"fraud", _with(versions=[{"version": "7", "share": math.nan}])),
        (b"fraud", _with(versions=[{"version": "7", "share": 10**400}])),
        (b"fraud", _with(versions=[{"version": "7", "share": 2}, {"version": "8", "share": -1}])),
        (b"fraud", _with(versions=[{"version": None, "share": 1.0}])),
        (b"fraud", _with(versions=[{"version": "", "share": 1.0}])),
        (b"fraud", _with(shadows="89")),
        (b"fraud", _with(shadows=[None])),
        (b"fraud", _with(salt=None)),
        (b"fraud", _with(revision=math.inf)),
        (b"fraud", _with(decision=None)),
        (b"churn", _with()),
        (None, _with()),
    ],
)
def test_what_is_no_route_leaves_the_one_before(key: bytes | None, value: bytes) -> None:
    routing = Routing()
    routing.feed(b"fraud", encode_event(route_of()))
    assert not routing.feed(key, value)
    assert routing.refused == 1
    assert routing.route("fraud", "a") == "7"
    assert routing.route("churn", "a", default="1") == "1"


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_any_bytes_are_taken_or_refused(value: bytes | str) -> None:
    routing = Routing()
    assert routing.feed(b"fraud", value) is False


def test_half_a_pair_of_surrogates_is_a_key_as_any_other() -> None:
    assert 0.0 <= point("\ud800", "\udfff") < 1.0


def test_an_answer_of_a_worker_that_lags_behind_changes_nothing() -> None:
    routing = Routing()
    later = route_of(canary_of(1.0, 2), revision=5)
    assert routing.answered("fraud", encode_event(later))
    assert routing.answered("fraud", encode_event(route_of(revision=4)))
    assert routing.route("fraud", "a") == "8"
    # A topic that was made anew begins at 1, and later in time.
    decision = {**document_of()["decision"], "time": "2026-03-02T12:00:00.000Z"}
    assert routing.answered("fraud", encode_event(route_of(revision=1, decision=decision)))
    assert routing.route("fraud", "a") == "7"
    assert not routing.answered("churn", encode_event(route_of()))
    assert routing.answered("fraud", None)
    assert routing.route("fraud", "a", default="none") == "none"


def test_a_route_of_driftlines_own_gives_way_where_somebody_elses_came_in_between() -> None:
    routing = Routing()
    first = route_of(canary_of(), route_id="first")
    own = {**DECISION, "kind": "driftline", "replaces": "first"}
    step = route_of(canary_of(1.0, 2), route_id="step", decision=own, revision=2)
    assert routing.feed(b"fraud", encode_event(first))
    assert routing.feed(b"fraud", encode_event(step))
    assert routing.route("fraud", "a") == "8"
    people = route_of(route_id="people", revision=3)
    assert routing.feed(b"fraud", encode_event(people))
    assert routing.feed(b"fraud", encode_event(step))
    assert routing.route("fraud", "a") == "7"
    # Who has read nothing before takes it: what is in force is written behind it again.
    fresh = Routing()
    assert fresh.feed(b"fraud", encode_event(step))
    assert fresh.route("fraud", "a") == "8"
