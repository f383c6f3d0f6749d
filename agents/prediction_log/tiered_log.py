"""Predictions by ascending numbers: the latest in memory, the others on disk."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.prediction_log.disk_chunk import ROWS, Chunk, encode_chunk
from agents.prediction_log.disk_file import ChangelogPosition, ColdFile, Written
from agents.prediction_log.entry import NO_DIGEST, Entries, Entry, FirstLabel
from agents.prediction_log.id_index import IdIndex, hash_ids
from agents.prediction_log.memory_log import (
    PART_BITS,
    Bounds,
    Dropped,
    Numbers,
    PredictionLog,
    first_stays,
    leading,
)
from agents.prediction_log.predictions import NO_LABEL, Predictions
from schemas.tables.coded import Coded
from schemas.tables.model_version import ModelVersion

_CHUNKS_KEPT: Final = 256


@dataclass(frozen=True, slots=True)
class Captured:
    """What a checkpoint will write; nothing in it changes any more."""

    first: int
    start: int
    ids: list[bytes]
    rows: Entries
    firsts: dict[int, FirstLabel]
    changes: dict[int, Entry]
    rest: bytes
    seed: int

    def written(self) -> Written:
        """Return it as it is written: the costly part, for a thread."""
        count = len(self.ids)
        chunks = []
        row = 0
        while row < count:
            number = self.start + row
            upto = min(count, row + ROWS - number % ROWS)
            chunks.append((number, self._chunk(row, upto)))
            row = upto
        hashes = hash_ids(self.ids, self.seed).tobytes()
        return Written(self.first, self.start, count, hashes, chunks, self.changes, self.rest)

    def _chunk(self, begin: int, end: int) -> bytes:
        rows = slice(begin, end)
        firsts = (
            {row - begin: self.firsts[row] for row in range(begin, end) if row in self.firsts}
            if self.firsts
            else {}
        )
        entries = Entries(
            self.rows.fields[rows],
            self.rows.names.take(rows),
            self.rows.segments.take(rows),
            self.rows.values[rows],
        )
        return encode_chunk(self.ids[rows], entries, firsts)


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

    def name(self, number: int) -> ModelVersion:
        """Return the model and version of a prediction."""
        if number >= self._hot.first:
            return self._hot.name(number)
        entry = self._entry(number)
        return entry.model, entry.version

    def entry(self, number: int) -> Entry:
        """Return a prediction."""
        if number < self._hot.first:
            return self._entry(number)
        return self._hot_entry(number)

    def labels(self, numbers: Numbers) -> Numbers:
        """Return the offsets of labels, as `PredictionLog.labels`, of predictions in memory."""
        return self._hot.labels(numbers)

    def names(self, numbers: Numbers) -> Coded[ModelVersion]:
        """Return models and versions, as `PredictionLog.names`, of predictions in memory."""
        return self._hot.names(numbers)

    def gather(self, numbers: Numbers) -> Entries:
        """Return predictions in memory, as `PredictionLog.gather`."""
        return self._hot.gather(numbers)

    def set_labels(self, numbers: Numbers, offsets: Numbers, digests: NDArray[np.uint32]) -> None:
        """Note offsets and digests of the labels of predictions in memory."""
        self._hot.set_labels(numbers, offsets, digests)
        self._touched.update(numbers[numbers < self._captured].tolist())

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

    def replace(self, number: int, batch: Predictions) -> None:
        """Put the one prediction of a batch in the place of another one, also in the order."""
        if number < self._hot.first:
            self._dirty[number] = Entry(
                int(batch.offsets[0]),
                int(batch.ages[0]),
                int(batch.arrivals[0]),
                NO_LABEL,
                float(batch.scores[0]),
                NO_DIGEST,
                int(batch.contents[0]),
                batch.segments[0],
                *batch.names[0],
                batch.values[0],
            )
            return
        self._hot.replace(number, batch)
        self._touch(number)

    def drop(self, bounds: Bounds) -> Iterator[Dropped]:
        """Drop from the start; as `PredictionLog.drop`, with no ids for those not in memory."""
        if self._disk is None:
            return self._hot.drop(bounds)
        return self._drop(bounds)

    def _drop(self, bounds: Bounds) -> Iterator[Dropped]:
        while self._cold_first < self._hot.first:
            dropped = self._leading_on_disk(bounds)
            if dropped is None:
                return
            gone = range(dropped.first, dropped.first + len(dropped.old))
            self._cold_first = gone.stop
            for changed in (self._dirty, self._in_flight):
                for number in gone if changed else ():
                    changed.pop(number, None)
            yield dropped
        for dropped in self._hot.drop(bounds):
            gone = range(dropped.first, dropped.first + len(dropped.old))
            self._touched.difference_update(gone)
            self._cold_first = self._hot.first
            yield dropped
        self._cold_first = self._hot.first
        self._captured = max(self._captured, self._hot.first)

    def _leading_on_disk(self, bounds: Bounds) -> Dropped | None:
        """Return those that go of the chunk with the first ones; None where none does."""
        first = self._cold_first
        entry = self._entry(first)
        name = entry.model, entry.version
        if first_stays(entry.arrival, entry.age, name, len(self), bounds):
            return None
        chunk = self._chunk(first)
        rows = slice(first - chunk.first, min(len(chunk), self._hot.first - chunk.first))
        fields, names = chunk.fields[rows], chunk.names.take(rows)
        sources = [each for each in (chunk.changed, self._in_flight, self._dirty) if each]
        changed = {
            number: source[number]
            for source in sources
            for number in range(first, first + len(fields))
            if number in source
        }
        if changed:
            fields, listed = fields.copy(), names.values()
            for number, entry in changed.items():
                row = number - first
                fields["age"][row], fields["arrival"][row] = entry.age, entry.arrival
                fields["label"][row] = entry.label
                listed[row] = entry.model, entry.version
            names = Coded.of(listed)
        old = leading(fields, names, len(self), bounds)
        return Dropped(first, None, fields["label"][: len(old)].astype(np.int64), old)

    def capture(self, rest: bytes) -> Captured:
        """Return what the next checkpoint writes; `committed` follows when it is written."""
        for number in self._touched:
            self._dirty[number] = self._hot_entry(number)
        self._touched.clear()
        self._in_flight, self._dirty = self._dirty, {}
        start = max(self._captured, self._hot.first)
        ids, rows = self._hot.rows(start, self.end)
        firsts = {
            number - start: label for number, label in self._firsts.items() if number >= start
        }
        self._captured = self.end
        return Captured(
            self.first, start, ids, rows, firsts, dict(self._in_flight), rest, self._file.seed
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
        return self._hot.entry(number)._replace(first=self._firsts.get(number))

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
