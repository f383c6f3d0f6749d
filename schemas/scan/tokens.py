"""Tokens of JSON: strings, numbers and literals, each read from its first byte on.

A token that is malformed, or of a form that is left to the slow path, is `REFUSED`.
"""

from enum import IntEnum
from typing import Final

import numpy as np

from schemas.scan.decimals import MOST_DIGITS, Powers, nearest
from schemas.scan.kernel import inlined, kernel
from schemas.scan.words import (
    Bytes,
    first_flag,
    leading_number,
    not_digits,
    not_plain,
    word,
)


class Token(IntEnum):
    """What a scalar member is."""

    NULL = 0
    FALSE = 1
    TRUE = 2
    INT = 3
    FLOAT = 4
    STRING = 5
    NAN = 6
    POS_INF = 7
    NEG_INF = 8
    EMPTY_OBJECT = 9


REFUSED: Final = -1
"""In place of a kind or of the position after a token."""

_NULL: Final = int(Token.NULL)
_FALSE: Final = int(Token.FALSE)
_TRUE: Final = int(Token.TRUE)
_INT: Final = int(Token.INT)
_FLOAT: Final = int(Token.FLOAT)
_NAN: Final = int(Token.NAN)
_POS_INF: Final = int(Token.POS_INF)
_NEG_INF: Final = int(Token.NEG_INF)

_QUOTE: Final = ord('"')
_MINUS: Final = ord("-")
_PLUS: Final = ord("+")
_POINT: Final = ord(".")
_ZERO: Final = ord("0")
_SMALL_E: Final = ord("e")
_CASE: Final = 0x20  # the bit in which capitals and small letters differ
_MOST_INTEGER_DIGITS: Final = 19
_LARGEST_INTEGER: Final = np.uint64(2**63 - 1)  # more do not fit into a signed word
_MOST_EXPONENT_DIGITS: Final = 5

_0: Final = np.uint64(0)
_TENS: Final = np.array([10**power for power in range(9)], dtype=np.uint64)
_SIGN: Final = np.uint64(1 << 63)


def _word_of(text: str) -> np.uint64:
    return np.uint64(int.from_bytes(text.encode(), "little"))


_FOUR: Final = np.uint64(2**32 - 1)
_THREE: Final = np.uint64(2**24 - 1)
_TEXT_NULL: Final = _word_of("null")
_TEXT_TRUE: Final = _word_of("true")
_TEXT_ALSE: Final = _word_of("alse")
_TEXT_NAN: Final = _word_of("NaN")
_TEXT_INFINITY: Final = _word_of("Infinity")


@inlined()
def string_end(buffer: Bytes, at: int, end: int) -> int:
    """Return where the closing quote of a string is, whose first character is at ``at``.

    Strings with escapes are refused, as are control characters and what is not UTF-8.
    """
    while at < end:
        flags = not_plain(word(buffer, at))
        if flags == _0:
            at += 8
            continue
        at += first_flag(flags)
        if at >= end:
            break
        if buffer[at] == _QUOTE:
            return at
        at = _after_wide(buffer, at, end)
        if at == REFUSED:
            break
    return REFUSED


@kernel()
def _after_wide(buffer: Bytes, at: int, end: int) -> int:
    """Return the place after a character of two to four bytes: Unicode 15, table 3-7."""
    lead = buffer[at]
    low, most = 0x80, 0xBF
    if 0xC2 <= lead <= 0xDF:
        size = 2
    elif 0xE0 <= lead <= 0xEF:
        size = 3
        low = 0xA0 if lead == 0xE0 else 0x80  # no overlong forms
        most = 0x9F if lead == 0xED else 0xBF  # no surrogates
    elif 0xF0 <= lead <= 0xF4:
        size = 4
        low = 0x90 if lead == 0xF0 else 0x80
        most = 0x8F if lead == 0xF4 else 0xBF  # nothing beyond U+10FFFF
    else:
        return REFUSED
    if size > end - at or not low <= buffer[at + 1] <= most:
        return REFUSED
    for place in range(at + 2, at + size):
        if buffer[place] & 0xC0 != 0x80:
            return REFUSED
    return at + size


