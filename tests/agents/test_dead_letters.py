import asyncio

from agents.dead_letters import LARGEST_VALUE, DeadLetters
from agents.transport import records_of
from schemas.invalid import InvalidMessage, Reason
from tests.agents.fakes import FakePublisher, FakeTelemetry, Sent, batch


def letter_of(value: bytes | None, key: bytes | None = None, timestamp: int = 1000) -> Sent:
    publisher, telemetry = FakePublisher(), FakeTelemetry()
    letters = DeadLetters(publisher.real, "dead", telemetry)
    event = batch("in", [value], partition=3, first_offset=9, keys=[key], timestamp=timestamp)
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
    letter = letter_of(None)
    assert letter.value is None
    assert letter.headers["ce_originalsize"] == b"-1"


def test_a_value_that_would_not_fit_is_cut_and_says_so() -> None:
    letter = letter_of(b"x" * (LARGEST_VALUE + 1))
    assert letter.value == b"x" * LARGEST_VALUE
    assert letter.headers["ce_truncated"] == b"true"
    assert letter.headers["ce_originalsize"] == str(LARGEST_VALUE + 1).encode()


def test_a_record_without_a_time_has_a_letter_all_the_same() -> None:
    assert letter_of(b"", timestamp=-1).headers["ce_time"] == b"1970-01-01T00:00:00.000Z"


def test_the_same_record_has_the_same_letter() -> None:
    assert letter_of(b"a").headers["ce_id"] == letter_of(b"a").headers["ce_id"]
