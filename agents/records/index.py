"""Compiled passes over the bytes of a fetch response: where its batches and records are.

The formats are Kafka's: `MemoryRecords`, `DefaultRecordBatch` and `DefaultRecord` in its sources.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Columns = NDArray[np.int64]

OFFSET: Final = 0
TIMESTAMP: Final = 1
TIMESTAMP_TYPE: Final = 2
KEY_START: Final = 3
KEY_END: Final = 4
VALUE_START: Final = 5
VALUE_END: Final = 6
HEADERS_START: Final = 7
FIELDS: Final = 8
"""Rows of the array that `index` fills; a column is one record."""

_LENGTH_AT: Final = 8
_OVERHEAD: Final = 12  # base offset and length
_MAGIC_AT: Final = 16
_SMALLEST_LEGACY: Final = 26  # batch of one message in format 0
_SMALLEST: Final = 61  # header of a batch without records
_SMALLEST_RECORD: Final = 7  # seven fields of one byte
NOWHERE: Final = -1


class Body(NamedTuple):
    """The records of one batch, as `index` takes them; the fields are columns of its table."""

    start: int
    end: int
    records: int
    base_offset: int
    next_offset: int
    """The position after the batch, which compaction may have left behind its last record."""
    timestamp_type: int
    first_timestamp: int
    max_timestamp: int
    """The time of all of its records where the type is the broker's (1, `LogAppendTime`)."""


class Index(NamedTuple):
    """What `index` found."""

    columns: Columns
    position: int
    """The offset after the last batch that was read."""
    broken: int
    """Number of the first batch that is malformed, of which nothing is taken; -1 for none."""


def walk(raw: Bytes) -> tuple[list[int], bool, bool]:
    """Find the whole batches of a record set.

    Returns
    -------
    tuple
        Where each batch starts, and last the end of the last one; whether what follows it is
        broken, not just cut off; whether any batch is older than format 2.
    """
    starts, broken, legacy = _walk(raw)
    return starts.tolist(), broken, legacy


def index(buffer: Bytes, bodies: Sequence[Body], position: int) -> Index:
    """Find the records of batches that are at `position` or after it, without leaving the bodies.

    Parameters
    ----------
    buffer
        Uncompressed bodies, shape ``(n,)``, read-only as all buffers here: Numba would compile
        anew for another kind.
    bodies
        In the order of the log. They lie within the buffer.
    position
        Offset of the first record wanted.
    """
    table = np.array(bodies, dtype=np.int64).reshape(len(bodies), len(Body._fields))
    # What a batch says of the number of its records is not to be believed; one that does not fit
    # is written before it is found out.
    sizes = table[:, 1] - table[:, 0]
    most = np.clip(table[:, 2], 0, sizes // _SMALLEST_RECORD + 1).sum()
    columns = np.empty((FIELDS, most), dtype=np.int64)
    found, after, broken = _index(buffer, table, position, columns)
    return Index(columns[:, :found], after, broken)


def warm_up() -> None:
    """Compile the passes, or load them from Numba's cache; seconds once, then a fraction of one."""
    nothing = np.frombuffer(b"", dtype=np.uint8)
    walk(nothing)
    index(nothing, [], 0)


@numba.njit(cache=True, nogil=True)
def _walk(raw: Bytes) -> tuple[Columns, bool, bool]:
    starts = np.empty(len(raw) // _SMALLEST_LEGACY + 1, dtype=np.int64)
    count = 0
    at = 0
    legacy = False
    broken = False
    while len(raw) - at >= _OVERHEAD:
        length = 0
        for i in range(at + _LENGTH_AT, at + _OVERHEAD):
            length = length << 8 | int(np.int64(raw[i]))
        length -= (length >> 31) << 32
        if length > len(raw) - at - _OVERHEAD:
            break
        if length < _SMALLEST_LEGACY - _OVERHEAD:
            broken = True
            break
        if np.int8(raw[at + _MAGIC_AT]) < 2:
            legacy = True
        elif length < _SMALLEST - _OVERHEAD:
            broken = True
            break
        starts[count] = at
        count += 1
        at += _OVERHEAD + length
    starts[count] = at
    return starts[: count + 1], broken, legacy


@numba.njit(cache=True, nogil=True)
def varint(buffer: Bytes, at: int, end: int) -> tuple[int, int]:
    """Return a zigzag varint and the place after it, or the place `NOWHERE` if there is none."""
    number = 0
    shift = 0
    while at < end and shift < 64:
        byte = int(np.int64(buffer[at]))
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            # Shifted without its sign: the tenth byte may have set it.
            return (number >> 1 & 0x7FFFFFFFFFFFFFFF) ^ -(number & 1), at
        shift += 7
    return 0, NOWHERE


@numba.njit(cache=True, nogil=True)
def span(buffer: Bytes, at: int, end: int) -> tuple[int, int, int]:
    """Return start and end of a sized field (-1 for null), and the place after it, as above."""
    size, at = varint(buffer, at, end)
    if at == NOWHERE or size > end - at:
        return -1, -1, NOWHERE
    if size < 0:
        return -1, -1, at
    return at, at + size, at + size


@numba.njit(cache=True, nogil=True)
def _headers(buffer: Bytes, at: int, end: int) -> int:
    """Return the place after the headers, as above."""
    count, at = varint(buffer, at, end)
    if count < 0:
        return NOWHERE
    while at != NOWHERE and count > 0:
        start, _, at = span(buffer, at, end)
        # A name cannot be null.
        if at == NOWHERE or start < 0:
            return NOWHERE
        _, _, at = span(buffer, at, end)
        count -= 1
    return at


@numba.njit(cache=True, nogil=True)
def _record(buffer: Bytes, at: int, end: int, columns: Columns, row: int) -> int:
    """Write a record with its deltas for offset and time; return the place after it, as above."""
    length, at = varint(buffer, at, end)
    # One byte of attributes, which have no meaning yet.
    if at == NOWHERE or length < 1 or length > end - at:
        return NOWHERE
    end = at + length
    columns[TIMESTAMP, row], at = varint(buffer, at + 1, end)
    if at == NOWHERE:
        return NOWHERE
    columns[OFFSET, row], at = varint(buffer, at, end)
    if at == NOWHERE:
        return NOWHERE
    columns[KEY_START, row], columns[KEY_END, row], at = span(buffer, at, end)
    if at == NOWHERE:
        return NOWHERE
    columns[VALUE_START, row], columns[VALUE_END, row], at = span(buffer, at, end)
    if at == NOWHERE:
        return NOWHERE
    columns[HEADERS_START, row] = at
    at = _headers(buffer, at, end)
    return at if at == end else NOWHERE


@numba.njit(cache=True, nogil=True)
def _index(buffer: Bytes, table: Columns, position: int, columns: Columns) -> tuple[int, int, int]:
    found = 0
    for batch in range(len(table)):
        at, end, records, base_offset, next_offset, kind, first, last = table[batch]
        before = found
        wanted = position
        for _ in range(records):
            at = _record(buffer, at, end, columns, found)
            if at == NOWHERE:
                break
            offset = base_offset + columns[OFFSET, found]
            if offset < wanted:
                continue
            wanted = offset + 1
            columns[OFFSET, found] = offset
            columns[TIMESTAMP_TYPE, found] = kind
            if kind == 1:
                columns[TIMESTAMP, found] = last
            else:
                columns[TIMESTAMP, found] += first
            found += 1
        if at != end:
            return before, position, batch
        position = next_offset
    return found, position, -1
