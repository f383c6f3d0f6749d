"""Values that name their type: ``{"double": 1.5}`` of Avro's JSON, ``{"$numberLong": "42"}``."""

from typing import Any, Final

from schemas.values.numbers import number_of

_AVRO: Final = frozenset({"string", "int", "long", "float", "double", "boolean"})
_NUMBERS: Final = frozenset({"$numberInt", "$numberLong", "$numberDouble", "$numberDecimal"})
_TEXTS: Final = frozenset({"$oid", "$uuid", "$symbol", "$date"})

TYPES: Final = _AVRO | _NUMBERS | _TEXTS
"""Names of types, of Avro's unions and of MongoDB's Extended JSON, one of which a value has."""


def without_type(value: Any) -> Any:
    """Return what is in an object whose only member is named after a type; all else as it is.

    Examples
    --------
    >>> without_type({"double": 1.5}), without_type({"$numberLong": "42"}), without_type({"x": 1})
    (1.5, 42, {'x': 1})
    >>> without_type({"$date": {"$numberLong": "1772366400000"}})
    1772366400000
    """
    while type(value) is dict and len(value) == 1:
        ((name, inner),) = value.items()
        if name not in TYPES or type(inner) is list:
            return value
        value = _number(inner) if name in _NUMBERS else inner
    return value


def _number(value: Any) -> Any:
    """Return the number in a text; a code, or what is no number, as it is."""
    number = number_of(value, exact=True) if type(value) is str else None
    if number is None:
        return value
    return int(number) if number.is_integer() else number
