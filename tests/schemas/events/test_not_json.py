import bz2
import gzip
import lzma
import pickle
import zlib

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events.invalid import Reason
from schemas.events.not_json import cause_of

DOCUMENT = b'{"card": "4111 1111", "x": 1}'


def _cause(value: bytes) -> tuple[Reason, str]:
    with pytest.raises(orjson.JSONDecodeError) as caught:
        orjson.loads(value)
    return cause_of(value, caught.value)


@pytest.mark.parametrize(
    ("value", "reason", "words"),
    [
        (gzip.compress(DOCUMENT, mtime=0), Reason.COMPRESSED, "gzip"),
        (zlib.compress(DOCUMENT), Reason.COMPRESSED, "zlib"),
        (bz2.compress(DOCUMENT), Reason.COMPRESSED, "bzip2"),
        (lzma.compress(DOCUMENT), Reason.COMPRESSED, "xz"),
        (b"\x28\xb5\x2f\xfd\x04\x00", Reason.COMPRESSED, "zstd"),
        (b"\x04\x22\x4d\x18\x60", Reason.COMPRESSED, "lz4"),
        (pickle.dumps({"x": 1}), Reason.BINARY_FORMAT, "pickle"),
        (b"\0\0\0\0\x07\x02\x06abc", Reason.BINARY_FORMAT, "schema registry"),
        (b"\x01" + b"g" * 16 + b"\x02\x06abc", Reason.BINARY_FORMAT, "schema registry"),
        (b"Obj\x01\x04\x16avro.schema", Reason.BINARY_FORMAT, "Avro"),
        (b"\x08\x12\x04test", Reason.BINARY_FORMAT, "Protobuf"),
        (b"\x82\xa1a\x01\xa1b\x02", Reason.BINARY_FORMAT, "MessagePack"),
        (b"\xa1\x61a\x01", Reason.BINARY_FORMAT, "CBOR"),
        (b"<event/>", Reason.BINARY_FORMAT, "XML"),
        (DOCUMENT.decode().encode("utf-16"), Reason.WRONG_ENCODING, "UTF-16"),
        (DOCUMENT.decode().encode("utf-16-be"), Reason.WRONG_ENCODING, "UTF-16"),
        (DOCUMENT.decode().encode("utf-32"), Reason.WRONG_ENCODING, "UTF-32"),
        (DOCUMENT.decode().encode("utf-32-be"), Reason.WRONG_ENCODING, "UTF-32"),
        ('{"x": "é"}'.encode("latin-1"), Reason.UNDECODABLE, "Latin-1"),
        ('{"x": "é'.encode()[:-1], Reason.UNDECODABLE, "cut short within a character"),
        (b'{"x": "\\ud83d"}', Reason.UNDECODABLE, "surrogate"),
        (DOCUMENT[:-1], Reason.UNDECODABLE, "cut short"),
        (DOCUMENT + b"\0", Reason.UNDECODABLE, "a NUL at the end"),
        (repr(DOCUMENT).encode(), Reason.UNDECODABLE, "Python's repr() of bytes"),
        (DOCUMENT * 2, Reason.UNDECODABLE, "several documents"),
        (DOCUMENT + b"\n" + DOCUMENT, Reason.UNDECODABLE, "several documents"),
        (b'{"x": 1,}', Reason.UNDECODABLE, "comma before the closing"),
        (b"{'x': 1}", Reason.UNDECODABLE, "single quotes"),
        (b'{"x": True}', Reason.UNDECODABLE, "Python"),
        (b'{"x": nan}', Reason.UNDECODABLE, "NaN"),
        (b'{"x": -inf}', Reason.UNDECODABLE, "Infinity"),
        (b"{x: 1}", Reason.UNDECODABLE, "double quotes"),
        (b'{"x": "a\nb"}', Reason.UNDECODABLE, "line break"),
        (b'{"x": 1} // y', Reason.UNDECODABLE, "comment"),
        (b" ", Reason.UNDECODABLE, "empty"),
        (b'{"x": ' * 1100 + b"}" * 1100, Reason.UNDECODABLE, "too deeply"),
        (b'{"x": 007}', Reason.UNDECODABLE, "leading zeros"),
        (b'{"x": "C:\\data"}', Reason.UNDECODABLE, "backslash"),
        (b'{"x": +1.5}', Reason.UNDECODABLE, "plus sign"),
        (b'{"x" 1}', Reason.UNDECODABLE, "not JSON (line 1, column 6)"),
    ],
)
def test_the_cause_is_named_without_the_content(value: bytes, reason: Reason, words: str) -> None:
    found, detail = _cause(value)
    assert found is reason
    assert words in detail
    assert "4111" not in detail


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_have_a_cause(value: bytes) -> None:
    try:
        orjson.loads(value)
    except orjson.JSONDecodeError as error:
        reason, detail = cause_of(value, error)
        assert isinstance(reason, Reason)
        assert detail
