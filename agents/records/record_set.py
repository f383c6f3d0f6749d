"""The records of one partition in a fetch response, read without an object for each."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from aiokafka.errors import CorruptRecordException, KafkaError

from agents.records.aborted_transactions import AbortedTransactions
from agents.records.batch import MOST_UNCOMPRESSED, RecordBatch
from agents.records.block import RecordBlock
from agents.records.index import Body, index, walk
from schemas.events.invalid import InvalidMessage, Reason


class RecordSet:
    """Hands out the records of a record set, as aiokafka's reader would.

    All batches are read at the first call; what is handed out are views of them. Where a batch is
    corrupt, the batches before it are handed out first. One with a right checksum whose records
    cannot be read was written so: it would stop every worker that comes to it. It is passed over,
    and one record stands for it (`agents.records.unread_batch`); what follows is left for the next
    fetch.

    Parameters
    ----------
    raw
        As the broker sent it: whole batches, the last of which may be cut off.
    topic, partition
        Where it is from.
    fetch_offset
        Records before it are left out: batches come whole.
    aborted
        Producer id and first offset of each aborted transaction; None to read all transactions.
    check_crcs
        Whether to compare the checksums.
    most
        Bytes, uncompressed, that are read. What follows is left for the next fetch; a single batch
        that has more is passed over.

    Attributes
    ----------
    next_fetch_offset
        The position after what was handed out.
    legacy
        Whether a batch is of a format older than 2, which cannot be read here.
    """

    def __init__(
        self,
        raw: bytes,
        *,
        topic: str,
        partition: int,
        fetch_offset: int,
        aborted: Iterable[tuple[int, int]] | None = None,
        check_crcs: bool = True,
        most: int = MOST_UNCOMPRESSED,
    ) -> None:
        self.next_fetch_offset = fetch_offset
        self._raw = memoryview(raw)
        self._topic = topic
        self._partition = partition
        self._aborted = None if aborted is None else AbortedTransactions(aborted)
        self._check_crcs = check_crcs
        self._most = most
        self._starts, broken, self.legacy = walk(np.frombuffer(raw, dtype=np.uint8))
        self._error: KafkaError | None = None
        if broken:
            self._error = self._corrupt("the length of a batch is wrong")
        self._left: RecordBlock | None = None
        self._position = fetch_offset

    @property
    def exhausted(self) -> bool:
        """Whether nothing is left to hand out, nor to raise."""
        return self._left is not None and not self._left and self._error is None

    def take(self, most: int | None = None) -> RecordBlock:
        """Hand out the next records, at most so many; none when there are no more.

        Raises
        ------
        aiokafka.errors.CorruptRecordException
            If the next batch is damaged: its checksum is wrong, or it is none; after that there are
            no more.
        """
        if self._left is None:
            self._left = self._read()
        if not self._left and self._error is not None:
            error, self._error = self._error, None
            raise error
        block = self._left[:most]
        self._left = self._left[len(block) :]
        self.next_fetch_offset = int(block.offsets[-1]) + 1 if self._left else self._position
        return block

    def _read(self) -> RecordBlock:
        batches: list[RecordBatch] = []
        bodies: list[Body] = []
        parts: list[bytes | memoryview] = []
        size = 0
        for start, end in pairwise(self._starts):
            batch = RecordBatch(self._raw[start:end])
            try:
                if self._check_crcs and not batch.is_intact:
                    raise self._wrong_checksum(batch)
                batches.append(batch)
                if self._is_left_out(batch):
                    bodies.append(batch.nothing(size))
                    continue
                part = batch.records(self._most - size)
            except KafkaError as error:
                self._error = error
                break
            except InvalidMessage as error:
                # After others, it is the first one of the next fetch, and has all the room.
                if not size or error.reason != Reason.BATCH_TOO_LARGE:
                    self._pass_over(batch, error, bodies, parts)
                break
            bodies.append(batch.body(size, len(part)))
            parts.append(part)
            size += len(part)
        buffer = np.frombuffer(b"".join(parts), dtype=np.uint8)
        columns, position, broken = index(buffer, bodies, self._position)
        if broken >= 0:
            del bodies[broken:]
            self._error = None  # that of a later batch is met by a later fetch
            why = InvalidMessage(Reason.BATCH_MALFORMED, "its records are malformed")
            parts = [buffer.data]
            self._pass_over(batches[broken], why, bodies, parts)
            buffer = np.frombuffer(b"".join(parts), dtype=np.uint8)
            columns, position, _ = index(buffer, bodies, self._position)
        self._position = position
        return RecordBlock(self._topic, self._partition, buffer, columns)

    def _pass_over(
        self,
        batch: RecordBatch,
        error: InvalidMessage,
        bodies: list[Body],
        parts: list[bytes | memoryview],
    ) -> None:
        """Have one record stand for a batch, behind what was read."""
        if not batch.is_intact:
            self._error = self._wrong_checksum(batch)
        elif batch.next_offset <= self._position:
            # Its offsets are made up as well, and would lead back to it.
            self._error = self._corrupt(
                f"the offsets of the batch at {batch.base_offset} are wrong"
            )
        else:
            record = batch.unread(error).record()
            bodies.append(batch.stand_in(sum(map(len, parts)), len(record)))
            parts.append(record)

    def _is_left_out(self, batch: RecordBatch) -> bool:
        if self._aborted is not None:
            self._aborted.reach(batch.base_offset)
            if batch.is_control and batch.is_abort_marker:
                self._aborted.end(batch.producer)
            if batch.is_transactional and self._aborted.cover(batch.producer):
                return True
        return batch.is_control

    def _wrong_checksum(self, batch: RecordBatch) -> CorruptRecordException:
        return self._corrupt(f"the checksum at offset {batch.base_offset} is wrong")

    def _corrupt(self, what: str) -> CorruptRecordException:
        return CorruptRecordException(f"{self._topic}-{self._partition}: {what}")
