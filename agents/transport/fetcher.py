"""aiokafka's fetcher, handing out blocks of records instead of lists."""

from asyncio import CancelledError
from collections.abc import Callable, Iterable
from itertools import islice
from time import monotonic
from typing import Any, Final

import aiokafka
from aiokafka.consumer import fetcher
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.structs import TopicPartition

from agents.records.block import RecordBlock
from agents.records.record import Record
from agents.records.record_set import RecordSet
from agents.transport.aiokafka_seam import REPLACED, check, rebound
from agents.transport.doubtful_fetches import DoubtingClient
from agents.transport.missed import Resets

check(aiokafka.__version__, fetcher)

PATIENCE: Final = 0.02
"""Seconds for which records that nobody has taken yet keep their broker's other partitions from
being fetched. aiokafka's own 0.1 s let a worker that catches up wait for the broker."""

GATHERING: Final = 12
"""Milliseconds for which a broker gathers records while they flow, and for which it may hold a
fetch that leaves partitions out: it answers one fetch at a time, and until then sends nothing of
those either. Answers to each single batch of a producer cost so much of the processor, the broker's
and ours, that records came later for it. Where so long nothing came, the next one is sent at once.
"""

GATHERED: Final = 128 * 1024
"""Bytes with which it does not wait any longer."""


class RawRecords:
    """In place of aiokafka's MemoryRecords, which hides its bytes."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.parsed = MemoryRecords(raw)

    def has_next(self) -> bool:
        """Tell whether there is a whole batch."""
        return bool(self.parsed.has_next())

    def size_in_bytes(self) -> int:
        """Return how many bytes there are, those of a batch that is cut off included."""
        return len(self.raw)


class LegacyRecords:
    """Records of the formats before 2: read by aiokafka, handed out as `RecordSet` does."""

    def __init__(self, tp: Any, records: Any) -> None:
        self._tp = tp
        self._records = records
        self.exhausted = False

    @property
    def next_fetch_offset(self) -> int:
        """The position after what was handed out."""
        return int(self._records.next_fetch_offset)

    def take(self, most: int | None = None) -> RecordBlock:
        """Hand out the next records, at most so many; none when there are no more."""
        records = list(islice(self._records, most))
        self.exhausted = most is None or len(records) < most
        for record in records:
            if record.timestamp is None:
                # Format 0 has no times.
                record.timestamp, record.timestamp_type = -1, 0
        return RecordBlock.from_records(self._tp.topic, self._tp.partition, records)


class PartitionBlocks:
    """In place of aiokafka's PartitionRecords."""

    def __init__(
        self,
        tp: Any,
        records: RawRecords,
        aborted_transactions: Iterable[tuple[int, int]] | None,
        fetch_offset: int,
        key_deserializer: Any,
        value_deserializer: Any,
        check_crcs: bool,
        isolation_level: int,
    ) -> None:
        committed_only = isolation_level == fetcher.READ_COMMITTED
        current = RecordSet(
            records.raw,
            topic=tp.topic,
            partition=tp.partition,
            fetch_offset=fetch_offset,
            aborted=(aborted_transactions or ()) if committed_only else None,
            check_crcs=check_crcs,
        )
        self._records: RecordSet | LegacyRecords = current
        if current.legacy:
            self._records = LegacyRecords(
                tp,
                fetcher.PartitionRecords(
                    tp,
                    records.parsed,
                    aborted_transactions,
                    fetch_offset,
                    key_deserializer,
                    value_deserializer,
                    check_crcs,
                    isolation_level,
                ),
            )

    @property
    def next_fetch_offset(self) -> int:
        """The position after what was handed out."""
        return self._records.next_fetch_offset

    @property
    def exhausted(self) -> bool:
        """Whether nothing is left."""
        return self._records.exhausted

    def take(self, most: int | None) -> RecordBlock:
        """Hand out the next records."""
        return self._records.take(most)

    def __next__(self) -> Record:
        # What getone() calls.
        for record in self._records.take(1):
            return record
        raise StopIteration


class BlockResult(fetcher.FetchResult):  # type: ignore[misc] # aiokafka ships no types
    """In place of aiokafka's FetchResult."""

    _partition_records: PartitionBlocks | None

    def getall(self, max_records: int | None = None) -> RecordBlock | tuple[()]:
        """Hand out the next records and move the position behind them."""
        # The check drops the records when their position is not the partition's any more.
        if not self.check_assignment(self._topic_partition) or self._partition_records is None:
            return ()
        block = self._partition_records.take(max_records)
        self._update_position()
        if self._partition_records.exhausted:
            self._partition_records = None
        return block


_REPLACEMENTS = {
    "MemoryRecords": RawRecords,
    "PartitionRecords": PartitionBlocks,
    "FetchResult": BlockResult,
}


class BlockFetcher(fetcher.Fetcher):  # type: ignore[misc] # aiokafka ships no types
    """aiokafka's fetcher, whose `fetched_records` returns a `RecordBlock` of each partition.

    Fetching goes on while records are worked on, in larger parts while they flow: see `PATIENCE`
    and `GATHERING`.

    Attributes
    ----------
    resets
        What was deleted before it was fetched.
    doubts
        Holds back what may come of a topic that was made anew.
    """

    _fetch_max_wait_ms: int
    _fetch_min_bytes: int

    def __init__(
        self, client: Any, *args: Any, clock: Callable[[], float] = monotonic, **options: Any
    ) -> None:
        self.doubts = DoubtingClient(client)
        super().__init__(self.doubts, *args, prefetch_backoff=PATIENCE, **options)
        self._clock = clock
        self.resets = Resets()
        self._idle_wait = self._fetch_max_wait_ms
        self._flows_until = 0.0

    def _get_actions_per_node(self, assignment: Any) -> Any:
        is_flowing = bool(self._records) or self._clock() < self._flows_until
        self._fetch_max_wait_ms = min(GATHERING, self._idle_wait) if is_flowing else self._idle_wait
        self._fetch_min_bytes = GATHERED if is_flowing else 1
        return super()._get_actions_per_node(assignment)

    async def _proc_fetch_request(self, assignment: Any, node_id: int, request: Any) -> bool:
        try:
            has_records = bool(await self._fetch(assignment, node_id, request))
        except CancelledError:
            # aiokafka's close() awaits what it cancels. A fetch that pauses after an error let this
            # out, which ended the consumer's thread, and a worker's stop waited for it for ever.
            return False
        asked = {
            TopicPartition(topic, partition): offset
            for topic, partitions in request.topics
            for partition, offset, *_ in partitions
        }
        self.resets.note_refused(assignment, asked)
        if has_records:
            self._flows_until = self._clock() + GATHERING / 1000
        return has_records

    async def _update_fetch_positions(self, assignment: Any, node_id: int, tps: Any) -> bool:
        is_ready = bool(await super()._update_fetch_positions(assignment, node_id, tps))
        self.resets.note_reset(assignment)
        return is_ready

    _fetch, fetched_records, next_record = (
        rebound(getattr(fetcher.Fetcher, method), {name: _REPLACEMENTS[name] for name in names})
        for method, names in REPLACED.items()
    )
