from collections.abc import Iterable

import pytest
from aiokafka.errors import CorruptRecordException, KafkaError, UnsupportedCodecError
from hypothesis import assume, given
from hypothesis import strategies as st

from agents.records.record import Record
from agents.records.record_set import RecordSet
from agents.records.unread_batch import UnreadBatch
from schemas.events.invalid import Reason
from tests.agents.records.record_bytes import (
    ABORT,
    COMMIT,
    CONTROL,
    ENCODERS,
    LOG_APPEND_TIME,
    NONE,
    TP,
    TRANSACTIONAL,
    Entry,
    Read,
    aiokafka_reads,
    batch_bytes,
    marker_bytes,
    record_sets,
    with_crc,
)


def record_set(
    raw: bytes,
    *,
    fetch_offset: int = 0,
    aborted: Iterable[tuple[int, int]] | None = None,
    check_crcs: bool = True,
) -> RecordSet:
    return RecordSet(
        raw,
        topic=TP.topic,
        partition=TP.partition,
        fetch_offset=fetch_offset,
        aborted=aborted,
        check_crcs=check_crcs,
    )


def read(found: RecordSet, *, most: int | None = None) -> Read:
    """Return all that a record set hands out, and the error that it ends with."""
    records: list[Record] = []
    try:
        while not found.exhausted:
            block = found.take(most)
            if most is not None:
                assert len(block) <= most
            records.extend(block)
    except KafkaError as error:
        assert not found.take()
        assert found.exhausted
        return Read(records, found.next_fetch_offset, error)
    return Read(records, found.next_fetch_offset)


def passed_over(found: Read) -> UnreadBatch:
    """Return the batch that is all that was read, and was not read."""
    (record,) = found.records
    batch = UnreadBatch.behind(record)
    assert batch is not None
    assert (found.error, found.position) == (None, batch.last + 1)
    return batch


def agree(expected: Read, actual: Read) -> bool:
    """Tell whether both read the same, or both refuse what comes after the same records."""
    if expected.error is None:
        return expected == actual
    records = expected.records[: len(actual.records)]
    return isinstance(actual.error, KafkaError) and records == actual.records


@given(record_sets(), st.data(), st.none() | st.integers(1, 5))
def test_the_records_are_those_that_aiokafka_reads(
    given_set: tuple[bytes, int], data: st.DataObject, most: int | None
) -> None:
    raw, end = given_set
    start = aiokafka_reads(raw).records[0].offset if aiokafka_reads(raw).records else 0
    fetch_offset = data.draw(st.just(0) | st.integers(start, max(start, end)))
    expected = aiokafka_reads(raw, fetch_offset=fetch_offset)
    assert expected.error is None
    assert expected == read(record_set(raw, fetch_offset=fetch_offset), most=most)


@given(record_sets(), st.data())
def test_a_batch_that_is_cut_off_is_left_for_the_next_fetch(
    given_set: tuple[bytes, int], data: st.DataObject
) -> None:
    raw, _ = given_set
    cut = raw[: data.draw(st.integers(0, len(raw)))]
    expected = aiokafka_reads(cut)
    assert expected.error is None
    assert expected == read(record_set(cut))


@given(record_sets(codecs=[NONE]), st.data())
def test_a_corrupt_byte_is_read_as_aiokafka_reads_it_or_refused_as_it_refuses_it(
    given_set: tuple[bytes, int], data: st.DataObject
) -> None:
    raw, _ = given_set
    assume(raw)
    # Most bytes lie within long values, where nothing depends on them.
    heads = [at for at in range(len(raw)) if raw[at : at + 9] != b"x" * 9]
    places = data.draw(st.lists(st.sampled_from(heads), min_size=1, max_size=3))
    corrupt = bytearray(raw)
    for at in places:
        corrupt[at] = data.draw(st.integers(0, 255))
    found = record_set(bytes(corrupt), check_crcs=False)
    assume(not found.legacy)
    # What a record turned into a marker says is of no interest; that it can be read is.
    read(record_set(bytes(corrupt), aborted=(), check_crcs=False))
    actual = read(found)
    # aiokafka takes the attributes of a record, which are one byte, for a varint.
    clipped = (corrupt[:at] + bytes([corrupt[at] & 0x7F]) + corrupt[at + 1 :] for at in places)
    expected = [aiokafka_reads(bytes(each), check_crcs=False) for each in (corrupt, *clipped)]
    # With the names of headers, we do as Kafka's own client does.
    assume(not any(isinstance(each.error, UnicodeDecodeError) for each in expected))
    assert any(agree(each, actual) for each in expected)


