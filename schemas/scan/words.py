"""Eight bytes at a time: the arithmetic that finds and reads runs of plain bytes.

Everything is written so that LLVM makes single instructions of it: `word` becomes one load, `high`
one multiplication, `leading_zeros` one count.
"""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from schemas.scan.kernel import inlined

Bytes: TypeAlias = NDArray[np.uint8]
Positions: TypeAlias = NDArray[np.int64]

_0: Final = np.uint64(0)
_1: Final = np.uint64(1)
_2: Final = np.uint64(2)
_3: Final = np.uint64(3)
_4: Final = np.uint64(4)
_5: Final = np.uint64(5)
_6: Final = np.uint64(6)
_7: Final = np.uint64(7)
_8: Final = np.uint64(8)
_16: Final = np.uint64(16)
_24: Final = np.uint64(24)
_32: Final = np.uint64(32)
_40: Final = np.uint64(40)
_48: Final = np.uint64(48)
_56: Final = np.uint64(56)
_LOW_HALF: Final = np.uint64(0xFFFFFFFF)
_ONES: Final = np.uint64(0x0101010101010101)
_HIGHS: Final = np.uint64(0x8080808080808080)
_SPACES: Final = np.uint64(0x2020202020202020)
_QUOTES: Final = np.uint64(0x2222222222222222)
_ZEROS: Final = np.uint64(0x3030303030303030)
_BACKSLASHES: Final = np.uint64(0x5C5C5C5C5C5C5C5C)
_PAST_NINE: Final = np.uint64(0x7676767676767676)  # carries into the high bit from ten on
_EVERY_SECOND: Final = np.uint64(0x000000FF000000FF)
_TEN: Final = np.uint64(10)
_FIRST_PAIRS: Final = np.uint64(0x000F424000000064)  # 100 and, 32 bits higher, 1,000,000
_LAST_PAIRS: Final = np.uint64(0x0000271000000001)  # 1 and, 32 bits higher, 10,000


@inlined()
def word(buffer: Bytes, at: int) -> np.uint64:
    """Return eight bytes from ``at >= 0`` on, the first lowest; zeros beyond the buffer."""
    if at + 8 <= len(buffer):
        # Unsigned, or each index would be checked for counting from the end.
        i = np.uint64(at)
        return (
            np.uint64(buffer[i])
            | np.uint64(buffer[i + _1]) << _8
            | np.uint64(buffer[i + _2]) << _16
            | np.uint64(buffer[i + _3]) << _24
            | np.uint64(buffer[i + _4]) << _32
            | np.uint64(buffer[i + _5]) << _40
            | np.uint64(buffer[i + _6]) << _48
            | np.uint64(buffer[i + _7]) << _56
        )
    bits = _0
    for place in range(at, len(buffer)):
        bits |= np.uint64(buffer[place]) << np.uint64(8 * (place - at))
    return bits


@inlined()
def first_flag(flags: np.uint64) -> int:
    """Return how many bytes of a word lie below the first whose high bit is set; one is."""
    below = (flags & (~flags + _1)) - _1
    return int(np.int64((below & _ONES) * _ONES >> _56)) - 1


@inlined()
def not_digits(bits: np.uint64) -> np.uint64:
    """Flag bytes that are no ASCII digits; above the first flag the flags mean nothing."""
    digits = bits ^ _ZEROS
    return ((digits + _PAST_NINE) | digits) & _HIGHS


@inlined()
def not_plain(bits: np.uint64) -> np.uint64:
    """Flag quotes, backslashes, control characters and non-ASCII, with the same proviso."""
    quotes = bits ^ _QUOTES
    backslashes = bits ^ _BACKSLASHES
    odd = ((quotes - _ONES) & ~quotes) | ((backslashes - _ONES) & ~backslashes)
    return (odd | ((bits - _SPACES) & ~bits) | bits) & _HIGHS


@inlined()
def leading_number(bits: np.uint64, count: int) -> np.uint64:
    """Return the number that the first ``count`` bytes are, all digits; 0 to 8 of them."""
    # Shifted twice, since shifting by 64 means nothing. The digits end up last, zeros before them.
    pairs = (bits - _ZEROS) << np.uint64(8 * (8 - count) // 2) << np.uint64(8 * (8 - count) // 2)
    pairs = pairs * _TEN + (pairs >> _8)
    first = (pairs & _EVERY_SECOND) * _FIRST_PAIRS
    last = (pairs >> _16 & _EVERY_SECOND) * _LAST_PAIRS
    return (first + last) >> _32


@inlined()
def leading_zeros(bits: np.uint64) -> int:
    """Return how many of 64 bits lie above the highest that is set."""
    zeros = 64
    while bits != _0:
        bits >>= _1
        zeros -= 1
    return zeros


@inlined()
def high(left: np.uint64, right: np.uint64) -> np.uint64:
    """Return the high 64 bits of the product of 128; the low ones are ``left * right``."""
    left_low, left_high = left & _LOW_HALF, left >> _32
    right_low, right_high = right & _LOW_HALF, right >> _32
    low_high, high_low = left_low * right_high, left_high * right_low
    carry = (left_low * right_low >> _32) + (low_high & _LOW_HALF) + (high_low & _LOW_HALF)
    return left_high * right_high + (low_high >> _32) + (high_low >> _32) + (carry >> _32)
