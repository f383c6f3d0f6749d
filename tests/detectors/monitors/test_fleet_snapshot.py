from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.monitors.fleet import Fleet
from detectors.monitors.fleet_snapshot import (
    NOTICED,
    FleetSnapshots,
)
from detectors.monitors.options import DetectorOptions, MonitorOptions
from detectors.snapshots.codec import decode_snapshot, encode_snapshot
from detectors.snapshots.parts import PartName, UnusablePart
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.published import PublishedEvent
from schemas.tables.columns import Flag, Kind, Role
from schemas.tables.observations import ObservationTable
from tests.detectors.batches import plain, rows_of, table_of
from tests.detectors.drift_alerts import alerts_in
from tests.detectors.stored import parts_of, snapshot_of

OPTIONS = MonitorOptions(burn_in=100)
SAMPLES = Path(__file__).parent
Item = ObservationTable | ModelEvent
OUTLINE = {
    "young": [],
    "order": [["fraud", "3"]],
    "at_once": None,
    "newcomers": {"next": 0, "blocks": [], "restarts": []},
}


def _fleet(options: MonitorOptions = OPTIONS, **more: Any) -> Fleet:
    return Fleet(lambda _: options, **more)


def _log() -> list[Item]:
    """Return the records of one partition: newcomers, versions with a drift, and model events."""
    random = np.random.default_rng(5)
    log: list[Item] = []
    for start in range(0, 30, 3):
        rows = rows_of(x=random.normal(size=3), y=["a", "b", "c"])
        log.append(table_of(rows, start=start, version=f"once {start}"))
        log.append(table_of(rows[:2], start=start, version="6"))
        if start == 15:
            log.append(ModelEvent(type=ModelEventType.VERSION_DEPLOYED, model="fraud", version="6"))
    for start in range(100, 1000, 50):
        shift = 3.0 * (start >= 700)
        for version in "3456":
            rows = rows_of(
                x=random.normal(size=50) + shift,
                y=[str(each) for each in random.choice(["a", "b", "c"], 50)],
            )
            log.append(table_of(rows, start=start, version=version))
        if start == 400:
            log.append(
                ModelEvent(
                    type=ModelEventType.RETRAIN_COMPLETED,
                    model="fraud",
                    timestamp="2026-01-01T00:00:00Z",
                )
            )
    return log


LOG = _log()


def _feed(fleet: Fleet, items: Sequence[Item]) -> list[PublishedEvent]:
    alerts: list[PublishedEvent] = []
    for item in items:
        if isinstance(item, ModelEvent):
            fleet.notice(item)
        else:
            alerts += fleet.update(item)
    return alerts


def _parts(fleet: Fleet) -> dict[PartName, bytes]:
    return parts_of(FleetSnapshots(fleet))


def _through_bytes(fleet: Fleet, **more: Any) -> Fleet:
    outline = decode_snapshot(encode_snapshot(FleetSnapshots(fleet).outline()))
    again = _fleet(**more)
    assert FleetSnapshots(again).restore(outline, _parts(fleet)) == []
    return again


def _bytes(fleet: Fleet) -> dict[str, bytes]:
    return {each.version: snapshot_of(fleet, (each.model, each.version)) for each in fleet}


@given(st.lists(st.integers(0, len(LOG)), max_size=3), st.sampled_from([2, 10]), st.booleans())
@settings(max_examples=15)
def test_stopping_at_any_record_and_going_on_equals_never_having_stopped(
    stops: list[int], most_models: int, has_newcomers: bool
) -> None:
    more: dict[str, Any] = {"most_models": most_models}
    if has_newcomers:
        more |= {"at_once": 0, "most_held_bytes": 6000}
    whole = _fleet(**more)
    expected = _feed(whole, LOG)
    fleet = _fleet(**more)
    alerts: list[PublishedEvent] = []
    at = 0
    for stop in sorted(stops):
        alerts += _feed(fleet, LOG[at:stop])
        fleet = _through_bytes(fleet, **more)
        at = stop
    alerts += _feed(fleet, LOG[at:])
    assert [alert.event_id for alert in alerts] == [alert.event_id for alert in expected]
    assert _bytes(fleet) == _bytes(whole)
    assert plain(fleet.state()) == plain(whole.state())
    assert encode_snapshot(fleet.outline()) == encode_snapshot(whole.outline())


def test_the_bytes_do_not_depend_on_how_rows_were_cut() -> None:
    rows = rows_of(x=np.random.default_rng(1).normal(size=400))
    whole, cut = _fleet(), _fleet()
    whole.update(table_of(rows, version="3"))
    for start in range(0, 400, 7):
        cut.update(table_of(rows[start : start + 7], start=start, version="3"))
    assert _bytes(whole) == _bytes(cut)


def test_stamps_differ_where_and_only_where_a_part_does() -> None:
    fleet = _fleet()
    snapshots = FleetSnapshots(fleet)
    stamps, parts = snapshots.stamps(), _parts(fleet)
    for item in LOG:
        _feed(fleet, [item])
        now, bytes_now = snapshots.stamps(), _parts(fleet)
        changed = {name for name in now if now[name] != stamps.get(name)}
        assert changed >= {name for name in now if bytes_now[name] != parts.get(name)}
        assert len(changed) <= 4 or isinstance(item, ModelEvent)
        stamps, parts = now, bytes_now
    _feed(fleet, LOG[:3])
    assert snapshots.stamps() == stamps


