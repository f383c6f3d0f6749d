"""Events of several rows, and features in arrays with names, as events of one row each."""

from typing import Any, Final

from schemas.events.codec import json_in_text
from schemas.events.invalid import InvalidMessage, Reason
from schemas.payloads.columnar_rows import outcomes_by_row, rows_of_columns
from schemas.payloads.connect_types import UNAVAILABLE
from schemas.payloads.example_features import features_of_example
from schemas.payloads.failures import FAILED
from schemas.payloads.named_values import of_pairs, of_tensors, refuse_without_data
from schemas.payloads.outcome_forms import in_text
from schemas.payloads.serving_forms import answered, array_with_names, named_beside, requested
from schemas.payloads.shared_members import refuse_swollen
from schemas.payloads.typed_values import without_type
from schemas.payloads.vectors import is_sparse, of_vector

MOST_ROWS: Final = 1000
"""Rows of one event above which it is refused."""

_OPENINGS: Final = ("{", "[")
_ANSWERS: Final = frozenset({dict, list})
_BY_ROW: Final = ("prediction", "label", "scores", "prediction_id", "timestamp", "segment")


def batched_rows(event: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the events that an event with fields under their own names stands for.

    Its features may be an array with the names beside it (``{"names": [...], "ndarray": [[...]]}``,
    ``{"columns": [...], "data": [[...]]}``, also with the names in the event), pairs of names and
    values, tensors (`schemas.payloads.named_values`), a list of rows, objects or lists, and a
    request to a server of models with these in it, as its prediction may be the server's answer
    (`schemas.payloads.serving_forms`). Of several rows each has its own item of every field that
    is a list of as many; the others are common to all.

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
    event = _decoded(event)
    features, prediction = event.get("features"), event.get("prediction")
    features = requested(named_beside(event, features), prediction)
    refuse_without_data(features.get("inputs") if type(features) is dict else features)
    table = _table(features)
    if table is None and type(features) is dict:
        table = rows_of_columns(features, event.get("prediction_id"), prediction)
        if table is not None and type(prediction) is dict:
            prediction = outcomes_by_row(prediction, features)
            event = {**event, "prediction": prediction}
    if table is None:
        pairs = of_pairs(features)
        return [event if pairs is None else {**event, "features": pairs}]
    if len(table) == 1:
        return [{**event, "features": table[0]}]
    if len(table) > MOST_ROWS:
        detail = f"features: {len(table)} rows, at most {MOST_ROWS} are taken"
        raise InvalidMessage(Reason.INVALID_VALUE, detail)
    is_each = type(prediction) is list and len(prediction) == len(table)
    if not (is_each or prediction is None or prediction is FAILED):
        found = len(prediction) if type(prediction) is list else 1
        detail = f"prediction: {found} for {len(table)} rows of features"
        raise InvalidMessage(Reason.INVALID_VALUE, detail)
    own = [
        name for name in _BY_ROW if type(event.get(name)) is list and len(event[name]) == len(table)
    ]
    common = {name: value for name, value in event.items() if name not in own}
    refuse_swollen(
        {name: value for name, value in common.items() if name != "features"}, len(table)
    )
    return [
        {**common, "features": row, **{name: event[name][number] for name in own}}
        for number, row in enumerate(table)
    ]


def _decoded(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event with features and prediction out of a text, a typed map, and an answer."""
    features, prediction = event.get("features"), event.get("prediction")
    decoded: dict[str, Any] = {}
    if features == UNAVAILABLE:
        decoded["features"] = None
    elif type(features) is str and features.lstrip()[:1] in _OPENINGS:
        decoded["features"] = json_in_text(features)
    elif type(features) is dict and len(features) == 1:
        inside = without_type(features_of_example(features))
        if type(inside) is dict:
            decoded["features"] = inside
    features = decoded.get("features", features)
    numbers = of_vector(features)
    if numbers is not features:
        decoded["features"] = numbers
    elif is_sparse(features):
        decoded["features"] = {"features": features}  # too long to be written out, or unreadable
    if type(prediction) is str and (found := in_text(prediction)) != prediction:
        prediction = decoded["prediction"] = found
    if type(prediction) in _ANSWERS:
        decoded["prediction"] = answered(prediction)
    return {**event, **decoded} if decoded else event


def _table(features: Any) -> list[Any] | None:
    """Return the rows of features; None where they are one object, or no features at all."""
    tensors = of_tensors(features)
    if tensors is not None:
        return tensors
    if of_pairs(features) is not None:
        return None
    if type(features) is list and features and all(type(row) in {dict, list} for row in features):
        return [row if type(row) is dict else {"features": row} for row in features]
    return array_with_names(features)
