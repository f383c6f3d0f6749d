"""Predictions by ascending numbers: the latest in memory, the others on disk."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from agents.prediction_log.disk_chunk import ROWS, Chunk, Entry, FirstLabel, encode_chunk
from agents.prediction_log.disk_file import ChangelogPosition, ColdFile, Written
from agents.prediction_log.id_index import IdIndex, hash_ids
from agents.prediction_log.memory_log import PART_BITS, PredictionLog, Rows
from agents.prediction_log.predictions import NO_LABEL, Predictions
from schemas.tables.model_version import ModelVersion

_CHUNKS_KEPT: Final = 256


@dataclass(frozen=True, slots=True)
class Captured:
    """What a checkpoint will write; nothing in it changes any more."""

    first: int
    start: int
    rows: Rows
    firsts: dict[int, FirstLabel]
    changes: dict[int, Entry]
    rest: bytes
    seed: int

    def written(self) -> Written:
        """Return it as it is written: the costly part, for a thread."""
        count = len(self.rows.ids)
        chunks = []
        row = 0
        while row < count:
            number = self.start + row
            upto = min(count, row + ROWS - number % ROWS)
            chunks.append((number, encode_chunk(self.rows, row, upto, self.firsts)))
            row = upto
        hashes = hash_ids(self.rows.ids, self.seed).tobytes()
        return Written(self.first, self.start, count, hashes, chunks, self.changes, self.rest)


class TieredLog:
    """As `agents.prediction_log.memory_log.PredictionLog`, over two tiers.

    All that is older than the last checkpoint is on disk, the latest of it in memory as well.

    Parameters
    ----------
    file
        The disk, of which `load` takes over what it holds; None to keep all in memory.
    most
        Predictions expected at most.
    hot
        Predictions that stay in memory at least.
    firsts
        Labels that were there before their predictions, by the number, of those in memory.
    part_bits
        As for `agents.prediction_log.memory_log.PredictionLog`: memory is let go by whole parts.
    """

    def __init__(
        self,
        file: ColdFile | None,
        *,
        most: int,
        hot: int,
        firsts: dict[int, FirstLabel],
        part_bits: int = PART_BITS,
    ) -> None:
        self._disk = file
        self._hot_kept = hot
        self._hot = PredictionLog(part_bits)
        self._firsts = firsts
        self._index = IdIndex(most)
        # Where a chunk begins follows from where its segment does.
        self._segments: list[int] = []
        self._chunks: OrderedDict[int, Chunk] = OrderedDict()
        self._dirty: dict[int, Entry] = {}
        self._in_flight: dict[int, Entry] = {}
        # Of predictions in memory that changed after they were captured.
        self._touched: set[int] = set()
        self._captured = self._safe = 0
        self._cold_first = 0
        self._nbytes = 0
        self.forgotten: Callable[[list[bytes]], None] = lambda _: None
        """Gets the ids of those that are no longer in memory."""

    def load(self) -> None:
        """Take over what the file holds. Slow where that is much: for a thread."""
        end = 0
        self._cold_first = self._file.first()
        for first, rows, hashes in self._file.segments():
            self._index.add(np.frombuffer(hashes, dtype=np.uint64), first)
            self._segments.append(first)
            end = first + rows
        end = max(end, self._cold_first)
        self._captured = self._safe = end
        self._hot.begin_at(end)
        self._nbytes = self._file.nbytes

    @property
    def first(self) -> int:
        """The lowest number that is held."""
        return self._hot.first if self._disk is None else min(self._cold_first, self._hot.first)

    @property
    def end(self) -> int:
        """The number that the next prediction gets."""
        return self._hot.end

    @property
    def dirty(self) -> int:
        """How much a checkpoint would write: new predictions, and changes."""
        return self.end - self._captured + len(self._dirty) + len(self._touched)

    @property
    def first_in_memory(self) -> int:
        """The lowest number in memory."""
        return self._hot.first

    @property
    def in_memory(self) -> int:
        """Predictions in memory."""
        return len(self._hot)

    @property
    def nbytes(self) -> int:
        """Bytes on disk, as of the last checkpoint."""
        return self._nbytes

    @property
    def index_nbytes(self) -> int:
        """Bytes of memory for those on disk."""
        return self._index.nbytes

    @property
    def _file(self) -> ColdFile:
        if self._disk is None:
            raise RuntimeError("this log has no disk")
        return self._disk

    def __len__(self) -> int:
        return self.end - self.first

    def append(self, batch: Predictions) -> range:
        """Take a batch without labels; return the numbers of its predictions."""
        return self._hot.append(batch)

    def has_any(self, ids: Sequence[bytes]) -> bool:
        """Tell whether any of the ids may be on disk alone; seldom yes where none is."""
        if self.first >= self._hot.first:
            return False
        return self._index.has_any(hash_ids(ids, self._file.seed), self.first, self._hot.first)

    def find(self, names: Sequence[bytes]) -> dict[bytes, tuple[int, ...]]:
        """Return the numbers, ascending, of ids on disk alone; no item for those without any."""
        if self.first >= self._hot.first:
            return {}
        found: dict[bytes, tuple[int, ...]] = {}
        hashes = hash_ids(names, self._file.seed)
        for row, number in self._index.find(hashes, self.first, self._hot.first):
            name = names[row]
            known = found.get(name, ())
            if number not in known and self._chunk(number).id(number) == name:
                found[name] = (*known, number)
        return found

    def offset(self, number: int) -> int:
        """Return the source offset of a prediction."""
        if number >= self._hot.first:
            return self._hot.offset(number)
        return self._entry(number).offset

    def name(self, number: int) -> ModelVersion:
        """Return the model and version of a prediction."""
        if number >= self._hot.first:
            return self._hot.name(number)
        entry = self._entry(number)
        return entry.model, entry.version

    def value(self, number: int) -> Any:
        """Return what was predicted."""
        return self._hot.value(number) if number >= self._hot.first else self._entry(number).value

    def label(self, number: int) -> int:
        """Return the offset of the label that a prediction has met; `NO_LABEL` for none."""
        return self._hot.label(number) if number >= self._hot.first else self._entry(number).label

    def digest(self, number: int) -> int:
        """Return what tells the label that a prediction has met from others."""
        return self._hot.digest(number) if number >= self._hot.first else self._entry(number).digest

    def first_label(self, number: int) -> FirstLabel | None:
        """Return the label of a prediction that was there before it."""
        if number >= self._hot.first:
            return self._firsts.get(number)
        return self._entry(number).first

    def set_label(self, number: int, offset: int, digest: int) -> None:
        """Note the offset and the digest of a prediction's label."""
        if number < self._hot.first:
            self._dirty[number] = self._entry(number)._replace(label=offset, digest=digest)
            return
        self._hot.set_label(number, offset, digest)
        self._touch(number)

    def set_first(self, number: int, label: FirstLabel | None) -> None:
        """Note a label of a prediction that was there before it, or that there is none."""
        if number < self._hot.first:
            self._dirty[number] = self._entry(number)._replace(first=label)
            return
        if label is None:
            self._firsts.pop(number, None)
        else:
            self._firsts[number] = label
        self._touch(number)

    def replace(self, number: int, batch: Predictions, row: int) -> None:
        """Put a prediction of a batch in the place of another one: it goes when that would have."""
        if number < self._hot.first:
            self._dirty[number] = Entry(
                int(batch.offsets[row]),
                int(batch.ages[row]),
                NO_LABEL,
                0,
                *batch.names[row],
                batch.values[row],
            )
            return
        self._hot.replace(number, batch, row)
        self._touch(number)

    def drop(
        self, oldest: int, most: int, undated: int
    ) -> Iterator[tuple[int, bytes | None, int, bool]]:
        """Drop from the start; as `PredictionLog.drop`, with no id for those not in memory."""
        if self._disk is None:
            return self._hot.drop(oldest, most, undated)
        return self._drop(oldest, most, undated)

    def _drop(
        self, oldest: int, most: int, undated: int
    ) -> Iterator[tuple[int, bytes | None, int, bool]]:
        while self._cold_first < self._hot.first:
            number = self._cold_first
            entry = self._entry(number)
            is_old = (entry.age or undated) < oldest
            if not is_old and len(self) <= most:
                return
            self._cold_first += 1
            for changed in (self._dirty, self._in_flight):
                changed.pop(number, None)
            yield number, None, entry.label, is_old
        for number, name, label, is_old in self._hot.drop(oldest, most, undated):
            self._touched.discard(number)
            yield number, name, label, is_old
            self._cold_first = self._hot.first
        self._cold_first = self._hot.first
        self._captured = max(self._captured, self._hot.first)

    def capture(self, rest: bytes) -> Captured:
        """Return what the next checkpoint writes; `committed` follows when it is written."""
        for number in self._touched:
            self._dirty[number] = self._hot_entry(number)
        self._touched.clear()
        self._in_flight, self._dirty = self._dirty, {}
        start = max(self._captured, self._hot.first)
        rows = self._hot.rows(start, self.end)
        firsts = {
            number - start: label for number, label in self._firsts.items() if number >= start
        }
        self._captured = self.end
        return Captured(
            self.first, start, rows, firsts, dict(self._in_flight), rest, self._file.seed
        )

    def write(self, captured: Captured, position: ChangelogPosition) -> Written:
        """Write a checkpoint; for a thread, one at a time."""
        written = captured.written()
        self._file.write(written, position)
        return written

    def committed(self, written: Written) -> None:
        """Let go of memory that a checkpoint has made superfluous."""
        if written.rows:
            self._index.add(np.frombuffer(written.hashes, dtype=np.uint64), written.start)
            self._segments.append(written.start)
        self._safe = written.start + written.rows
        self._nbytes = self._file.nbytes
        if self._in_flight:
            self._in_flight = {}
            self._chunks.clear()
        self._index.forget(self.first)
        while len(self._segments) > 1 and self._segments[1] <= self._cold_first:
            del self._segments[0]
        before = self._hot.first
        # What changed since the capture is not on disk yet.
        touched = {
            number: self._hot_entry(number) for number in self._touched if number < self._safe
        }
        ids = self._hot.forget(self._hot_kept, self._safe)
        for number, entry in touched.items():
            if number < self._hot.first:
                self._dirty[number] = entry
                self._touched.discard(number)
        for number in range(before, self._hot.first) if self._firsts else ():
            self._firsts.pop(number, None)
        if ids:
            self.forgotten(ids)

    def close(self) -> None:
        """Close the file."""
        if self._disk is not None:
            self._disk.close()

    def _touch(self, number: int) -> None:
        if number < self._captured:
            self._touched.add(number)

    def _hot_entry(self, number: int) -> Entry:
        hot = self._hot
        return Entry(
            hot.offset(number),
            hot.age(number),
            hot.label(number),
            hot.digest(number),
            *hot.name(number),
            hot.value(number),
            self._firsts.get(number),
        )

    def _entry(self, number: int) -> Entry:
        for changed in (self._dirty, self._in_flight):
            if number in changed:
                return changed[number]
        return self._chunk(number).entry(number)

    def _chunk(self, number: int) -> Chunk:
        segment = self._segments[bisect_right(self._segments, number) - 1]
        first = max(segment, number - number % ROWS)
        chunk = self._chunks.get(first)
        if chunk is None:
            chunk = self._chunks[first] = self._load(number)
            if len(self._chunks) > _CHUNKS_KEPT:
                self._chunks.popitem(last=False)
        return chunk

    def _load(self, number: int) -> Chunk:
        segment = self._segments[bisect_right(self._segments, number) - 1]
        first = max(segment, number - number % ROWS)
        return self._file.chunk(first, first + ROWS - first % ROWS)
