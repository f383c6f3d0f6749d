from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events.codec import decode_object
from schemas.events.not_taken import NotTaken
from schemas.scan.keys import KeyTable
from schemas.scan.scanner import DEEPEST, scan
from schemas.scan.tokens import Token
from tests.schemas.scan.reading import joined, objects, read
from tests.schemas.scan.strategies import plain_documents, spoilt_documents


def _slowly(value: bytes) -> dict[str, Any] | None:
    try:
        return decode_object(value)
    except NotTaken:
        return None


def _agrees(values: Sequence[bytes]) -> None:
    """Check what is accepted; ``repr`` tells all kinds, bits and orders apart."""
    for value, found in zip(values, read(values), strict=True):
        if found is not None:
            assert repr(_slowly(value)) == repr(found)


@given(st.lists(plain_documents(), max_size=4))
def test_every_document_of_the_plain_forms_is_read_as_the_codec_reads_it(
    values: list[bytes],
) -> None:
    assert [repr(_slowly(value)) for value in values] == [repr(found) for found in read(values)]


@given(st.lists(spoilt_documents(), max_size=4))
def test_whatever_is_accepted_the_codec_accepts_and_reads_the_same(values: list[bytes]) -> None:
    _agrees(values)


@given(st.lists(st.text('{}",:0.-e1naN tru\n[]\\', max_size=30).map(str.encode), max_size=4))
def test_near_json_is_never_accepted_wrongly(values: list[bytes]) -> None:
    _agrees([b'{"a":' + value for value in values] + values)


@given(plain_documents())
def test_a_document_that_is_cut_off_is_declined_whatever_follows_it(value: bytes) -> None:
    buffer, _, _ = joined([value])
    whole = len(value.rstrip())
    starts = np.zeros(whole, dtype=np.int64)
    assert not scan(buffer, starts, np.arange(whole), KeyTable()).accepted.any()


@given(st.lists(plain_documents() | spoilt_documents(), max_size=6))
def test_a_batch_gives_what_its_documents_give_one_at_a_time(values: list[bytes]) -> None:
    alone = [read([value])[0] for value in values]
    assert repr(alone) == repr(read(values))
    keys = KeyTable()
    buffer, starts, ends = joined(values, between=b"}12 ")
    for _ in range(2):
        entries = scan(buffer, starts, ends, keys)
        assert repr(alone) == repr(objects(buffer, entries, keys))


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b" ",
        b"1",
        b"[]",
        b"{",
        b"{}}",
        b"{} 1",
        b'{"a"}',
        b'{"a":}',
        b'{"a":1,}',
        b'{,"a":1}',
        b'{"a":1 "b":2}',
        b'{"a":1}}',
        b'{"a":{"b":1}',
        b'{"a":{,}}',
        b'{"a":tru}',
        b'{"a":nulll}',
        b'{"a":-NaN}',
        b'{"a":+Infinity}',
        b'{"a":"\x1f"}',
        b'{"\n":1}',
        b'{"a":"\xed\xa0\x80"}',
        b"{'a':1}",
        b"{a:1}",
        b"{\x0b}",
        b"{\xa0}",
        b"\x00{}",
    ],
)
def test_what_is_no_json_object_is_declined(value: bytes) -> None:
    assert _slowly(value) is None
    assert read([value, b'{"a":1}']) == [None, {"a": 1}]


@pytest.mark.parametrize(
    "value",
    [
        b'{"a":[]}',
        b'\xef\xbb\xbf{"a":1}',
        b'\x00\x00\x00\x00\x01{"a":1}',
        b'"{\\"a\\":1}"',
        b'[{"a":1}]',
        b'{"a":"\\n"}',
        b'{"\\u0061":1}',
        b'{"a":1,"a":2}',
        b'{"a":{},"a":{}}',
        b'{"a":{"b":1},"a":{"b":1}}',
        b'{"a":-0}',
        b'{"a":9223372036854775808}',
        b'{"a":-9223372036854775808}',
        b'{"a":1.2345678901234567891}',
        b'{"a":1e000001}',
    ],
)
def test_json_that_is_left_to_the_codec_is_declined(value: bytes) -> None:
    assert _slowly(value) is not None
    assert read([value, b'{"a":1}']) == [None, {"a": 1}]


