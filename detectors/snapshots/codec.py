"""A state as bytes: explicit, versioned, checksummed; nothing is ever unpickled.

A snapshot is a header (magic, format version, length, digest) and a body, the tree of
`detectors.snapshots.tree`. The same state gives the same bytes.
"""

import struct
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Final

from detectors.snapshots.migrations import SPELLED, migrated
from detectors.snapshots.tree import State, TreeReader, TreeWriter
from schemas.formats import SNAPSHOTS

MAGIC: Final = b"DLST"

FORMAT: Final = SNAPSHOTS.writes
"""The version that is written; those before it are read."""

_HEADER: Final = struct.Struct("<4sHHQ")
_DIGEST_SIZE: Final = 16
_START: Final = _HEADER.size + _DIGEST_SIZE


class Fault(StrEnum):
    """Why a snapshot cannot be read."""

    FOREIGN = "foreign"
    NEWER = "newer"
    TRUNCATED = "truncated"
    CORRUPT = "corrupt"


class UnreadableSnapshot(ValueError):
    """Bytes that are no snapshot, or none that this version can read.

    Attributes
    ----------
    fault
        What is wrong with them.
    """

    def __init__(self, fault: Fault, detail: str) -> None:
        self.fault = fault
        super().__init__(f"{fault} snapshot: {detail}")


def encode_snapshot(state: State) -> bytes:
    """Return a state as bytes.

    Raises
    ------
    TypeError, ValueError
        If the tree is none of a state, as for `detectors.snapshots.tree.TreeWriter.value`.

    Examples
    --------
    >>> decode_snapshot(encode_snapshot({"rows": 3, "mean": 0.5}))
    {'rows': 3, 'mean': 0.5}
    """
    out = bytearray(_START)
    TreeWriter(out).value(state)
    _HEADER.pack_into(out, 0, MAGIC, FORMAT, 0, len(out) - _START)
    view = memoryview(out)
    out[_HEADER.size : _START] = _digest(view[: _HEADER.size], view[_START:])
    return bytes(out)


def decode_snapshot(data: bytes) -> State:
    """Return the state of a snapshot, of this or of an earlier format.

    Raises
    ------
    UnreadableSnapshot
        Whatever the bytes are, nothing else.
    """
    version = check_snapshot(data)
    reader = TreeReader(memoryview(data)[_START:], spelled=version in SPELLED)
    try:
        state: Any = reader.value()
    except (ValueError, LookupError, struct.error, MemoryError) as error:
        raise UnreadableSnapshot(Fault.CORRUPT, str(error)) from None
    if not reader.at_end or not isinstance(state, dict):
        raise UnreadableSnapshot(Fault.CORRUPT, "its body is not one tree")
    return migrated(state, version, FORMAT)


def check_snapshot(data: bytes) -> int:
    """Return the format of a snapshot, if its content is what its checksum says.

    Raises
    ------
    UnreadableSnapshot
        If it is not, or this version cannot read it.
    """
    view = memoryview(data)
    version, length = _checked_header(data)
    body = view[_START:]
    if len(body) < length:
        raise UnreadableSnapshot(Fault.TRUNCATED, f"its body has {len(body)} bytes of {length}")
    if digest_of(data) != _digest(view[: _HEADER.size], body):
        raise UnreadableSnapshot(Fault.CORRUPT, "its checksum is not that of its content")
    return version


def digest_of(data: bytes) -> bytes:
    """Return the checksum that a snapshot carries, 16 bytes: it tells snapshots apart."""
    return data[_HEADER.size : _START]


def _checked_header(data: bytes) -> tuple[int, int]:
    """Return the version and the length that a header says."""
    if data[: len(MAGIC)] != MAGIC[: len(data)] or not data:
        raise UnreadableSnapshot(Fault.FOREIGN, f"it begins with {data[:4]!r}, not with {MAGIC!r}")
    if len(data) < _START:
        raise UnreadableSnapshot(Fault.TRUNCATED, f"{len(data)} bytes are no header")
    _, version, _, length = _HEADER.unpack_from(data)
    if version not in SNAPSHOTS.reads:
        fault = Fault.NEWER if version else Fault.CORRUPT
        raise UnreadableSnapshot(fault, SNAPSHOTS.refusal(version))
    return version, length


def _digest(header: memoryview, body: memoryview) -> bytes:
    digest = blake2b(header, digest_size=_DIGEST_SIZE)
    digest.update(body)
    return digest.digest()
