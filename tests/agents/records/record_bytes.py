"""Record sets as a broker sends them, what aiokafka reads from them, and how to compare."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka.codec import gzip_encode, lz4_encode, snappy_encode, zstd_encode
from aiokafka.consumer.fetcher import READ_COMMITTED, READ_UNCOMMITTED, PartitionRecords
from aiokafka.record.default_records import DefaultRecordBase, DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import calc_crc32c
from aiokafka.structs import TopicPartition
from hypothesis import strategies as st

TP = TopicPartition("events", 3)

NONE, GZIP, SNAPPY, LZ4, ZSTD = range(5)
LOG_APPEND_TIME = DefaultRecordBase.TIMESTAMP_TYPE_MASK
TRANSACTIONAL = DefaultRecordBase.TRANSACTIONAL_MASK
CONTROL = DefaultRecordBase.CONTROL_MASK
ABORT, COMMIT = (b"\x00\x00\x00\x00", b"\x00\x00\x00\x01")

ENCODERS: Mapping[int, Callable[[bytes], bytes]] = {
    NONE: bytes,
    GZIP: gzip_encode,
    SNAPPY: snappy_encode,
    LZ4: lz4_encode,
    ZSTD: zstd_encode,
}


@dataclass(frozen=True)
class Entry:
    """A record to write, and how many offsets compaction left out before it."""

    value: bytes | None = b"value"
    key: bytes | None = None
    timestamp: int = 1_700_000_000_000
    headers: tuple[tuple[str, bytes | None], ...] = ()
    gap: int = 0


def batch_bytes(
    entries: Sequence[Entry],
    *,
    base_offset: int = 0,
    codec: int = NONE,
    attributes: int = 0,
    trailing: int = 0,
    producer: int = -1,
    append_time: int = 1_700_000_009_999,
    encode: Callable[[bytes], bytes] | None = None,
) -> bytes:
    """Return a batch; `trailing` offsets after its last record were compacted away."""
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1 << 26)
    delta = -1
    for entry in entries:
        delta += 1 + entry.gap
        builder.append(delta, entry.timestamp, entry.key, entry.value, list(entry.headers))
    body = b""
    if entries:
        body = bytes(builder.build())[DefaultRecordBase.HEADER_STRUCT.size :]
    body = (encode or ENCODERS[codec])(body) if body else body
    times = [entry.timestamp for entry in entries] or [-1]
    appended = attributes & LOG_APPEND_TIME
    return with_crc(
        DefaultRecordBase.HEADER_STRUCT.pack(
            base_offset,
            DefaultRecordBase.HEADER_STRUCT.size - DefaultRecordBase.AFTER_LEN_OFFSET + len(body),
            7,
            2,
            0,
            attributes | (codec if body else NONE),
            delta + trailing,
            times[0],
            append_time if appended else max(times),
            producer,
            0,
            0,
            len(entries),
        )
        + body
    )


def with_crc(batch: bytes) -> bytes:
    """Return a batch with the checksum that fits it."""
    rest = batch[DefaultRecordBase.ATTRIBUTES_OFFSET :]
    crc: bytes = calc_crc32c(rest).to_bytes(4, "big")
    head = batch[: DefaultRecordBase.CRC_OFFSET]
    return head + crc + rest


def marker_bytes(kind: bytes, *, base_offset: int, producer: int) -> bytes:
    """Return the marker that ends a transaction."""
    return batch_bytes(
        [Entry(key=kind, value=b"\x00\x00\x00\x00\x00\x00")],
        base_offset=base_offset,
        attributes=TRANSACTIONAL | CONTROL,
        producer=producer,
    )


@dataclass(frozen=True)
class Read:
    """What a reader made of a record set."""

    records: list[Any]
    position: int
    error: Exception | None = None


def aiokafka_reads(
    raw: bytes,
    *,
    fetch_offset: int = 0,
    aborted: Iterable[tuple[int, int]] | None = None,
    check_crcs: bool = True,
) -> Read:
    """Return what aiokafka's own reader makes of a record set."""
    isolation = READ_UNCOMMITTED if aborted is None else READ_COMMITTED
    found: list[Any] = []
    reader = PartitionRecords(
        TP, MemoryRecords(raw), aborted, fetch_offset, None, None, check_crcs, isolation
    )
    try:
        found.extend(reader)
    except Exception as error:  # noqa: BLE001 - whatever aiokafka raises is what is asked for
        return Read(found, reader.next_fetch_offset, error)
    return Read(found, reader.next_fetch_offset)


fields = st.none() | st.binary(max_size=20)
times = st.integers(-1, 2**42)
entries = st.builds(
    Entry,
    key=fields,
    value=fields | st.integers(100, 40_000).map(lambda size: b"x" * size),
    timestamp=times,
    headers=st.lists(st.tuples(st.text(max_size=5), fields), max_size=3).map(tuple),
    gap=st.just(0) | st.integers(0, 200),
)


@st.composite
def record_sets(
    draw: st.DrawFn, *, codecs: Sequence[int] = tuple(ENCODERS), most: int = 4
) -> tuple[bytes, int]:
    """Return a record set and the offset after it."""
    position = draw(st.integers(0, 2**40))
    raw = b""
    for _ in range(draw(st.integers(0, most))):
        position += draw(st.just(0) | st.integers(0, 5))
        batch = draw(st.lists(entries, max_size=6))
        trailing = draw(st.integers(0, 3)) if batch else draw(st.integers(1, 4))
        raw += batch_bytes(
            batch,
            base_offset=position,
            codec=draw(st.sampled_from(codecs)),
            attributes=draw(st.sampled_from([0, LOG_APPEND_TIME])),
            trailing=trailing,
            append_time=draw(times),
        )
        position += len(batch) + sum(entry.gap for entry in batch) + trailing
    return raw, position
