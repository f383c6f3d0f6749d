"""What all compiled readers of events have in common: prefixes, ids and times."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.events.event import LONGEST_NAME
from schemas.events.json_text import BYTE_ORDER_MARK, REGISTRY_GUID, REGISTRY_PREFIX
from schemas.events.times import EARLIEST_MS, LATEST_MS
from schemas.payloads.member_roles import MemberRole
from schemas.payloads.prediction_members import Fields, Places
from schemas.payloads.record_keys import is_plain
from schemas.payloads.scanned_predictions import Bytes, Rows, Spans
from schemas.scan import Token, read_epochs, read_times
from schemas.scan.arrays import as_bytes, as_spans
from schemas.scan.kernel import inlined, kernel
from schemas.scan.words import word
from schemas.values.spellings import NOTHING

_PREFIXES: Final = (
    (0, REGISTRY_PREFIX),
    (1, REGISTRY_GUID),
    (BYTE_ORDER_MARK[0], len(BYTE_ORDER_MARK)),
)
"""First bytes, none of which begins JSON, and how long what they begin is."""

_BRACE: Final = ord("{")
_BRACKET: Final = ord("[")
_SPACE: Final = ord(" ")
_NOT_ASCII: Final = 0x80
_BLANKS: Final = (
    *("\x85", "\xa0", "\u1680", *map(chr, range(0x2000, 0x200C)), "\u2028", "\u2029"),
    *("\u202f", "\u205f", "\u3000", "\ufeff"),
)
"""White space beyond ASCII, and what cannot be seen."""

_MARGINS: Final = tuple(sorted({tuple(blank.encode()[:2]) for blank in _BLANKS}))
"""The first two bytes of each of them."""

_ALL: Final = np.uint64(2**64 - 1)
_MARKS: Final = np.array(
    [int.from_bytes(text.encode(), "little") for text in sorted(NOTHING - {""})], dtype=np.uint64
)
"""What says nothing, each as the word that its bytes are."""

_FIRST_OF_MARKS: Final = np.isin(np.arange(256), [ord(text[0]) for text in NOTHING if text])
_LONGEST_MARK: Final = max(map(len, NOTHING))

# As plain numbers: members of an enumeration are slow to come by.
_ID: Final = int(MemberRole.PREDICTION_ID)
_VERSION: Final = int(MemberRole.VERSION)
_TIMESTAMP: Final = int(MemberRole.TIMESTAMP)
_PREDICTION: Final = int(MemberRole.PREDICTION)
_LABEL: Final = int(MemberRole.LABEL)
_NULL: Final = int(Token.NULL)
_STRING: Final = int(Token.STRING)
_FLOAT: Final = int(Token.FLOAT)
_ZERO: Final = ord("0")
_NINE: Final = ord("9")
_POINT: Final = ord(".")
_PLUS: Final = ord("+")
_MINUS: Final = ord("-")
_PARENTHESIS: Final = ord(")")
_CLOSING: Final = ord("]")
_QUOTE: Final = ord("'")
_GREATER: Final = ord(">")
_SEMICOLON: Final = ord(";")
_UNDERSCORE: Final = ord("_")
_BAR: Final = ord("|")
_SMALL: Final = 0x20
_ONE: Final = ord("1")
_SEPARATORS: Final = tuple(b" :=,;|(")
"""Between a class and its probability."""

_I, _N, _B = ord("i"), ord("n"), ord("b")
_SIGNS: Final = (ord("$"), 0xC2, 0xE2)
"""First bytes of currencies, and of the minus sign that is no hyphen."""
_INF, _INFINITY = len("inf"), len("infinity")


def ids_of(spans: Spans, found: Fields, plain: Rows) -> tuple[Places, Places]:
    """Return where the ids of rows start and end, the records' keys where they name none.

    Where an id needs a closer look ``plain`` becomes False.
    """
    _leave_odd_texts(as_bytes(spans.buffer), found, plain)
    starts, ends = found.start[_ID], found.end[_ID]
    if (found.kind[_ID] == _FLOAT).any():
        ends = ends.copy()
        _cut_fractions(as_bytes(spans.buffer), found.kind[_ID], starts, ends)
    keyed = found.kind[_ID] == _NULL
    if keyed.any():
        starts = np.where(keyed, spans.key_start, starts)
        ends = np.where(keyed, spans.key_end, ends)
        sizes = ends - starts
        plain &= (starts >= 0) & (sizes > 0) & (sizes <= LONGEST_NAME)
        keyed &= plain
        plain[keyed] = _plain_keys(spans.buffer, starts[keyed], ends[keyed])
    return starts, ends


def after_prefixes(buffer: Bytes, starts: Places, ends: Places) -> Places:
    """Return where values begin after a byte order mark, or the bytes of a schema registry."""
    starts, ends = as_spans(starts, ends)
    after = np.empty_like(starts)
    _skip_prefixes(as_bytes(buffer), starts, ends, after)
    return after


@kernel()
def _leave_odd_texts(buffer: Bytes, found: Fields, good: Rows) -> None:
    """Leave rows to a closer look whose texts may be read otherwise than as they stand.

    Texts in white space, names and outcomes that say nothing, outcomes that are JSON in a text, as
    programs print them, or numbers in a form of their own.
    """
    for row in range(len(good)):
        if not good[row]:
            continue
        for role in range(_LABEL + 1):
            if found.kind[role, row] != _STRING or role == _TIMESTAMP:
                continue
            start, end = found.start[role, row], found.end[role, row]
            if start >= end:
                good[row] &= role != _PREDICTION
                continue
            is_outcome = role in (_PREDICTION, _LABEL)
            if is_outcome and (
                _may_be_json(buffer, start, end) or _may_be_printed(buffer, start, end)
            ):
                good[row] = False
            if _has_margins(buffer, start, end):
                good[row] = False
            if (role <= _VERSION or is_outcome) and _is_mark(buffer, start, end):
                good[row] = False


@kernel()
def _cut_fractions(buffer: Bytes, kinds: NDArray[np.uint8], starts: Places, ends: Places) -> None:
    """End whole numbers that are written with a fraction before it, as `whole_digits` does."""
    for row in range(len(kinds)):
        end = ends[row]
        if kinds[row] != _FLOAT or buffer[end - 1] != _ZERO:
            continue
        while end > starts[row] and buffer[end - 1] == _ZERO:
            end -= 1
        if end > starts[row] and buffer[end - 1] == _POINT:
            ends[row] = end - 1


@inlined()
def _may_be_json(buffer: Bytes, start: int, end: int) -> bool:
    """Tell whether a text opens a list or an object; JSON of its own may have spaces before it."""
    while start < end - 1 and buffer[start] == _SPACE:
        start += 1
    return buffer[start] in (_BRACKET, _BRACE)


@inlined()
def _may_be_printed(buffer: Bytes, start: int, end: int) -> bool:
    """Tell whether a text may be what a program prints, infinite, or numbers with marks."""
    first, last = buffer[start], buffer[end - 1]
    found = last in (_PARENTHESIS, _GREATER, _CLOSING) or first in _SIGNS
    found |= last == _QUOTE and first in (_B, _QUOTE)
    if _ZERO <= last <= _NINE:
        found |= _ends_in_fraction(buffer, start, end)
    is_signed = first in (_PLUS, _MINUS)
    if is_signed or first == _POINT or _ZERO <= first <= _NINE:
        for at in range(start, end):
            byte = buffer[at]
            found |= byte < _POINT and byte not in (_PLUS, _MINUS)
            found |= byte in (_SEMICOLON, _UNDERSCORE, _BAR) or byte >= _NOT_ASCII
    at = start + 1 if is_signed else start
    size = end - at
    if size in (_INF, _INFINITY) and buffer[at] | _SMALL == _I and buffer[at + 1] | _SMALL == _N:
        found = True
    return found


@inlined()
def _ends_in_fraction(buffer: Bytes, start: int, end: int) -> bool:
    """Tell whether a text may end in the probability of the class that it begins with."""
    at = end - 1
    while at > start and _ZERO <= buffer[at] <= _NINE:
        at -= 1
    if buffer[at] != _POINT or at - 1 <= start:
        return False
    at -= 1 + (buffer[at - 1] in (_ZERO, _ONE))
    return at > start and buffer[at] in _SEPARATORS


@inlined()
def _has_margins(buffer: Bytes, start: int, end: int) -> bool:
    """Tell whether a text begins or ends in white space, or may."""
    first, last = buffer[start], buffer[end - 1]
    found = _SPACE in (first, last)
    if (first >= _NOT_ASCII or last >= _NOT_ASCII) and end - start > 1:
        for at in (start, end - 2, max(end - 3, start)):
            for lead, follower in _MARGINS:
                found |= buffer[at] == lead and buffer[at + 1] == follower
    return found


@inlined()
def _is_mark(buffer: Bytes, start: int, end: int) -> bool:
    """Tell whether a text of at least one byte is a mark for nothing."""
    if end - start > _LONGEST_MARK or not _FIRST_OF_MARKS[buffer[start]]:
        return False
    bits = word(buffer, start) & _ALL >> np.uint64(64 - 8 * (end - start))
    found = False
    for mark in _MARKS:
        found |= bits == mark
    return found


@kernel()
def _skip_prefixes(buffer: Bytes, starts: Places, ends: Places, after: Places) -> None:
    for i in range(len(starts)):
        start = starts[i]
        if 0 <= start < ends[i] <= len(buffer) and buffer[start] != _BRACE:
            for byte, size in _PREFIXES:
                if buffer[start] == byte and starts[i] + size < ends[i]:
                    start = starts[i] + size
                    break
        after[i] = start


def times_of(spans: Spans, found: Fields, plain: Rows) -> Places:
    """Return the event times of rows, the records' own where they name none.

    Where a time needs a closer look ``plain`` becomes False.
    """
    kinds, numbers = found.kind[_TIMESTAMP], found.number[_TIMESTAMP]
    written = kinds == _STRING
    moments = spans.times
    if written.any():
        moments, understood = read_times(
            spans.buffer, found.start[_TIMESTAMP], found.end[_TIMESTAMP]
        )
        if (written & understood).all():
            return moments
        plain &= ~written | understood
        moments = np.where(written, moments, spans.times)
    moments = np.clip(moments, EARLIEST_MS, LATEST_MS)
    numeric = ~written & (kinds != _NULL)
    if numeric.any():
        epochs, within = read_epochs(numbers)
        plain &= ~numeric | within
        moments = np.where(numeric & within, epochs, moments)
    return moments


def _plain_keys(buffer: Bytes, starts: Places, ends: Places) -> list[bool]:
    data = buffer.data
    return [
        is_plain(bytes(data[start:end]))
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    ]
