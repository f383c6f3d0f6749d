import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events.invalid import InvalidMessage, Reason
from schemas.payloads.record_keys import id_of, is_plain

REGISTRY = bytes([0, 0, 0, 1, 2])


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (b"a1", "a1"),
        (b"007", "007"),
        ("é".encode(), "é"),
        (b'"a1"', "a1"),
        (b'{"id": 12345678901234567891}', "12345678901234567891"),
        (b'{"id": 1.10}', "1.10"),
        (b'{"id": 1000.0}', "1000"),
        (b"1000.0", "1000.0"),
        (b'{"schema": {"type": "string"}, "payload": "a1"}', "a1"),
        (b'{"schema": null, "payload": {"id": "a1"}}', "a1"),
        (REGISTRY + b'{"id": "a1"}', "a1"),
        (REGISTRY + b'"a1"', "a1"),
        ((7).to_bytes(8, "big"), "7"),
        ((1_772_366_400).to_bytes(4, "big"), "1772366400"),
        ((-7).to_bytes(8, "big", signed=True), "-7"),
        ((1 << 62).to_bytes(8, "big"), str(1 << 62)),
        # No form of one id: as it stands.
        (b'{"a": 1, "b": 2}', '{"a": 1, "b": 2}'),
        (b'{"a": null}', '{"a": null}'),
        (b'{"a": [1]}', '{"a": [1]}'),
        (b'"\\ud800"', '"\\ud800"'),
        (b'"open', '"open'),
    ],
)
def test_a_key_is_the_id_that_is_in_it(key: bytes, expected: str) -> None:
    assert id_of(key) == expected


@given(st.text(min_size=1).map(str.encode) | st.binary(min_size=1))
def test_a_key_is_an_id_or_refused(key: bytes) -> None:
    try:
        found = id_of(key)
    except InvalidMessage as error:
        reason = error.reason
        assert reason is Reason.MISSING_FIELD
        return
    found.encode()
    if is_plain(key):
        assert found.encode() == key


@given(st.integers(-(2**63), 2**63 - 1))
def test_the_serialisers_of_numbers_give_one_id(number: int) -> None:
    assert id_of(json.dumps({"id": number}).encode()) == str(number)
    eight = number.to_bytes(8, "big", signed=True)
    if min(eight) < 0x20:
        assert id_of(eight) == str(number)


def test_a_key_of_other_bytes_is_refused() -> None:
    with pytest.raises(InvalidMessage, match="key is not text"):
        id_of(b"\xff\xfe\xfd")
