"""What servers of models are asked and what they answer: the rows and outcomes that are in it.

Requests and answers of the protocols of TensorFlow Serving, KServe V1 and Vertex AI
(``instances``, ``predictions``), MLflow (``dataframe_split``, ``dataframe_records``; on Azure
``input_data``), the Open Inference Protocol (``inputs``, ``outputs``) and Seldon (``names`` beside
``ndarray`` or ``tensor``, or these alone).
"""

import re
from math import prod
from typing import Any, Final

from schemas.events.invalid import InvalidMessage, Reason
from schemas.payloads.document_tables import of_columns
from schemas.payloads.failures import FAILED
from schemas.payloads.named_values import of_tensors, refuse_twice

_NAMES: Final = ("feature_names", "featureNames", "names", "columns")
_NAMES_BESIDE: Final = ("feature_names", "featureNames", "columns", "column_names")
_VALUES: Final = ("ndarray", "data", "values", "tensor", "feature_values", "featureValues")
_ROWS: Final = ("instances", "dataframe_records")
_INPUTS: Final = "inputs"
_MATRICES: Final = (_INPUTS, "input_data")
_COLUMNS: Final = (_INPUTS, "instances")
_TABLES: Final = ("dataframe_split", "data", "input_data")
_ANSWERS: Final = ("predictions", "outputs", "data")
_ABOUT: Final = frozenset(
    {"id", "meta", "model_name", "model_version", "parameters", "params", "signature_name"}
)
"""Members of a request beside its rows."""

_POSITION: Final = re.compile(r"t:\d+")
"""How Seldon names outputs that have no names."""


def requested(features: Any, prediction: Any) -> Any:
    """Return the rows that a request asks for, or the features themselves.

    Several rows of ``inputs`` that are no tensors, of ``input_data``, or of an array without names
    are those of a request where there are as many predictions: a feature may have such a name, and
    be a matrix.

    Examples
    --------
    >>> requested({"instances": [[1, 2]], "signature_name": "s"}, 1), requested({"amount": 1}, 1)
    ([[1, 2]], {'amount': 1})
    >>> requested({"inputs": {"a": [[1], [2]], "b": ["x", "y"]}}, [0, 1])
    [{'a': [1], 'b': 'x'}, {'a': [2], 'b': 'y'}]
    >>> requested({"dataframe_split": {"columns": ["a"], "index": [0], "data": [[1]]}}, 1)
    {'columns': ['a'], 'index': [0], 'data': [[1]]}
    """
    if type(features) is not dict:
        return features
    inputs = features.get(_INPUTS)
    if of_tensors(inputs) is not None:
        return inputs
    asked = features.keys() - _ABOUT
    if len(asked) != 1:
        return features
    (name,) = asked
    inside = features[name]
    if name in _TABLES and (table := _table(inside, prediction)) is not None:
        return table
    if name in _COLUMNS and type(inside) is dict:
        return _of_columns(inside, prediction) or features
    is_request = _are_rows(inside) and (
        name in _ROWS or (name in _MATRICES and _fit(len(inside), prediction))
    )
    return inside if is_request else features


def answered(prediction: Any) -> Any:
    """Return the outcomes that an answer has, one of each row; anything else as it is.

    Several outputs of a row are an object, those without names of their own a list.

    Examples
    --------
    >>> answered({"predictions": [[0.3], [0.4]]}), answered({"names": ["t:0"], "ndarray": [[0.3]]})
    ([[0.3], [0.4]], 0.3)
    >>> answered({"outputs": [{"name": "y", "shape": [2, 1], "data": [0, 1]}], "id": "a"})
    [0, 1]
    """
    inside = prediction
    for name in _ANSWERS:
        if type(inside) is dict and name in inside:
            inside = inside[name]
    outcomes = _without_names(inside)
    if outcomes is not None:
        values = [row[0] if len(row) == 1 else row for row in outcomes]
        return values[0] if len(values) == 1 else values
    rows = of_tensors(inside)
    if rows is None:
        rows = _outputs(inside)
    if rows is None:
        return inside
    values = [_outcome(row) for row in rows]
    return values[0] if len(values) == 1 else values


