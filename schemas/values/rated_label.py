"""A label with the numbers that its event has for the rates of its model.

On its way to where rates are known by their names it is one value, of the form of JSON: an object,
which no label is by itself. So it is kept, sent and compared wherever a label is.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
from zlib import crc32

from schemas.values.booleans import boolean_of
from schemas.values.numbers import number_of

LABEL: Final = "label"
NUMBERS: Final = "numbers"

Numbers = Mapping[str, float | None]
"""By the field of the label event: its number, None where it is there and is none."""

_NO_NUMBERS: Final[Numbers] = MappingProxyType({})


def rated(label: Any, numbers: Numbers) -> Any:
    """Return a label with the numbers beside it; the label itself where there are none.

    Examples
    --------
    >>> label_of(rated("ok", {"escalated": 1.0})), numbers_of(rated("ok", {"escalated": 1.0}))
    ('ok', {'escalated': 1.0})
    >>> rated("ok", {}), dict(numbers_of("ok"))
    ('ok', {})
    """
    return {LABEL: label, NUMBERS: dict(numbers)} if numbers else label


def label_of(value: Any) -> Any:
    """Return the label alone."""
    return value[LABEL] if type(value) is dict else value


def numbers_of(value: Any) -> Numbers:
    """Return the numbers beside a label."""
    return value[NUMBERS] if type(value) is dict else _NO_NUMBERS


def checksum(numbers: Numbers) -> int:
    """Return what tells numbers from others, however they were written."""
    return crc32(repr(sorted(numbers.items())).encode())


def number_in(value: Any) -> float | None:
    """Return the number that a field says: 1 and 0 of a boolean; None where it says none.

    Examples
    --------
    >>> number_in(True), number_in("no"), number_in("0.25"), number_in("often"), number_in([1])
    (1.0, 0.0, 0.25, None, None)
    """
    meant = boolean_of(value) if type(value) is str else None
    return number_of(value) if meant is None else float(meant)