def test_the_same_key_in_different_objects_is_no_duplicate() -> None:
    assert (
        read([b'{"a":{"a":1,"b":2},"b":{"a":3}}'] * 2)
        == [{"a": {"a": 1, "b": 2}, "b": {"a": 3}}] * 2
    )


def test_objects_are_read_to_the_greatest_depth_and_no_deeper() -> None:
    def nested(depth: int) -> bytes:
        return b'{"a":' * depth + b"1" + b"}" * depth

    deepest, deeper = read([nested(DEEPEST), nested(DEEPEST + 1)])
    assert _slowly(nested(DEEPEST)) == deepest
    assert deeper is None


def test_empty_objects_have_entries_of_their_own() -> None:
    keys = KeyTable()
    buffer, starts, ends = joined([b'{"a":{"b":{ }},"c":{}}', b"{}"])
    entries = scan(buffer, starts, ends, keys)
    assert [keys.path(slot) for slot in entries.slot.tolist()] == [("a", "b"), ("c",)]
    assert entries.kind.tolist() == [Token.EMPTY_OBJECT, Token.EMPTY_OBJECT]
    assert entries.start.tolist() == [10, 19]
    assert entries.end.tolist() == [13, 21]
    assert entries.row_ptr.tolist() == [0, 2, 2]
    assert entries.accepted.tolist() == [True, True]


def test_columns_grow_for_documents_of_many_short_members() -> None:
    many = b"{" + b",".join(b'"%d":%d' % (i, i) for i in range(1000)) + b"}"
    assert [{str(i): i for i in range(1000)}] * 3 == read([many] * 3)


def test_spans_that_are_not_in_the_buffer_are_declined() -> None:
    buffer, _, _ = joined([b"{}"])
    starts = np.array([0, -1, -1, 0, 2, 2, 1, 2**62, -(2**62)])
    ends = np.array([2, -1, 2, 3, 0, 2, 2, 2**62 + 2, 2])
    accepted = scan(buffer, starts, ends, KeyTable()).accepted
    assert accepted.tolist() == [True] + [False] * 8


def test_a_buffer_of_any_layout_is_read() -> None:
    text = b'{"a":"x"}'
    wide = np.zeros(2 * len(text), dtype=np.uint8)
    wide[::2] = np.frombuffer(text, dtype=np.uint8)
    keys = KeyTable()
    for starts in (np.array([0]), np.array([0, 5])[::2]):
        entries = scan(wide[::2], starts, np.array([len(text)]), keys)
        assert objects(wide[::2], entries, keys) == [{"a": "x"}]


def test_starts_without_ends_are_an_error() -> None:
    buffer, starts, ends = joined([b"{}", b"{}"])
    with pytest.raises(ValueError, match="2 starts and 1 ends"):
        scan(buffer, starts, ends[:1], KeyTable())


def test_no_documents_give_no_entries() -> None:
    buffer, starts, ends = joined([])
    entries = scan(buffer, starts, ends, KeyTable())
    assert (entries.row_ptr.tolist(), len(entries.accepted), len(entries.slot)) == ([0], 0, 0)


def test_keys_beyond_a_full_table_cost_their_documents_only() -> None:
    keys = KeyTable(most_keys=2)
    values = [b'{"a":1,"b":2}', b'{"b":3,"c":4}', b'{"b":5,"a":6}']
    assert read(values, keys) == [{"a": 1, "b": 2}, None, {"b": 5, "a": 6}]
    assert (len(keys), keys.refused) == (2, 1)
