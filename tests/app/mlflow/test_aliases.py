from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mlflow.aliases import moved
from app.mlflow.memory import AliasMemory, Holder, NoMemory
from schemas.events.model_event import ModelEventType
from schemas.events.version_status import VersionStatus

UNUSABLE = (
    '{"champion": null, "challenger": null, "champions": [], '
    '"untold": [{"type": "retrain_failed", "timestamp": "2026-03-01T12:00:00Z"}]}'
)
NOW = "2026-03-01T12:00:00.000Z"
ONE, TWO, THREE = (Holder(str(number), f"v{number}") for number in (1, 2, 3))


def after(
    *steps: tuple[Holder | None, Holder | None],
    known: dict[str, VersionStatus] | None = None,
) -> tuple[AliasMemory, list[tuple[str, str | None]]]:
    """Move the aliases, champion and challenger, and return what the last step tells."""
    memory = AliasMemory()
    told: list[tuple[str, str | None]] = []
    for champion, challenger in steps:
        memory = moved(
            memory.told(),
            "fraud",
            NOW,
            champion=champion,
            challenger=challenger,
            status_of=(known or {}).get,
        )
        told = [(str(each.type), each.version) for each in memory.untold]
    return memory, told


def test_a_champion_is_deployed() -> None:
    memory, told = after((ONE, None))
    assert told == [("version_deployed", "v1")]
    assert memory.untold[0].timestamp == NOW
    assert memory.untold[0].model == "fraud"


def test_aliases_that_stay_tell_nothing() -> None:
    assert after((ONE, TWO), (ONE, TWO))[1] == []


def test_another_champion_is_deployed_in_its_place() -> None:
    assert after((ONE, None), (TWO, None))[1] == [("version_deployed", "v2")]


def test_back_to_a_champion_of_before_is_a_rollback() -> None:
    assert after((ONE, None), (TWO, None), (ONE, None))[1] == [("rolled_back", "v1")]


def test_forward_again_is_a_deployment() -> None:
    steps = (ONE, None), (TWO, None), (ONE, None), (TWO, None)
    assert after(*steps)[1] == [("version_deployed", "v2")]


def test_an_older_version_that_never_served_is_deployed() -> None:
    assert after((TWO, None), (ONE, None))[1] == [("version_deployed", "v1")]


def test_a_champion_without_its_alias_is_retired() -> None:
    assert after((ONE, None), (None, None))[1] == [("version_retired", "v1")]


def test_a_challenger_is_told_and_retired() -> None:
    assert after((ONE, TWO))[1] == [("version_deployed", "v1"), ("version_challenger", "v2")]
    assert after((ONE, TWO), (ONE, THREE))[1] == [
        ("version_retired", "v2"),
        ("version_challenger", "v3"),
    ]
    assert after((ONE, TWO), (ONE, None))[1] == [("version_retired", "v2")]


def test_a_challenger_that_is_promoted_is_not_retired() -> None:
    assert after((ONE, TWO), (TWO, None))[1] == [("version_deployed", "v2")]


def test_a_version_with_both_aliases_is_the_champion() -> None:
    assert after((ONE, ONE))[1] == [("version_deployed", "v1")]
    assert after((ONE, TWO), (TWO, TWO))[1] == [("version_deployed", "v2")]


def test_who_changed_places_is_not_retired() -> None:
    assert after((ONE, TWO), (TWO, ONE))[1] == [
        ("version_deployed", "v2"),
        ("version_challenger", "v1"),
    ]
    assert after((ONE, None), (None, ONE))[1] == [("version_challenger", "v1")]


def test_what_a_pipeline_has_told_already_is_not_told_again() -> None:
    known = {"v1": VersionStatus.CHAMPION, "v2": VersionStatus.OBSERVED}
    memory, told = after((ONE, TWO), known=known)
    assert told == [("version_challenger", "v2")]
    assert memory.champion == ONE


def test_what_is_untold_stays_until_it_is_told() -> None:
    memory = AliasMemory()
    for champion in (ONE, TWO):
        memory = moved(
            memory, "fraud", NOW, champion=champion, challenger=None, status_of=lambda _: None
        )
    assert [each.version for each in memory.untold] == ["v1", "v2"]


holders = st.none() | st.builds(lambda number: Holder(str(number), f"v{number}"), st.integers(1, 5))


@given(st.lists(st.tuples(holders, holders), max_size=12))
def test_a_memory_is_read_as_it_was_written(
    steps: list[tuple[Holder | None, Holder | None]],
) -> None:
    memory, told = after(*steps)
    assert AliasMemory.of(memory.text(), "fraud") == memory
    assert len(told) <= 4
    if told:
        (last, _) = steps[-1]
        assert (last is None) == (memory.champion is None)


@given(st.lists(st.tuples(holders, holders), min_size=1, max_size=12))
def test_driftline_knows_the_champion_that_mlflow_has(
    steps: list[tuple[Holder | None, Holder | None]],
) -> None:
    memory = AliasMemory()
    champion: str | None = None
    for holder, challenger in steps:
        memory = moved(
            memory.told(),
            "fraud",
            NOW,
            champion=holder,
            challenger=challenger,
            status_of=lambda _: None,
        )
        for event in memory.untold:
            if event.effects.becomes is VersionStatus.CHAMPION:
                champion = event.version
            elif event.type is ModelEventType.VERSION_RETIRED and event.version == champion:
                champion = None
        if holder is not None:
            assert champion == holder.version


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[]",
        "{}",
        "1" * 200_000,
        '{"champion": "1", "challenger": null, "champions": [], "untold": []}',
        '{"champion": null, "challenger": null, "champions": 3, "untold": []}',
        '{"champion": null, "challenger": null, "champions": [], "untold": [{}]}',
        UNUSABLE,
    ],
)
def test_a_tag_that_somebody_wrote_over_is_no_memory(text: str) -> None:
    with pytest.raises(NoMemory):
        AliasMemory.of(text, "fraud")


def test_a_memory_makes_events_of_no_other_model() -> None:
    memory, _ = after((ONE, None))
    (event,) = AliasMemory.of(memory.text(), "credit").untold
    assert event == replace_model(memory, "credit")


def replace_model(memory: AliasMemory, model: str) -> object:
    return replace(memory).untold[0].model_copy(update={"model": model})
