"""Values that name their type: ``{"double": 1.5}`` of Avro's JSON, ``{"$numberLong": "42"}``.

Likewise DynamoDB's ``{"N": "42"}``, and ``{"intValue": "42"}`` of OpenTelemetry, Firestore and
Protocol Buffers.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from schemas.values.numbers import number_of

_AVRO: Final = frozenset({"string", "int", "long", "float", "double", "boolean"})
_NUMBERS: Final = frozenset({"$numberInt", "$numberLong", "$numberDouble", "$numberDecimal"})
_TEXTS: Final = frozenset({"$oid", "$uuid", "$symbol", "$date"})

_LISTS: Final = frozenset({"L", "NS", "SS"})
_ITEM: Final = frozenset({"S", "N", "B", "BS", "BOOL", "NULL", "M"}) | _LISTS
_NUMBER_VALUES: Final = frozenset(
    {
        *("intValue", "integerValue", "doubleValue", "int32Value", "int64Value", "uint32Value"),
        *("uint64Value", "longValue", "floatValue", "numberValue"),
    }
)
_VALUES: Final = frozenset({"stringValue", "boolValue"}) | _NUMBER_VALUES

TYPES: Final = _AVRO | _NUMBERS | _TEXTS | _VALUES | {"S", "N", "BOOL", "NULL"}
"""Names of types, one of which a scalar has: of Avro, MongoDB, DynamoDB and OpenTelemetry."""


def without_type(value: Any) -> Any:
    """Return what is in an object whose only member is named after a type; all else as it is.

    Examples
    --------
    >>> without_type({"double": 1.5}), without_type({"$numberLong": "42"}), without_type({"x": 1})
    (1.5, 42, {'x': 1})
    >>> without_type({"N": "12.5"}), without_type({"L": [{"S": "a"}]}), without_type({"S": 3})
    (12.5, ['a'], {'S': 3})
    >>> without_type({"$date": {"$numberLong": "1772366400000"}}), without_type({"int": {"x": 1}})
    (1772366400000, {'int': {'x': 1}})
    """
    while type(value) is dict and len(value) == 1:
        ((name, inner),) = value.items()
        if name in _FORMS:
            return _FORMS[name](value, inner)
        is_number = name == "$date" and type(inner) is dict and inner and inner.keys() <= _NUMBERS
        if name not in TYPES or (type(inner) in {list, dict} and not is_number):
            return value
        value = _number(inner) if name in _NUMBERS else inner
    return value


def _of_type(kind: type) -> Callable[[Any, Any], Any]:
    return lambda value, inner: inner if type(inner) is kind else value


def _of_digits(value: Any, inner: Any) -> Any:
    return _number(inner) if type(inner) is str else value


def _of_number(value: Any, inner: Any) -> Any:
    return inner if type(inner) in {int, float} else _of_digits(value, inner)


def _of_list(value: Any, inner: Any) -> Any:
    return [without_type(each) for each in inner] if type(inner) is list else value


def _of_numbers(value: Any, inner: Any) -> Any:
    return [_number(each) for each in inner] if type(inner) is list else value


_FORMS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "S": _of_type(str),
    "N": _of_digits,
    "BOOL": _of_type(bool),
    "NULL": lambda value, inner: None if inner is True else value,
    "M": lambda value, inner: inner if is_item(inner) else value,
    "L": _of_list,
    "SS": _of_list,
    "NS": _of_numbers,
    "stringValue": _of_type(str),
    "boolValue": _of_type(bool),
    **dict.fromkeys(_NUMBER_VALUES, _of_number),
}
"""What a value under each name is, where it has the type of that name; else the object itself."""


def is_item(value: Any) -> bool:
    """Tell whether all members of an object are values that name DynamoDB's types.

    Examples
    --------
    >>> is_item({"a": {"S": "x"}, "b": {"NULL": True}}), is_item({"a": {"S": "x"}, "b": 1})
    (True, False)
    """
    if type(value) is not dict or not value:
        return False
    return all(
        type(each) is dict and len(each) == 1 and each.keys() <= _ITEM for each in value.values()
    )


def _number(value: Any) -> Any:
    """Return the number in a text; a code, or what is no number, as it is."""
    number = number_of(value, exact=True) if type(value) is str else None
    if number is None:
        return value
    return int(number) if number.is_integer() else number
