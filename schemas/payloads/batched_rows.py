"""Events of several rows, and features in arrays with names, as events of one row each."""

from typing import Any, Final

from schemas.events.codec import json_in_text
from schemas.events.invalid import InvalidMessage, Reason
from schemas.payloads.named_values import of_pairs, of_tensors

MOST_ROWS: Final = 1000
"""Rows of one event above which it is refused."""

_OPENINGS: Final = ("{", "[")
_NAMES: Final = ("names", "columns", "feature_names")
_VALUES: Final = ("ndarray", "data", "values", "tensor")
_BY_ROW: Final = ("prediction", "label", "scores", "prediction_id", "timestamp", "segment")


def batched_rows(event: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the events that an event with fields under their own names stands for.

    Its features may be an array with the names beside it (``{"names": [...], "ndarray": [[...]]}``,
    ``{"columns": [...], "data": [[...]]}``), pairs of names and values, tensors
    (`schemas.payloads.named_values`), and a list of rows, objects or lists. Of several rows
    each has its own item of every field that is a list of as many; the others are common to all.

    Raises
    ------
    InvalidMessage
        Where names and values, or rows and predictions, differ in number, or rows are too many.

    Examples
    --------
    >>> table = {"names": ["a", "b"], "ndarray": [[1, 2], [3, 4]]}
    >>> batched_rows({"features": table, "prediction": [0, 1]})[1]
    {'features': {'a': 3, 'b': 4}, 'prediction': 1}
    """
    event = _without_tensors(event)
    features = event.get("features")
    if type(features) is str and features.lstrip()[:1] in _OPENINGS:
        features = json_in_text(features)
        event = {**event, "features": features}
    table = _table(features)
    if table is None:
        pairs = of_pairs(features)
        return [event if pairs is None else {**event, "features": pairs}]
    if len(table) == 1:
        return [{**event, "features": table[0]}]
    if len(table) > MOST_ROWS:
        detail = f"features: {len(table)} rows, at most {MOST_ROWS} are taken"
        raise InvalidMessage(Reason.INVALID_VALUE, detail)
    prediction = event.get("prediction")
    if prediction is not None and (type(prediction) is not list or len(prediction) != len(table)):
        found = len(prediction) if type(prediction) is list else 1
        detail = f"prediction: {found} for {len(table)} rows of features"
        raise InvalidMessage(Reason.INVALID_VALUE, detail)
    own = [
        name for name in _BY_ROW if type(event.get(name)) is list and len(event[name]) == len(table)
    ]
    common = {name: value for name, value in event.items() if name not in own}
    return [
        {**common, "features": row, **{name: event[name][number] for name in own}}
        for number, row in enumerate(table)
    ]


def _without_tensors(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event with the data of the one tensor that its prediction is."""
    rows = of_tensors(event.get("prediction"))
    if rows is None or len(rows[0]) > 1:
        return event
    values = [value for row in rows for value in row.values()]
    return {**event, "prediction": values[0] if len(values) == 1 else values}


def _table(features: Any) -> list[Any] | None:
    """Return the rows of features; None where they are one object, or no features at all."""
    inputs = features.get("inputs") if type(features) is dict else features
    tensors = of_tensors(inputs)
    if tensors is not None:
        return tensors
    if of_pairs(features) is not None:
        return None
    if type(features) is dict:
        names = next((features[name] for name in _NAMES if type(features.get(name)) is list), None)
        values = next((features[name] for name in _VALUES if name in features), None)
        if names is None or not names or not all(type(name) is str for name in names):
            return None
        if type(values) is dict:
            values = _reshaped(values)
        return _named(names, values) if type(values) is list and values else None
    if type(features) is list and features and all(type(row) in {dict, list} for row in features):
        return [row if type(row) is dict else {"features": row} for row in features]
    return None


def _named(names: list[str], values: list[Any]) -> list[Any]:
    rows = values if all(type(row) is list for row in values) else [values]
    for row in rows:
        if len(row) != len(names):
            detail = f"features: {len(names)} names, {len(row)} values"
            raise InvalidMessage(Reason.INVALID_VALUE, detail)
    return [dict(zip(names, row, strict=True)) for row in rows]


def _reshaped(tensor: dict[str, Any]) -> list[Any] | None:
    """Return the rows of Seldon's tensor: a shape, and all values after one another."""
    shape, values = tensor.get("shape"), tensor.get("values")
    if type(shape) is not list or type(values) is not list or not shape or not values:
        return None
    width = shape[-1]
    if type(width) is not int or width <= 0 or len(values) % width:
        return None
    return [values[begin : begin + width] for begin in range(0, len(values), width)]
