import numpy as np
import pytest

from agents.records.block import RecordBlock
from agents.records.record_set import RecordSet
from agents.records.unread_batch import UnreadBatch
from schemas.events.invalid import Reason
from tests.agents.records.record_bytes import LOG_APPEND_TIME, Entry, batch_bytes


def passed_over(records: int = 3) -> RecordBlock:
    """Return the block of a batch that nobody can read, at offset 40."""
    raw = batch_bytes([Entry()] * records, base_offset=40, encode=lambda _: b"junk")
    return RecordSet(raw, topic="t", partition=1, fetch_offset=0).take()


def test_the_record_says_what_it_stands_for_and_goes_through_copies_and_slices() -> None:
    block = passed_over()
    expected = UnreadBatch(
        Reason.BATCH_MALFORMED,
        "the batch of the records at offsets 40 to 42: its records are malformed",
        40,
        42,
    )
    for each in (block, block[:1], RecordBlock.from_records("t", 1, block)):
        assert UnreadBatch.behind(each[0]) == expected
        assert each[0].key is each[0].value is None
        assert np.asarray(each.offsets).tolist() == [42]


def test_no_record_of_a_producer_stands_for_a_batch() -> None:
    headers = passed_over()[0].headers
    for attributes in (0, LOG_APPEND_TIME):
        raw = batch_bytes([Entry(None, headers=headers)], attributes=attributes)
        (record,) = RecordSet(raw, topic="t", partition=1, fetch_offset=0).take()
        assert record.headers == headers
        assert UnreadBatch.behind(record) is None


@pytest.mark.parametrize(
    ("most", "offsets"),
    [(3, [40, 41, 42]), (9, [40, 41, 42]), (2, [40, 42])],
)
def test_offsets_are_all_or_the_first_and_the_last(most: int, offsets: list[int]) -> None:
    assert UnreadBatch(Reason.BATCH_TOO_LARGE, "", 40, 42).offsets(most) == offsets


def test_a_batch_that_claims_two_billion_records_costs_no_more_than_another() -> None:
    batch = UnreadBatch(Reason.BATCH_TOO_LARGE, "", 0, 2**31)
    assert batch.offsets(5) == [0, 1, 2, 3, 2**31]
