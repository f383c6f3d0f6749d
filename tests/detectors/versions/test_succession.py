from detectors.versions.registry import VersionRegistry
from detectors.versions.succession import VersionsBefore
from tests.detectors.versions.events import event
from tests.detectors.versions.registries import NOON, count, record


def test_the_version_before_a_champion_is_the_one_that_was_it_last_whichever_had_rows_first() -> (
    None
):
    registry = VersionRegistry()
    for minute, version in enumerate("768"):  # 8 has scored in the shadow of the others, say
        count(registry, version, NOON + 60_000 * minute)
    assert registry.before(("fraud", "7")) is VersionsBefore.NONE
    for kind, version, time in (
        ("version_deployed", "7", "12:00"),
        ("version_deployed", "8", "12:05"),
        ("version_deployed", "6", "12:10"),
    ):
        registry.notice(event(kind, version, time), is_new=True)
    assert registry.before(("fraud", "6")) == "8"
    assert registry.before(("fraud", "8")) == "6"  # it is the champion, and had rows before 8 had
    registry.notice(event("version_deployed", "7", "12:15"), is_new=True)
    assert registry.before(("fraud", "7")) == "6"
    registry.notice(event("rolled_back", "7x", "12:20"), is_new=True)
    registry.notice(event("version_deployed", "8", "12:25"), is_new=True)
    assert registry.before(("fraud", "8")) == "6"  # 7 was rolled back, and 7x had no row


def test_what_to_go_back_to_has_served_and_was_not_retired_since() -> None:
    registry = VersionRegistry()
    for version, time in (("6", "10:00"), ("7", "10:30"), ("8", "11:00")):
        registry.notice(event("version_deployed", version, time), is_new=True)
    assert registry.last_good("fraud") is None
    count(registry, "6", NOON)
    count(registry, "8", NOON)
    assert record(registry, "6").is_last_good

    registry.changes()
    count(registry, "7", NOON)
    told = {each.version: each.is_last_good for each in registry.changes().records}
    assert told == {"6": False, "7": True, "8": False}
    registry.notice(event("version_retired", "7", "12:30"), is_new=True)
    assert (registry.last_good("fraud"), record(registry, "7").is_last_good) == ("6", False)
    assert registry.last_good("churn") is None
