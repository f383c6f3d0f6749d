import tracemalloc

import pytest
from aiokafka.codec import snappy_encode

from agents.records.compression import CODECS, Inflated, uncompress
from agents.records.index import warm_up
from agents.records.record_set import RecordSet
from agents.records.unread_batch import UnreadBatch
from schemas.events.invalid import Reason
from tests.agents.records.record_bytes import ENCODERS, GZIP, SNAPPY, ZSTD, Entry, batch_bytes

SIZE = 100_000


@pytest.mark.parametrize("codec", sorted(CODECS))
def test_what_fits_the_bound_exactly_comes_out_and_one_byte_more_does_not(codec: int) -> None:
    packed = memoryview(ENCODERS[codec](b"x" * SIZE))
    assert bytes(uncompress(codec, packed, SIZE)) == b"x" * SIZE
    with pytest.raises(Inflated):
        uncompress(codec, packed, SIZE - 1)


def test_a_raw_snappy_block_that_claims_gigabytes_is_refused_unread() -> None:
    packed = b"\xff\xff\xff\xff\x0f" + snappy_encode(b"x", xerial_compatible=False)
    with pytest.raises(Inflated):
        uncompress(SNAPPY, memoryview(packed), SIZE)


@pytest.mark.parametrize("codec", [GZIP, ZSTD])
def test_a_bomb_costs_no_more_memory_than_the_bound(codec: int) -> None:
    raw = batch_bytes([Entry(value=b"\x00" * 30_000_000)], codec=codec)
    assert len(raw) < SIZE
    warm_up()  # compiled code takes memory of its own
    tracemalloc.start()
    records = RecordSet(raw, topic="t", partition=0, fetch_offset=0, most=1_000_000)
    (record,) = records.take()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000
    assert records.exhausted
    batch = UnreadBatch.behind(record)
    assert batch is not None
    assert batch.reason == Reason.BATCH_TOO_LARGE
    assert batch.detail.endswith("bytes inflate to more than 1000000")


def test_each_fetch_reads_one_bomb_at_most() -> None:
    bombs = [
        batch_bytes([Entry(value=b"\x00" * 3_000_000)], base_offset=number, codec=ZSTD)
        for number in range(3)
    ]
    good = batch_bytes([Entry(value=b"x")], base_offset=3)
    seen: list[tuple[int, bytes | None]] = []
    for number, raw in enumerate([*bombs, good]):
        rest = b"".join([*bombs[number:], good]) if raw is not good else good
        records = RecordSet(rest, topic="t", partition=0, fetch_offset=number, most=1_000_000)
        seen += [(record.offset, record.value) for record in records.take()]
        assert records.exhausted
        assert records.next_fetch_offset == number + 1
    assert seen == [(0, None), (1, None), (2, None), (3, b"x")]


def test_batches_that_inflate_together_are_left_for_the_next_fetch() -> None:
    batches = [
        batch_bytes([Entry(value=b"x" * SIZE)], base_offset=number, codec=ZSTD)
        for number in range(10)
    ]
    position = 0
    seen: list[int] = []
    while position < 10:
        raw = b"".join(batches[position:])
        records = RecordSet(raw, topic="t", partition=0, fetch_offset=position, most=3 * SIZE)
        found = [record.offset for record in records.take()]
        assert 0 < len(found) < 4
        assert records.exhausted
        position = records.next_fetch_offset
        seen += found
    assert seen == list(range(10))
