import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.versions.lifecycle import MOST_CHANGES, MOST_HISTORY, Change, Lifecycle, Remark
from detectors.versions.registry import VersionRegistry
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.times import format_time
from schemas.events.version_status import VersionStatus

DEPLOYED, ROLLED_BACK = ModelEventType.VERSION_DEPLOYED, ModelEventType.ROLLED_BACK
GIVEN_UP = ModelEventType.VERSION_ROLLED_BACK
RETIRED, CHALLENGER = ModelEventType.VERSION_RETIRED, ModelEventType.VERSION_CHALLENGER
REGISTERED, TRAINED = ModelEventType.VERSION_REGISTERED, ModelEventType.RETRAIN_COMPLETED

KNOWN = frozenset("123456789")


def lifecycle_of(*changes: tuple[int, ModelEventType, str]) -> Lifecycle:
    lifecycle = Lifecycle()
    for time, kind, version in changes:
        lifecycle.add(Change(time, kind, version, Remark.NONE), KNOWN)
    return lifecycle


def last_good_of(*changes: tuple[int, ModelEventType, str]) -> str | None:
    """Return what a model whose versions all had rows is to be rolled back to."""
    registry = VersionRegistry()
    for name in sorted(KNOWN):
        registry.count(("fraud", name), np.zeros(1, dtype=np.int64))
    for time, kind, version in changes:
        at = format_time(1000 * time)
        happened = ModelEvent(type=kind, model="fraud", version=version, timestamp=at)
        registry.notice(happened, is_new=True)
    return registry.last_good("fraud")


def statuses(lifecycle: Lifecycle) -> dict[str, str]:
    return {name: str(steps[-1].status) for name, steps in lifecycle.standing.histories.items()}


@pytest.mark.parametrize(
    ("changes", "expected", "last_good"),
    [
        ([(1, REGISTERED, "1")], {"1": "candidate"}, None),
        ([(1, TRAINED, "1"), (2, CHALLENGER, "1")], {"1": "challenger"}, None),
        ([(1, DEPLOYED, "1"), (2, DEPLOYED, "2")], {"1": "retired", "2": "champion"}, "1"),
        (
            [(1, DEPLOYED, "1"), (2, DEPLOYED, "2"), (3, ROLLED_BACK, "1")],
            {"1": "champion", "2": "rolled_back"},
            None,
        ),
        (
            [(1, DEPLOYED, "1"), (2, DEPLOYED, "2"), (3, DEPLOYED, "3"), (4, ROLLED_BACK, "2")],
            {"1": "retired", "2": "champion", "3": "rolled_back"},
            "1",
        ),
        (
            [(1, DEPLOYED, "1"), (2, CHALLENGER, "2"), (3, GIVEN_UP, "2")],
            {"1": "champion", "2": "rolled_back"},
            None,
        ),
        ([(1, DEPLOYED, "1"), (2, GIVEN_UP, "1")], {"1": "champion"}, None),
        ([(1, DEPLOYED, "1"), (2, RETIRED, "1")], {"1": "retired"}, "1"),
        (
            [(1, DEPLOYED, "1"), (2, DEPLOYED, "2"), (3, RETIRED, "1"), (4, DEPLOYED, "3")],
            {"1": "retired", "2": "retired", "3": "champion"},
            "2",
        ),
        (
            [(1, DEPLOYED, "1"), (2, DEPLOYED, "2"), (3, DEPLOYED, "3"), (4, RETIRED, "2")],
            {"1": "retired", "2": "retired", "3": "champion"},
            "1",
        ),
        (
            [(1, DEPLOYED, "1"), (2, DEPLOYED, "2"), (3, RETIRED, "1")],
            {"1": "retired", "2": "champion"},
            None,
        ),
        ([(1, DEPLOYED, "1"), (2, CHALLENGER, "1"), (3, TRAINED, "1")], {"1": "champion"}, None),
        ([(1, CHALLENGER, "2"), (2, TRAINED, "2")], {"2": "challenger"}, None),
        ([(1, RETIRED, "9")], {"9": "retired"}, None),
    ],
)
def test_versions_stand_as_events_say(
    changes: list[tuple[int, ModelEventType, str]], expected: dict[str, str], last_good: str | None
) -> None:
    assert statuses(lifecycle_of(*changes)) == expected
    assert last_good_of(*changes) == last_good


def test_a_version_that_was_rolled_back_and_then_served_well_is_good_again() -> None:
    changes = [
        (1, DEPLOYED, "1"),
        (2, DEPLOYED, "2"),
        (3, ROLLED_BACK, "1"),
        (4, DEPLOYED, "2"),
        (5, DEPLOYED, "3"),
    ]
    assert last_good_of(*changes) == "2"


