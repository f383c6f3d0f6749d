from detectors.versions.registry import VersionRegistry
from detectors.versions.remembered_versions import MOST_OF_MODEL
from schemas.events.model_event import ModelEvent
from tests.detectors.versions.events import day, event


def test_named_versions_of_a_model_are_bounded_and_the_champion_stays() -> None:
    registry = VersionRegistry()
    registry.notice(event("version_deployed", "first", "10:00"), is_new=True)
    for number in range(MOST_OF_MODEL + 5):
        registry.notice(event("version_registered", f"v{number}", "11:00"), is_new=True)
    names = {each.version for each in registry.records()}
    assert len(names) == MOST_OF_MODEL
    assert "first" in names
    assert f"v{MOST_OF_MODEL + 4}" in names
    assert registry.changes().forgotten == [], "the last that was told of it stands"


def test_named_versions_of_all_models_are_bounded() -> None:
    registry = VersionRegistry(most=3)
    for number in range(9):
        document = {"type": "version_registered", "model": f"m{number}", "version": "1"}
        each = ModelEvent.model_validate({**document, "timestamp": day("11:00")})
        registry.notice(each, is_new=True)
    assert [each.model for each in registry.records()] == ["m6", "m7", "m8"]
    assert set(registry.state()) == {"served", "named", "lifecycles"}
    assert len(registry.state()["lifecycles"]) == 3
