import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from schemas.scan.digests import digests
from tests.schemas.scan.reading import joined

texts = st.binary(max_size=120)


@given(st.lists(texts, min_size=1), st.binary(max_size=40))
def test_a_digest_is_of_the_bytes_alone_wherever_they_stand(
    values: list[bytes], between: bytes
) -> None:
    alone = [int(digests(*joined([value]))[0]) for value in values]
    assert digests(*joined(values, between=between)).tolist() == alone
    assert all(alone)


@given(texts.filter(bool), st.data())
def test_another_byte_anywhere_is_another_digest(value: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(value) - 1))
    other = value[:at] + bytes([value[at] ^ data.draw(st.integers(1, 255))]) + value[at + 1 :]
    one, another = digests(*joined([value, other])).tolist()
    assert one != another


@given(texts)
def test_zeros_at_the_end_and_another_order_are_other_digests(value: bytes) -> None:
    found = digests(*joined([value, value + bytes(1), value + bytes(8), value + bytes(40)]))
    assert len(set(found.tolist())) == 4
    parts = [b"%08d" % number for number in range(6)]
    orders = [b"".join(parts), b"".join(reversed(parts)), b"".join(parts[1:] + parts[:1])]
    assert len(set(digests(*joined(orders)).tolist())) == 3


def test_digests_of_numbered_events_do_not_meet_more_often_than_by_chance() -> None:
    events = [b'{"prediction_id":"p%d","features":{"amount":12.5}}' % n for n in range(20_000)]
    # Of 20,000 draws from 2 ** 32 some .05 pairs are the same.
    assert len(set(digests(*joined(events)).tolist())) > 20_000 - 3


def test_what_is_nowhere_has_the_digest_of_nothing() -> None:
    buffer, _, _ = joined([b"abc"])
    starts, ends = np.array([-1, 0, 2, 0]), np.array([-1, 0, 1, 9])
    assert len(set(digests(buffer, starts, ends).tolist())) == 1