def test_of_two_champions_at_the_same_time_the_last_one_of_the_log_serves() -> None:
    lifecycle = lifecycle_of((1, DEPLOYED, "1"), (1, DEPLOYED, "2"))
    assert lifecycle.standing.champion == "2"
    assert [change.version for change in lifecycle.rivals(1, "3")] == ["1", "2"]


CHANGES = st.lists(
    st.tuples(st.integers(0, 1000), st.sampled_from(list(ModelEventType)), st.sampled_from("123")),
    unique_by=lambda change: change[0],
    max_size=30,
)


@given(CHANGES, st.randoms())
def test_the_order_in_the_log_does_not_matter(
    changes: list[tuple[int, ModelEventType, str]], random: object
) -> None:
    shuffled = sorted(changes, key=lambda _: random.random())  # type: ignore[attr-defined]
    one, other = lifecycle_of(*sorted(changes)), lifecycle_of(*shuffled)
    assert one.standing.histories == other.standing.histories
    assert one.standing.good == other.standing.good
    assert one.standing.withdrawn == other.standing.withdrawn


def test_that_a_version_was_retired_stands_once_it_is_settled() -> None:
    lifecycle, restored = Lifecycle(), Lifecycle()
    lifecycle.add(Change(0, ModelEventType.VERSION_RETIRED, "1", Remark.NONE), "12")
    for number in range(1, MOST_CHANGES + 2):
        lifecycle.add(Change(number, DEPLOYED, "2", Remark.NONE), "12")
    restored.restore(lifecycle.state())
    assert restored.standing.withdrawn == lifecycle.standing.withdrawn == {"1"}


@given(CHANGES)
def test_there_is_one_champion_at_most(changes: list[tuple[int, ModelEventType, str]]) -> None:
    standing = lifecycle_of(*changes).standing
    champions = [name for name in standing.histories if standing.status(name) == "champion"]
    assert champions == ([] if standing.champion is None else [standing.champion])


def test_memory_is_bounded_and_what_is_older_stands() -> None:
    lifecycle = Lifecycle()
    for number in range(3 * MOST_CHANGES):
        lifecycle.add(Change(number, DEPLOYED, str(number % 2), Remark.NONE), "01")
    state = lifecycle.state()
    assert len(state["changes"]) == MOST_CHANGES
    assert all(len(steps) <= MOST_HISTORY for steps in lifecycle.standing.histories.values())
    assert lifecycle.is_settled(2 * MOST_CHANGES - 2)
    assert not lifecycle.is_settled(2 * MOST_CHANGES - 1)
    assert lifecycle.standing.champion == "1"


def test_a_settled_version_that_is_forgotten_leaves_nothing_behind() -> None:
    lifecycle = Lifecycle()
    for number in range(MOST_CHANGES + 50):
        lifecycle.add(Change(number, DEPLOYED, f"v{number}", Remark.NONE), {"v20"})
    assert list(lifecycle.state()["histories"]) == ["v20"]


@given(CHANGES)
def test_a_restored_state_stands_as_the_one_it_is_of(
    changes: list[tuple[int, ModelEventType, str]],
) -> None:
    lifecycle, restored = lifecycle_of(*changes), Lifecycle()
    restored.restore(lifecycle.state())
    assert restored.standing.histories == lifecycle.standing.histories
    assert restored.state() == lifecycle.state()
    assert all(
        isinstance(step.status, VersionStatus)
        for steps in restored.standing.histories.values()
        for step in steps
    )


def test_what_is_odd_about_a_version_is_said_of_that_one_alone() -> None:
    lifecycle = Lifecycle()
    lifecycle.add(Change(1, DEPLOYED, "1", Remark.UNSEEN), KNOWN)
    lifecycle.add(Change(2, DEPLOYED, "2", Remark.UNSEEN), KNOWN)
    lifecycle.add(Change(3, ROLLED_BACK, "3", Remark.NEVER_SERVED), KNOWN)
    histories = lifecycle.standing.histories
    assert [step.remark for step in histories["1"]] == ["unseen", ""]
    assert [step.remark for step in histories["2"]] == ["unseen", ""]
    assert [step.remark for step in histories["3"]] == ["never_served"]


def test_that_two_were_the_champion_at_one_time_is_said_of_both() -> None:
    lifecycle = Lifecycle()
    lifecycle.add(Change(1, DEPLOYED, "1", Remark.NONE), KNOWN)
    lifecycle.add(Change(1, DEPLOYED, "2", Remark.CONTESTED), KNOWN)
    remarks = [steps[-1].remark for steps in lifecycle.standing.histories.values()]
    assert remarks == ["contested", "contested"]
