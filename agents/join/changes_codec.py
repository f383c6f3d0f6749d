"""Changes as records of the changelog.

On the wire: 4 bytes of magic (``DLP4``), the CRC-32 of it and all that follows, the header's length
(both unsigned little-endian 32-bit numbers), the header as JSON, then the columns of each entry,
little-endian. Of predictions: offsets, ages and arrivals as int64, the ids' lengths and the names'
numbers as uint32; scores as float64, contents and the segments' numbers as uint32, each of them
only where any prediction has one; the ids. Of labels: offsets, times and arrivals as int64, the
ids' lengths and the models' numbers as uint32, what each met as uint8, the ids. Predicted values
and labels, and the tables of names, segments and models, are in the header. The magic's last
character is the version of the format: 3 is the same with labels that have no numbers beside them,
2 without corrections, its checksum without the magic, and `agents.join.changes_before` reads the
first. A claim is a header alone. Records of
before there were claims have no epochs, and who wrote them reads later ones without.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final
from zlib import crc32

import numpy as np
import orjson
from numpy.typing import NDArray

from agents.join.changes import Changes, LabelChanges, OtherChanges, UnreadableChanges
from agents.join.changes_before import MAGIC_BEFORE, changes_of_before
from agents.join.labels import Labels
from agents.prediction_log.predictions import NO_CONTENT, Predictions
from agents.transport.sizes import CHANGES as MOST
from schemas.formats import CHANGES
from schemas.tables.coded import Coded, renumbered
from schemas.tables.model_version import ModelVersion

MAGIC: Final = CHANGES.magic()
_UNCHECKED: Final = (MAGIC_BEFORE, CHANGES.magic(2))
_PREFIX: Final = struct.Struct("<4sII")


def encode_changes(changes: Changes) -> Iterator[bytes]:
    """Yield records that say, one after the other, what the changes say."""
    header: dict[str, Any] = {
        "since": changes.since,
        "clocks": changes.clocks,
        "epoch": changes.epoch,
        "since epoch": changes.since_epoch,
        "claim": changes.is_claim,
        "entries": [],
        # Releases before read past it; they and their records have no counts.
        **({"orphans": changes.orphans} if changes.orphans else {}),
    }
    parts: list[bytes] = []
    for entry in changes.entries:
        described, columns = (
            _labels(entry) if isinstance(entry, LabelChanges) else _predictions(entry)
        )
        header["entries"].append(described)
        parts += columns
    head = orjson.dumps(header)
    size = _PREFIX.size + len(head) + sum(map(len, parts))
    if size > MOST and (halves := _halves(changes)):
        for half in halves:
            yield from encode_changes(half)
        return
    body = b"".join([head, *parts])
    check = _checksum(MAGIC, len(head), body)
    yield _PREFIX.pack(MAGIC, check, len(head)) + body


def decode_changes(record: bytes) -> Changes:
    """Return what a record says, also one of a format before.

    Raises
    ------
    OtherChanges
        Where it is of a format that is not read.
    UnreadableChanges
        Where it is damaged or foreign.
    """
    if len(record) < _PREFIX.size:
        raise UnreadableChanges(f"{len(record)} bytes are too few")
    magic, check, length = _PREFIX.unpack_from(record)
    version = CHANGES.version_of(magic)
    if version is None:
        raise UnreadableChanges("foreign bytes")
    if version not in CHANGES.reads:
        raise OtherChanges(CHANGES.refusal(version))
    if _checksum(magic, length, memoryview(record)[_PREFIX.size :]) != check:
        raise UnreadableChanges("its checksum does not fit: it is damaged")
    try:
        at = _PREFIX.size + length
        header = orjson.loads(record[_PREFIX.size : at])
        if magic == MAGIC_BEFORE:
            return changes_of_before(record, header, at)
        return _decoded(record, header, at)
    except (ValueError, KeyError, TypeError, IndexError, UnicodeDecodeError) as error:
        raise UnreadableChanges(f"not as it should be: {error!r}") from error


def _checksum(magic: bytes, length: int, body: bytes | memoryview) -> int:
    """Return what tells a record from a damaged one; once it did not cover the magic."""
    return crc32(body, length if magic in _UNCHECKED else crc32(magic, length))


def _predictions(batch: Predictions) -> tuple[dict[str, Any], list[bytes]]:
    names: dict[ModelVersion, int] = {}
    segments: dict[str | None, int] = {None: 0}
    codes, groups = renumbered(batch.names, names), renumbered(batch.segments, segments)
    optional = {
        "scores": None if np.isnan(batch.scores).all() else batch.scores.astype("<f8"),
        "contents": None if not batch.contents.any() else batch.contents.astype("<u4"),
        "segments": None if not groups.any() else groups.astype("<u4"),
    }
    described: dict[str, Any] = {
        "rows": len(batch),
        "names": list(names),
        "values": list(batch.values),
        "with": [name for name, column in optional.items() if column is not None],
    }
    if optional["segments"] is not None:
        described["segments"] = list(segments)
    if batch.labels:
        described["labels"] = [
            (row, label, int(batch.times[row])) for row, label in batch.labels.items()
        ]
    columns = [
        batch.offsets.astype("<i8").tobytes(),
        batch.ages.astype("<i8").tobytes(),
        batch.arrivals.astype("<i8").tobytes(),
        _lengths(batch.ids),
        codes.astype("<u4").tobytes(),
        *(column.tobytes() for column in optional.values() if column is not None),
        b"".join(batch.ids),
    ]
    return described, columns


def _labels(changes: LabelChanges) -> tuple[dict[str, Any], list[bytes]]:
    labels = changes.labels
    models: dict[str | None, int] = {}
    codes = renumbered(labels.models, models)
    described = {"labelled": len(labels), "models": list(models), "values": list(labels.values)}
    return described, [
        labels.offsets.astype("<i8").tobytes(),
        labels.times.astype("<i8").tobytes(),
        labels.arrivals.astype("<i8").tobytes(),
        _lengths(labels.ids),
        codes.astype("<u4").tobytes(),
        changes.met.astype("u1").tobytes(),
        b"".join(labels.ids),
    ]


def _lengths(ids: Sequence[bytes]) -> bytes:
    return np.fromiter(map(len, ids), dtype="<u4", count=len(ids)).tobytes()


def _halves(changes: Changes) -> list[Changes]:
    """Return the changes in two parts; none where they are a single entry's."""
    entries = changes.entries
    if not entries:
        return []
    if len(entries) > 1:
        middle = len(entries) // 2
        return _parts(changes, [entries[:middle], entries[middle:]])
    (entry,) = entries
    middle = len(entry) // 2
    if middle == 0:
        return []
    return _parts(changes, [(entry.part(0, middle),), (entry.part(middle, len(entry)),)])


