"""Observation tables as bytes.

A frame is: 4 bytes of magic (``DLO`` and its version), the header's length as an unsigned
little-endian 32-bit number, the header as JSON, then the arrays of one table after the other,
little-endian: offsets and times as int64, the sources' numbers as int32, the values of all columns
(float64, or int32 codes of a category column), and the flags (uint8) of those that have any. It is
an internal format between Driftline's own stages; ``docs/decisions`` tells why it is binary.
Version 3 has errors in place of predictions and labels; all else is the same.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import starmap
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from schemas.events.event import LONGEST_NAME
from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.times import EARLIEST_MS, LATEST_MS
from schemas.formats import FRAMES, OtherFormat
from schemas.tables.columns import Column, Flag, Kind, Role
from schemas.tables.observations import (
    LARGEST_OFFSET,
    ModelRows,
    ObservationTable,
    Origin,
    Source,
    number_sources,
)

MAGIC: Final = FRAMES.magic()

_PREFIX: Final = struct.Struct("<4sI")
_MODEL_FIELDS: Final = ("models", "versions", "rows")
"""Lists in a table's description: hundreds of models may share one."""

_LARGEST_COUNT: Final = 2**31 - 1


def encode_frame(tables: Iterable[ObservationTable], version: int = FRAMES.writes) -> bytes:
    """Return the frame of some tables.

    Parameters
    ----------
    tables
        Of what the version has.
    version
        Of the format.
    """
    whole = list(tables)
    sources, numbers = number_sources(source for table in whole for source in table.sources)
    begin = 0
    headers: list[dict[str, Any]] = []
    parts: list[bytes] = []
    for table in whole:
        headers.append(
            {
                "origin": table.origin,
                **dict(zip(_MODEL_FIELDS, zip(*table.models, strict=True), strict=True)),
                "columns": [_describe(column) for column in table.columns],
            }
        )
        own = numbers[begin : begin + len(table.sources)]
        begin += len(table.sources)
        parts += [table.offsets.astype("<i8").tobytes(), table.times.astype("<i8").tobytes()]
        parts.append(own[table.source_of].astype("<i4").tobytes())
        parts += [column.values.astype(_dtype(column.kind)).tobytes() for column in table.columns]
        parts += [column.flags.tobytes() for column in table.columns if column.flags is not None]
    head = orjson.dumps({"sources": [*map(list, sources)], "tables": headers})
    return b"".join([_PREFIX.pack(FRAMES.magic(version), len(head)), head, *parts])


def is_frame(value: bytes) -> bool:
    """Tell whether bytes begin as a frame does, of whichever version."""
    return FRAMES.version_of(value) is not None


def decode_frame(frame: bytes) -> list[ObservationTable]:
    """Return the tables of a frame.

    Raises
    ------
    InvalidMessage
        Where the bytes are not a frame, or say what no table can hold: what is returned can be used
        without further checks.
    OtherFormat
        Where they are a frame of a version that is not read.
    """
    version = FRAMES.version_of(frame)
    if version is not None and version not in FRAMES.reads:
        raise OtherFormat(FRAMES.refusal(version))
    if len(frame) < _PREFIX.size or version is None:
        raise InvalidMessage(Reason.UNDECODABLE, f"observations: not a {MAGIC.decode()} frame")
    _, length = _PREFIX.unpack_from(frame)
    start = _PREFIX.size + length
    try:
        header = orjson.loads(frame[_PREFIX.size : start])
        sources = _sources(header["sources"])
        arrays = _Arrays(frame, start)
        tables = [_table(description, sources, arrays) for description in header["tables"]]
        arrays.end()
        for table in tables:
            _check(table)
        last = {table.origin: table for table in tables}
        tables = [replace(table, is_continued=table is not last[table.origin]) for table in tables]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise InvalidMessage(Reason.UNDECODABLE, f"observations: {error}") from error
    return tables


class _Arrays:
    """Reads one array after the other from a frame."""

    def __init__(self, frame: bytes, start: int) -> None:
        self._frame = frame
        self._at = start

    def take(self, dtype: str, count: int) -> NDArray[Any]:
        array = np.frombuffer(self._frame, dtype=dtype, count=count, offset=self._at)
        self._at += array.nbytes
        # A copy, which is writable and lies at an address that kernels take.
        return array.copy()

    def end(self) -> None:
        if self._at != len(self._frame):
            raise ValueError("bytes beyond the last array")