@given(record_sets(), st.data())
def test_no_corrupt_byte_after_the_checksum_passes_it(
    given_set: tuple[bytes, int], data: st.DataObject
) -> None:
    tail, _ = given_set
    batch = batch_bytes([Entry(), Entry(key=b"k")])
    at = data.draw(st.integers(21, len(batch) - 1))
    corrupt = bytearray(batch)
    corrupt[at] ^= data.draw(st.integers(1, 255))
    actual = read(record_set(bytes(corrupt) + tail))
    assert isinstance(actual.error, CorruptRecordException)
    assert (actual.records, actual.position) == ([], 0)


def test_batches_before_a_corrupt_one_are_handed_out_before_its_error() -> None:
    good = batch_bytes([Entry(b"a"), Entry(b"b")], base_offset=5)
    bad = bytearray(batch_bytes([Entry(b"c")], base_offset=7))
    bad[-1] ^= 1
    found = record_set(good + bytes(bad) + batch_bytes([Entry()], base_offset=8))
    assert [record.value for record in found.take()] == [b"a", b"b"]
    assert found.next_fetch_offset == 7
    with pytest.raises(CorruptRecordException, match="events-3: the checksum at offset 7 is wrong"):
        found.take()
    assert found.next_fetch_offset == 7
    assert found.exhausted


@pytest.mark.parametrize("count", [-1, 0, 1, 3, 2**31 - 1])
def test_a_batch_with_a_wrong_count_of_records_is_passed_over(count: int) -> None:
    batch = bytearray(batch_bytes([Entry(), Entry()]))
    batch[57:61] = count.to_bytes(4, "big", signed=True)
    raw = with_crc(bytes(batch))
    assert isinstance(aiokafka_reads(raw).error, CorruptRecordException)
    batch_passed = passed_over(read(record_set(raw)))
    assert (batch_passed.reason, batch_passed.first, batch_passed.last) == (
        Reason.BATCH_MALFORMED,
        0,
        1,
    )


def one_record(fields: bytes) -> bytes:
    """Return a record of these fields, behind its length."""
    return bytes([2 * len(fields)]) + fields


@pytest.mark.parametrize(
    ("records", "offsets"),
    [
        # Attributes, deltas of time and offset, key, value, count of headers.
        ([b"\0\0\0\1\1\0"], [0]),
        ([b"\0\0\0\1\1\2" + b"\2h\1"], [0]),
        ([b"\0\0\2\1\1\0", b"\0\0\0\1\1\0", b"\0\0\2\1\1\0"], [1]),
        ([b"\0\0\0\1\1\1"], None),
        ([b"\0\0\0\1\1\2" + b"\1\1"], None),
        ([b"\0\0\0\1\1\2" + b"\4h\1"], None),
        ([b"\0\0\0\1\1\0\0"], None),
        ([b"\0\0\0\1\2\0"], None),
        ([b"\0\0\0\1\1"], None),
        ([b""], None),
    ],
)
def test_a_record_is_whole_or_its_batch_is_passed_over(
    records: list[bytes], offsets: list[int] | None
) -> None:
    body = b"".join(map(one_record, records))
    raw = batch_bytes([Entry()] * len(records), encode=lambda _: body)
    expected, actual = aiokafka_reads(raw), read(record_set(raw))
    if offsets is None:
        assert isinstance(expected.error, CorruptRecordException)
        assert passed_over(actual).reason == Reason.BATCH_MALFORMED
    else:
        assert expected == actual
        assert [record.offset for record in actual.records] == offsets


def test_a_batch_with_a_record_that_holds_another_is_passed_over() -> None:
    body = one_record(b"\0\0\0\1\1\0" + one_record(b"\0\0\2\1\1\0"))
    raw = batch_bytes([Entry()] * 2, encode=lambda _: body)
    assert isinstance(aiokafka_reads(raw).error, CorruptRecordException)
    assert passed_over(read(record_set(raw))).reason == Reason.BATCH_MALFORMED


