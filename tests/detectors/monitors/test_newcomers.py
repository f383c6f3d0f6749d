"""Rows of versions that have not shown themselves."""

from collections import Counter
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.monitors.fleet import AT_ONCE, Fleet
from detectors.monitors.fleet_snapshot import FleetSnapshots
from detectors.monitors.newcomers import ENOUGH, SHOWN, Newcomers
from detectors.monitors.options import MonitorOptions
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.tables.columns import Column, Kind, Role
from schemas.tables.observations import ModelRows, ObservationTable, Origin, Source
from tests.detectors.batches import START, batch_of, rows_of, table_of, table_of_many
from tests.detectors.stored import snapshot_of

OPTIONS = MonitorOptions(burn_in=60, bins=8)


def _fleet(**more: Any) -> Fleet:
    return Fleet(lambda _: OPTIONS, **more)


def _once(first: int, versions: int) -> ObservationTable:
    """Return one row each of versions that come once, numbered from ``first``."""
    offsets = np.arange(first, first + versions)
    return ObservationTable(
        Origin.PREDICTIONS,
        tuple(ModelRows("once", str(number), 1) for number in offsets.tolist()),
        (Source("predictions", 1),),
        np.zeros(versions, dtype=np.int64),
        offsets,
        START + offsets,
        tuple(
            Column(name, Role.FEATURE, Kind.NUMBER, offsets.astype(np.float64)) for name in "abcde"
        ),
    )


def _rows(size: int, seed: int = 1) -> list[dict[str, Any]]:
    random = np.random.default_rng(seed)
    shift = 4.0 * (np.arange(size) >= 200)
    texts = [str(each) for each in random.choice(["a", "b", "c"], size)]
    return rows_of(x=random.normal(size=size) + shift, text=texts)


def _state(fleet: Fleet) -> dict[Any, bytes]:
    return {
        (each.model, each.version): snapshot_of(fleet, (each.model, each.version)) for each in fleet
    }


def test_sixty_thousand_versions_of_one_row_make_few_monitors_few_snapshots_and_few_bytes() -> None:
    fleet = _fleet(most_held_bytes=2_000_000)
    for first in range(0, 60_000, 100):
        fleet.update(_once(first, 100))
    assert len(fleet) == AT_ONCE / 5
    assert fleet.columns == AT_ONCE
    assert fleet.newcomers.size <= 2_000_000
    held = sum(fleet.newcomers.rows_of(key) for key in fleet.newcomers)
    assert held + fleet.newcomers.dropped_rows + len(fleet) == 60_000
    assert fleet.newcomers.dropped_rows > 0
    parts = [name for name in FleetSnapshots(fleet).stamps() if name[0] == "newcomers"]
    assert 10 < len(parts) <= 32


def test_a_flood_does_not_push_out_who_is_watched() -> None:
    fleet = _fleet(most_models=210, at_once=10)
    fleet.update(table_of(_rows(100), version="3"))
    for first in range(0, 5000, 500):
        fleet.update(_once(first, 500))
    assert fleet.monitor("fraud", "3") is not None
    assert fleet.evicted == []
    assert len(fleet) < 10


@given(st.lists(st.integers(1, 45), min_size=1, max_size=12), st.integers(0, 2**32))
@settings(max_examples=30)
def test_whoever_shows_itself_is_watched_as_from_its_first_row_on(
    sizes: list[int], seed: int
) -> None:
    rows = _rows(400, seed)
    held, watched = _fleet(at_once=0), _fleet(at_once=10**6)
    alerts: list[list[str]] = [[], []]
    begin = 0
    for number, size in enumerate([*sizes, 400]):
        table = table_of(rows[begin : begin + size], start=begin) if begin < 400 else None
        begin += size
        for fleet, found in zip((held, watched), alerts, strict=True):
            if table is not None:
                found += [alert.event_id for alert in fleet.update(table)]
                fleet.update(_once(10 * number, 3))
            if number % 3 == 1:
                fleet.notice(_deployment(number))
    assert alerts[0] == alerts[1]
    assert len(held.newcomers) == 3 * (len(sizes) + 1 - (begin - 400 >= 400))
    assert snapshot_of(held, ("fraud", "3")) == snapshot_of(watched, ("fraud", "3"))


def _deployment(number: int) -> ModelEvent:
    return ModelEvent(
        type=ModelEventType.VERSION_DEPLOYED,
        model="fraud",
        version="9",
        timestamp=f"2026-03-01T00:00:{number:02d}Z",
    )


