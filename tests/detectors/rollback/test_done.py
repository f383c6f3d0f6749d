from detectors.monitors.rollbacks import Rollbacks
from detectors.rollback.done import DoneRollback, Stood, rollback_by
from detectors.versions.registry import VersionRegistry
from schemas.documents import examples
from schemas.events.identity import event_id
from schemas.events.model_event import ModelEvent
from schemas.events.rollback_request import RollbackRequest
from tests.detectors.versions.events import at, day, event


def request(version: str = "8", target: str = "7", time: str = "12:30") -> RollbackRequest:
    told = {"version": version, "target": target, "requested_at": day(time)}
    return RollbackRequest.model_validate({**examples.ROLLBACK_REQUEST, **told})


def done_by(
    registry: VersionRegistry, happened: ModelEvent, latest: RollbackRequest | None = None
) -> DoneRollback | None:
    """Have a registry take an event; return the rollback that it says was done."""
    before = Stood.of(registry, happened)
    registry.notice(happened, is_new=True)
    return rollback_by(happened, before, Stood.of(registry, happened), latest)


def with_champion(version: str) -> VersionRegistry:
    registry = VersionRegistry()
    registry.notice(event("version_deployed", version, "12:00"), is_new=True)
    return registry


def test_another_version_becomes_the_champion_by_a_rollback_once() -> None:
    registry, asked = with_champion("8"), request()
    happened = event("rolled_back", "7", "13:00")
    assert done_by(registry, happened, asked) == DoneRollback(
        event_id(happened), "fraud", "7", "8", at(day("13:00")), asked
    )
    assert done_by(registry, event("rolled_back", "7", "13:05"), asked) is None


def test_a_rollback_that_nobody_asked_for_is_one() -> None:
    for latest in (None, request(target="6"), request(version="9"), request(time="13:30")):
        found = done_by(with_champion("8"), event("rolled_back", "7", "13:00"), latest)
        assert found is not None
        assert (found.version, found.target, found.request) == ("8", "7", None)
    found = done_by(VersionRegistry(), event("rolled_back", "7", "13:00"))
    assert found is not None
    assert found.version is None


def test_one_that_another_deployment_has_overtaken_is_none() -> None:
    registry = with_champion("8")
    registry.notice(event("version_deployed", "9", "14:00"), is_new=True)
    assert done_by(registry, event("rolled_back", "7", "13:00")) is None


def test_a_candidate_is_rolled_back_where_that_was_asked_for() -> None:
    registry, asked = with_champion("7"), request()
    registry.notice(event("version_challenger", "8", "12:10"), is_new=True)
    happened = event("version_rolled_back", "8", "13:00")
    found = done_by(registry, happened, asked)
    assert found is not None
    assert (found.version, found.target, found.request) == ("8", "7", asked)
    assert done_by(registry, event("version_rolled_back", "8", "13:05"), asked) is None


def test_a_candidate_that_is_given_up_unasked_is_no_rollback_of_a_service() -> None:
    for latest in (None, request(version="9"), request(time="13:30")):
        registry = with_champion("7")
        registry.notice(event("version_challenger", "8", "12:10"), is_new=True)
        happened = event("version_rolled_back", "8", "13:00")
        assert done_by(registry, happened, latest) is None


def test_other_events_say_of_none() -> None:
    for kind in ("version_deployed", "version_retired", "rollback_refused"):
        assert done_by(with_champion("8"), event(kind, "7", "13:00"), request()) is None


def test_what_was_done_is_told_once() -> None:
    registry = with_champion("8")
    rollbacks = Rollbacks(lambda _: None, registry, None)  # type: ignore[arg-type] # it asks none
    happened = event("rolled_back", "7", "13:00")
    before = Stood.of(registry, happened)
    registry.notice(happened, is_new=True)
    rollbacks.changed(happened, before)
    (done,) = rollbacks.news().done
    assert done.target == "7"
    assert list(rollbacks.news().done) == []
