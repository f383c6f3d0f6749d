"""Vectors as Spark writes them (``to_json`` of a column of ``VectorUDT``) as lists.

Dense ones are ``{"type": 1, "values": [...]}``; sparse ones have a size, and the indices of those
values that are not zero. One column holds both, whichever is the smaller of a row.
"""

from typing import Any, Final

LONGEST: Final = 1 << 14
"""Numbers of a sparse vector above which it is not written out, and taken as it is."""

_SPARSE, _DENSE = 0, 1
_MEMBERS: Final = frozenset({"type", "size", "indices", "values"})
_NUMBERS: Final = frozenset({int, float})


def of_vector(value: Any) -> Any:
    """Return the numbers of a vector, a list; anything else as it is.

    Examples
    --------
    >>> of_vector({"type": 1, "values": [0.5, 2.5]})
    [0.5, 2.5]
    >>> of_vector({"type": 0, "size": 4, "indices": [1, 3], "values": [0.5, 2.5]})
    [0.0, 0.5, 0.0, 2.5]
    >>> of_vector({"type": 0, "values": [0.5]}), of_vector({"type": 2})
    ({'type': 0, 'values': [0.5]}, {'type': 2})
    """
    if type(value) is not dict or not {"type", "values"} <= value.keys() <= _MEMBERS:
        return value
    values = value["values"]
    if type(values) is not list or not all(type(each) in _NUMBERS for each in values):
        return value
    kind, size, indices = value["type"], value.get("size"), value.get("indices")
    if type(kind) is not int:
        return value
    if kind == _DENSE and size is None and indices is None:
        return values or value
    if kind != _SPARSE or type(size) is not int or type(indices) is not list:
        return value
    return _written_out(size, indices, values) or value


def _written_out(size: int, indices: list[Any], values: list[Any]) -> list[Any] | None:
    """Return all numbers of a sparse vector; None where it is none, or too long."""
    if not 0 < size <= LONGEST or len(indices) != len(values):
        return None
    if not all(type(index) is int and 0 <= index < size for index in indices):
        return None
    if len(set(indices)) < len(indices):
        return None
    numbers: list[Any] = [0.0] * size
    for index, number in zip(indices, values, strict=True):
        numbers[index] = number
    return numbers