def test_rows_and_labelled_rows_count_alike() -> None:
    fleet = _fleet(at_once=0)
    half = SHOWN // 2
    fleet.update(table_of(_rows(half)))
    errors = rows_of(error=[0.0, 1.0] * (half // 2))
    fleet.update(table_of(errors[1:], role=Role.ERROR))
    assert (len(fleet), fleet.newcomers.rows_of(("fraud", "3"))) == (0, SHOWN - 1)
    fleet.update(table_of(errors[:1], start=half, role=Role.ERROR))
    assert (len(fleet), len(fleet.newcomers)) == (1, 0)


def test_who_has_a_short_burn_in_shows_itself_with_as_many_rows() -> None:
    fleet = Fleet(lambda _: MonitorOptions(burn_in=10), at_once=0)
    fleet.update(table_of(_rows(9)))
    assert len(fleet) == 0
    fleet.update(table_of(_rows(10)[9:], start=9))
    assert len(fleet) == 1


def test_rows_that_come_again_show_nothing() -> None:
    fleet = _fleet(at_once=0)
    for _ in range(10):
        fleet.update(table_of(_rows(20)))
    assert (len(fleet), fleet.newcomers.rows_of(("fraud", "3"))) == (0, 20)
    fleet.update(table_of(_rows(SHOWN)))
    monitor = fleet.monitor("fraud", "3")
    assert monitor is not None
    assert monitor.rows == SHOWN


def _fill(newcomers: Newcomers, first: int) -> None:
    """Hold rows of names that come once until there is no room."""
    while not newcomers.is_full:
        newcomers.hold(_once(first, 1))
        first += 1


def test_the_block_that_came_first_is_let_go_and_its_rows_are_counted() -> None:
    newcomers = Newcomers(most_bytes=16_000)
    for start in range(40):
        newcomers.hold(_once(start, 1))
        if newcomers.is_full:
            assert newcomers.make_room() == []
        assert newcomers.size <= 16_000
    left = [int(version) for _, version in newcomers]
    assert left == list(range(left[0], 40))
    assert newcomers.dropped_rows == left[0] > 0


def test_who_lost_its_first_rows_begins_with_those_that_are_left() -> None:
    key = "fraud", "3"
    newcomers = Newcomers(most_bytes=16_000)
    newcomers.hold(table_of_many([batch_of(_rows(ENOUGH), version="5"), batch_of(_rows(3))]))
    newcomers.notice("fraud")
    newcomers.hold(_once(100, 2))
    newcomers.hold(table_of(_rows(5)[3:], start=3))
    newcomers.notice("fraud")
    newcomers.notice("fraud")
    _fill(newcomers, 1000)
    assert newcomers.make_room() == [("fraud", "5")]
    assert (newcomers.rows_of(key), newcomers.dropped_rows) == (2, 3)
    # As by the log of what is left: rows that come before it came again.
    assert not newcomers.unseen(batch_of(_rows(5))).any()
    assert newcomers.unseen(batch_of(_rows(6)[5:], start=5)).all()
    (held,) = newcomers.release(key)
    assert held.batch.offsets.tolist() == [3, 4]
    assert held.restarts == 2
    assert key not in newcomers


def test_who_has_enough_rows_is_not_let_go_with_the_others() -> None:
    newcomers = Newcomers(most_bytes=16_000)
    newcomers.hold(table_of(_rows(ENOUGH)))
    newcomers.hold(table_of(_rows(ENOUGH - 1), version="4"))
    _fill(newcomers, 1000)
    size = newcomers.size
    assert newcomers.make_room() == [("fraud", "3")]
    assert newcomers.rows_of(("fraud", "3")) == ENOUGH
    newcomers.release(("fraud", "3"))
    assert newcomers.size < size


def test_where_none_has_enough_rows_one_that_came_again_is_watched() -> None:
    newcomers = Newcomers(most_bytes=16_000)
    newcomers.hold(table_of_many([batch_of(_rows(1), version=version) for version in "345"]))
    newcomers.hold(table_of(_rows(1), start=1, version="4"))
    _fill(newcomers, 1000)
    assert newcomers.make_room() == [("fraud", "4")]


def test_as_many_as_may_be_watched_have_room_until_they_are() -> None:
    fleet = _fleet(most_models=50, most_columns=100, at_once=0)
    names = [str(number) for number in range(50)]
    for row in range(SHOWN + 1):
        rows = _rows(SHOWN + 1)[row : row + 1]
        fleet.update(
            table_of_many([batch_of(rows, start=row, version=version) for version in names])
        )
    assert [monitor.version for monitor in fleet] == names
    assert {monitor.rows for monitor in fleet} == {SHOWN + 1}
    assert fleet.newcomers.dropped_rows == 0


def test_whoever_made_room_is_watched_anew() -> None:
    """The held rows of a table may push out one whose rows are in the same table."""
    fleet = _fleet(most_models=1, at_once=1, most_held_bytes=16_000)
    fleet.update(table_of(_rows(10), version="3"))
    fleet.update(table_of(_rows(ENOUGH), version="4"))
    for first in range(100, 150):
        batches = [batch_of(_rows(1), start=first, version=name) for name in ("3", f"once {first}")]
        fleet.update(table_of_many(batches))
        if ("fraud", "4") not in fleet.newcomers:
            break
    assert fleet.evicted == [("fraud", "3"), ("fraud", "4")]
    assert [(monitor.version, monitor.rows) for monitor in fleet] == [("3", 1)]


def test_a_block_goes_with_the_last_of_its_versions() -> None:
    newcomers = Newcomers(10**6)
    newcomers.hold(_once(0, 2))
    for version in "01":
        assert newcomers.size > 0
        (held,) = newcomers.release(("once", version))
        assert held.batch.offsets.tolist() == [int(version)]
    assert newcomers.size == 0
    assert newcomers.release(("once", "0")) == []
    assert newcomers.rows_of(("once", "0")) == 0


def test_a_round_with_newcomers_is_taken_as_one_for_those_that_are_watched() -> None:
    fleet = _fleet(at_once=4)
    fleet.update(table_of(_rows(100), version="3"))
    fleet.update(table_of(_rows(100), version="4"))
    tables = [_with_once(start) for start in (100, 105)]
    taken = fleet.update_all(tables)
    rows = Counter[int]()
    for each in taken:
        rows[len(each.table)] += 1
    assert rows == {1: 2, 20: 1}


def _with_once(start: int) -> ObservationTable:
    rows = _rows(start + 5)[start:]
    batches = [
        batch_of(rows, start=start, version="3"),
        batch_of(rows, start=start, version="4"),
        batch_of(rows[:1], start=start, version=f"once {start}"),
    ]
    return table_of_many(batches)
