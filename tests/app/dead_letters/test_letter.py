import pytest

from agents.transport.publisher import record_size
from agents.transport.sizes import LETTER_HEADERS, RECORD, REQUEST
from app.dead_letters.letter import StrangeLetter, read_letter, replayed_letter, time_of
from schemas.events.dead_letter import REPLAY_HEADER, headers_text
from tests.agents.fakes import Sent
from tests.app.dead_letters.letters import REFUSED_AT, as_record, batch_letter, letter, sent_letter


def test_a_letter_is_read_back_as_it_was_written() -> None:
    headers = (("trace", b"\xff"), ("none", None))
    found = letter(b"\xff{", key=b"\x00", headers=headers, timestamp=-1, at=4)
    assert (found.value, found.key, found.headers) == (b"\xff{", b"\x00", list(headers))
    assert (found.topic, found.partition, found.offset) == ("predictions", 1, 7)
    assert (found.timestamp, found.size, found.truncated) == (-1, 2, False)
    assert (found.refused_at, found.letter_offset) == (REFUSED_AT, 4)
    assert found.document()["record_time"] is None
    assert found.document()["reason"] == "missing_field"


def test_a_null_value_stays_null() -> None:
    for key in (b"k", None):
        found = letter(None, key=key)
        assert (found.key, found.value, found.size) == (key, None, -1)
    assert letter(b"", key=None).value == b""


def test_a_letter_about_a_batch_names_its_first_and_its_last_record() -> None:
    found = batch_letter()
    assert (found.offset, found.last_offset, found.value) == (7, 9, None)
    assert (found.reason, found.truncated) == ("batch_malformed", True)
    assert found.document()["last_offset"] == 9
    assert letter().last_offset is None


def test_the_largest_letter_is_one_that_the_broker_takes() -> None:
    # Four bytes a character, wherever text is cut by its length, and a value beyond what is kept.
    widest = "\U0001f600"
    headers: list[tuple[str, bytes | None]] = [(REPLAY_HEADER, widest.encode() * 100)]
    room = LETTER_HEADERS - len(headers_text([*headers, ("", None)]))
    headers.append((widest * room, None))
    assert len(headers_text(headers)) == LETTER_HEADERS
    largest = sent_letter(
        b"x" * 10_000_000,
        topic="t" * 249,
        key=b"k" * 1_000_000,
        headers=tuple(headers),
        detail=widest * 5000,
    )
    assert len(largest.headers["ce_sourceheaders"]) > 190_000
    size = record_size(largest.key, largest.value, largest.headers)
    assert size <= RECORD < REQUEST


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce_type", b"io.driftline.alert.v1"),
        ("ce_type", b"\xff"),
        ("ce_id", b""),
        ("ce_sourcepartition", b"x"),
        ("ce_sourceoffset", b""),
        ("ce_sourcelastoffset", b"x"),
        ("ce_sourceheaders", b"{"),
        ("ce_sourceheaders", b'[["a", 1]]'),
        ("ce_sourceheaders", b'[["a", "%"]]'),
        ("ce_sourceheaders", b"7"),
    ],
)
def test_what_is_no_letter_is_told_from_one(name: str, value: bytes) -> None:
    sent = sent_letter(b"x")
    damaged = Sent(sent.topic, sent.key, sent.value, {**sent.headers, name: value})
    with pytest.raises(StrangeLetter):
        read_letter(as_record(damaged))


def test_a_record_without_headers_is_neither_a_letter_nor_a_mark() -> None:
    record = as_record(Sent("dead", None, b"hello", {}))
    assert replayed_letter(record) is None
    with pytest.raises(StrangeLetter):
        read_letter(record)


def test_times_are_rfc_3339_or_numbers() -> None:
    assert time_of("2026-03-01T12:00:00Z") == time_of("1772366400") == 1_772_366_400_000
    for wrong in ("soon", "nan", "-5"):
        with pytest.raises(ValueError, match="timestamp"):
            time_of(wrong)
