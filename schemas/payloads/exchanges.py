"""Requests to a server of models beside its answers, as loggers and inference tables write them."""

from typing import Any, Final

from schemas.events.codec import json_in_text
from schemas.payloads.serving_forms import answered, requested

_PAIRS: Final = (
    ("request", "response"),
    ("inputs", "outputs"),
    ("input", "output"),
    ("request_payload", "response_payload"),
)
_SAYS: Final = ("features", "prediction", "label")


def exchanged(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document with its request as features and its answer as prediction.

    Only where one of both is in the form of a protocol, which `serving_forms` knows; any other
    document as it is. Several requests or answers, each JSON in a text, are a list of texts.

    Examples
    --------
    >>> exchanged({"request": {"instances": [[1, 2]]}, "response": {"predictions": [1]}, "id": 7})
    {'id': 7, 'features': {'instances': [[1, 2]]}, 'prediction': {'predictions': [1]}}
    >>> exchanged({"request": {"amount": 1}, "response": {"code": 200}})
    {'request': {'amount': 1}, 'response': {'code': 200}}
    """
    if any(name in document for name in _SAYS):
        return document
    for asks, answers in _PAIRS:
        if asks in document and answers in document:
            pair = {asks: document[asks], answers: document[answers]}
            asked, answer = _plain(document[asks]), _plain(document[answers])
            if asks == "inputs":  # members of one protocol's request and answer
                asked, answer = pair, pair
            is_request = requested(asked, answered(answer)) is not asked or _are_rows(asked)
            if is_request or answered(answer) is not answer:
                rest = {name: each for name, each in document.items() if name not in pair}
                return {**rest, "features": asked, "prediction": answer}
    return document


def _are_rows(value: Any) -> bool:
    return type(value) is list and bool(value) and all(type(row) is dict for row in value)


def _plain(value: Any) -> Any:
    if type(value) is str:
        return json_in_text(value)
    if type(value) is list and all(type(each) is str for each in value):
        return [json_in_text(each) for each in value]
    return value
