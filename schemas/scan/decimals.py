"""Decimal numbers to the nearest float64, ties to even, as Python's ``float`` and orjson have it.

References
----------
D. Lemire, "Number parsing at a gigabyte per second", Software: Practice and Experience 51(8), 2021.

N. Mushtak, D. Lemire, "Fast number parsing without fallback", Software: Practice and Experience
53(7), 2023: why 128 bits of each power decide every number of at most 19 digits.
"""

from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from schemas.scan.kernel import inlined, kernel
from schemas.scan.words import high, leading_zeros

Powers: TypeAlias = NDArray[np.uint64]

MOST_DIGITS: Final = 19
"""Significant digits that always fit into 64 bits."""

_SMALLEST: Final = -342  # 10**19 times 10 to less than this is nearest to zero
_LARGEST: Final = 308
_ROUNDED_UP_FROM: Final = -27  # the powers whose reciprocals fit into 64 bits
_TIES_FROM: Final = -4  # outside of these no number of 64 bits lies in the middle of two floats
_TIES_TO: Final = 23
_WORD: Final = 2**64

_0: Final = np.uint64(0)
_1: Final = np.uint64(1)
_3: Final = np.uint64(3)
_LOST: Final = np.uint64(2**64 - 1 >> 55)  # bits of the product that rounding never sees
_IMPLICIT: Final = np.uint64(1 << 52)
_CARRIED: Final = np.uint64(2 << 52)


@lru_cache(maxsize=1)
def powers_of_five() -> Powers:
    """Return the leading 128 bits of each power of five, high words at even places.

    Shape ``(1302,)``, for the exponents -342 to 308: cut off, but rounded up for -27 to -1.
    """
    words: list[int] = []
    for exponent in range(_SMALLEST, _LARGEST + 1):
        power = 5 ** abs(exponent)
        if exponent < 0:
            power = (1 << (power.bit_length() + 127)) // power + (exponent >= _ROUNDED_UP_FROM)
        shift = power.bit_length() - 128
        power = power >> shift if shift > 0 else power << -shift
        words += divmod(power, _WORD)
    table = np.array(words, dtype=np.uint64)
    table.flags.writeable = False
    return table


@inlined()
def nearest(digits: np.uint64, exponent: int, powers: Powers) -> tuple[np.uint64, bool]:
    """Return the bits of the float64 nearest to ``digits * 10**exponent``; False beyond all."""
    if digits == _0 or exponent < _SMALLEST:
        return _0, True
    if exponent > _LARGEST:
        return _0, False
    zeros = leading_zeros(digits)
    scaled = digits << np.uint64(zeros)
    place = 2 * (exponent - _SMALLEST)
    top, bottom = high(scaled, powers[place]), scaled * powers[place]
    if top & _LOST == _LOST:
        more = high(scaled, powers[place + 1])
        bottom += more
        if more > bottom:
            top += _1
    upper = int(np.int64(top >> np.uint64(63)))
    shift = np.uint64(upper + 9)
    mantissa = top >> shift
    # The first term is the binary exponent of the power of ten.
    binary = (217706 * exponent >> 16) + 63 + upper - zeros + 1023
    if binary <= 0:
        return _subnormal(mantissa, binary), True
    tie = bottom <= _1 and _TIES_FROM <= exponent <= _TIES_TO and mantissa & _3 == _1
    if tie and mantissa << shift == top:
        mantissa -= _1
    mantissa = (mantissa + (mantissa & _1)) >> _1
    if mantissa >= _CARRIED:
        mantissa = _IMPLICIT
        binary += 1
    return (mantissa & ~_IMPLICIT) | np.uint64(binary) << np.uint64(52), binary < 2047


@kernel()
def _subnormal(mantissa: np.uint64, binary: int) -> np.uint64:
    """Return the bits of a float below the normal ones, or of the smallest normal one."""
    if binary < -62:
        return _0
    mantissa >>= np.uint64(1 - binary)
    # A mantissa that rounding carries to 2**52 is, as bits, the smallest normal number.
    return (mantissa + (mantissa & _1)) >> _1