def _parts(
    changes: Changes, entries: Sequence[tuple[Predictions | LabelChanges, ...]]
) -> list[Changes]:
    """Return changes in parts; what was counted is as of the last one."""
    parts = [replace(changes, entries=part, orphans={}) for part in entries]
    return [*parts[:-1], replace(parts[-1], orphans=changes.orphans)]


class _Columns:
    """Reads one column after the other."""

    def __init__(self, record: bytes, at: int) -> None:
        self._record = record
        self._at = at

    def take(self, dtype: str, rows: int) -> NDArray[Any]:
        column = np.frombuffer(self._record, dtype, rows, self._at)
        self._at += column.nbytes
        return column

    def numbers(self, rows: int) -> NDArray[np.int64]:
        return self.take("<i8", rows).astype(np.int64)

    def codes(self, rows: int) -> NDArray[np.int32]:
        return self.take("<u4", rows).astype(np.int32)

    def ids(self, lengths: NDArray[np.uint32]) -> list[bytes]:
        ids = []
        at = self._at
        for end in (at + np.cumsum(lengths, dtype=np.int64)).tolist():
            ids.append(self._record[at:end])
            at = end
        self._at = at
        return ids

    def end(self) -> None:
        if self._at != len(self._record):
            raise ValueError("columns of other lengths than their bytes")


def _decoded(record: bytes, header: dict[str, Any], at: int) -> Changes:
    columns = _Columns(record, at)
    entries = tuple(
        _labels_from(described, columns)
        if "labelled" in described
        else _predictions_from(described, columns)
        for described in header["entries"]
    )
    columns.end()
    epoch = header["epoch"]
    return Changes(
        entries,
        since=int(header["since"]),
        clocks=dict(header["clocks"]),
        epoch=None if epoch is None else int(epoch),
        since_epoch=int(header["since epoch"]),
        is_claim=bool(header["claim"]),
        orphans=dict(header.get("orphans", {})),
    )


def _predictions_from(described: dict[str, Any], columns: _Columns) -> Predictions:
    rows, kept = int(described["rows"]), described["with"]
    offsets, ages, arrivals = (columns.numbers(rows) for _ in range(3))
    lengths, codes = columns.take("<u4", rows), columns.codes(rows)
    scores = columns.take("<f8", rows) if "scores" in kept else np.full(rows, np.nan)
    contents = (
        columns.take("<u4", rows).astype(np.uint32)
        if "contents" in kept
        else np.full(rows, NO_CONTENT, dtype=np.uint32)
    )
    segments: Coded[str | None] = (
        Coded(described["segments"], columns.codes(rows))
        if "segments" in kept
        else Coded.same(None, rows)
    )
    values, labelled = described["values"], described.get("labels", ())
    if len(values) != rows:
        raise ValueError("values of another number than rows")
    times = ages.copy()
    for row, _, time in labelled:
        times[row] = time
    return Predictions(
        columns.ids(lengths),
        offsets,
        times,
        ages,
        arrivals,
        Coded([(str(model), str(version)) for model, version in described["names"]], codes),
        values,
        scores.astype(np.float64),
        segments,
        contents,
        {int(row): label for row, label, _ in labelled},
    )


def _labels_from(described: dict[str, Any], columns: _Columns) -> LabelChanges:
    rows = int(described["labelled"])
    offsets, times, arrivals = (columns.numbers(rows) for _ in range(3))
    lengths, codes = columns.take("<u4", rows), columns.codes(rows)
    met = columns.take("u1", rows)
    values = described["values"]
    if len(values) != rows:
        raise ValueError("values of another number than rows")
    models: Coded[str | None] = Coded(described["models"], codes)
    labels = Labels(columns.ids(lengths), offsets, times, arrivals, values, models)
    return LabelChanges(labels, met)