def array_with_names(document: Any) -> list[dict[str, Any]] | None:
    """Return the rows of an array with the names beside it; None of anything else.

    Raises
    ------
    InvalidMessage
        Where names and values differ in number, or a name comes twice.

    Examples
    --------
    >>> array_with_names({"names": ["a", "b"], "ndarray": [[1, 2], [3, 4]]})
    [{'a': 1, 'b': 2}, {'a': 3, 'b': 4}]
    >>> array_with_names({"names": ["a"], "tensor": {"shape": [2, 1], "values": [1, 2]}})
    [{'a': 1}, {'a': 2}]
    """
    if type(document) is not dict:
        return None
    names = next((document[name] for name in _NAMES if type(document.get(name)) is list), None)
    values = next((document[name] for name in _VALUES if name in document), None)
    if names is None or not names or not all(type(name) is str for name in names):
        return None
    if type(values) is dict:
        values = _reshaped(values)
    if type(values) is not list or not values:
        return None
    refuse_twice(names)
    rows = values if all(type(row) is list for row in values) else [values]
    for row in rows:
        if len(row) != len(names):
            detail = f"features: {len(names)} names, {len(row)} values"
            raise InvalidMessage(Reason.INVALID_VALUE, detail)
    return [dict(zip(names, row, strict=True)) for row in rows]


def named_beside(event: dict[str, Any], features: Any) -> Any:
    """Return features that are a list with the names that are beside it in their event.

    Raises
    ------
    InvalidMessage
        Where names and values differ in number.

    Examples
    --------
    >>> named_beside({"feature_names": ["a", "b"]}, [1, 2]), named_beside({}, [1, 2])
    ({'names': ['a', 'b'], 'values': [1, 2]}, [1, 2])
    """
    if type(features) is not list or not features or any(type(row) is dict for row in features):
        return features
    names = next((event[name] for name in _NAMES_BESIDE if name in event), None)
    named = {"names": names, "values": features}
    return features if array_with_names(named) is None else named


def _table(data: Any, prediction: Any) -> Any:
    """Return an array with names as it is, the rows of one of Seldon without; else None."""
    if array_with_names(data) is not None:
        return data
    rows = _without_names(data)
    return rows if rows is not None and _fit(len(rows), prediction) else None


def _of_columns(columns: dict[str, Any], prediction: Any) -> list[dict[str, Any]] | None:
    """Return the rows of TensorFlow's columns, as many as there are predictions; else None."""
    sizes = {len(each) if type(each) is list else 0 for each in columns.values()}
    if len(sizes) != 1 or 0 in sizes:
        return None
    (size,) = sizes
    return of_columns(columns) if _fit(size, prediction) else None


def _fit(rows: int, prediction: Any) -> bool:
    """Tell whether a prediction may be that of so many rows."""
    is_each = type(prediction) is list and len(prediction) == rows
    return rows == 1 or is_each or prediction is FAILED


def _are_rows(values: Any) -> bool:
    """Tell whether values are a list of objects or lists; tensors are told by themselves."""
    return (
        type(values) is list and bool(values) and all(type(row) in {dict, list} for row in values)
    )


def _outputs(prediction: Any) -> list[dict[str, Any]] | None:
    try:
        return array_with_names(prediction)
    except InvalidMessage:
        return None  # it is no outcome, and counted as such


def _outcome(row: dict[str, Any]) -> Any:
    """Return what one row of outputs says: the only one, a list, or an object by their names."""
    values = list(row.values())
    if len(values) == 1:
        return values[0]
    return values if all(map(_POSITION.fullmatch, row)) else row


def _without_names(data: Any) -> list[list[Any]] | None:
    """Return the rows of Seldon's array or tensor without names; None of anything else.

    Examples
    --------
    >>> _without_names({"ndarray": [[1, 2]]}), _without_names({"names": ["a"], "ndarray": [[1]]})
    ([[1, 2]], None)
    >>> _without_names({"names": [], "tensor": {"shape": [2, 1], "values": [1, 2]}})
    [[1], [2]]
    """
    if type(data) is not dict or data.get("names"):
        return None
    if (rest := data.keys() - {"names"}) == {"ndarray"}:
        rows = data["ndarray"]
        is_table = type(rows) is list and bool(rows) and all(type(row) is list for row in rows)
        return rows if is_table and all(rows) else None
    tensor = data["tensor"] if rest == {"tensor"} else None
    if type(tensor) is not dict or tensor.keys() != {"shape", "values"}:
        return None
    shape, values = tensor["shape"], tensor["values"]
    if type(shape) is not list or type(values) is not list or not shape or not values:
        return None
    if not all(type(size) is int and size > 0 for size in shape) or prod(shape) != len(values):
        return None
    width = prod(shape[1:]) if len(shape) > 1 else shape[0]
    return [values[begin : begin + width] for begin in range(0, len(values), width)]


def _reshaped(tensor: dict[str, Any]) -> list[Any] | None:
    """Return the rows of Seldon's tensor: a shape, and all values after one another."""
    shape, values = tensor.get("shape"), tensor.get("values")
    if type(shape) is not list or type(values) is not list or not shape or not values:
        return None
    width = shape[-1]
    if type(width) is not int or width <= 0 or len(values) % width:
        return None
    return [values[begin : begin + width] for begin in range(0, len(values), width)]
