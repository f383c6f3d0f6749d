from agents.dead_letters.sender import LONGEST_DETAIL
from agents.state.keys import PartKey, WriterEpoch
from agents.transport import sizes
from agents.transport.options import TransportOptions
from agents.transport.publisher import record_size
from schemas.events.event import LONGEST_NAME

KAFKAS_OWN_LIMIT = 1_048_588
"""``message.max.bytes`` of a broker that nobody has configured: of a batch of records."""

BATCH_HEADER = 61
_WIDEST = "\U0001f600"


def test_each_size_fits_into_the_next() -> None:
    assert sizes.CARRIED < sizes.RECORD < sizes.REQUEST < sizes.FETCH
    assert sizes.SNAPSHOT_PART < sizes.CHANGES < sizes.PLAIN_RECORD < sizes.PLAIN_REQUEST
    assert sizes.PLAIN_REQUEST + BATCH_HEADER < KAFKAS_OWN_LIMIT < sizes.RECORD
    assert TransportOptions().max_request_bytes == sizes.REQUEST
    assert sizes.RECORD + BATCH_HEADER < sizes.REQUEST


def test_a_letter_at_its_largest_is_a_record() -> None:
    """Every character of the original headers and of the detail takes four bytes."""
    headers = {
        "ce_sourceheaders": (_WIDEST * sizes.LETTER_HEADERS).encode(),
        "ce_detail": (_WIDEST * LONGEST_DETAIL).encode(),
        "ce_sourcetopic": (_WIDEST * 249).encode(),
    }
    size = record_size(bytes(sizes.LETTER_KEY), bytes(sizes.CARRIED), headers)
    assert size + 10_000 < sizes.RECORD  # the other headers are short


def test_a_part_of_a_snapshot_with_the_longest_names_is_a_record_of_a_plain_topic() -> None:
    name = ("model", "\\" * LONGEST_NAME, "\x00" * LONGEST_NAME)
    key = PartKey(name, WriterEpoch(2**31, 2**31), 1, 2**31).encode()
    assert record_size(key, bytes(sizes.SNAPSHOT_PART), None) < sizes.PLAIN_RECORD


def test_a_record_of_waiting_predictions_is_a_record_of_a_plain_topic() -> None:
    assert record_size(None, bytes(sizes.CHANGES), None) <= sizes.PLAIN_RECORD
