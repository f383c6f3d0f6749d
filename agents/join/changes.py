"""What a handled slice did to the pending store: one record of the changelog.

On the wire: 4 bytes of magic (``DLP1``), the CRC-32 of all that follows, the header's length (both
unsigned little-endian 32-bit numbers), the header as JSON, then the columns of each batch of
predictions, little-endian: offsets and ages as int64, the ids' lengths and the names' numbers as
uint32, the ids. Predicted values, and all of the labels, are JSON in the header. The magic's last
character is the version of the format. A claim is a header alone. Records of before there were
claims have no epochs, and who wrote them reads later ones without.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, Final, NamedTuple
from zlib import crc32

import numpy as np
import orjson

from agents.join.fencing import NO_EPOCH
from agents.prediction_log.predictions import Predictions, name_codes
from schemas.payloads.rows import LabelRow
from schemas.tables.model_version import ModelVersion

MAGIC: Final = b"DLP1"
_PREFIX: Final = struct.Struct("<4sII")
MOST_BYTES: Final = 880_000
"""Of one record of several entries; one entry alone may need more."""


class UnreadableChanges(ValueError):
    """Bytes that are no changes: damaged, or not ours."""


class NewerChanges(UnreadableChanges):
    """Changes that a newer version of Driftline wrote."""


class Met(IntEnum):
    """What became of a label."""

    PREDICTION = 0
    NOTHING = 1
    """It came first, and waits."""

    STILL_NOTHING = 2
    """It has waited for long: said again, so that what said it first need not be read."""

    SOME = 3
    """The same, but one of the predictions that it is for has come."""


class LabelChange(NamedTuple):
    """A label that met its prediction, or waits for it."""

    row: LabelRow
    offset: int
    age: int
    met: Met


@dataclass(frozen=True, slots=True)
class Changes:
    """Predictions and labels in the order in which a store took them.

    Attributes
    ----------
    entries
        A batch of predictions, or labels one after the other.
    since
        The offset in the changelog from which on all that waits now can be read.
    clock
        The latest time that the store has seen, in milliseconds.
    epoch
        In which they were written; None where their writer did not know of epochs.
    since_epoch
        The epoch at ``since``.
    is_claim
        Whether another epoch begins here; there are no entries then.
    """

    entries: tuple[Predictions | tuple[LabelChange, ...], ...]
    since: int
    clock: int
    epoch: int | None = None
    since_epoch: int = NO_EPOCH
    is_claim: bool = False


def encode_changes(changes: Changes) -> Iterator[bytes]:
    """Yield records that say, one after the other, what the changes say."""
    header: dict[str, Any] = {
        "since": changes.since,
        "clock": changes.clock,
        "epoch": changes.epoch,
        "since epoch": changes.since_epoch,
        "claim": changes.is_claim,
        "entries": [],
    }
    parts: list[bytes] = []
    for entry in changes.entries:
        described, columns = _labels(entry) if isinstance(entry, tuple) else _predictions(entry)
        header["entries"].append(described)
        parts += columns
    head = orjson.dumps(header)
    size = _PREFIX.size + len(head) + sum(map(len, parts))
    if size > MOST_BYTES and (halves := _halves(changes)):
        for half in halves:
            yield from encode_changes(half)
        return
    body = b"".join([head, *parts])
    check = crc32(body, len(head))
    yield _PREFIX.pack(MAGIC, check, len(head)) + body


def decode_changes(record: bytes) -> Changes:
    """Return what a record says.

    Raises
    ------
    NewerChanges
        Where it is of a newer format.
    UnreadableChanges
        Where it is damaged or foreign.
    """
    if len(record) < _PREFIX.size:
        raise UnreadableChanges(f"{len(record)} bytes are too few")
    magic, check, length = _PREFIX.unpack_from(record)
    if magic != MAGIC:
        if magic[:3] == MAGIC[:3] and magic > MAGIC:
            raise NewerChanges(f"of format {magic!r}, and this worker reads {MAGIC!r}")
        raise UnreadableChanges("foreign bytes")
    if crc32(memoryview(record)[_PREFIX.size :], length) != check:
        raise UnreadableChanges("its checksum does not fit: it is damaged")
    try:
        return _decoded(record, length)
    except (ValueError, KeyError, TypeError, IndexError, UnicodeDecodeError) as error:
        raise UnreadableChanges(f"not as it should be: {error!r}") from error


def checksum(record: bytes) -> int:
    """Return what tells a record from others, of a damaged one too."""
    return crc32(record)


def _predictions(batch: Predictions) -> tuple[dict[str, Any], list[bytes]]:
    numbers: dict[ModelVersion, int] = {}
    codes = name_codes(batch.names, numbers)
    described: dict[str, Any] = {
        "rows": len(batch.ids),
        "names": list(numbers),
        "values": list(batch.values),
    }
    if batch.labels:
        described["labels"] = [
            (row, label, int(batch.times[row])) for row, label in batch.labels.items()
        ]
    columns = [
        batch.offsets.astype("<i8").tobytes(),
        batch.ages.astype("<i8").tobytes(),
        np.fromiter(map(len, batch.ids), dtype="<u4", count=len(batch.ids)).tobytes(),
        codes.tobytes(),
        b"".join(batch.ids),
    ]
    described["bytes"] = len(columns[-1])
    return described, columns


def _labels(changes: Sequence[LabelChange]) -> tuple[dict[str, Any], list[bytes]]:
    rows = [
        (
            each.row.prediction_id,
            each.row.label,
            each.row.time,
            each.row.model,
            each.offset,
            each.age,
            int(each.met),
        )
        for each in changes
    ]
    return {"met": rows}, []


def _halves(changes: Changes) -> list[Changes]:
    """Return the changes in two parts; none where they are a single entry's."""
    entries = changes.entries
    if not entries:
        return []
    if len(entries) > 1:
        middle = len(entries) // 2
        parts: list[tuple[Predictions | tuple[LabelChange, ...], ...]]
        parts = [entries[:middle], entries[middle:]]
    else:
        (entry,) = entries
        count = len(entry) if isinstance(entry, tuple) else len(entry.ids)
        middle = count // 2
        if middle == 0:
            return []
        if isinstance(entry, tuple):
            parts = [(entry[:middle],), (entry[middle:],)]
        else:
            parts = [(entry.part(0, middle),), (entry.part(middle, count),)]
    return [replace(changes, entries=part) for part in parts]