def test_batches_on_both_sides_of_one_that_cannot_be_read_are_read() -> None:
    batches = [
        batch_bytes([Entry(b"a"), Entry(b"b")]),
        batch_bytes([Entry(b"c", timestamp=5)] * 3, base_offset=2, encode=lambda _: b"junk"),
        batch_bytes([Entry(b"d")], base_offset=5),
    ]
    first = record_set(b"".join(batches))
    assert [record.value for record in first.take(2)] == [b"a", b"b"]
    (unread,) = first.take()
    assert (unread.offset, unread.timestamp, unread.value) == (4, 5, None)
    batch = UnreadBatch.behind(unread)
    assert batch is not None
    assert (batch.first, batch.last) == (2, 4)
    assert (first.next_fetch_offset, first.exhausted) == (5, True)
    # In the middle of it, where a worker was told to begin: the broker sends the batch whole.
    assert passed_over(read(record_set(batches[1], fetch_offset=3))) == batch
    assert [record.value for record in read(record_set(batches[2], fetch_offset=5)).records] == [
        b"d"
    ]


def test_damage_behind_a_batch_that_cannot_be_read_is_met_by_a_later_fetch() -> None:
    unreadable = batch_bytes([Entry()], encode=lambda _: b"junk")
    between = batch_bytes([Entry(b"a")], base_offset=1)
    damaged = bytearray(batch_bytes([Entry()], base_offset=2))
    damaged[-1] ^= 1
    assert passed_over(read(record_set(unreadable + between + bytes(damaged)))).last == 0
    rest = read(record_set(between + bytes(damaged), fetch_offset=1))
    assert [record.value for record in rest.records] == [b"a"]
    assert isinstance(rest.error, CorruptRecordException)


def test_a_batch_that_cannot_be_read_is_passed_over_only_with_a_right_checksum() -> None:
    raw = bytearray(batch_bytes([Entry()], encode=lambda _: b"junk"))
    raw[-1] ^= 1
    for check_crcs in (True, False):
        found = read(record_set(bytes(raw), check_crcs=check_crcs))
        assert isinstance(found.error, CorruptRecordException)
        assert (found.records, found.position) == ([], 0)


def test_a_batch_that_cannot_be_read_and_whose_offsets_lie_is_an_error() -> None:
    raw = bytearray(batch_bytes([Entry()], encode=lambda _: b"junk"))
    raw[23:27] = (-1).to_bytes(4, "big", signed=True)
    found = read(record_set(with_crc(bytes(raw))))
    assert isinstance(found.error, CorruptRecordException)


def test_the_record_of_a_batch_that_cannot_be_read_has_the_brokers_time_where_others_have() -> None:
    raw = batch_bytes([Entry()], encode=lambda _: b"junk", attributes=LOG_APPEND_TIME)
    (record,) = read(record_set(raw)).records
    assert record.timestamp == 1_700_000_009_999


def test_times_may_be_as_far_apart_as_they_can_be() -> None:
    times = [0, 2**62, 2**63 - 1, 1]
    raw = batch_bytes([Entry(timestamp=time) for time in times])
    actual = read(record_set(raw))
    assert aiokafka_reads(raw) == actual
    assert times == [record.timestamp for record in actual.records]


@pytest.mark.parametrize("length", [-(2**31), -1, 0, 13, 48])
def test_a_length_that_no_batch_can_have_is_corrupt(length: int) -> None:
    batch = bytearray(batch_bytes([Entry()], base_offset=1))
    batch[8:12] = length.to_bytes(4, "big", signed=True)
    good = batch_bytes([Entry()])
    actual = read(record_set(good + bytes(batch)))
    assert 1 == len(actual.records) == actual.position
    assert isinstance(actual.error, CorruptRecordException)
    assert isinstance(aiokafka_reads(good + bytes(batch)).error, CorruptRecordException)


@pytest.mark.parametrize("codec", ENCODERS)
def test_every_codec_is_read(codec: int) -> None:
    entries = [Entry(b"%d" % row * 50, key=b"k%d" % row) for row in range(500)]
    raw = batch_bytes(entries, base_offset=10, codec=codec)
    raw += batch_bytes(entries, base_offset=510, attributes=LOG_APPEND_TIME)
    actual = read(record_set(raw, fetch_offset=250), most=300)
    assert aiokafka_reads(raw, fetch_offset=250) == actual
    assert list(range(250, 1010)) == [record.offset for record in actual.records]


