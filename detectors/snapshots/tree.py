"""The tree of a state as bytes, and back.

Each value stands behind a tag of one byte; all numbers are little-endian. Names stand in full where
they first occur, and as their number from then on: thousands of columns have the same ones.
"""

import struct
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import numpy as np

State: TypeAlias = dict[str, Any]
"""A whole state: names to numbers, booleans, text, None, NumPy arrays, and lists of these."""

DEEPEST: Final = 32
"""Levels of a tree."""

_COUNT: Final = struct.Struct("<I")
_INT: Final = struct.Struct("<q")
_FLOAT: Final = struct.Struct("<d")
_SHAPE: Final = struct.Struct("<BB")
_MOST_AXES: Final = 4
_TYPES: Final = tuple(
    np.dtype(name)
    for name in ("|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "<f4", "<f8")
)
_NUMBERS: Final = {dtype: number for number, dtype in enumerate(_TYPES)}


class TreeWriter:
    """Writes one tree to the end of a buffer."""

    def __init__(self, out: bytearray) -> None:
        self._out = out
        self._names: dict[str, bytes] = {}
        self._depth = 0
        self._writers: Mapping[type, Callable[[Any], None]] = {
            type(None): self._none,
            bool: self._boolean,
            int: self._integer,
            float: self._number,
            str: self._string,
            np.ndarray: self._array,
            list: self._sequence,
            tuple: self._sequence,
            dict: self._mapping,
        }

    def value(self, value: Any) -> None:
        """Write a value.

        Raises
        ------
        TypeError
            If the tree holds something else than numbers, booleans, text, None, arrays of numbers,
            lists and dictionaries of these with texts as keys.
        ValueError
            If it is deeper than `DEEPEST`.
        """
        write = self._writers.get(type(value))
        if write is None:
            # Enumerations of texts, NumPy's scalars.
            value = _plain(value)
            write = self._writers[type(value)]
        write(value)

    def _none(self, _: None) -> None:
        self._out += b"N"

    def _boolean(self, value: bool) -> None:
        self._out += b"T" if value else b"F"

    def _integer(self, value: int) -> None:
        if -(2**63) <= value < 2**63:
            self._out += b"I" + _INT.pack(value)
        else:
            self._out += b"J"
            self._text(str(value))

    def _number(self, value: float) -> None:
        self._out += b"D" + _FLOAT.pack(value)

    def _string(self, value: str) -> None:
        self._out += b"S"
        self._text(value)

    def _array(self, array: np.ndarray[Any, Any]) -> None:
        dtype = array.dtype
        number = _NUMBERS.get(dtype)
        if number is None:
            dtype = dtype.newbyteorder("<")
            number = _NUMBERS.get(dtype)
        if number is None or array.ndim > _MOST_AXES:
            raise TypeError(f"no array of {array.dtype} and {array.ndim} axes can be in a state")
        self._out += b"A" + _SHAPE.pack(number, array.ndim)
        for size in array.shape:
            self._out += _COUNT.pack(size)
        self._out += np.ascontiguousarray(array, dtype).tobytes()

    def _sequence(self, values: list[Any] | tuple[Any, ...]) -> None:
        self._descend()
        self._out += b"L" + _COUNT.pack(len(values))
        write, value = self._writers.get, self.value
        for item in values:
            write(type(item), value)(item)
        self._depth -= 1

    def _mapping(self, values: Mapping[str, Any]) -> None:
        self._descend()
        self._out += b"M" + _COUNT.pack(len(values))
        number, write, value = self._names.get, self._writers.get, self.value
        for name, item in values.items():
            known = number(name)
            if known is None or type(name) is not str:
                self._name(name)
            else:
                self._out += known
            write(type(item), value)(item)
        self._depth -= 1

    def _name(self, name: str) -> None:
        """Write a name that did not occur yet, or refuse it."""
        if type(name) is not str:
            raise TypeError(f"a state has texts as keys, not {name!r}")
        number = self._names[name] = _COUNT.pack(len(self._names))
        self._out += number
        self._text(name)

    def _text(self, text: str) -> None:
        encoded = text.encode()
        self._out += _COUNT.pack(len(encoded)) + encoded

    def _descend(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError(f"a state has at most {DEEPEST} levels")


class TreeReader:
    """Reads one tree.

    Parameters
    ----------
    body
        What `TreeWriter` has written.
    spelled
        Whether names stand in full everywhere, as they did in format 1.
    """

    def __init__(self, body: memoryview, *, spelled: bool = False) -> None:
        self._body = body
        self._at = 0
        self._spelled = spelled
        self._names: list[str] = []
        self._depth = 0
        self._readers: Mapping[int, Callable[[], Any]] = {
            ord("N"): lambda: None,
            ord("T"): lambda: True,
            ord("F"): lambda: False,
            ord("I"): lambda: _INT.unpack(self._slice(_INT.size))[0],
            ord("J"): lambda: int(self._text()),
            ord("D"): lambda: _FLOAT.unpack(self._slice(_FLOAT.size))[0],
            ord("S"): self._text,
            ord("A"): self._array,
            ord("L"): self._sequence,
            ord("M"): self._mapping,
        }

    @property
    def at_end(self) -> bool:
        """Whether all bytes were read."""
        return self._at == len(self._body)

    def value(self) -> Any:
        """Read a value; `ValueError`, `KeyError` or `IndexError` where there is none."""
        return self._readers[self._slice(1)[0]]()

    def _sequence(self) -> list[Any]:
        self._descend()
        values = [self.value() for _ in range(self._count())]
        self._depth -= 1
        return values

    def _mapping(self) -> dict[str, Any]:
        self._descend()
        values = {self._name(): self.value() for _ in range(self._count())}
        self._depth -= 1
        return values

    def _name(self) -> str:
        if self._spelled:
            return self._text()
        number = self._count()
        if number == len(self._names):
            self._names.append(self._text())
        return self._names[number]

    def _array(self) -> np.ndarray[Any, Any]:
        number, axes = _SHAPE.unpack(self._slice(_SHAPE.size))
        if axes > _MOST_AXES:
            raise ValueError(f"an array has {axes} axes")
        dtype = _TYPES[number]
        shape = tuple(self._count() for _ in range(axes))
        size = dtype.itemsize
        for length in shape:
            size *= length
        return np.frombuffer(self._slice(size), dtype).reshape(shape).copy()

    def _text(self) -> str:
        return str(self._slice(self._count()), "utf-8")

    def _count(self) -> int:
        count: int = _COUNT.unpack(self._slice(_COUNT.size))[0]
        return count

    def _slice(self, size: int) -> memoryview:
        end = self._at + size
        if end > len(self._body):
            raise ValueError("a value goes beyond its end")
        found = self._body[self._at : end]
        self._at = end
        return found

    def _descend(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError(f"it has more than {DEEPEST} levels")


def _plain(value: Any) -> bool | int | float | str:
    """Return the plain form of what is no exact Python type."""
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, np.floating):
        return float(value)
    if isinstance(value, str):
        return str.__str__(value)
    raise TypeError(f"a {type(value).__qualname__} cannot be part of a state")
