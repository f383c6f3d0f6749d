"""Which records of a block have headers that may say that what they hold was deleted.

A closer look decides (`schemas.payloads.header_marks`); all others are read without one.
"""

from typing import Final

import numba
import numpy as np
from numpy.typing import NDArray

from agents.records.block import RecordBlock
from agents.records.index import NOWHERE, Bytes, Columns, span, varint

Flags = NDArray[np.bool_]

_UNDERSCORE: Final = ord("_")
_QUOTE: Final = ord('"')
_SMALL: Final = 0x20
"""The bit that capital letters have not; digits and signs have it."""

_D, _T, _ONE, _MINUS = (ord(each) for each in "dt1-")
_TRUE: Final = len("true")
_ELET, _EMOV, _BEFO, _REIM = (
    int.from_bytes(each, "big") for each in (b"elet", b"emov", b"befo", b"reim")
)
"""What words for deletions have in them, and those for a row as it was before an update."""

_TYPE, _VENT, _NAME = (int.from_bytes(each, "big") for each in (b"type", b"vent", b"name"))
"""How the names of headers end that have the type of an event."""

_FOUR: Final = 0xFFFFFFFF
"""Four letters."""


def may_say_deleted(block: RecordBlock) -> Flags:
    """Return whether each record may be one that its headers say was deleted, shape ``(n,)``."""
    found = np.zeros(len(block), dtype=np.bool_)
    if len(block) and block.buffer[block.headers_start].any():
        _mark(block.buffer, np.ascontiguousarray(block.headers_start), found)
    return found


@numba.njit(cache=True, nogil=True)
def _mark(buffer: Bytes, starts: Columns, found: Flags) -> None:
    for row in range(len(starts)):
        count, at = varint(buffer, starts[row], len(buffer))
        while at != NOWHERE and count > 0 and not found[row]:
            name, name_end, at = span(buffer, at, len(buffer))
            if at == NOWHERE:
                break
            start, end, at = span(buffer, at, len(buffer))
            count -= 1
            if start < 0 or start == end:
                continue
            is_mark = name < name_end and buffer[name] == _UNDERSCORE
            if is_mark:
                found[row] = _is_short_mark(buffer, start, end)
            if is_mark or _may_have_type(buffer, name, name_end):
                found[row] |= _has_word(buffer, start, end)


@numba.njit(cache=True, nogil=True)
def _is_short_mark(buffer: Bytes, start: int, end: int) -> bool:
    """Tell whether a text may be ``d``, ``1``, ``-D`` or ``true``, in quotes or not."""
    if buffer[start] == _QUOTE and end - start > 1:
        start, end = start + 1, end - 1
    first, size = buffer[start] | _SMALL, end - start
    if size == 1:
        return bool(first in (_D, _ONE))
    return bool(first == _MINUS if size < _TRUE else first == _T and size == _TRUE)


@numba.njit(cache=True, nogil=True)
def _may_have_type(buffer: Bytes, start: int, end: int) -> bool:
    """Tell whether a name ends as those of types do, capitals or not."""
    four = 0
    for at in range(max(start, end - 4), end):
        four = four << 8 | int(buffer[at]) | _SMALL
    return four in (_TYPE, _VENT, _NAME)


@numba.njit(cache=True, nogil=True)
def _has_word(buffer: Bytes, start: int, end: int) -> bool:
    """Tell whether a word for a deletion, or what was before, is in a text, capitals or not."""
    four = 0
    for at in range(start, end):
        four = (four << 8 | int(buffer[at]) | _SMALL) & _FOUR
        if four in (_ELET, _EMOV, _BEFO, _REIM):
            return True
    return False
