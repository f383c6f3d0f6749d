"""Lists of objects that are one value each, with its name beside it, as features and outcomes.

Pairs, as maps are written where JSON's objects are none, and tensors of the Open Inference Protocol
(KServe, Triton, Seldon V2, MLServer).
"""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, Final

from schemas.events.invalid import InvalidMessage, Reason

_PAIRS: Final[Mapping[frozenset[str], tuple[str, str]]] = {
    frozenset(pair): pair
    for pair in (
        *(("name", "value"), ("key", "value"), ("feature", "value"), ("k", "v")),
        *(("feature_name", "feature_value"), ("featureName", "featureValue")),
        *(("feature_name", "value"), ("featureName", "value"), ("column", "value")),
    )
}
"""The members of a pair: of its name, and of its value."""

_TENSOR: Final = frozenset({"name", "data"})
_DESCRIBED: Final = frozenset({"name", "shape", "datatype"})
_MOST_DIGITS: Final = 9
_ABOUT_TENSORS: Final = frozenset({"shape", "datatype", "parameters"})


def of_pairs(values: Any) -> dict[str, Any] | None:
    """Return the object that a list of pairs of names and values is; None of anything else.

    Raises
    ------
    InvalidMessage
        Where a name comes twice.

    Examples
    --------
    >>> of_pairs([{"name": "a", "value": 1}, {"name": "b", "value": "x"}])
    {'a': 1, 'b': 'x'}
    """
    pairs = pairs_of(values)
    if pairs is None:
        return None
    refuse_twice([name for name, _ in pairs])
    return dict(pairs)


def refuse_twice(names: Sequence[str], member: str = "features") -> None:
    """Raise `InvalidMessage` where a name comes twice: one value would stand for the other.

    Examples
    --------
    >>> refuse_twice(["a", "b"])
    >>> refuse_twice(["a", "a"])
    Traceback (most recent call last):
        ...
    schemas.events.invalid.InvalidMessage: invalid_value: features: a name that comes twice
    """
    if len(set(names)) < len(names):
        raise InvalidMessage(Reason.INVALID_VALUE, f"{member}: a name that comes twice")


def pairs_of(values: Any) -> list[tuple[str, Any]] | None:
    """Return the names and values of a list of pairs, whatever comes twice; None of anything else.

    Examples
    --------
    >>> pairs_of([{"k": "a", "v": 1}, {"k": "a", "v": 2}]), pairs_of([{"k": "a"}])
    ([('a', 1), ('a', 2)], None)
    """
    if type(values) is not list or not values or type(values[0]) is not dict:
        return None
    members = frozenset(values[0])
    if members not in _PAIRS or any(type(each) is not dict for each in values):
        return None
    of_name, of_value = _PAIRS[members]
    if any(each.keys() != members or type(each[of_name]) is not str for each in values):
        return None
    return [(each[of_name], each[of_value]) for each in values]


def of_tensors(values: Any) -> list[dict[str, Any]] | None:
    """Return the rows that tensors side by side are; None of anything else.

    The first dimension counts the rows; what a row has of further ones is a list.

    Raises
    ------
    InvalidMessage
        Where they have different numbers of rows.

    Examples
    --------
    >>> of_tensors([{"name": "a", "shape": [2, 1], "datatype": "FP32", "data": [1.5, 2.5]}])
    [{'a': 1.5}, {'a': 2.5}]
    """
    if type(values) is not list or not values or not all(map(_is_tensor, values)):
        return None
    columns = {tensor["name"]: _rows(tensor) for tensor in values}
    sizes = set(map(len, columns.values()))
    if len(sizes) > 1 or len(columns) < len(values):
        detail = "features: tensors with different numbers of rows, or of one name"
        raise InvalidMessage(Reason.INVALID_VALUE, detail)
    (size,) = sizes
    return [{name: rows[row] for name, rows in columns.items()} for row in range(size)]


def refuse_without_data(values: Any) -> None:
    """Refuse tensors whose numbers stand elsewhere, in bytes behind the JSON or in another member.

    What is left of them, names, shapes and types, would be taken for features.

    Raises
    ------
    InvalidMessage
        Of the first that has a name, a shape and a type, and no list of data.

    Examples
    --------
    >>> refuse_without_data([{"name": "a", "shape": [1], "datatype": "FP32", "data": [1.5]}])
    """
    if type(values) is not list:
        return
    for each in values:
        if type(each) is dict and each.keys() >= _DESCRIBED and type(each.get("data")) is not list:
            detail = "features: a tensor without data, as with binary data: send it as JSON"
            raise InvalidMessage(Reason.INVALID_VALUE, detail)


def _is_tensor(value: Any) -> bool:
    if type(value) is not dict or not _TENSOR <= value.keys() <= _TENSOR | _ABOUT_TENSORS:
        return False
    return type(value["name"]) is str and type(value["data"]) is list and bool(value["data"])


def _rows(tensor: dict[str, Any]) -> list[Any]:
    """Return what each row has of a tensor: a scalar, or a list."""
    data: list[Any] = tensor["data"]
    shape = tensor.get("shape")
    if type(shape) is not list or len(shape) < 2 or type(data[0]) is list:
        return data
    shape = [_size(size) for size in shape]
    if not all(type(size) is int and size > 0 for size in shape) or prod(shape) != len(data):
        return data
    width = prod(shape[1:])
    if width == 1:
        return data
    return [data[begin : begin + width] for begin in range(0, len(data), width)]


def _size(size: Any) -> Any:
    """Return a size as a number, which is a text where each digit of numbers is to be kept."""
    is_text = type(size) is str and size.isdecimal() and len(size) <= _MOST_DIGITS
    return int(size) if is_text else size
