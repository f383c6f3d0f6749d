"""One compiled pass over the JSON documents of a batch, without Python objects and without the GIL.

It never accepts what orjson would refuse (or, where bare ``NaN`` and ``Infinity`` occur, Python's
``json``), and never reads a value differently. It may decline anything: a caller decodes declined
documents in the ordinary way.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.scan.arrays import as_bytes, as_spans
from schemas.scan.decimals import Powers, powers_of_five
from schemas.scan.entries import Entries
from schemas.scan.interning import NONE, find_or_add, same
from schemas.scan.kernel import inlined, kernel
from schemas.scan.keys import KeyArrays, KeyTable
from schemas.scan.tokens import REFUSED, Token, literal, number, string_end
from schemas.scan.words import Bytes, Positions

DEEPEST: Final = 8
"""Objects within one another, the document included."""

_BYTES_AN_ENTRY: Final = 16  # fewer than most documents have; room grows where it is too little
_FULL: Final = -2
_OUT: Final = -1  # depth after the end of the document

_SPACE: Final = ord(" ")
_TAB: Final = ord("\t")
_LINE: Final = ord("\n")
_RETURN: Final = ord("\r")
_QUOTE: Final = ord('"')
_COMMA: Final = ord(",")
_COLON: Final = ord(":")
_OPEN: Final = ord("{")
_CLOSE: Final = ord("}")
_MINUS: Final = ord("-")
_ZERO: Final = ord("0")
_NINE: Final = ord("9")

_STRING: Final = int(Token.STRING)
_TRUE: Final = int(Token.TRUE)
_EMPTY_OBJECT: Final = int(Token.EMPTY_OBJECT)


class _Columns(NamedTuple):
    """The columns of `Entries`, longer than needed."""

    slot: NDArray[np.int32]
    kind: NDArray[np.uint8]
    number: NDArray[np.float64]
    start: NDArray[np.int32]
    end: NDArray[np.int32]


def scan(
    buffer: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    keys: KeyTable,
) -> Entries:
    """Read the JSON objects that lie at ``buffer[starts[i]:ends[i]]``.

    Accepted are objects of scalars and of such objects, `DEEPEST` deep. Declined are, besides what
    is not JSON, arrays, escapes in texts, a key that comes twice in one object, integers beyond
    63 bits and the integer ``-0``, other numbers beyond float64 or of more than 19 digits
    after leading zeros, and spans outside of the buffer, such as those of null values.

    Parameters
    ----------
    buffer
        At most `LARGEST_BUFFER` bytes.
    starts, ends
        Shape ``(n,)``.
    keys
        Its slots name the members; those that are met first are added.

    Raises
    ------
    ValueError
        When the shapes do not agree, or the buffer is too long.

    Examples
    --------
    >>> text = np.frombuffer(b'{"id": "a", "x": {"y": 1.5}}', dtype=np.uint8)
    >>> keys = KeyTable()
    >>> entries = scan(text, np.array([0]), np.array([len(text)]), keys)
    >>> [keys.path(slot) for slot in entries.slot]
    [('id',), ('x', 'y')]
    >>> entries.number.tolist()
    [0.0, 1.5]
    """
    buffer = as_bytes(buffer)
    starts, ends = as_spans(starts, ends)
    rows = len(starts)
    accepted = np.zeros(rows, dtype=np.bool_)
    row_ptr = np.zeros(rows + 1, dtype=np.int64)
    columns = _columns(len(buffer) // _BYTES_AN_ENTRY + 1)
    row = 0
    while True:
        row = _scan(
            buffer, starts, ends, row, powers_of_five(), keys.arrays, accepted, row_ptr, columns
        )
        if row == rows:
            found = int(row_ptr[rows])
            return Entries(
                row_ptr,
                accepted,
                columns.slot[:found],
                columns.kind[:found],
                columns.number[:found],
                columns.start[:found],
                columns.end[:found],
            )
        columns = _grown(columns, int(row_ptr[row]))


def _columns(room: int) -> _Columns:
    return _Columns(
        np.empty(room, dtype=np.int32),
        np.empty(room, dtype=np.uint8),
        np.empty(room, dtype=np.float64),
        np.empty(room, dtype=np.int32),
        np.empty(room, dtype=np.int32),
    )


def _grown(columns: _Columns, found: int) -> _Columns:
    grown = _columns(2 * len(columns.slot))
    grown.slot[:found] = columns.slot[:found]
    grown.kind[:found] = columns.kind[:found]
    grown.number[:found] = columns.number[:found]
    grown.start[:found] = columns.start[:found]
    grown.end[:found] = columns.end[:found]
    return grown


@kernel()
def _scan(
    buffer: Bytes,
    starts: Positions,
    ends: Positions,
    row: int,
    powers: Powers,
    keys: KeyArrays,
    accepted: NDArray[np.bool_],
    row_ptr: Positions,
    columns: _Columns,
) -> int:
    """Read documents from ``row`` on; return the first for which there was no room, or ``n``."""
    count = row_ptr[row]
    for i in range(row, len(starts)):
        after = REFUSED
        if 0 <= starts[i] <= ends[i] <= len(buffer):
            after = _document(buffer, starts[i], ends[i], powers, keys, columns, count)
        if after == _FULL:
            return i
        if after != REFUSED:
            accepted[i] = True
            count = after
        row_ptr[i + 1] = count
    return len(starts)


@inlined()
def _document(  # noqa: C901, PLR0911 - one way out for each part that may be malformed
    buffer: Bytes,
    at: int,
    end: int,
    powers: Powers,
    keys: KeyArrays,
    columns: _Columns,
    count: int,
) -> int:
    """Append a document's entries; return how many there are then, or `REFUSED`, or `_FULL`."""
    keys.documents[0] += 1
    at = _skip(buffer, at, end)
    if at == end or buffer[at] != _OPEN:
        return REFUSED
    opened, at = at, _skip(buffer, at + 1, end)
    depth, slot, parent, is_empty = 0, NONE, NONE, True
    while at < end:
        if buffer[at] == _QUOTE:
            slot, at = _key(buffer, at + 1, end, keys, parent, slot)
            if slot == NONE or at == end:
                return REFUSED
            if buffer[at] == _OPEN:
                opened, at = at, _skip(buffer, at + 1, end)
                depth, parent, is_empty = depth + 1, slot, True
                if depth == DEEPEST:
                    return REFUSED
                continue
            kind, value, start, stop, at = _scalar(buffer, at, end, powers)
        elif buffer[at] == _CLOSE and is_empty:
            if depth == 0:
                return count if _skip(buffer, at + 1, end) == end else REFUSED
            at += 1
            kind, value, start, stop = _EMPTY_OBJECT, 0.0, opened, at
            slot = parent
            depth, parent = depth - 1, int(keys.strings.parents[parent])
        else:
            return REFUSED
        if kind == REFUSED:
            return REFUSED
        if count == len(columns.slot):
            return _FULL
        columns.slot[count] = slot
        columns.kind[count] = kind
        columns.number[count] = value
        columns.start[count] = start
        columns.end[count] = stop
        count += 1
        is_empty = False
        at, depth, parent = _next_member(buffer, at, end, keys, depth, parent)
        if depth == _OUT:
            return count if at == end else REFUSED
    return REFUSED