@pytest.mark.parametrize("codec", [5, 6, 7])
def test_a_batch_of_an_unknown_codec_is_passed_over(codec: int) -> None:
    raw = batch_bytes([Entry()], attributes=codec)
    assert isinstance(aiokafka_reads(raw).error, UnsupportedCodecError)
    assert passed_over(read(record_set(raw))).reason == Reason.BATCH_MALFORMED


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["plain", "open", "abort", "commit", "emptied"]), st.integers(1, 3)
        ),
        max_size=12,
    ),
    st.booleans(),
)
def test_transactions_are_read_as_aiokafka_reads_them(
    steps: list[tuple[str, int]], committed_only: bool
) -> None:
    raw, offset = b"", 0
    began: dict[int, int] = {}
    aborted = [(9, 4)]  # of a producer without records here
    for step, producer in steps:
        if step in {"plain", "open"}:
            inside = TRANSACTIONAL if step == "open" else 0
            owner = producer if inside else -1
            if inside:
                began.setdefault(producer, offset)
            entries = [Entry(b"%d" % offset), Entry(b"%d" % (offset + 1))]
            raw += batch_bytes(entries, base_offset=offset, attributes=inside, producer=owner)
            offset += 2
        elif step == "emptied":
            raw += batch_bytes([], base_offset=offset, trailing=2)
            offset += 2
        else:
            kind = ABORT if step == "abort" else COMMIT
            raw += marker_bytes(kind, base_offset=offset, producer=producer)
            start = began.pop(producer, None)
            if step == "abort" and start is not None:
                aborted.append((producer, start))
            offset += 1
    known = aborted if committed_only else None
    expected = aiokafka_reads(raw, aborted=known)
    assert (None, offset) == (expected.error, expected.position)
    assert expected == read(record_set(raw, aborted=known))


def test_an_aborted_transaction_is_left_out_only_where_committed_records_are_wanted() -> None:
    raw = batch_bytes([Entry(b"a")], attributes=TRANSACTIONAL, producer=1)
    raw += marker_bytes(ABORT, base_offset=1, producer=1)
    raw += batch_bytes([Entry(b"b")], base_offset=2, attributes=TRANSACTIONAL, producer=1)
    raw += marker_bytes(COMMIT, base_offset=3, producer=1)
    committed = read(record_set(raw, aborted=[(1, 0)]))
    assert ([record.value for record in committed.records], committed.position) == ([b"b"], 4)
    everything = read(record_set(raw))
    assert ([each.value for each in everything.records], everything.position) == ([b"a", b"b"], 4)


def test_the_position_moves_past_what_compaction_and_markers_leave() -> None:
    raw = batch_bytes([Entry(gap=4)], trailing=3)
    raw += batch_bytes([], base_offset=9, trailing=6)
    raw += marker_bytes(COMMIT, base_offset=15, producer=1)
    found = record_set(raw)
    assert found.take(1).offsets.tolist() == [4]
    assert (found.next_fetch_offset, found.exhausted) == (16, True)


def test_a_marker_that_compaction_emptied_ends_nothing() -> None:
    raw = batch_bytes([], attributes=CONTROL | TRANSACTIONAL, producer=1, trailing=1)
    raw += batch_bytes([Entry(b"a")], base_offset=1)
    actual = read(record_set(raw, aborted=[]))
    assert ([each.value for each in actual.records], actual.position, actual.error) == (
        [b"a"],
        2,
        None,
    )


def test_views_of_one_record_set_share_its_buffer() -> None:
    found = record_set(batch_bytes([Entry(), Entry(gap=4), Entry()]))
    first = found.take(1)
    assert (first.offsets.tolist(), found.next_fetch_offset) == ([0], 1)
    second = found.take(1)
    assert (second.offsets.tolist(), found.next_fetch_offset) == ([5], 6)
    assert not found.exhausted
    assert found.take(9).buffer is second.buffer is first.buffer
    assert found.exhausted


@pytest.mark.parametrize(("magic", "legacy"), [(0, True), (1, True), (2, False), (128, True)])
def test_a_format_that_is_left_to_aiokafka_is_recognised(magic: int, legacy: bool) -> None:
    # The last one is negative: aiokafka takes it for an old one.
    batch = bytearray(batch_bytes([Entry()]))
    batch[16] = magic
    assert record_set(bytes(batch)).legacy is legacy
