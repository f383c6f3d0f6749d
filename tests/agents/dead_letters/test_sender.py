import asyncio
import itertools
from collections.abc import Iterable
from types import SimpleNamespace

import pytest
from faust.types import TP
from hypothesis import given
from hypothesis import strategies as st

from agents.dead_letters.limits import RefusalLimits
from agents.dead_letters.sender import (
    DeadLetters,
    TooManyRefused,
)
from agents.records.block import MOST_HEADERS, RecordBlock
from agents.records.record_set import RecordSet
from agents.transport.assignment import Assignment
from agents.transport.rounds import records_of
from agents.transport.sizes import CARRIED, LETTER_HEADERS, LETTER_KEY
from schemas.events.dead_letter import REPLAY_HEADER, headers_of
from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.nothing_to_say import NothingToSay, Silence
from tests.agents.fakes import FakePublisher, FakeTelemetry, Sent, batch
from tests.agents.records.record_bytes import Entry, batch_bytes, with_crc

Headers = tuple[tuple[str, bytes | None], ...]


def letter_of(
    value: bytes | None, key: bytes | None = None, timestamp: int = 1000, headers: Headers = ()
) -> Sent:
    publisher, telemetry = FakePublisher(), FakeTelemetry()
    letters = DeadLetters(publisher.real, "dead", telemetry)
    event = batch("in", [value], partition=3, first_offset=9, keys=[key], timestamp=timestamp)
    records_of(event)[0].headers = headers  # type: ignore[assignment] # values may be null
    error = InvalidMessage(Reason.WRONG_TYPE, "x: expected text, found int")

    async def send() -> None:
        await (await letters.send(records_of(event)[0], error))

    asyncio.run(send())
    assert telemetry.refused == [("in", Reason.WRONG_TYPE)]
    return publisher.sent[0]


def test_a_dead_letter_is_the_original_record_with_the_reason_in_its_headers() -> None:
    letter = letter_of(b"\xff{", b"key")
    assert (letter.topic, letter.key, letter.value) == ("dead", b"key", b"\xff{")
    assert letter.headers["ce_type"] == b"io.driftline.dead-letter.v1"
    assert letter.headers["ce_reason"] == b"wrong_type"
    assert letter.headers["ce_detail"] == b"x: expected text, found int"
    assert letter.headers["ce_sourcetopic"] == b"in"
    assert letter.headers["ce_sourcepartition"] == b"3"
    assert letter.headers["ce_sourceoffset"] == b"9"
    assert letter.headers["ce_originalsize"] == b"2"
    assert letter.headers["ce_truncated"] == b"false"
    assert letter.headers["content-type"] == b"application/octet-stream"


def test_a_null_value_stays_null() -> None:
    letter = letter_of(None, b"key")
    assert letter.value is None
    assert letter.headers["ce_originalsize"] == b"-1"


def test_a_record_with_neither_key_nor_value_has_a_letter_that_can_be_sent() -> None:
    letter = letter_of(None)
    assert (letter.key, letter.value) == (None, b"")
    assert letter.headers["ce_originalsize"] == b"-1"


def test_a_value_that_would_not_fit_is_cut_and_says_so() -> None:
    letter = letter_of(b"x" * (CARRIED + 1))
    assert letter.value == b"x" * CARRIED
    assert letter.headers["ce_truncated"] == b"true"
    assert letter.headers["ce_originalsize"] == str(CARRIED + 1).encode()


def test_a_record_without_a_time_has_a_letter_all_the_same() -> None:
    assert letter_of(b"", timestamp=-1).headers["ce_time"] == b"1970-01-01T00:00:00.000Z"


def test_the_same_record_has_the_same_letter() -> None:
    assert letter_of(b"a").headers["ce_id"] == letter_of(b"a").headers["ce_id"]


def test_original_headers_and_time_are_kept_so_that_it_can_be_sent_again() -> None:
    headers = (("trace", b"\xff\x00"), ("trace", None), ("é", b""))
    letter = letter_of(b"x", headers=headers)
    assert headers_of(letter.headers["ce_sourceheaders"].decode()) == list(headers)
    assert letter.headers["ce_sourcetimestamp"] == b"1000"
    assert "ce_replayof" not in letter.headers


@pytest.mark.parametrize(
    ("key", "headers"),
    [(b"k" * (LETTER_KEY + 1), ()), (b"k", (("big", b"x" * LETTER_HEADERS),))],
)
def test_a_key_or_headers_that_would_not_fit_are_cut_and_it_says_so(
    key: bytes, headers: Headers
) -> None:
    letter = letter_of(b"x", key, headers=headers)
    assert letter.headers["ce_truncated"] == b"true"
    assert len(letter.key or b"") <= LETTER_KEY


