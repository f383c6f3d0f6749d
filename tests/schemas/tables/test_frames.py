import struct
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events.invalid import InvalidMessage
from schemas.formats import FRAMES, FRAMES_BEFORE, OtherFormat
from schemas.tables.columns import Column, Kind, Role, column_of
from schemas.tables.frames import MAGIC, decode_frame, encode_frame, is_frame
from schemas.tables.observations import ModelRows, ObservationTable, Origin, Run
from tests.runs import sources_of
from tests.schemas.documents_strategy import TEXT, VALUES


def _table(rows: list[dict[str, Any]], model: str = "fraud") -> ObservationTable:
    names = dict.fromkeys(name for row in rows for name in row)
    columns = [column_of(name, Role.FEATURE, [row.get(name) for row in rows]) for name in names]
    cut = len(rows) // 2
    sources, source_of = sources_of(Run("p", 2, len(rows) - cut), Run("p", 0, cut))
    return ObservationTable(
        origin=Origin.PREDICTIONS,
        models=(ModelRows(model, "3", len(rows)),),
        sources=sources,
        source_of=source_of,
        offsets=np.array([*range(len(rows) - cut), *range(cut)], dtype=np.int64),
        times=np.arange(len(rows), dtype=np.int64) * 1000,
        columns=tuple(columns),
    )


TABLE = _table([{"x": 1.5, "c": "a", "b": True}, {"x": None, "c": "é", "b": False}])


ONE_RUN = replace(TABLE, source_of=np.zeros(2, dtype=np.int64))


def _plain(table: ObservationTable) -> object:
    columns = [
        (
            column.name,
            column.role,
            column.kind,
            column.values.tolist(),
            column.categories,
            None if column.flags is None else column.flags.tolist(),
        )
        for column in table.columns
    ]
    sources = [table.sources[number] for number in table.source_of.tolist()]
    positions = table.offsets.tolist(), table.times.tolist()
    return table.origin, table.models, sources, *positions, columns


@given(
    st.lists(
        st.lists(st.dictionaries(TEXT, VALUES, max_size=3), min_size=1, max_size=6), max_size=3
    )
)
def test_tables_survive_the_round_trip(rows: list[list[dict[str, Any]]]) -> None:
    tables = [_table(some, f"m{number}") for number, some in enumerate(rows)]
    assert list(map(_plain, decode_frame(encode_frame(tables)))) == list(map(_plain, tables))


@given(st.binary(max_size=80))
def test_garbage_raises_only_invalid_message(garbage: bytes) -> None:
    for frame in (garbage, MAGIC + garbage, MAGIC + struct.pack("<I", len(garbage)) + garbage):
        with pytest.raises(InvalidMessage):
            decode_frame(frame)


def test_a_cut_frame_is_refused_wherever_it_is_cut() -> None:
    frame = encode_frame([TABLE])
    for length in range(len(frame)):
        with pytest.raises(InvalidMessage):
            decode_frame(frame[:length])
    with pytest.raises(InvalidMessage):
        decode_frame(frame + b"\x00")


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_flipped_byte_raises_only_invalid_message(at: int, bits: int) -> None:
    frame = bytearray(encode_frame([TABLE]))
    frame[at % len(frame)] ^= bits
    try:
        tables = decode_frame(bytes(frame))
    except (InvalidMessage, OtherFormat):
        return
    for table in tables:
        assert all(len(column.values) == len(table) for column in table.columns)


def _with_header(**changes: Any) -> bytes:
    """The frame of the table with other fields in its description, or in the header's own."""
    frame = encode_frame([TABLE])
    (length,) = struct.unpack_from("<I", frame, 4)
    header = orjson.loads(frame[8 : 8 + length])
    outer = changes.keys() & header.keys()
    header["tables"][0] |= {name: value for name, value in changes.items() if name not in outer}
    head = orjson.dumps(header | {name: changes[name] for name in outer})
    return MAGIC + struct.pack("<I", len(head)) + head + frame[8 + length :]


@given(
    st.sampled_from(["sources", "tables", "origin", "models", "versions", "rows", "columns"]),
    VALUES,
)
def test_a_header_that_lies_raises_only_invalid_message(name: str, value: Any) -> None:
    try:
        frame = _with_header(**{name: value})
    except TypeError:  # what JSON cannot hold
        return
    with suppress(InvalidMessage):
        decode_frame(frame)


