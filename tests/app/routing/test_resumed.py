from app.routing.resumed import MOST_ROLES, ResumedVersions
from tests.schemas.events.routes import canary_of, document_of, route_of, shadow_of


def test_a_version_that_comes_back_with_the_same_salt_has_been_back_since_then() -> None:
    known = ResumedVersions()
    known.take(route_of(canary_of()), 10)
    known.take(route_of(), 20)
    assert known.since == {}
    known.take(route_of(canary_of()), 30)
    known.take(route_of(document_of("ab", v7=0.5, v8=0.5)), 40)
    assert known.since == {"8": 30}
    known.take(None, 50)
    known.take(route_of(canary_of()), 60)
    assert known.since == {"7": 60, "8": 60}


def test_steps_new_salts_and_other_roles_are_no_return() -> None:
    known = ResumedVersions()
    known.take(route_of(), 10)
    known.take(route_of(canary_of(0.01, 0)), 20)
    known.take(route_of(canary_of(0.05, 1)), 30)
    known.take(route_of(canary_of(), salt="t"), 40)
    known.take(route_of(shadow_of(), salt="t"), 50)
    assert known.since == {}
    known.take(route_of(canary_of()), 60)
    assert known.since == {"7": 60, "8": 60}


def test_salts_without_end_take_no_memory_without_end() -> None:
    known = ResumedVersions()
    for number in range(MOST_ROLES):
        known.take(route_of(canary_of(), salt=f"s{number}"), number)
    known.take(route_of(canary_of(), salt="s0"), MOST_ROLES)
    assert known.since == {}
    known.take(route_of(canary_of(), salt=f"s{MOST_ROLES - 1}"), MOST_ROLES + 1)
    assert set(known.since) == {"7", "8"}
