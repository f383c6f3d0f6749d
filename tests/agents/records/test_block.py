import numpy as np
import pytest
from aiokafka.structs import ConsumerRecord
from hypothesis import given
from hypothesis import strategies as st

from agents.records.block import MOST_HEADERS, RecordBlock
from agents.records.index import FIELDS
from agents.records.record_set import RecordSet
from agents.transport.sizes import LETTER_HEADERS
from schemas.events.dead_letter import headers_text
from tests.agents.records.record_bytes import (
    TP,
    Entry,
    aiokafka_reads,
    batch_bytes,
    record_sets,
    with_crc,
)

EMPTY = RecordBlock(
    TP.topic, TP.partition, np.frombuffer(b"", dtype=np.uint8), np.empty((FIELDS, 0), np.int64)
)


def block_of(raw: bytes) -> RecordBlock:
    return RecordSet(raw, topic=TP.topic, partition=TP.partition, fetch_offset=0).take()


@given(record_sets())
def test_a_copy_of_ordinary_records_holds_what_they_hold(given_set: tuple[bytes, int]) -> None:
    records = aiokafka_reads(given_set[0]).records
    block = RecordBlock.from_records(TP.topic, TP.partition, records)
    assert records == list(block)
    again = RecordBlock.from_records(TP.topic, TP.partition, block)
    assert block.buffer.tobytes() == again.buffer.tobytes()


@given(record_sets(), st.slices(20))
def test_a_block_is_indexed_and_cut_as_a_list_is(given_set: tuple[bytes, int], cut: slice) -> None:
    block = block_of(given_set[0])
    records = list(block)
    assert len(records) == len(block)
    assert records[cut] == list(block[cut])
    assert records == [block[row] for row in range(len(block))]
    assert list(reversed(records)) == [block[-row - 1] for row in range(len(block))]
    for row in (len(block), -len(block) - 1):
        with pytest.raises(IndexError):
            block[row]


@given(record_sets(), st.slices(20))
def test_the_columns_hold_what_the_records_hold(given_set: tuple[bytes, int], cut: slice) -> None:
    block = block_of(given_set[0])[cut]
    data = block.buffer.tobytes()
    assert [record.offset for record in block] == block.offsets.tolist()
    assert [record.timestamp for record in block] == block.timestamps.tolist()
    for fields, starts, ends in (
        ([record.key for record in block], block.key_start, block.key_end),
        ([record.value for record in block], block.value_start, block.value_end),
    ):
        spans = zip(starts.tolist(), ends.tolist(), strict=True)
        assert fields == [None if start < 0 else data[start:end] for start, end in spans]
    for column in (block.offsets, block.value_start, block.headers_start):
        assert column.dtype == np.int64
        assert column.flags.c_contiguous


@given(record_sets(), st.slices(20))
def test_rows_hold_the_usual_fields_of_the_records(
    given_set: tuple[bytes, int], cut: slice
) -> None:
    block = block_of(given_set[0])[cut]
    expected = [(each.offset, each.timestamp, each.key, each.value) for each in block]
    assert expected == list(block.rows())


def test_slices_share_the_buffer() -> None:
    block = block_of(batch_bytes([Entry(), Entry(), Entry()]))
    assert block[1:].buffer is block.buffer
    assert not block.buffer.flags.writeable


def test_a_record_is_aiokafkas() -> None:
    entry = Entry(b"value", key=b"k", timestamp=5, headers=(("h", b"1"), ("none", None)))
    expected = ConsumerRecord(
        TP.topic, TP.partition, 7, 5, 0, b"k", b"value", None, 1, 5, entry.headers
    )
    assert [expected] == list(block_of(batch_bytes([entry], base_offset=7)))


def test_the_name_of_a_header_that_is_no_text_stops_nobody() -> None:
    raw = batch_bytes([Entry(headers=(("name", b"1"),))])
    block = block_of(with_crc(raw.replace(b"name", b"n\xffme")))
    assert block[0].headers == (("n\ufffdme", b"1"),)


def test_long_headers_are_read() -> None:
    headers = tuple(("n" * size, b"v" * size) for size in (0, 63, 64, 8_191, 8_192))
    block = block_of(batch_bytes([Entry(headers=headers), Entry()]))
    assert [headers, ()] == [record.headers for record in block]


def test_a_block_without_records_is_false() -> None:
    assert not EMPTY
    assert list(EMPTY) == []
    assert not RecordBlock.from_records(TP.topic, TP.partition, [])


def test_of_very_many_headers_the_first_are_read_and_they_are_more_than_a_letter_holds() -> None:
    entry = Entry(headers=(("", None),) * (MOST_HEADERS + 5))
    record = block_of(batch_bytes([entry, Entry(b"next")]))[0]
    assert len(record.headers) == MOST_HEADERS
    assert len(headers_text(record.headers)) > LETTER_HEADERS