@pytest.mark.parametrize(
    "changes",
    [
        {"sources": [["predictions", -1], ["predictions", 0]]},
        {"sources": [["predictions", "2"], ["predictions", 0]]},
        {"sources": [["predictions", True], ["predictions", 0]]},
        {"sources": [[1, 2], ["predictions", 0]]},
        {"sources": [["predictions", 2]]},
        {"tables": [{}]},
        {"tables": []},
        {"sources": [["p", 0], ["p", 0]]},
        {"models": [""]},
        {"models": ["m" * 250]},
        {"versions": [None]},
        {"versions": []},
        {"rows": [1]},
        {"rows": [3]},
        {"rows": []},
        {"rows": [2.0]},
        {"rows": [2**62]},
        {"rows": 2},
        {"models": ["a", "b"], "versions": ["1", "1"], "rows": [3, -1]},
        {"models": ["a", "b"], "versions": ["1", "1"], "rows": [2, 0]},
        {"models": ["a", "a"], "versions": ["1", "1"], "rows": [1, 1]},
        {"models": []},
        {"origin": "guesses"},
        {"columns": [{}]},
        {"columns": ["x"]},
        {"columns": {"name": "x"}},
        {"columns": [{"name": 1, "role": "feature", "kind": "number"}]},
        {"columns": []},
    ],
)
def test_what_no_table_can_hold_is_refused(changes: dict[str, Any]) -> None:
    decode_frame(_with_header())
    with pytest.raises(InvalidMessage, match="observations"):
        decode_frame(_with_header(**changes))


def _frame(table: ObservationTable) -> bytes:
    return encode_frame([table])


def _frame_of(column: Column) -> bytes:
    return _frame(replace(TABLE, columns=(column,)))


@pytest.mark.parametrize(
    "frame",
    [
        _frame_of(Column("x", Role.FEATURE, Kind.NUMBER, np.array([1.0, np.nan]))),
        _frame_of(Column("x", Role.FEATURE, Kind.NUMBER, np.array([1.0, np.inf]))),
        _frame_of(Column("x", Role.FEATURE, Kind.CATEGORY, np.array([0, 1], np.int32), ("a",))),
        _frame_of(Column("x", Role.FEATURE, Kind.CATEGORY, np.array([0, -1], np.int32), ("a",))),
        _frame_of(
            Column("x", Role.FEATURE, Kind.NUMBER, np.zeros(2), (), np.array([0, 6], np.uint8))
        ),
        _frame(replace(TABLE, offsets=np.array([-1, 0]))),
        _frame(replace(TABLE, offsets=np.array([0, 2**48]))),
        _frame(TABLE).replace(np.array([1, 0], "<i4").tobytes(), b"\xff" * 8),
        _frame(replace(ONE_RUN, offsets=np.array([1, 0]))),
        _frame(replace(TABLE, times=np.array([0, -1]))),
        _frame(replace(TABLE, times=np.array([0, 2**62]))),
    ],
    ids=[
        "nan",
        "infinite",
        "code",
        "negative-code",
        "flag",
        "negative-offset",
        "large-offset",
        "source",
        "order",
        "1969",
        "10000",
    ],
)
def test_values_that_would_fail_only_later_are_refused(frame: bytes) -> None:
    with pytest.raises(InvalidMessage):
        decode_frame(frame)


DATA = Path(__file__).parent / "data"


def test_a_frame_of_the_version_before_is_read() -> None:
    before = (DATA / "labels.dlo3").read_bytes()
    assert is_frame(before)
    assert not before.startswith(MAGIC)
    (table,) = decode_frame(before)
    assert table.versions() == [("fraud", "7")]
    assert table.offsets.tolist() == [4, 5]
    assert [(each.role, each.kind) for each in table.columns] == [(Role.ERROR, Kind.BOOLEAN)]
    assert table.columns[0].values.tolist() == [0.0, 1.0]


def test_a_frame_that_was_kept_of_the_present_version_is_read() -> None:
    kept = (DATA / "labels.dlo4").read_bytes()
    assert kept.startswith(MAGIC)
    (table,) = decode_frame(kept)
    assert table.offsets.tolist() == [4, 5]
    assert {each.name: each.values.tolist() for each in table.columns} == {
        "prediction": [0, 1],
        "label": [0, 0],
        "score": [0.25, 0.75],
        "delay": [1000.0, 0.0],
    }
    assert encode_frame([table]) == kept


@pytest.mark.parametrize("version", [1, 2, 5, 9])
def test_a_frame_of_a_version_that_is_not_read_is_no_bad_input(version: int) -> None:
    frame = FRAMES.magic(version) + encode_frame([TABLE])[4:]
    assert is_frame(frame)
    with pytest.raises(OtherFormat, match=f"of format {version}"):
        decode_frame(frame)


def test_a_table_is_written_as_the_release_before_reads_it() -> None:
    (table,) = decode_frame((DATA / "labels.dlo3").read_bytes())
    assert encode_frame([table], FRAMES_BEFORE) == (DATA / "labels.dlo3").read_bytes()


def test_tables_say_whether_others_of_their_origin_follow_in_the_frame() -> None:
    labels = replace(TABLE, origin=Origin.LABELS)
    frame = encode_frame([TABLE, TABLE, labels, TABLE, labels])
    decoded = decode_frame(frame)
    assert [table.is_continued for table in decoded] == [True, True, True, False, False]
    assert [table.take(table.offsets < 0).is_continued for table in decoded[:1]] == [True]
    assert encode_frame(decoded) == frame
