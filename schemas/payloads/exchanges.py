"""Requests to a server of models beside its answers, as loggers and inference tables write them."""

from typing import Any, Final

from schemas.events.codec import json_in_text
from schemas.payloads.classified import classified
from schemas.payloads.failures import FAILED, has_failed
from schemas.payloads.optional_fields import is_element
from schemas.payloads.predicted import is_outcome
from schemas.payloads.serving_forms import answered, requested

_PAIRS: Final = (
    ("request", "response"),
    ("request", "resp"),  # MLRun
    ("inputs", "outputs"),
    ("input", "output"),
    ("inputs", "output"),
    ("input", "outputs"),
    ("request_payload", "response_payload"),
)
_OF_MODELS: Final = frozenset({"inputs", "input"})
"""Of the pairs those that only models have: their members need no form of a protocol."""

_LOGGED: Final = "request_payload"
"""A name that only loggers of models have: what is beside it is the answer, whatever its form."""

_OF_TENSORFLOW: Final = ("instances", "predictions")
_ASKED: Final = "request"

_SAYS: Final = ("features", "prediction", "label")


def exchanged(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document with its request as features and its answer as prediction.

    Only where one of both is in the form of a protocol, which `serving_forms` knows, or a model's
    input is a row and its output an outcome; any other document as it is. Several requests or
    answers, each JSON in a text, are a list of texts. The answer of a request that has failed is
    `schemas.payloads.failures.FAILED`.

    Examples
    --------
    >>> exchanged({"request": {"instances": [[1, 2]]}, "response": {"predictions": [1]}, "id": 7})
    {'id': 7, 'features': {'instances': [[1, 2]]}, 'prediction': {'predictions': [1]}}
    >>> exchanged({"input": {"amount": 1}, "output": 0.5})
    {'features': {'amount': 1}, 'prediction': 0.5}
    >>> exchanged({"instances": [[1, 2], [3, 4]], "predictions": [0, 1]})["features"]
    [[1, 2], [3, 4]]
    >>> exchanged({"request": {"amount": 1}, "response": {"code": 200}})
    {'request': {'amount': 1}, 'response': {'code': 200}}
    """
    if any(name in document for name in _SAYS):
        return document
    if _is_of_tensorflow(document):
        rest = {name: each for name, each in document.items() if name not in _OF_TENSORFLOW}
        return {**rest, "features": document["instances"], "prediction": document["predictions"]}
    if (asked := _unanswered(document)) is not None:
        rest = {name: each for name, each in document.items() if name != _ASKED}
        return {**rest, "features": asked, "prediction": FAILED}
    for asks, answers in _PAIRS:
        if asks in document and answers in document:
            pair = {asks: document[asks], answers: document[answers]}
            asked, answer = _plain(document[asks]), _plain(document[answers])
            # Members of one protocol's request and answer, where they are in its forms.
            if (asks, answers) == ("inputs", "outputs"):
                asked = asked if requested(pair, answered(pair)) is pair else pair
                answer = answer if type(answered(pair)) is dict else pair
            rest = {name: each for name, each in document.items() if name not in pair}
            is_protocols = answered(answer) is not answer
            # What is an outcome for sure is one, whatever is beside it.
            is_sure = is_protocols or type(answer) in {int, float, bool}
            said = FAILED if has_failed({} if is_sure else rest, answer) else answer
            is_request = requested(asked, answered(said)) is not asked or _are_rows(asked)
            is_models = asks in _OF_MODELS and _is_row(asked) and _is_answer(answer)
            is_logged = asks == _LOGGED and type(asked) in {dict, list}
            if is_logged or is_request or is_models or is_protocols:
                return {**rest, "features": asked, "prediction": said}
    return document


def _is_of_tensorflow(document: dict[str, Any]) -> bool:
    """Tell whether a document has rows and as many outcomes, as TensorFlow Serving calls them."""
    instances, predictions = (document.get(name) for name in _OF_TENSORFLOW)
    if type(instances) is not list or type(predictions) is not list or not instances:
        return False
    are_rows = all(type(row) in {dict, list} for row in instances)
    return are_rows and len(instances) == len(predictions)


def _unanswered(document: dict[str, Any]) -> Any:
    """Return a request in a form of a protocol that an error is beside, and no answer; else None.

    MLRun logs requests that have failed so.
    """
    asked = document.get(_ASKED)
    if asked is None or any(answers in document for _, answers in _PAIRS):
        return None
    asked = _plain(asked)
    said = {name: document[name] for name in ("error", "exception") if name in document}
    return asked if has_failed({}, said) and requested(asked, FAILED) is not asked else None


def _is_row(value: Any) -> bool:
    return type(value) is dict or (type(value) is list and all(map(is_element, value)))


def _is_answer(value: Any) -> bool:
    """Tell whether a value is what a model says: an outcome, or an object that names one."""
    if type(value) is dict:
        return classified(value) is not None
    return is_outcome(value)


def _are_rows(value: Any) -> bool:
    return type(value) is list and bool(value) and all(type(row) is dict for row in value)


def _plain(value: Any) -> Any:
    if type(value) is str:
        return json_in_text(value)
    if type(value) is list and all(type(each) is str for each in value):
        return [json_in_text(each) for each in value]
    return value
