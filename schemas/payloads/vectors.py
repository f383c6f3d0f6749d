"""Vectors as Spark writes them (``to_json`` of a column of ``VectorUDT``) as lists.

Dense ones are ``{"type": 1, "values": [...]}``; sparse ones have a size, and the indices of those
values that are not zero. One column holds both, whichever is the smaller of a row. So do others
without the type, by another name of the size, or without one.
"""

import math
from typing import Any, Final

LONGEST: Final = 1 << 14
"""Numbers of a sparse vector above which none is written out."""

_SPARSE, _DENSE = 0, 1
_MEMBERS: Final = frozenset({"type", "size", "indices", "values"})
_SIZES: Final = ("size", "dim", "dims", "dimension", "length", "shape", "dense_shape")
_OF_SPARSE: Final = frozenset({"type", "indices", "values", *_SIZES})
_NUMBERS: Final = frozenset({int, float})


def of_vector(value: Any, longest: int = LONGEST) -> Any:
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
    if type(value) is not dict or "values" not in value:
        return value
    values = value["values"]
    if type(values) is not list or not all(type(each) in _NUMBERS for each in values):
        return value
    if is_sparse(value):
        size = _size(value)
        if size is None or size > longest:
            return value
        return _written_out(size, _indices(value), values) or value
    is_dense = type(value.get("type")) is int and value["type"] == _DENSE
    has_places = value.get("size") is not None or value.get("indices") is not None
    is_dense &= bool(values) and not has_places and value.keys() <= _MEMBERS
    return values if is_dense else value


def is_sparse(value: Any) -> bool:
    """Tell whether an object is a sparse vector by its members, whatever is wrong with them.

    Its numbers are those of other features in each row, and none by their order.

    Examples
    --------
    >>> is_sparse({"indices": [1, 500], "values": [0.5, 2.5]}), is_sparse({"values": [1]})
    (True, False)
    """
    if type(value) is not dict or not {"indices", "values"} <= value.keys() <= _OF_SPARSE:
        return False
    if type(value["indices"]) is not list or type(value["values"]) is not list:
        return False
    kind = value.get("type", _SPARSE)
    return type(kind) is int and kind == _SPARSE


def sums(vector: dict[str, Any]) -> dict[str, float] | None:
    """Return the count, mean and Euclidean norm of a sparse vector; None where they are unknown.

    Examples
    --------
    >>> sums({"size": 100_000, "indices": [1, 500], "values": [3.0, 4.0]})
    {'count': 100000, 'mean': 7e-05, 'norm': 5.0}
    >>> sums({"indices": [1, 500], "values": [3.0, 4.0]})
    """
    size, values = _size(vector), vector["values"]
    if size is None or not _fits(size, _indices(vector), values):
        return None
    try:
        mean = math.fsum(values) / size
    except (OverflowError, ValueError):  # infinite ones of both signs
        mean = math.nan
    norm = math.hypot(*values) if math.isfinite(mean) else math.nan
    return {"count": size, "mean": mean, "norm": norm}


def _size(vector: dict[str, Any]) -> int | None:
    """Return the numbers of a vector; None where nothing says how many, or of several rows."""
    size = next((vector[name] for name in _SIZES if vector.get(name) is not None), None)
    if type(size) is list and size and all(each == 1 for each in size[:-1]):
        size = size[-1]
    return size if type(size) is int and 0 < size <= _MOST else None


_MOST: Final = 2**53


def _indices(vector: dict[str, Any]) -> list[Any]:
    """Return the places of its values, the last of several coordinates where others are zero."""
    indices: list[Any] = vector["indices"]
    if all(type(each) is list and each and not any(each[:-1]) for each in indices):
        return [each[-1] for each in indices]
    return indices


def _fits(size: int, indices: list[Any], values: list[Any]) -> bool:
    """Tell whether a vector of a size has each value in a place of its own."""
    if len(indices) != len(values) or not all(type(each) in _NUMBERS for each in values):
        return False
    if not all(type(index) is int and 0 <= index < size for index in indices):
        return False
    return len(set(indices)) == len(indices)


def _written_out(size: int, indices: list[Any], values: list[Any]) -> list[Any] | None:
    """Return all numbers of a sparse vector; None where it is none."""
    if not _fits(size, indices, values):
        return None
    numbers: list[Any] = [0.0] * size
    for index, number in zip(indices, values, strict=True):
        numbers[index] = number
    return numbers
