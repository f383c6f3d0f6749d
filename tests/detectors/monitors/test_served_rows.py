from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors.monitors.fleet import Fleet
from detectors.monitors.fleet_snapshot import FleetSnapshots
from detectors.monitors.options import MonitorOptions
from schemas.events.times import format_time
from schemas.tables.columns import Role
from schemas.tables.observations import ObservationTable
from tests.detectors.batches import START, batches_of, rows_of, table_of
from tests.detectors.stored import parts_of
from tests.detectors.versions.events import event


def fleet_of(**more: Any) -> Fleet:
    return Fleet(lambda _: MonitorOptions(burn_in=60, bins=8), **more)


def rows(size: int = 2000) -> list[dict[str, Any]]:
    random = np.random.default_rng(1)
    return rows_of(x=random.normal(size=size) + 4.0 * (np.arange(size) >= 1500))


def restored(fleet: Fleet) -> Fleet:
    snapshots = FleetSnapshots(fleet)
    other = fleet_of()
    FleetSnapshots(other).restore(snapshots.outline(), parts_of(snapshots))
    return other


def test_each_row_is_counted_once_and_labels_are_not() -> None:
    fleet = fleet_of()
    fleet.update(table_of(rows(500)))
    fleet.update(table_of(rows(700)))
    fleet.update(table_of(rows(300), role=Role.ERROR))
    (told,) = fleet.versions.records_by_now("fraud")
    assert (told.rows, told.first_event) == (700, format_time(START))
    assert told.last_event == format_time(START + 699_000)


@given(st.lists(st.integers(1, 1999), max_size=8), st.booleans())
def test_what_is_told_does_not_depend_on_batches_or_restarts(
    cuts: list[int], restart: bool
) -> None:
    whole, cut = fleet_of(), fleet_of()
    whole.update(table_of(rows()))
    for batch in batches_of(rows(), cuts):
        cut.update(ObservationTable.of(batch))
        if restart:
            cut = restored(cut)
    assert cut.versions.records() == whole.versions.records()
    assert len(whole.versions.records()[0].open_alerts) >= 1


def test_a_saved_registry_is_restored_with_its_events() -> None:
    fleet = fleet_of()
    fleet.update(table_of(rows(100), version="7"))
    fleet.notice(event("version_deployed", "7", "12:00"))
    fleet.notice(event("version_challenger", "8", "13:00"))
    other = restored(fleet)
    assert other.versions.records() == fleet.versions.records()
    other.notice(event("version_challenger", "8", "13:00"))
    assert [str(each) for each in other.versions.changes().outcomes] == ["repeated"]


def test_a_state_of_a_release_without_registry_begins_with_the_next_row() -> None:
    fleet = fleet_of()
    fleet.update(table_of(rows(100)))
    snapshots = FleetSnapshots(fleet)
    names = [name for name in snapshots.stamps() if name[0] not in {"served", "lifecycle"}]
    outline = {
        key: told
        for key, told in snapshots.outline().items()
        if key not in {"served", "named", "lifecycles"}
    }
    other = fleet_of()
    FleetSnapshots(other).restore(outline, {name: snapshots.part(name) for name in names})
    assert other.versions.records() == []
    other.update(table_of(rows(101)))
    assert [each.rows for each in other.versions.records()] == [1]


def test_a_version_that_makes_room_is_told_no_longer() -> None:
    fleet = fleet_of(most_models=2)
    for version in "345":
        fleet.update(table_of(rows(10), version=version))
    changes = fleet.versions.changes()
    assert changes.forgotten == [("fraud", "3")]
    assert [each.version for each in changes.records] == ["4", "5"]


def test_rows_of_a_newcomer_count_once_it_is_watched() -> None:
    fleet = fleet_of(at_once=0)
    for begin in range(40):
        fleet.update(table_of(rows(40)[begin : begin + 1], start=begin))
    (told,) = fleet.versions.records_by_now("fraud")
    assert (told.rows, told.first_event) == (40, format_time(START))
