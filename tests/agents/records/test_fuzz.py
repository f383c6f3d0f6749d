"""Record batches whose bytes lie: under a right checksum nothing stops their reader."""

from itertools import pairwise

import numpy as np
from aiokafka.errors import CorruptRecordException
from hypothesis import given
from hypothesis import strategies as st

from agents.records.index import walk
from agents.records.record_set import RecordSet
from tests.agents.records.record_bytes import Read, record_sets, with_crc


@st.composite
def mutated_sets(draw: st.DrawFn) -> bytes:
    raw, _ = draw(record_sets())
    text = bytearray(raw)
    for _ in range(draw(st.integers(0, 4))):
        # Most of what can lie is in the first hundred bytes: headers, sizes, what a codec claims.
        at = draw(st.integers(0, min(len(text), 100)) | st.integers(0, len(text)))
        taken = draw(st.sampled_from([0, 1, 1, 4]))
        piece = draw(
            st.binary(max_size=4)
            | st.sampled_from([b"\xff" * 4, b"\x7f" * 5, b"\x80" * 12, b"\x00" * 8])
        )
        text[at : at + taken] = piece
    return bytes(text)


def vouched_for(raw: bytes) -> bytes:
    """Return the whole batches of a record set with checksums that fit them."""
    starts, _, legacy = walk(np.frombuffer(raw, dtype=np.uint8))
    if legacy:
        return raw
    return b"".join(with_crc(raw[start:end]) for start, end in pairwise(starts))


def read(raw: bytes) -> Read:
    """Read all that there is; checksums are looked at only where records cannot be read."""
    records = RecordSet(raw, topic="t", partition=0, fetch_offset=0, aborted=[], check_crcs=False)
    found = []
    if records.legacy:
        return Read([], 0)  # aiokafka's own reader takes these
    while not records.exhausted:
        try:
            found += list(records.take(3))
        except CorruptRecordException as error:
            return Read(found, records.next_fetch_offset, error)
    return Read(found, records.next_fetch_offset)


@given(mutated_sets())
def test_a_mutated_set_raises_only_errors_of_records(raw: bytes) -> None:
    result = read(raw)
    for record in result.records:
        # All of it can be read: places within the bytes, names that are text.
        sizes = [len(part) for _, part in record.headers if part is not None]
        assert sum(sizes) + len(record.key or b"") + len(record.value or b"") >= 0


@given(mutated_sets())
def test_what_is_vouched_for_is_read_or_passed_over(raw: bytes) -> None:
    result = read(vouched_for(raw))
    if result.error is not None:
        # Neither is a producer's to write: the broker gives offsets and writes the markers.
        assert "offsets of the batch" in str(result.error) or "marker" in str(result.error)