def _describe(column: Column) -> dict[str, Any]:
    description: dict[str, Any] = {"name": column.name, "role": column.role, "kind": column.kind}
    if column.kind is Kind.CATEGORY:
        description["categories"] = column.categories
    if column.flags is not None:
        description["flags"] = True
    return description


def _sources(described: Iterable[Any]) -> tuple[Source, ...]:
    sources = tuple(Source(_text(topic), _count(number)) for topic, number in described)
    if len(set(sources)) < len(sources):
        raise ValueError("sources: each may occur once")
    return sources


def _table(
    description: dict[str, Any], sources: tuple[Source, ...], arrays: _Arrays
) -> ObservationTable:
    fields = zip(*(description[name] for name in _MODEL_FIELDS), strict=True)
    models = tuple(starmap(ModelRows, fields))
    _check_models(models)
    rows = sum(each.rows for each in models)
    offsets, times = arrays.take("<i8", rows), arrays.take("<i8", rows)
    return ObservationTable(
        Origin(description["origin"]),
        models,
        sources,
        arrays.take("<i4", rows).astype(np.int64),
        offsets,
        times,
        tuple(_columns(description["columns"], rows, arrays)),
    )


def _columns(descriptions: list[dict[str, Any]], rows: int, arrays: _Arrays) -> Iterator[Column]:
    kinds = [Kind(description["kind"]) for description in descriptions]
    values = [arrays.take(_dtype(kind), rows) for kind in kinds]
    for description, kind, array in zip(descriptions, kinds, values, strict=True):
        flags = arrays.take("u1", rows) if description.get("flags") else None
        categories = tuple(map(_text, description.get("categories", ())))
        role = Role(description["role"])
        yield Column(_text(description["name"]), role, kind, array, categories, flags)


def _check(table: ObservationTable) -> None:
    """Refuse what would fail, or be counted wrongly, only later on."""
    if len(table) == 0:
        raise ValueError("no rows")
    if table.source_of.min() < 0 or table.source_of.max() >= len(table.sources):
        raise ValueError("sources: no such source")
    falls = (np.diff(table.offsets) < 0) & (np.diff(table.source_of) == 0)
    # Where a model begins the offsets begin anew.
    falls[np.array(table.bounds()[1:-1], dtype=np.intp) - 1] = False
    if table.offsets.min() < 0 or table.offsets.max() > LARGEST_OFFSET or falls.any():
        raise ValueError("offsets: not ascending from 0")
    if table.times.min() < EARLIEST_MS or table.times.max() > LATEST_MS:
        raise ValueError("times: outside the years 1970 to 9999")
    for column in table.columns:
        _check_column(column)
    if table.origin is Origin.REPEATS:
        told = [each for each in table.columns if each.role is Role.CORRECTED]
        if len(told) != 1 or told[0].kind is not Kind.BOOLEAN or told[0].flags is not None:
            raise ValueError("repeats: expected whether each is corrected")


def _check_models(models: Sequence[ModelRows]) -> None:
    for model, version, rows in models:
        if not 0 < len(_text(model)) <= LONGEST_NAME or not 0 < len(_text(version)) <= LONGEST_NAME:
            raise ValueError(f"model and version: expected 1 to {LONGEST_NAME} characters")
        if _count(rows) == 0:
            raise ValueError("models: expected at least one row each")
    if len({(model, version) for model, version, _ in models}) < len(models):
        raise ValueError("models: each may occur once")


def _check_column(column: Column) -> None:
    if column.flags is not None and column.flags.max() > max(Flag):
        raise ValueError("flags: unknown")
    if column.kind is not Kind.CATEGORY:
        if not np.isfinite(column.values).all():
            raise ValueError("values: not finite")
    elif column.values.min() < 0 or column.values.max() >= len(column.categories):
        raise ValueError("codes: no such category")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, found {type(value).__name__}")
    return value


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value <= _LARGEST_COUNT:
        raise ValueError("counts: expected whole numbers from 0")
    return value


def _dtype(kind: Kind) -> str:
    return "<i4" if kind is Kind.CATEGORY else "<f8"
