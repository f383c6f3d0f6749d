"""Answers of servers of models in a record of their own, as loggers write them.

Requests and answers are two records of one id: an answer is a prediction without features, or one
of each row, as a request is features without a prediction.
"""

import re
from typing import Any, Final

from schemas.events.digits import whole_digits
from schemas.payloads.named_values import of_tensors
from schemas.payloads.optional_fields import name_of
from schemas.payloads.serving_forms import answered
from schemas.payloads.shared_members import refuse_swollen

_EVENT: Final = frozenset({"model", "version", "timestamp", "prediction_id", "segment"})
_OWN: Final = {"model_name": "model", "model_version": "version"}
_ABOUT: Final = frozenset(
    {
        *("id", "parameters", "metadata", "meta", "deployedModelId", "modelDisplayName"),
        *("modelVersionId", *_OWN),
    }
)
"""Members of an answer beside its outcomes that are no field of an event."""

_ROWS: Final = frozenset({"prediction", "features", "prediction_id"})
"""Members of which events in a list have one, and rows of an answer none."""

_POSITION: Final = re.compile(r"t:\d+")


def answers_alone(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the predictions in a server's answer, one of each row; any other document as it is.

    Known are the answers of TensorFlow Serving, KServe and Vertex AI (``predictions``), of the Open
    Inference Protocol (``outputs``, with the names of model and version), and of Seldon, where
    outputs have no names of their own. Of several rows with an id each has its number behind it.

    Examples
    --------
    >>> answers_alone({"predictions": [[0.1, 0.9]]}), answers_alone({"predictions": [1], "x": 5})
    ([{'prediction': [0.1, 0.9]}], [{'predictions': [1], 'x': 5}])
    >>> outputs = [{"name": "y", "shape": [2], "datatype": "FP32", "data": [0.5, 2.5]}]
    >>> answers_alone({"outputs": outputs, "model_name": "m", "prediction_id": "a"})[1]
    {'prediction_id': 'a/1', 'model': 'm', 'prediction': 2.5}
    """
    names = document.keys() - _ABOUT - _EVENT
    if len(names) != 1:
        return [document]
    (name,) = names
    outcomes = _outcomes(name, document[name])
    if outcomes is None:
        return [document]
    common = {field: each for field, each in document.items() if field in _EVENT}
    for own, field in _OWN.items():
        if document.get(own) is not None:
            common.setdefault(field, document[own])
    refuse_swollen(common, len(outcomes))
    written = name_of(common.get("prediction_id"))
    if len(outcomes) == 1 or written is None:
        return [{**common, "prediction": outcome} for outcome in outcomes]
    own = whole_digits(written)
    return [
        {**common, "prediction_id": f"{own}/{row}", "prediction": outcome}
        for row, outcome in enumerate(outcomes)
    ]


def _outcomes(name: str, value: Any) -> list[Any] | None:
    """Return the outcome of each row of an answer; None of anything else."""
    if name == "predictions":
        is_answer = type(value) is list and bool(value) and not any(map(_is_event, value))
        return value if is_answer else None
    rows: list[Any] | None = None
    if name == "outputs":
        rows = of_tensors(value)
    elif name == "data" and type(value) is dict and _are_positions(value.get("names")):
        rows = value.get("ndarray")
        if type(rows) is not list or not all(type(row) is list for row in rows):
            return None
    if not rows:
        return None
    found = answered({name: value})
    return [found] if len(rows) == 1 else found


def _is_event(value: Any) -> bool:
    return type(value) is dict and not _ROWS.isdisjoint(value)


def _are_positions(names: Any) -> bool:
    """Tell whether outputs are called by their positions, as Seldon does without names."""
    if type(names) is not list or not names:
        return False
    return all(type(each) is str and _POSITION.fullmatch(each) for each in names)