def _decoded(record: bytes, length: int) -> Changes:
    header = orjson.loads(record[_PREFIX.size : _PREFIX.size + length])
    at = _PREFIX.size + length
    entries: list[Predictions | tuple[LabelChange, ...]] = []
    for described in header["entries"]:
        if "met" in described:
            entries.append(
                tuple(
                    LabelChange(
                        LabelRow(str(name), label, int(time), None, model, ""),
                        offset,
                        age,
                        Met(met),
                    )
                    for name, label, time, model, offset, age, met in described["met"]
                )
            )
            continue
        rows = described["rows"]
        offsets = np.frombuffer(record, "<i8", rows, at).astype(np.int64)
        ages = np.frombuffer(record, "<i8", rows, at + 8 * rows).astype(np.int64)
        lengths = np.frombuffer(record, "<u4", rows, at + 16 * rows)
        codes = np.frombuffer(record, "<u4", rows, at + 20 * rows).tolist()
        at += 24 * rows
        ends = (at + np.cumsum(lengths, dtype=np.int64)).tolist()
        names = [(str(model), str(version)) for model, version in described["names"]]
        values = described["values"]
        if len(values) != rows or (rows and ends[-1] != at + described["bytes"]):
            raise ValueError("columns of different lengths")
        ids = []
        for end in ends:
            ids.append(record[at:end])
            at = end
        labelled = described.get("labels", ())
        times = ages.copy()
        for row, _, time in labelled:
            times[row] = time
        entries.append(
            Predictions(
                ids,
                offsets,
                times,
                ages,
                [names[code] for code in codes],
                values,
                {row: label for row, label, _ in labelled},
            )
        )
    epoch = header.get("epoch")
    return Changes(
        tuple(entries),
        since=int(header["since"]),
        clock=int(header["clock"]),
        epoch=None if epoch is None else int(epoch),
        since_epoch=int(header.get("since epoch", NO_EPOCH)),
        is_claim=bool(header.get("claim", False)),
    )
