from pathlib import Path

import numpy as np
import pytest

from detectors.monitors.fleet import AT_ONCE, Fleet
from detectors.monitors.fleet_snapshot import NOTICED, FleetSnapshots
from detectors.monitors.held_block import HeldBlock
from detectors.monitors.held_snapshot import (
    block_in,
    encode_block,
    frame_in,
    name_of,
    rows_held,
    without_versions,
)
from detectors.monitors.options import MonitorOptions
from detectors.snapshots.codec import decode_snapshot, encode_snapshot
from detectors.snapshots.parts import UnusablePart
from schemas.tables.frames import encode_frame
from schemas.tables.observations import Origin
from tests.detectors.batches import batch_of, rows_of, table_of, table_of_many
from tests.detectors.stored import parts_of

SAMPLES = Path(__file__).parent
NAME = name_of(7)


def _kept(name: str) -> bytes:
    return bytes.fromhex("".join((SAMPLES / name).read_text().split()))


def _block() -> HeldBlock:
    block = HeldBlock(number=7)
    rows = rows_of(amount=[1.5, 2.5], country=["CH", "FR"])
    last = batch_of(rows_of(amount=[0.5], country=["CH"]), start=2, version="4")
    list(block.add(table_of_many([batch_of(rows), last])))
    return block


def test_a_block_of_format_5_is_read() -> None:
    assert encode_block(block_in(NAME, {NAME: _kept("held_v5.hex")})) == encode_block(_block())
    (held,) = block_in(NAME, {NAME: _kept("held_v5.hex")}).tables
    table = held.table()
    assert table.versions() == [("fraud", "3"), ("fraud", "4")]
    amount, country = table.columns
    assert amount.values.tolist() == [1.5, 2.5, 0.5]
    assert [country.categories[code] for code in country.values] == ["CH", "FR", "CH"]


def test_a_fleet_of_format_4_has_no_newcomers() -> None:
    outline = decode_snapshot(_kept("index_v4.hex"))["outline"]
    assert outline["order"] == [["fraud", "3"], ["fraud", "4"]]
    fleet = Fleet(lambda _: MonitorOptions())
    parts = {NOTICED: encode_snapshot({"noticed": []})}
    FleetSnapshots(fleet).restore({**outline, "order": [], "young": []}, parts)
    assert len(fleet.newcomers) == 0
    assert fleet.outline()["at_once"] == AT_ONCE


def test_the_bytes_are_of_the_rows_that_are_held_still() -> None:
    block, alone = _block(), HeldBlock(number=7)
    list(alone.add(table_of(rows_of(amount=[0.5], country=["CH"]), start=2, version="4")))
    block.leave(("fraud", "3"))
    assert encode_block(block) == encode_block(alone)
    again = block_in(NAME, {NAME: encode_block(block)})
    assert encode_block(again) == encode_block(block)


def test_the_rows_of_each_version_are_told() -> None:
    parts = {NAME: encode_block(_block()), ("model", "fraud", "5"): b"not looked at"}
    assert rows_held(parts) == {("fraud", "3"): 2, ("fraud", "4"): 1}
    assert rows_held(parts, Origin.LABELS) == {}


def test_versions_are_taken_out_of_the_blocks_that_have_them() -> None:
    parts = {NAME: encode_block(_block()), ("noticed",): b"not looked at"}
    assert without_versions(parts, {("other", "3")}) == {}
    (data,) = without_versions(parts, {("fraud", "3")}).values()
    assert data is not None
    assert rows_held({NAME: data}) == {("fraud", "4"): 1}
    assert without_versions(parts, {("fraud", "3"), ("fraud", "4")}) == {NAME: None}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"garbage", "foreign"),
        (encode_snapshot({}), "no rows of newcomers"),
        (encode_snapshot({"rows": np.zeros(3)}), "no rows of newcomers"),
        (encode_snapshot({"rows": np.zeros(3, dtype=np.uint8)}), "cannot be read"),
    ],
)
def test_what_is_no_block_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(UnusablePart, match=why) as caught:
        block_in(NAME, {NAME: data})
    assert caught.value.name == NAME


def test_a_fleet_names_the_block_that_cannot_be_read() -> None:
    fleet = Fleet(lambda _: MonitorOptions(), at_once=0)
    fleet.update(table_of(rows_of(x=[1.0])))
    snapshots = FleetSnapshots(fleet)
    parts = parts_of(snapshots)
    outline = fleet.outline()
    spoiled = encode_snapshot({"rows": np.zeros(3, dtype=np.uint8)})
    missing = {name: data for name, data in parts.items() if name != name_of(0)}
    for faulty in (missing, {**missing, name_of(0): spoiled}):
        other = FleetSnapshots(Fleet(lambda _: MonitorOptions()))
        with pytest.raises(UnusablePart) as caught:
            other.restore(outline, faulty)
        assert caught.value.name == name_of(0)


def test_the_frame_is_that_of_the_tables() -> None:
    block = _block()
    assert frame_in(NAME, {NAME: encode_block(block)}).tobytes() == encode_frame(
        each.table() for each in block.tables
    )
