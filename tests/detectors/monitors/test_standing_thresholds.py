"""Thresholds that stay crossed, as a fleet asks for rollbacks by them."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from detectors.monitors.fleet import Fleet
from detectors.monitors.fleet_snapshot import FleetSnapshots
from detectors.monitors.threshold_watch import ThresholdWatch
from detectors.performance.threshold import Threshold
from detectors.rollback.options import RollbackOptions
from schemas.events.model_event import ModelEventType
from schemas.events.rollback_request import RollbackRequest
from schemas.events.times import parse_time
from schemas.tables.observations import ObservationTable, Origin
from tests.detectors.monitors.test_comparisons import OPTIONS, event, traffic
from tests.detectors.stored import parts_of
from tests.schemas.events.routes import document_of, notice_of, route_of

WATCHED = replace(OPTIONS, thresholds=(Threshold.of("accuracy >= 0.7"),))
SHORT = RollbackOptions(cooldown=100.0, expiry=300.0)
DEPLOYED = ModelEventType.VERSION_DEPLOYED


def worse(version: str, label: int) -> float:
    del label
    return 0.55 if version == "2" else 0.85


TABLES = list(traffic(worse, requests=2000, size=50))


def fleet_of() -> Fleet:
    return Fleet(
        lambda _: WATCHED,
        consumers_of=lambda model, version: (ThresholdWatch((model, version), WATCHED),),
        rolled_back_by=lambda _: SHORT,
    )


def begun() -> Fleet:
    """Return a fleet in which version 2 has become the champion after version 1."""
    fleet = fleet_of()
    fleet.notice(event(DEPLOYED, "1"))
    fleet.notice(event(DEPLOYED, "2", 1))
    return fleet


def asked(fleet: Fleet, tables: Sequence[ObservationTable]) -> list[RollbackRequest]:
    events = [each for taken in fleet.update_all(tables) for each in taken.events]
    return [each for each in events if isinstance(each, RollbackRequest)]


def restored(fleet: Fleet) -> Fleet:
    snapshots, other = FleetSnapshots(fleet), fleet_of()
    FleetSnapshots(other).restore(snapshots.outline(), parts_of(snapshots))
    return other


ONE_BY_ONE = [each for fleet in [begun()] for table in TABLES for each in asked(fleet, [table])]


def test_a_threshold_that_stays_crossed_asks_again_at_the_rows_after_each_expiry() -> None:
    first, *others = ONE_BY_ONE

    assert len(others) >= 3
    assert {each.evidence[0].found_in for each in others} == {first.evidence[0].found_in}
    ends = {
        (table.sources[0].topic, int(table.offsets[table.bounds()[2] - 1]))
        for table in TABLES
        if table.origin is Origin.LABELS
    }
    for before, after in zip(ONE_BY_ONE, others, strict=False):
        waited = parse_time(after.requested_at) - parse_time(before.requested_at)
        assert 300_000 <= waited < 300_000 + 2 * 50_000
        assert (after.decided_at.topic, after.decided_at.offset) in ends


@pytest.mark.parametrize("size", [3, len(TABLES)])
def test_neither_how_many_tables_are_taken_at_once_nor_a_restart_changes_that(size: int) -> None:
    fleet, found = begun(), []
    for begin in range(0, len(TABLES), size):
        found += asked(fleet, TABLES[begin : begin + size])
        fleet = restored(fleet)

    assert found == ONE_BY_ONE


def test_a_version_that_crossed_it_in_the_shadow_is_asked_about_once_a_route_has_it_serve() -> None:
    fleet = fleet_of()
    fleet.notice(event(DEPLOYED, "1"))
    assert asked(fleet, TABLES[:-2]) == []

    shared = document_of("ab", v1=0.5, v2=0.5)
    fleet.reroute(notice_of(route_of(shared, model="fraud")))
    (request,) = asked(fleet, TABLES[-2:])

    assert (request.version, request.target) == ("2", "1")
    assert request.evidence[0].at != request.decided_at
