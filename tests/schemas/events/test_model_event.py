from dataclasses import astuple
from pathlib import Path
from typing import Any

import pytest

from schemas.events.codec import decode_event
from schemas.events.invalid import InvalidMessage
from schemas.events.model_event import EFFECTS, ModelEvent, ModelEventType
from schemas.events.version_status import VersionStatus


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"type": "version_deployed", "model": "m"}, "version is required for version_deployed"),
        ({"type": "rolled_back", "model": "m"}, "version is required for rolled_back"),
        ({"type": "alert_acknowledged", "model": "m"}, "alert_id is required"),
        ({"type": "exploded", "model": "m"}, "type: Input should be 'version_registered'"),
        ({"type": "retrain_started", "model": ""}, "model: String should have at least 1"),
    ],
)
def test_what_an_event_lacks_is_named(document: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidMessage, match=problem):
        decode_event(ModelEvent, document)


def test_fields_of_the_producers_own_are_ignored() -> None:
    event = decode_event(ModelEvent, {"type": "retrain_completed", "model": "m", "run": "42"})
    assert event == ModelEvent.model_validate({"type": "retrain_completed", "model": "m"})


@pytest.mark.parametrize("kind", ModelEventType)
def test_what_is_about_a_version_must_name_it(kind: ModelEventType) -> None:
    document = {"type": str(kind), "model": "m", "alert_id": "a"}
    assert decode_event(ModelEvent, {**document, "version": "2"}).effects == EFFECTS[kind]
    if EFFECTS[kind].names_version:
        with pytest.raises(InvalidMessage, match="version is required"):
            decode_event(ModelEvent, document)
    else:
        assert decode_event(ModelEvent, document).version is None


def test_the_documentation_tells_the_effects_of_every_type() -> None:
    page = (Path(__file__).parents[3] / "docs" / "events.md").read_text()
    types = tuple(f"| `{kind}` |" for kind in ModelEventType)
    assert [line for line in page.splitlines() if line.startswith(types)] == [
        f"| `{kind}` |" + "".join(_cell(effect) for effect in astuple(effects))
        for kind, effects in EFFECTS.items()
    ]


def _cell(effect: object) -> str:
    if isinstance(effect, VersionStatus):
        return f" `{effect}` |"
    return " yes |" if effect else " |"
