"""Features as TensorFlow writes them, the JSON of a ``tf.train.Example``.

Each is a list of one type: ``{"feature": {"age": {"int64List": {"value": ["41"]}}}}``.
"""

import base64
import binascii
from collections.abc import Callable
from typing import Any, Final

from schemas.values.numbers import number_of


def features_of_example(features: Any) -> Any:
    """Return the features of an example by their names, each a list; all else as it is.

    Texts are out of Base64, as Protocol Buffers' JSON has bytes, where they are text in UTF-8.

    Examples
    --------
    >>> age = {"int64List": {"value": ["41"]}}
    >>> features_of_example({"feature": {"age": age, "city": {"bytesList": {"value": ["Q0g="]}}}})
    {'age': [41], 'city': ['CH']}
    >>> features_of_example({"feature": {"age": 41}})
    {'feature': {'age': 41}}
    """
    if type(features) is not dict or features.keys() != {"feature"}:
        return features
    inside = features["feature"]
    if type(inside) is not dict or not inside or not all(map(_is_list, inside.values())):
        return features
    return {name: _values(each) for name, each in inside.items()}


def _is_list(value: Any) -> bool:
    if type(value) is not dict or len(value) > 1 or not value.keys() <= _LISTS.keys():
        return False
    return all(
        type(each) is dict and type(each.get("value", [])) is list for each in value.values()
    )


def _values(typed: dict[str, Any]) -> list[Any]:
    return [
        _LISTS[name](each) for name, inside in typed.items() for each in inside.get("value", [])
    ]


def _number(value: Any) -> Any:
    number = number_of(value, exact=True) if type(value) is str else None
    return value if number is None else int(number)


def _text(value: Any) -> Any:
    if type(value) is not str:
        return value
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError):
        return value


_LISTS: Final[dict[str, Callable[[Any], Any]]] = {
    "floatList": lambda value: value,
    "float_list": lambda value: value,
    "int64List": _number,
    "int64_list": _number,
    "bytesList": _text,
    "bytes_list": _text,
}
"""What an item under the name of each type is."""