@inlined()
def literal(buffer: Bytes, at: int) -> tuple[int, int]:
    """Return the kind of a literal and its end, which may lie beyond that of the document."""
    bits = word(buffer, at)
    four = bits & _FOUR
    if four == _TEXT_NULL:
        return _NULL, at + 4
    if four == _TEXT_TRUE:
        return _TRUE, at + 4
    if bits & np.uint64(0xFF) == np.uint64(ord("f")) and bits >> np.uint64(8) & _FOUR == _TEXT_ALSE:
        return _FALSE, at + 5
    if bits & _THREE == _TEXT_NAN:
        return _NAN, at + 3
    if bits == _TEXT_INFINITY:
        return _POS_INF, at + 8
    return REFUSED, at


@inlined()
def number(  # noqa: C901, PLR0911 - one way out for each part that may be malformed
    buffer: Bytes, at: int, powers: Powers
) -> tuple[int, float, int]:
    """Return kind, value and end of a number; the end may lie beyond that of the document."""
    negative = buffer[at] == _MINUS
    if negative:
        at += 1
        if word(buffer, at) == _TEXT_INFINITY:
            return _NEG_INF, 0.0, at + 8
    first = at
    digits, at = _digits(buffer, at, _0)
    count = at - first
    if count == 0 or (count > 1 and buffer[first] == _ZERO) or at >= len(buffer):
        return REFUSED, 0.0, at
    byte = buffer[at]
    if byte != _POINT and byte | _CASE != _SMALL_E:
        too_large = count > _MOST_INTEGER_DIGITS or digits > _LARGEST_INTEGER
        if too_large or (negative and digits == _0):
            return REFUSED, 0.0, at
        return _INT, float(-np.int64(digits) if negative else np.int64(digits)), at
    exponent = 0
    if byte == _POINT:
        point = at
        digits, at = _digits(buffer, at + 1, digits)
        exponent = point + 1 - at
        count -= exponent
        if exponent == 0:
            return REFUSED, 0.0, at
    if count > MOST_DIGITS and count - _zeros(buffer, first, at) > MOST_DIGITS:
        return REFUSED, 0.0, at
    if at < len(buffer) and buffer[at] | _CASE == _SMALL_E:
        power, at = _exponent(buffer, at + 1)
        if at == REFUSED:
            return REFUSED, 0.0, at
        exponent += power
    bits, finite = nearest(digits, exponent, powers)
    signed = np.uint64(bits | (_SIGN if negative else _0))
    return (_FLOAT if finite else REFUSED), signed.view(np.float64), at


@inlined()
def _digits(buffer: Bytes, at: int, number: np.uint64) -> tuple[np.uint64, int]:
    """Append the digits from ``at`` on to a number, modulo 2**64; return the place after them."""
    while True:
        bits = word(buffer, at)
        others = not_digits(bits)
        count = 8 if others == _0 else first_flag(others)
        number = number * _TENS[count] + leading_number(bits, count)
        at += count
        if count < 8:
            return number, at


@kernel()
def _exponent(buffer: Bytes, at: int) -> tuple[int, int]:
    """Return an exponent and the place after it."""
    negative = False
    if at < len(buffer) and (buffer[at] == _MINUS or buffer[at] == _PLUS):
        negative = buffer[at] == _MINUS
        at += 1
    digits, after = _digits(buffer, at, _0)
    if not 1 <= after - at <= _MOST_EXPONENT_DIGITS:
        return 0, REFUSED
    power = int(np.int64(digits))
    return (-power if negative else power), after


@kernel()
def _zeros(buffer: Bytes, at: int, end: int) -> int:
    """Return how many zeros, and perhaps a point among them, stand before the first other digit."""
    count = 0
    while at < end and (buffer[at] == _ZERO or buffer[at] == _POINT):
        count += buffer[at] == _ZERO
        at += 1
    return count
