from app.routing.resumed import MOST_ROLES, MOST_ROUTES, ResumedVersions
from schemas.events.routing import ModelRoute
from schemas.events.times import format_time
from tests.schemas.events.comparisons import good_comparison
from tests.schemas.events.routes import canary_of, document_of, route_of, shadow_of


def canary(number: int = 1, salt: str = "s") -> ModelRoute:
    return route_of(canary_of(), route_id=f"canary {number}", salt=salt)


def is_old(
    known: ResumedVersions, at: int = 0, begun_by: str | None = None, *, is_routed: bool = True
) -> bool:
    """Tell whether a look at 8 against 7 counts no more, up to a row of a time."""
    look = good_comparison(
        version="8",
        baseline="7",
        assignment={"salt": "s", "mode": "ab", "begun_by": begun_by} if is_routed else None,
    )
    as_of = look.as_of.model_copy(update={"time": format_time(at)})
    return known.is_of_before(look.model_copy(update={"as_of": as_of}))


def returned() -> ResumedVersions:
    """Return what knows of a canary that ended, and came back at 30 with the same salt."""
    known = ResumedVersions()
    known.take(canary(1), 10)
    known.take(route_of(), 20)
    known.take(canary(2), 30)
    known.take(canary(3), 40)
    return known


def test_a_look_of_the_comparison_that_ended_is_old_whatever_its_rows_are_dated() -> None:
    for at in (5, 35, 99):
        assert is_old(returned(), at, "canary 1")


def test_a_look_of_the_new_comparison_is_none_of_before_whatever_its_rows_are_dated() -> None:
    for begun_by in ("canary 2", "canary 3"):
        assert not is_old(returned(), 5, begun_by), "a history that is played is older than routes"


def test_a_look_by_a_route_that_no_record_tells_of_is_old() -> None:
    assert is_old(returned(), 99, "compacted away")


def test_of_a_look_that_names_no_route_the_time_of_its_row_decides() -> None:
    for is_routed in (True, False):
        assert [is_old(returned(), at, is_routed=is_routed) for at in (29, 30)] == [True, False]


def test_of_a_route_that_was_written_before_and_after_the_time_decides_too() -> None:
    known = returned()
    known.take(canary(1), 50)
    assert [is_old(known, at, "canary 1") for at in (29, 30)] == [True, False]


def test_the_later_return_of_the_two_counts() -> None:
    known = returned()
    known.take(None, 50)
    known.take(canary(4), 60)
    assert [is_old(known, 99, f"canary {number}") for number in (2, 3, 4)] == [True, True, False]


def test_steps_new_salts_and_other_roles_are_no_return() -> None:
    known = ResumedVersions()
    known.take(route_of(), 10)
    known.take(route_of(canary_of(0.01, 0)), 20)
    known.take(route_of(canary_of(0.05, 1)), 30)
    known.take(route_of(canary_of(), salt="t"), 40)
    known.take(route_of(shadow_of(), salt="t"), 50)
    assert not is_old(known, 5)
    known.take(route_of(document_of("ab", v7=0.5, v8=0.5)), 60)
    assert is_old(known, 5)


def test_salts_and_routes_without_end_take_no_memory_without_end() -> None:
    known = ResumedVersions()
    for number in range(MOST_ROLES):
        known.take(canary(number, f"s{number}"), number)
    known.take(canary(0, "s0"), MOST_ROLES)
    assert not is_old(known, -1), "that it was there before is forgotten"
    known.take(canary(0, f"s{MOST_ROLES - 1}"), MOST_ROLES + 1)
    for number in range(MOST_ROUTES + 1):
        known.take(canary(number, f"s{MOST_ROLES - 1}"), MOST_ROLES + 1)
    assert is_old(known, MOST_ROLES + 1, "canary 0")
    assert not is_old(known, 0, f"canary {MOST_ROUTES}")
