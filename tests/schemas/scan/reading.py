"""What a scan found, as Python objects, to be compared with what the slow path decodes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schemas.scan.entries import Entries
from schemas.scan.keys import KeyTable
from schemas.scan.scanner import scan
from schemas.scan.tokens import Token

Buffer = tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]


def joined(values: Sequence[bytes], *, between: bytes = b"") -> Buffer:
    """Return the values in one buffer, with where each starts and ends."""
    sizes = np.array([len(value) for value in values], dtype=np.int64)
    ends = np.cumsum(sizes + len(between)) - len(between)
    return np.frombuffer(between.join(values), dtype=np.uint8), ends - sizes, ends


def read(values: Sequence[bytes], keys: KeyTable | None = None) -> list[dict[str, Any] | None]:
    """Return what each document holds, None for those that are declined."""
    keys = KeyTable() if keys is None else keys
    buffer, starts, ends = joined(values)
    return objects(buffer, scan(buffer, starts, ends, keys), keys)


def objects(
    buffer: NDArray[np.uint8], entries: Entries, keys: KeyTable
) -> list[dict[str, Any] | None]:
    """Return the accepted documents, None for the others."""
    found: list[dict[str, Any] | None] = []
    for row, accepted in enumerate(entries.accepted.tolist()):
        document: dict[str, Any] = {}
        for entry in range(entries.row_ptr[row], entries.row_ptr[row + 1]):
            *parents, key = keys.path(int(entries.slot[entry]))
            inner = document
            for parent in parents:
                inner = inner.setdefault(parent, {})
            assert key not in inner
            inner[key] = _value(buffer, entries, entry)
        assert accepted or not document
        found.append(document if accepted else None)
    return found


def _value(buffer: NDArray[np.uint8], entries: Entries, entry: int) -> Any:
    text = buffer[entries.start[entry] : entries.end[entry]].tobytes().decode()
    number = float(entries.number[entry])
    constants = {
        Token.NULL: ("null", None, 0.0),
        Token.FALSE: ("false", False, 0.0),
        Token.TRUE: ("true", True, 1.0),
        Token.NAN: ("NaN", float("nan"), 0.0),
        Token.POS_INF: ("Infinity", float("inf"), 0.0),
        Token.NEG_INF: ("-Infinity", float("-inf"), 0.0),
    }
    kind = Token(entries.kind[entry])
    if kind in constants:
        token, value, stands_for = constants[kind]
        assert (token, stands_for) == (text, number)
        return value
    if kind is Token.INT:
        assert float(int(text)) == number
        return int(text)
    if kind is Token.FLOAT:
        return number
    assert number == 0.0
    if kind is Token.EMPTY_OBJECT:
        assert text[0] + text[-1] == "{}"
        return {}
    return text
