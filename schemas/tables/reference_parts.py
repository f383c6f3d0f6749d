"""References from outside as bytes: what a model's values looked like in a file or a time range.

A reference comes in parts, each with all of its rows of some columns, so that a column has its
reference with one record, whatever becomes of the others. A part is: 4 bytes of magic (``DLR`` and
its version), the length of what it says of the reference as an unsigned little-endian 32-bit
number, that as JSON, and a frame of `schemas.tables.frames` with the columns, deflated. It lies in
the log of the rows of its model, and counts from its place there on.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import orjson

from schemas.events.event import LONGEST_NAME
from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.reference_report import ReferenceKind
from schemas.events.times import EARLIEST_MS, LATEST_MS
from schemas.formats import REFERENCES, OtherFormat
from schemas.tables.columns import Column
from schemas.tables.frames import decode_frame, encode_frame
from schemas.tables.observations import Integers, ModelRows, ObservationTable, Origin, Source

FEWEST_ROWS: Final = 32
"""Of a reference: of fewer no shares of bins are known."""

MOST_ROWS: Final = 20_000
"""Of a reference: all rows of a column must fit one record."""

_PREFIX: Final = struct.Struct("<4sI")
_LARGEST: Final = 64_000_000
"""Bytes of the columns of a part, inflated."""

_LONGEST_SOURCE: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenReference:
    """What is known of a reference from outside, beside its columns.

    Attributes
    ----------
    reference_id
        Tells it from others.
    model, version
        Whose it is; no version where it is that of all versions that have none of their own.
    kind, source
        What it was taken from: a file by its name, or a topic.
    rows, of_rows
        Rows that it has, and among how many these were drawn.
    since, until
        The earliest and the latest of their event times, milliseconds since the epoch; None where
        they have none.
    given
        When it was given, milliseconds since the epoch.
    """

    reference_id: str
    model: str
    version: str | None
    kind: ReferenceKind
    source: str
    rows: int
    of_rows: int
    since: int | None
    until: int | None
    given: int


@dataclass(frozen=True, slots=True, eq=False)
class ReferencePart:
    """Some columns of a reference.

    Attributes
    ----------
    about
        The reference.
    number
        Of the part, from 0.
    columns
        Of ``about.rows`` rows each; none of the part by which a reference is withdrawn.
    times
        Shape ``(n,)``: event times of the rows; all the same where they have none.
    """

    about: GivenReference
    number: int
    columns: tuple[Column, ...]
    times: Integers


def is_reference(value: bytes) -> bool:
    """Tell whether bytes begin as a part of a reference does, of whichever version."""
    return REFERENCES.version_of(value) is not None


def encode_reference(part: ReferencePart) -> bytes:
    """Return the bytes of a part."""
    head = orjson.dumps({"about": asdict(part.about), "number": part.number})
    body = zlib.compress(encode_frame([_table(part)])) if part.columns else b""
    return b"".join([_PREFIX.pack(REFERENCES.magic(), len(head)), head, body])


def encoded_parts(
    about: GivenReference, columns: Sequence[Column], times: Integers, most_bytes: int
) -> Iterator[bytes]:
    """Yield the parts of a reference, each with as many columns as fit its record.

    Raises
    ------
    InvalidMessage
        If a column by itself does not.
    """
    number = 0
    waiting = [tuple(columns)]
    while waiting:
        those = waiting.pop(0)
        frame = encode_reference(ReferencePart(about, number, those, times))
        if len(frame) <= most_bytes:
            number += 1
            yield frame
        elif len(those) > 1:
            waiting[:0] = [those[: len(those) // 2], those[len(those) // 2 :]]
        else:
            detail = f"column {those[0].name[:80]!r} takes {len(frame)} bytes, of {most_bytes}"
            raise InvalidMessage(Reason.TOO_LARGE, detail)


def decode_reference(value: bytes) -> ReferencePart:
    """Return the part that bytes are.

    Raises
    ------
    InvalidMessage
        Where they are none, or say what no reference can be: what is returned can be used without
        further checks.
    OtherFormat
        Where they are one of a version that is not read.
    """
    version = REFERENCES.version_of(value)
    if version is not None and version not in REFERENCES.reads:
        raise OtherFormat(REFERENCES.refusal(version))
    if len(value) < _PREFIX.size or version is None:
        raise InvalidMessage(Reason.UNDECODABLE, "reference: not a part of one")
    _, length = _PREFIX.unpack_from(value)
    start = _PREFIX.size + length
    try:
        head = orjson.loads(value[_PREFIX.size : start])
        about = _about(head["about"])
        number = _count(head["number"])
        if start == len(value):
            return ReferencePart(about, number, (), np.empty(0, dtype=np.int64))
        (table,) = decode_frame(_inflated(value[start:]))
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise InvalidMessage(Reason.UNDECODABLE, f"reference: {error}") from error
    if len(table) != about.rows:
        raise InvalidMessage(Reason.UNDECODABLE, "reference: not as many rows as it says")
    return ReferencePart(about, number, table.columns, table.times)


def _table(part: ReferencePart) -> ObservationTable:
    rows, about = part.about.rows, part.about
    return ObservationTable(
        Origin.PREDICTIONS,
        (ModelRows(about.model, about.version or about.model, rows),),
        (Source(about.kind, 0),),
        np.zeros(rows, dtype=np.int64),
        np.arange(rows, dtype=np.int64),
        part.times,
        part.columns,
    )


def _inflated(body: bytes) -> bytes:
    inflater = zlib.decompressobj()
    frame = inflater.decompress(body, _LARGEST)
    if inflater.unconsumed_tail or inflater.unused_data or not inflater.eof:
        raise ValueError("columns that are cut, or too large")
    return frame


def _about(told: dict[str, Any]) -> GivenReference:
    version = told["version"]
    about = GivenReference(
        reference_id=_text(told["reference_id"]),
        model=_text(told["model"]),
        version=None if version is None else _text(version),
        kind=ReferenceKind(told["kind"]),
        source=_text(told["source"], _LONGEST_SOURCE),
        rows=_count(told["rows"]),
        of_rows=_count(told["of_rows"]),
        since=_time(told["since"]),
        until=_time(told["until"]),
        given=_count(told["given"]),
    )
    if about.rows > MOST_ROWS or (about.since is None) is not (about.until is None):
        raise ValueError("no such reference")
    return about


def _text(value: object, longest: int = LONGEST_NAME) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise ValueError(f"expected text of 1 to {longest} characters")
    return value


def _count(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("expected whole numbers from 0")
    return value


def _time(value: object) -> int | None:
    if value is None:
        return None
    if type(value) is not int or not EARLIEST_MS <= value <= LATEST_MS:
        raise ValueError("expected times of the years 1970 to 9999")
    return value
