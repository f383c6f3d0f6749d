import struct
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.columns import Column, Kind, Role, columns_of
from schemas.invalid import InvalidMessage
from schemas.observations import (
    MAGIC,
    ObservationBatch,
    Origin,
    decode_observations,
    encode_observations,
)
from tests.schemas.documents_strategy import TEXT, VALUES


def _batch(rows: list[dict[str, Any]], offsets: list[int] | None = None) -> ObservationBatch:
    names = dict.fromkeys(name for row in rows for name in row)
    columns: list[Column] = []
    for name in names:
        columns += columns_of(name, Role.FEATURE, [row.get(name) for row in rows])
    return ObservationBatch(
        model="fraud",
        version="3",
        origin=Origin.PREDICTIONS,
        topic="predictions",
        partition=2,
        offsets=np.array(range(len(rows)) if offsets is None else offsets, dtype=np.int64),
        times=np.arange(len(rows), dtype=np.int64) * 1000,
        columns=tuple(columns),
    )


BATCH = _batch([{"x": 1.5, "c": "a", "b": True}, {"x": None, "c": "é", "b": False}])


def _equal(left: ObservationBatch, right: ObservationBatch) -> bool:
    def plain(batch: ObservationBatch) -> object:
        columns = [
            (
                column.name,
                column.role,
                column.kind,
                column.values.tolist(),
                column.categories,
                None if column.flags is None else column.flags.tolist(),
            )
            for column in batch.columns
        ]
        identity = (batch.model, batch.version, batch.origin, batch.topic, batch.partition)
        return identity, batch.offsets.tolist(), batch.times.tolist(), columns

    return plain(left) == plain(right)


@given(st.lists(st.dictionaries(TEXT, VALUES, max_size=3), max_size=6))
def test_a_batch_survives_the_round_trip(rows: list[dict[str, Any]]) -> None:
    batch = _batch(rows)
    assert _equal(decode_observations(encode_observations(batch)), batch)


@given(st.binary(max_size=80))
def test_garbage_raises_only_invalid_message(garbage: bytes) -> None:
    for frame in (garbage, MAGIC + garbage, MAGIC + struct.pack("<I", len(garbage)) + garbage):
        with pytest.raises(InvalidMessage):
            decode_observations(frame)


def test_a_cut_frame_is_refused_wherever_it_is_cut() -> None:
    frame = encode_observations(BATCH)
    for length in range(len(frame)):
        with pytest.raises(InvalidMessage):
            decode_observations(frame[:length])
    with pytest.raises(InvalidMessage):
        decode_observations(frame + b"\x00")


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_flipped_byte_raises_only_invalid_message(at: int, bits: int) -> None:
    frame = bytearray(encode_observations(BATCH))
    frame[at % len(frame)] ^= bits
    try:
        batch = decode_observations(bytes(frame))
    except InvalidMessage:
        return
    assert all(len(column.values) == len(batch) for column in batch.columns)


def _with_header(**changes: Any) -> bytes:
    frame = encode_observations(BATCH)
    (length,) = struct.unpack_from("<I", frame, 4)
    header = orjson.loads(frame[8 : 8 + length]) | changes
    head = orjson.dumps(header)
    return MAGIC + struct.pack("<I", len(head)) + head + frame[8 + length :]


@given(
    st.sampled_from(["model", "version", "origin", "topic", "partition", "rows", "columns"]), VALUES
)
def test_a_header_that_lies_raises_only_invalid_message(name: str, value: Any) -> None:
    try:
        frame = _with_header(**{name: value})
    except TypeError:  # what JSON cannot hold
        return
    with suppress(InvalidMessage):
        decode_observations(frame)


@pytest.mark.parametrize(
    "changes",
    [
        {"rows": -1},
        {"rows": True},
        {"rows": 1.0},
        {"rows": 2**62},
        {"rows": 1},
        {"rows": 3},
        {"partition": -1},
        {"partition": "2"},
        {"model": ""},
        {"model": "m" * 250},
        {"version": None},
        {"topic": 1},
        {"origin": "guesses"},
        {"columns": [{}]},
        {"columns": ["x"]},
        {"columns": {"name": "x"}},
        {"columns": [{"name": 1, "role": "feature", "kind": "number"}]},
        {"columns": []},
    ],
)
def test_what_no_batch_can_hold_is_refused(changes: dict[str, Any]) -> None:
    decode_observations(_with_header())
    with pytest.raises(InvalidMessage, match="observations"):
        decode_observations(_with_header(**changes))


def _frame_of(column: Column) -> bytes:
    return encode_observations(replace(BATCH, columns=(column,)))


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
        encode_observations(replace(BATCH, offsets=np.array([-1, 0]))),
        encode_observations(replace(BATCH, offsets=np.array([1, 0]))),
        encode_observations(replace(BATCH, times=np.array([0, -1]))),
        encode_observations(replace(BATCH, times=np.array([0, 2**62]))),
    ],
    ids=["nan", "infinite", "code", "negative-code", "flag", "offset", "order", "1969", "10000"],
)
def test_values_that_would_fail_only_later_are_refused(frame: bytes) -> None:
    with pytest.raises(InvalidMessage):
        decode_observations(frame)


@given(st.sets(st.integers(0, 20), min_size=1), st.integers(0, 21))
def test_since_keeps_the_rows_from_one_on(offsets: set[int], row: int) -> None:
    ordered = sorted(offsets)
    batch = _batch([{"x": each, "c": str(each)} for each in ordered], ordered)
    rest = batch.since(row)
    assert rest.offsets.tolist() == ordered[row:]
    numbers, categories = rest.columns
    assert numbers.values.tolist() == rest.offsets.tolist()
    texts = [categories.categories[code] for code in categories.values.tolist()]
    assert texts == [str(each) for each in rest.offsets.tolist()]
    assert len(rest.times) == len(rest)
