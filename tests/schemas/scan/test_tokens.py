from collections.abc import Iterable
from itertools import product
from typing import Any

import orjson

from tests.schemas.scan.reading import read


def _decoded(value: bytes) -> dict[str, Any] | None:
    try:
        document: dict[str, Any] = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    return document


def _texts_agree(texts: Iterable[bytes]) -> None:
    """Check texts without quotes and escapes, as keys and as values."""
    texts = list(texts)
    for before, after in ((b'{"', b'":1}'), (b'{"key":"', b'"}'), (b'{"a":"seven..', b'"}')):
        values = [before + text + after for text in texts]
        assert [_decoded(value) for value in values] == read(values)


def test_all_texts_of_two_bytes_are_taken_or_declined_as_orjson_does() -> None:
    plain = sorted(set(range(256)) - set(b'"\\'))
    _texts_agree(bytes(pair) for pair in product(plain, plain))


def test_long_sequences_of_utf_8_are_taken_or_declined_as_orjson_does() -> None:
    edges = (0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0)
    leads = range(0xDF, 0xF8)
    _texts_agree(bytes(each) for each in product(leads, edges))
    _texts_agree(bytes(each) for each in product(leads, edges, edges))
    _texts_agree(bytes(each) for each in product(leads, edges, edges, (0x7F, 0x80, 0xBF, 0xC0)))


def test_a_text_may_end_at_any_place_of_a_word() -> None:
    values = [b'{"%s":"%s"}' % (b"k" * size, b"v" * size) for size in range(40)]
    assert [_decoded(value) for value in values] == read(values)


def test_every_byte_that_may_follow_a_value_is_judged() -> None:
    for token in (b"1", b"1.5", b"1e5", b"null", b"true", b"false", b'"x"', b"{}"):
        values = [b'{"a":' + token + bytes([byte]) + b"}" for byte in range(256)]
        values += [b'{"a":' + token + bytes([byte]) + b'"b":1}' for byte in range(256)]
        for value, found in zip(values, read(values), strict=True):
            # Two digits more and closing braces are the only bytes that make something else of it.
            if found is not None:
                assert repr(_decoded(value)) == repr(found)
            elif _decoded(value) is not None:
                assert value == b'{"a":1' + bytes([value[6]]) + b"}"


def test_a_literal_is_read_whole() -> None:
    literals = (b"null", b"true", b"false", b"NaN", b"Infinity", b"-Infinity")
    values = [b'{"a":' + literal[:size] + b"}" for literal in literals for size in range(10)]
    accepted = [value for value, found in zip(values, read(values), strict=True) if found]
    assert accepted == [
        value for value in values if any(b":" + literal + b"}" in value for literal in literals)
    ]