def test_a_replayed_record_that_is_refused_again_names_its_first_letter() -> None:
    letter = letter_of(b"x", headers=((REPLAY_HEADER, b"the-first"),))
    assert letter.headers["ce_replayof"] == b"the-first"


@pytest.mark.parametrize(
    "headers",
    [
        (("name", b"value"),) * 10_000,
        (("h" * 50, b"x" * 50),) * 10_000,
        (("big", b"x" * 1_000_000),),
        (("h" * 1_000_000, None),),
        (("", None),) * MOST_HEADERS,
    ],
)
def test_headers_without_bound_are_left_out_and_it_says_so(headers: Headers) -> None:
    letter = letter_of(b"x", b"key", headers=headers)
    assert (letter.key, letter.value) == (b"key", b"x")
    assert letter.headers["ce_sourceheaders"] == b"[]"
    assert letter.headers["ce_truncated"] == b"true"


def unread_batch(first: int, count: int) -> RecordBlock:
    """Return the block of a batch that nobody can read."""
    raw = batch_bytes([Entry()] * count, base_offset=first, encode=lambda _: b"junk")
    return RecordSet(raw, topic="in", partition=3, fetch_offset=0).take()


def test_of_a_batch_that_was_not_read_there_is_one_letter_that_names_its_records() -> None:
    publisher, telemetry = FakePublisher(), FakeTelemetry()
    letters = DeadLetters(publisher.real, "dead", telemetry)
    (record,) = unread_batch(40, 5)

    async def send() -> None:
        (sent,) = await letters.put_aside(record, NothingToSay(Silence.TOMBSTONE))
        await sent

    asyncio.run(send())
    (letter,) = publisher.sent
    assert telemetry.refused == [("in", Reason.BATCH_MALFORMED)]
    assert (letter.key, letter.value) == (None, b"")
    assert letter.headers["ce_originalsize"] == b"-1"
    assert letter.headers["ce_reason"] == b"batch_malformed"
    assert letter.headers["ce_sourceoffset"] == b"40"
    assert letter.headers["ce_sourcelastoffset"] == b"44"
    assert letter.headers["ce_sourceheaders"] == b"[]"
    assert letter.headers["ce_truncated"] == b"true"
    assert letter.headers["ce_detail"].endswith(b"offsets 40 to 44: its records are malformed")
    assert "ce_sourcelastoffset" not in letter_of(b"x").headers


def take(letters: DeadLetters, records: RecordBlock) -> None:
    """Refuse all records of a block."""

    async def send() -> None:
        for record in records:
            await letters.put_aside(record, NothingToSay(Silence.TOMBSTONE))

    asyncio.run(send())
    letters.handled(records)


def test_all_records_of_a_batch_that_was_not_read_count_for_the_limit() -> None:
    limits = RefusalLimits(max_run=10)
    letters = DeadLetters(FakePublisher().real, "dead", FakeTelemetry(), limits)
    refuse(letters, 0, 0, of=40)
    take(letters, unread_batch(40, 6))
    with pytest.raises(TooManyRefused, match="offsets 40 to 50; batch_malformed 11") as caught:
        take(letters, unread_batch(46, 6))
    # From its first record on it is read again, though one record stood for all of it.
    assert caught.value.stretches == {("in", 3): 40}


def test_a_batch_that_was_not_read_comes_again_and_is_not_counted_twice() -> None:
    letters = DeadLetters(FakePublisher().real, "dead", FakeTelemetry(), RefusalLimits(max_run=10))
    for _ in range(5):
        take(letters, unread_batch(40, 6))


def test_without_limits_a_batch_of_very_many_records_is_borne() -> None:
    limits = RefusalLimits(max_run=None, max_ratio=None)
    letters = DeadLetters(FakePublisher().real, "dead", FakeTelemetry(), limits)
    raw = bytearray(batch_bytes([Entry()], encode=lambda _: b"junk"))
    raw[23:27] = (2**31 - 1).to_bytes(4, "big")
    take(
        letters,
        RecordSet(with_crc(bytes(raw)), topic="in", partition=3, fetch_offset=0).take(),
    )


def refuse(
    letters: DeadLetters, first: int, count: int, *, of: int | None = None, partition: int = 3
) -> None:
    """Refuse the first `count` of the `of` records of a batch."""
    event = batch("in", [b"x"] * (of or count), partition=partition, first_offset=first)
    records = records_of(event)

    async def send() -> None:
        for record in records[:count]:
            await letters.send(record, InvalidMessage(Reason.WRONG_TYPE, "x: expected text"))

    asyncio.run(send())
    letters.handled(records)


