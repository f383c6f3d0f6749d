"""Values that Kafka Connect's JSON writes otherwise than JSON would: decimals and days.

Only where the message's own schema says so: without one, bytes in base64 are a text like others.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from typing import Any, Final

_MOST_BYTES: Final = 64
"""Of a decimal, above which it is left as it is; databases have 38 to 131 digits."""

_MOST_SCALE: Final = 400
_MOST_DEPTH: Final = 16
_LONGEST_DAYS: Final = 3_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EXACT: Final = Context(prec=1000)
_WORD: Final = 2**63


def plain_row(row: dict[str, Any], schema: Any, depth: int = _MOST_DEPTH) -> dict[str, Any]:
    """Return a row with decimals as numbers and days as dates; the same where it has none.

    Parameters
    ----------
    row
        A struct, as Kafka Connect's JSON converter writes it.
    schema
        What the message says of its fields; None where it says nothing.
    depth
        Levels of structs to look into.
    """
    fields = schema.get("fields") if type(schema) is dict else None
    if type(fields) is not list or not depth:
        return row
    changed = {}
    for field in fields:
        if type(field) is not dict or type(field.get("field")) is not str:
            continue
        value = row.get(field["field"])
        if value is None:
            continue
        name = field.get("name")
        read = _READERS.get(name) if type(name) is str else None
        if read is not None:
            value = read(value, field.get("parameters"))
        elif type(value) is dict:
            value = plain_row(value, field, depth - 1)
        changed[field["field"]] = value
    return {**row, **changed}


def usual_row(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row without what Debezium writes in place of values; the same where it does not.

    A value that the log did not have is null; a decimal of any scale, and a cell of Cassandra, are
    what is in them.

    Examples
    --------
    >>> usual_row({"a": {"scale": 2, "value": "BAg="}, "b": "__debezium_unavailable_value"})
    {'a': 10.32, 'b': None}
    """
    changed: dict[str, Any] = {}
    for name, value in row.items():
        if value == UNAVAILABLE:
            changed[name] = None
        elif type(value) is dict and value.keys() == _VARIABLE:
            changed[name] = _variable_decimal(value, None)
        elif type(value) is dict and value.keys() in _CELLS:
            changed[name] = value["value"]
    if not changed and any(row.values()) and all(map(_is_cell, row.values())):
        return {name: each["value"] for name, each in row.items() if each is not None}
    return {**row, **changed} if changed else row


UNAVAILABLE: Final = "__debezium_unavailable_value"
"""What Debezium writes in place of a long value that an update has not changed."""

_VARIABLE: Final = frozenset({"scale", "value"})
_CELLS: Final = (frozenset({"value", "deletion_ts", "set"}), frozenset({"value", "set"}))
"""Cells of Cassandra's and YugabyteDB's connectors."""


def _is_cell(value: Any) -> bool:
    """Tell whether a value is a cell of Scylla's connector: null where it did not change."""
    return value is None or (type(value) is dict and value.keys() == {"value"})


def _decimal(value: Any, parameters: Any) -> Any:
    """Return the number that a Decimal is: unscaled bytes in base64, or already written out."""
    scale = parameters.get("scale") if type(parameters) is dict else None
    return _scaled(value, scale)


def _variable_decimal(value: Any, parameters: Any) -> Any:
    del parameters
    return _scaled(value.get("value"), value.get("scale")) if type(value) is dict else value


def _scaled(value: Any, scale: Any) -> Any:
    """Return an unscaled number over ten to the scale; the value itself where it is none."""
    places = _whole(scale)
    if type(value) is not str or places is None or abs(places) > _MOST_SCALE:
        return value
    try:
        unscaled = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return value  # with `decimal.format: numeric` it is a number, or its text, already
    if not 0 < len(unscaled) <= _MOST_BYTES:
        return value
    number = Decimal(int.from_bytes(unscaled, "big", signed=True)).scaleb(-places, _EXACT)
    if number != number.to_integral_value():
        return float(number)
    whole = int(number)
    return whole if -_WORD <= whole < _WORD else str(whole)


def _whole(scale: Any) -> int | None:
    if type(scale) is int:
        return scale
    if type(scale) is str and scale.removeprefix("-").isdecimal() and len(scale) < 5:
        return int(scale)
    return None


def _day(value: Any, parameters: Any) -> Any:
    """Return the date of a number of days since the epoch."""
    del parameters
    if type(value) is not int or abs(value) > _LONGEST_DAYS:
        return value
    try:
        return (_EPOCH + timedelta(days=value)).date().isoformat()
    except OverflowError:
        return value


_READERS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "org.apache.kafka.connect.data.Decimal": _decimal,
    "io.debezium.data.VariableScaleDecimal": _variable_decimal,
    "org.apache.kafka.connect.data.Date": _day,
    "io.debezium.time.Date": _day,
}
"""What each logical type's values are; all others stand as JSON has them."""
