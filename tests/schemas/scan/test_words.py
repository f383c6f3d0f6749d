import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.scan.words import (
    first_flag,
    high,
    leading_number,
    leading_zeros,
    not_digits,
    not_plain,
    word,
)

EIGHT = st.binary(min_size=8, max_size=8)
WORDS = st.integers(0, 2**64 - 1)


def _word(text: bytes, at: int = 0) -> np.uint64:
    # What comes from Numba to Python is an int, and would go back as a signed one.
    return np.uint64(word(np.frombuffer(text, dtype=np.uint8), at))


def _first(text: bytes, wanted: set[int]) -> int:
    """Return where the first wanted byte is, 8 for nowhere."""
    return next((at for at, byte in enumerate(text) if byte in wanted), 8)


def _flagged(flags: np.uint64) -> int:
    return first_flag(np.uint64(flags)) if flags else 8


@given(st.binary(max_size=20), st.integers(0, 25))
def test_a_word_is_eight_bytes_and_zeros_beyond_the_buffer(text: bytes, at: int) -> None:
    assert int.from_bytes(text[at : at + 8], "little") == _word(text, at)


@given(EIGHT | st.text("0123456789/:\x00", min_size=8, max_size=8).map(str.encode))
def test_the_first_byte_that_is_no_digit_is_found(text: bytes) -> None:
    others = set(range(256)) - set(b"0123456789")
    assert _first(text, others) == _flagged(not_digits(_word(text)))


@given(EIGHT | st.text('ab !"#[\\]\x1f \x00\x7f', min_size=8, max_size=8).map(str.encode))
def test_the_first_byte_that_is_not_plain_is_found(text: bytes) -> None:
    odd = {*range(0x20), *b'"\\', *range(0x80, 0x100)}
    assert _first(text, odd) == _flagged(not_plain(_word(text)))


@given(st.text("0123456789", max_size=8), EIGHT)
@example("99999999", b"12345678")
def test_leading_digits_are_their_number_whatever_follows(digits: str, rest: bytes) -> None:
    text = (digits.encode() + rest)[:8]
    assert int(digits or "0") == leading_number(_word(text), len(digits))


@given(WORDS, WORDS)
@example(2**64 - 1, 2**64 - 1)
def test_the_high_half_of_a_product_is_exact(left: int, right: int) -> None:
    assert left * right >> 64 == high(np.uint64(left), np.uint64(right))


@given(st.integers(0, 64), WORDS)
def test_leading_zeros_are_counted(bits: int, number: int) -> None:
    number >>= 64 - bits
    assert 64 - number.bit_length() == leading_zeros(np.uint64(number))
