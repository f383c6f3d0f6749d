"""Record batches whose bytes lie under a right checksum: an error of records, or none."""

from aiokafka.errors import CorruptRecordException, UnsupportedCodecError
from hypothesis import given
from hypothesis import strategies as st

from agents.record_sets import RecordSet
from tests.agents.record_bytes import Read, record_sets


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


def read(raw: bytes) -> Read:
    """Read all that there is; checksums are not looked at, as if each were right."""
    records = RecordSet(raw, topic="t", partition=0, fetch_offset=0, aborted=[], check_crcs=False)
    found = []
    if records.legacy:
        return Read([], 0)  # aiokafka's own reader takes these
    while not records.exhausted:
        try:
            found += list(records.take(3))
        except (CorruptRecordException, UnsupportedCodecError) as error:
            return Read(found, records.next_fetch_offset, error)
    return Read(found, records.next_fetch_offset)


@given(mutated_sets())
def test_a_mutated_set_raises_only_errors_of_records(raw: bytes) -> None:
    result = read(raw)
    for record in result.records:
        # All of it can be read: places within the bytes, names that are text.
        sizes = [len(part) for _, part in record.headers if part is not None]
        assert sum(sizes) + len(record.key or b"") + len(record.value or b"") >= 0