def test_too_many_refused_in_a_row_are_an_error_that_says_where_and_what_to_do() -> None:
    telemetry = FakeTelemetry()
    letters = DeadLetters(FakePublisher().real, "dead", telemetry, RefusalLimits(max_run=10))
    refuse(letters, 0, 0, of=100)
    refuse(letters, 100, 8)
    with pytest.raises(TooManyRefused) as caught:
        refuse(letters, 108, 8)
    error = caught.value
    assert error.stretches == {("in", 3): 100}
    for text in (
        "11 records in a row",
        "in, partition 3",
        "100 to 110",
        "wrong_type 11",
        "max_run",
    ):
        assert text in str(error)
    assert telemetry.used == [("in", 3, 0.8), ("in", 3, 1.0)]


def test_stretches_of_other_partitions_are_told_as_well() -> None:
    limits = RefusalLimits(max_run=10)
    letters = DeadLetters(FakePublisher().real, "dead", FakeTelemetry(), limits)
    refuse(letters, 50, 0, of=100, partition=1)
    refuse(letters, 150, 4, partition=1)
    refuse(letters, 7, 4, partition=2)
    refuse(letters, 11, 1, of=100, partition=2)
    with pytest.raises(TooManyRefused) as caught:
        refuse(letters, 0, 11)
    assert caught.value.stretches == {("in", 1): 150, ("in", 3): 0}


def test_refusals_of_a_later_batch_that_is_handled_together_wait_for_it() -> None:
    letters = DeadLetters(
        FakePublisher().real, "dead", FakeTelemetry(), RefusalLimits(max_run=3, max_ratio=None)
    )
    both = batch("in", [b"x"] * 8)
    records = records_of(both)

    async def send() -> None:
        for record in records[2:]:
            await letters.send(record, InvalidMessage(Reason.WRONG_TYPE, "x: expected text"))

    asyncio.run(send())
    letters.handled(records[:4])
    with pytest.raises(TooManyRefused):
        letters.handled(records[4:])


def handle(letters: DeadLetters, first: int, pattern: str) -> None:
    """Handle a batch of refused (r), skipped (s) and good records."""
    records = records_of(batch("in", [b"x"] * len(pattern), partition=3, first_offset=first))
    outcomes = {
        "r": InvalidMessage(Reason.WRONG_TYPE, "x: expected text"),
        "s": NothingToSay(Silence.DELETE),
    }

    async def put_aside() -> None:
        for record, outcome in zip(records, pattern, strict=True):
            if outcome in outcomes:
                await letters.put_aside(record, outcomes[outcome])

    asyncio.run(put_aside())
    letters.handled(records)


@given(
    st.text("rsg", min_size=1, max_size=40),
    st.lists(st.integers(1, 7), min_size=1),
)
def test_what_was_skipped_is_no_part_of_the_limit(pattern: str, sizes: list[int]) -> None:
    limits = RefusalLimits(max_run=4, max_ratio=0.6, window=10, min_records=5)

    def stretch(batches: Iterable[str]) -> tuple[int, int] | None:
        """Return where it stops, in records that are not skipped, and where that began."""
        letters, first = DeadLetters(FakePublisher().real, "dead", FakeTelemetry(), limits), 0
        for each in batches:
            try:
                handle(letters, first, each)
            except TooManyRefused as error:
                begin = error.stretches[TP("in", 3)]
                read = "".join(batches)
                return len(read[:begin].replace("s", "")), read.count("r", 0, begin)
            first += len(each)
        return None

    cuts, left = [], pattern
    for size in itertools.cycle(sizes):
        cuts.append(left[:size])
        left = left[size:]
        if not left:
            break
    counted = pattern.replace("s", "")
    assert stretch(cuts) == (stretch([counted]) if counted else None)


def test_a_batch_of_nothing_but_skipped_records_is_borne() -> None:
    publisher, telemetry = FakePublisher(), FakeTelemetry()
    letters = DeadLetters(publisher.real, "dead", telemetry, RefusalLimits(max_run=1))
    handle(letters, 0, "s" * 100)
    handle(letters, 0, "s" * 100)
    assert (publisher.sent, telemetry.refused, telemetry.used) == ([], [], [])
    assert telemetry.skipped == [("in", Silence.DELETE)] * 200


def assigned(*tps: tuple[str, int]) -> Assignment:
    return Assignment(
        1, frozenset(TP(*tp) for tp in tps), SimpleNamespace(consumer_generation_id=1)
    )


def test_counts_go_with_their_partitions_and_stay_with_those_that_are_kept() -> None:
    telemetry = FakeTelemetry()
    letters = DeadLetters(FakePublisher().real, "dead", telemetry, RefusalLimits(max_run=10))
    refuse(letters, 0, 9)
    letters.keep(assigned(("in", 4)))
    refuse(letters, 9, 9)
    assert telemetry.used == [("in", 3, 0.9), ("in", 3, None), ("in", 3, 0.9)]
    letters.keep(assigned(("in", 3)))
    with pytest.raises(TooManyRefused):
        refuse(letters, 18, 2)