def test_other_options_begin_the_references_anew_and_keep_the_marks() -> None:
    fleet = _fleet()
    _feed(fleet, LOG)
    other = _fleet(MonitorOptions(burn_in=150))
    (note, *_) = FleetSnapshots(other).restore(fleet.outline(), _parts(fleet))
    assert "begin anew" in note
    monitor = other.monitor("fraud", "3")
    assert monitor is not None
    assert (monitor.rows, len(monitor.columns)) == (900, 0)
    _feed(other, LOG)
    assert monitor.replayed_rows == 900


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, "missing"),
        (b"garbage", "foreign"),
        (encode_snapshot({"model": "churn", "version": "3", "state": {}}), "another model"),
        (encode_snapshot({"model": "fraud", "version": "3"}), "no state"),
        (
            encode_snapshot({"model": "fraud", "version": "3", "options": None, "state": {}}),
            "cannot be taken",
        ),
    ],
)
def test_a_part_that_cannot_be_taken_is_named(data: bytes | None, reason: str) -> None:
    fleet = _fleet()
    _feed(fleet, LOG)
    parts = _parts(fleet)
    del parts["model", "fraud", "3"]
    if data is not None:
        parts["model", "fraud", "3"] = data
    with pytest.raises(UnusablePart, match=reason) as caught:
        FleetSnapshots(_fleet()).restore(fleet.outline(), parts)
    assert caught.value.name == ("model", "fraud", "3")


def test_the_noticed_events_are_needed_too() -> None:
    fleet = _fleet()
    with pytest.raises(UnusablePart) as caught:
        FleetSnapshots(_fleet()).restore(fleet.outline(), {})
    assert caught.value.name == NOTICED


def test_a_version_of_format_2_goes_on_and_its_quality_begins_anew() -> None:
    """Four columns of 60 rows, one with gaps, as format 2 wrote them."""
    data = bytes.fromhex("".join((SAMPLES / "fleet_v2.hex").read_text().split()))
    fleet = _fleet(MonitorOptions(burn_in=20, bins=4))
    parts = {("model", "fraud", "3"): data, NOTICED: encode_snapshot({"noticed": []})}
    (note,) = FleetSnapshots(fleet).restore(OUTLINE, parts)
    assert "those of 1 columns begin anew" in note
    monitor = fleet.monitor("fraud", "3")
    assert monitor is not None
    assert monitor.rows == 60
    gaps = monitor.columns[Role.FEATURE, "gaps"]
    assert (gaps.problems[Flag.OK], gaps.problems[Flag.NULL]) == (48, 11)
    assert gaps.reference.ready
    # Its share is known after a burn-in, and not of the rows before.
    rows = [
        {"x": row / 7 % 1, "gaps": None, "c": "ab"[row % 2], "b": row % 2 == 0} for row in range(50)
    ]
    kinds = {alert.kind for alert in alerts_in(fleet.update(table_of(rows, start=60)))}
    assert "quality_drift" not in kinds


def test_categories_of_format_2_begin_anew_since_its_rules_gave_false_alarms() -> None:
    data = bytes.fromhex("".join((SAMPLES / "fleet_v2.hex").read_text().split()))
    fleet, again = (_fleet(MonitorOptions(burn_in=20, bins=4)) for _ in range(2))
    parts = {("model", "fraud", "3"): data, NOTICED: encode_snapshot({"noticed": []})}
    FleetSnapshots(fleet).restore(OUTLINE, parts)
    monitor = fleet.monitor("fraud", "3")
    assert monitor is not None
    ready = {name: column.reference.ready for (_, name), column in monitor.columns.items()}
    assert ready == {"x": True, "gaps": True, "c": False, "b": True}
    column = monitor.columns[Role.FEATURE, "c"]
    assert (column.problems[Flag.OK], list(column.names)) == (60, [])
    assert FleetSnapshots(again).restore(fleet.outline(), _parts(fleet)) == []
    assert _bytes(again) == _bytes(fleet)
    fleet.update(table_of(rows_of(c=["a", "b"] * 10), start=60, version="3"))
    assert column.reference.ready
    assert sorted(column.names) == ["(other)", "a", "b"]
    assert column.state()["restarts"] == 1


def test_a_version_of_format_3_goes_on_and_chooses_the_kinds_of_its_columns_anew() -> None:
    """The columns of `fleet_v2.hex`, as format 3 wrote them."""
    data = bytes.fromhex("".join((SAMPLES / "fleet_v3.hex").read_text().split()))
    fleet = _fleet(MonitorOptions(burn_in=20, bins=4))
    parts = {("model", "fraud", "3"): data, NOTICED: encode_snapshot({"noticed": []})}
    assert FleetSnapshots(fleet).restore(OUTLINE, parts) == []
    monitor = fleet.monitor("fraud", "3")
    assert monitor is not None
    ready = {name: column.reference.ready for (_, name), column in monitor.columns.items()}
    assert ready == {"x": True, "gaps": True, "c": True, "b": True}
    column = monitor.columns[Role.FEATURE, "c"]
    assert (column.kind, dict(column.evidence)) == (Kind.CATEGORY, dict.fromkeys(Kind, 0))
    rows = [{"x": 0.1, "gaps": 0.2, "c": row, "b": True} for row in range(28)]
    # The eighth one that was never seen before is a fault, after which the kind is chosen anew.
    fleet.update(table_of(rows, start=60))
    assert (column.kind, column.evidence[Kind.NUMBER]) == (Kind.NUMBER, 20)


def test_a_detector_without_a_state_starts_anew() -> None:
    options = MonitorOptions(burn_in=100, detectors=(DetectorOptions("river.ADWIN", {}),))
    fleet, again = _fleet(options), _fleet(options)
    _feed(fleet, LOG)
    FleetSnapshots(again).restore(fleet.outline(), _parts(fleet))
    assert _bytes(again) == _bytes(fleet)
