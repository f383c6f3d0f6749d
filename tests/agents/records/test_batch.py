from collections.abc import Callable

import pytest
from aiokafka.codec import gzip_encode, lz4_encode, snappy_encode, zstd_encode
from aiokafka.errors import CorruptRecordException

from agents.records.batch import RecordBatch
from schemas.events.invalid import InvalidMessage
from tests.agents.records.record_bytes import (
    ABORT,
    COMMIT,
    CONTROL,
    ENCODERS,
    GZIP,
    LZ4,
    SNAPPY,
    TRANSACTIONAL,
    ZSTD,
    Entry,
    batch_bytes,
    marker_bytes,
)


def batch(raw: bytes) -> RecordBatch:
    return RecordBatch(memoryview(raw))


def control(key: bytes | None) -> RecordBatch:
    return batch(batch_bytes([Entry(key=key)], attributes=CONTROL | TRANSACTIONAL, producer=1))


def test_a_header_is_read() -> None:
    found = batch(batch_bytes([Entry(), Entry(gap=2)], base_offset=10, trailing=1, producer=8))
    assert (found.base_offset, found.next_offset, found.producer) == (10, 15, 8)
    assert not found.is_control
    assert not found.is_transactional
    assert found.is_intact


def test_markers_are_told_apart() -> None:
    assert batch(marker_bytes(ABORT, base_offset=3, producer=1)).is_abort_marker
    assert not batch(marker_bytes(COMMIT, base_offset=3, producer=1)).is_abort_marker
    assert not control(b"\x00\x01\x00\x00").is_abort_marker
    assert not batch(batch_bytes([], attributes=CONTROL, trailing=1)).is_abort_marker


@pytest.mark.parametrize("key", [None, b"", b"\x00\x00\x00"])
def test_a_marker_without_its_type_is_corrupt(key: bytes | None) -> None:
    with pytest.raises(CorruptRecordException, match="marker at offset 0"):
        _ = control(key).is_abort_marker


@pytest.mark.parametrize(
    ("codec", "encode"),
    [
        (GZIP, gzip_encode),
        (SNAPPY, snappy_encode),
        (SNAPPY, lambda data: snappy_encode(data, xerial_compatible=False)),
        (LZ4, lz4_encode),
        (ZSTD, zstd_encode),
    ],
)
def test_records_are_uncompressed(codec: int, encode: Callable[[bytes], bytes]) -> None:
    entries = [Entry(b"x" * 100_000), Entry(b"y")]
    expected = bytes(batch(batch_bytes(entries)).records())
    assert expected == batch(batch_bytes(entries, codec=codec, encode=encode)).records()


@pytest.mark.parametrize(
    ("codec", "damage"),
    [
        *((codec, lambda data: data[:-9]) for codec in (GZIP, SNAPPY, LZ4, ZSTD)),
        *((codec, lambda _: bytes(30)) for codec in (GZIP, SNAPPY, LZ4, ZSTD)),
        (GZIP, lambda data: data[:10] + b"\xff" * 30),
        (SNAPPY, lambda data: data + b"\0"),
    ],
)
def test_what_cannot_be_uncompressed_is_refused(
    codec: int, damage: Callable[[bytes], bytes]
) -> None:
    raw = batch_bytes(
        [Entry(bytes(range(256)) * 9)],
        codec=codec,
        encode=lambda data: damage(ENCODERS[codec](data)),
    )
    with pytest.raises(InvalidMessage, match="the records cannot be uncompressed"):
        batch(raw).records()