@inlined()
def _skip(buffer: Bytes, at: int, end: int) -> int:
    """Return the place after white space."""
    while at < end and buffer[at] <= _SPACE:
        byte = buffer[at]
        if byte not in (_SPACE, _LINE, _RETURN, _TAB):
            break
        at += 1
    return at


@inlined()
def _key(
    buffer: Bytes, at: int, end: int, keys: KeyArrays, parent: int, previous: int
) -> tuple[int, int]:
    """Return the slot of a key, which no other of the document has, and where its value begins."""
    strings = keys.strings
    slot = int(keys.followers[previous + 1])
    stop = REFUSED
    if slot != NONE and strings.parents[slot] == parent:
        begin = int(strings.bounds[slot])
        size = int(strings.bounds[slot + 1]) - begin
        # Known keys hold neither quotes nor escapes: with a quote after it, this is all of the key.
        is_quoted = size < end - at and buffer[at + size] == _QUOTE
        if is_quoted and same(buffer, at, strings.text, begin, size):
            stop = at + size
    if stop == REFUSED:
        stop = string_end(buffer, at, end)
        if stop == REFUSED:
            return NONE, at
        slot = find_or_add(strings, buffer, at, stop, parent)
        if slot == NONE:
            return NONE, at
        keys.followers[previous + 1] = slot
    if keys.last_seen[slot] == keys.documents[0]:
        return NONE, at
    keys.last_seen[slot] = keys.documents[0]
    at = _skip(buffer, stop + 1, end)
    if at == end or buffer[at] != _COLON:
        return NONE, at
    return slot, _skip(buffer, at + 1, end)


@inlined()
def _scalar(buffer: Bytes, at: int, end: int, powers: Powers) -> tuple[int, float, int, int, int]:
    """Return kind, number, start and end of a value, and the place after it."""
    byte = buffer[at]
    if byte == _QUOTE:
        stop = string_end(buffer, at + 1, end)
        kind = REFUSED if stop == REFUSED else _STRING
        return kind, 0.0, at + 1, stop, stop + 1
    if byte == _MINUS or _ZERO <= byte <= _NINE:
        kind, value, stop = number(buffer, at, powers)
    else:
        kind, stop = literal(buffer, at)
        value = 1.0 if kind == _TRUE else 0.0
    return kind, value, at, stop, stop


@inlined()
def _next_member(
    buffer: Bytes, at: int, end: int, keys: KeyArrays, depth: int, parent: int
) -> tuple[int, int, int]:
    """Leave the objects that end after a member; return place, depth and parent of the next.

    The place is ``end``, or beyond it, where there is none.
    """
    while True:
        at = _skip(buffer, at, end)
        if at >= end:
            return end, depth, parent
        byte = buffer[at]
        at = _skip(buffer, at + 1, end)
        if byte == _COMMA:
            return at, depth, parent
        if byte != _CLOSE:
            return end, depth, parent
        depth -= 1
        if depth == _OUT:
            return at, depth, parent
        parent = int(keys.strings.parents[parent])
