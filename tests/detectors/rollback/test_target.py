"""The last good version that served."""

import pytest

from detectors.rollback.target import target_of
from detectors.versions.lifecycle import Change, Lifecycle, Remark, Standing
from schemas.events.model_event import ModelEventType

ALL = "6789"
DEPLOYED, ROLLED_BACK = ModelEventType.VERSION_DEPLOYED, ModelEventType.ROLLED_BACK
RETIRED, CHALLENGER = ModelEventType.VERSION_RETIRED, ModelEventType.VERSION_CHALLENGER


def standing_of(*changes: tuple[ModelEventType, str]) -> Standing:
    lifecycle = Lifecycle()
    for time, (kind, version) in enumerate(changes):
        lifecycle.add(Change(time, kind, version, Remark.NONE), "6789")
    return lifecycle.standing


SEVEN_EIGHT = standing_of((DEPLOYED, "6"), (DEPLOYED, "7"), (DEPLOYED, "8"))


@pytest.mark.parametrize(
    ("version", "standing", "target"),
    [
        ("8", SEVEN_EIGHT, "7"),
        ("9", SEVEN_EIGHT, "8"),
        ("6", standing_of((DEPLOYED, "6")), None),
        ("8", None, None),
        ("7", standing_of((DEPLOYED, "7"), (DEPLOYED, "8"), (ROLLED_BACK, "7")), None),
        (
            "9",
            standing_of((DEPLOYED, "7"), (DEPLOYED, "8"), (ROLLED_BACK, "7"), (DEPLOYED, "9")),
            "7",
        ),
    ],
)
def test_it_is_the_champion_or_the_one_before_never_one_that_was_rolled_back(
    version: str, standing: Standing | None, target: str | None
) -> None:
    assert target_of(version, None, standing, (), ALL) == target


def test_what_serves_and_is_known_to_be_better_comes_first_with_or_without_events() -> None:
    assert target_of("8", "6", SEVEN_EIGHT, {"6", "8"}, ALL) == "6"
    assert target_of("8", "6", None, {"6", "8"}, ALL) == "6"


def test_what_is_better_but_serves_nobody_and_never_served_is_no_target() -> None:
    assert target_of("8", "9", SEVEN_EIGHT, {"8"}, ALL) == "7"
    assert target_of("8", "9", None, {"8"}, ALL) is None


def test_a_version_that_was_retired_since_is_no_target_until_it_is_named_again() -> None:
    deployed = ((DEPLOYED, "6"), (DEPLOYED, "7"), (DEPLOYED, "8"))
    retired = standing_of(*deployed, (RETIRED, "7"))
    again = standing_of(*deployed, (RETIRED, "7"), (CHALLENGER, "7"))
    in_between = standing_of((DEPLOYED, "6"), (DEPLOYED, "7"), (RETIRED, "7"), (DEPLOYED, "8"))

    assert target_of("8", None, retired, (), ALL) == "6"
    assert target_of("8", None, retired, {"7", "8"}, ALL) == "7"  # it has traffic all the same
    assert target_of("8", None, again, (), ALL) == "7"
    # As registries tell it that take the one name away before they give it to another version.
    assert target_of("8", None, in_between, (), ALL) == "7"


def test_a_version_whose_rollback_was_asked_for_is_no_target() -> None:
    assert target_of("8", "7", SEVEN_EIGHT, {"7", "8"}, ALL, {"7"}) == "6"


def test_a_version_that_was_rolled_back_and_has_traffic_by_a_route_is_no_target() -> None:
    standing = standing_of((DEPLOYED, "7"), (DEPLOYED, "8"), (ROLLED_BACK, "7"))
    assert target_of("7", "8", standing, {"7", "8"}, ALL) is None


def test_a_version_without_a_row_is_no_target() -> None:
    assert target_of("8", None, SEVEN_EIGHT, (), {"6", "8"}) == "6"
    assert target_of("8", None, SEVEN_EIGHT, (), {"8"}) is None
