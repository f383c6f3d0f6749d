"""What SageMaker captures of an endpoint's traffic, and the ground truth for it, as events.

A capture has what the endpoint was asked and what it answered as texts, each with its encoding:
CSV, JSON, or Base64 of either.
"""

import base64
import binascii
import csv
from collections.abc import Mapping
from typing import Any, Final

from schemas.events.codec import json_in_text
from schemas.payloads.failures import FAILED, has_failed
from schemas.values.numbers import number_of

CAPTURE, TRUTH, ABOUT = "captureData", "groundTruthData", "eventMetadata"

_IDS: Final = ("inferenceId", "eventId")
_PAIR: Final = 2


def out_of_capture(document: dict[str, Any]) -> dict[str, Any]:
    """Return the event that a capture or a ground truth is; any other document as it is.

    Its id is the caller's ``inferenceId``, else the ``eventId``.

    Examples
    --------
    >>> truth = {"data": "1", "encoding": "CSV"}
    >>> out_of_capture({"groundTruthData": truth, "eventMetadata": {"eventId": "a"}})
    {'prediction_id': 'a', 'timestamp': None, 'label': 1.0}
    """
    about = document.get(ABOUT)
    if type(about) is not dict:
        return document
    name = next((about[each] for each in _IDS if about.get(each)), None)
    event = {"prediction_id": name, "timestamp": about.get("inferenceTime")}
    truth, captured = document.get(TRUTH), document.get(CAPTURE)
    if type(truth) is dict:
        return {**event, "label": _outcome(_decoded(truth))}
    if type(captured) is not dict:
        return document
    asked, answered = captured.get("endpointInput"), captured.get("endpointOutput")
    if type(asked) is dict:
        event["features"] = _input(_decoded(asked))
    if type(answered) is dict:
        said = _decoded(answered)
        event["prediction"] = FAILED if has_failed({}, said) else _outcome(said)
    return event


def _decoded(part: Mapping[str, Any]) -> Any:
    """Return the JSON of a part, or the rows of its CSV; its text where it is neither."""
    text, encoding = part.get("data"), part.get("encoding")
    if type(text) is not str:
        return text
    kind = part.get("observedContentType")
    if encoding == "BASE64":
        try:
            text = base64.b64decode(text, validate=True).decode()
        except (binascii.Error, ValueError):
            return text
    if encoding == "CSV" or (type(kind) is str and "csv" in kind):
        try:
            rows = [[_value(each) for each in row] for row in csv.reader(text.split("\n")) if row]
        except csv.Error:
            return text
        return rows or None
    return json_in_text(text)


def _value(field: str) -> Any:
    text = field.strip()
    number = number_of(text, exact=True)
    return (text or None) if number is None else number


def _input(value: Any) -> Any:
    """Return rows of CSV as features by position: an object each."""
    if not _are_rows(value):
        return value
    rows = [{f"features[{place}]": each for place, each in enumerate(row)} for row in value]
    return rows[0] if len(rows) == 1 else rows


def _outcome(value: Any) -> Any:
    """Return the outcomes of rows of CSV: numbers, a class, or a class and its probability."""
    if not _are_rows(value):
        return value
    rows = [_outcome_of(row) for row in value]
    return rows[0] if len(rows) == 1 else rows


def _outcome_of(row: list[Any]) -> Any:
    if len(row) == 1:
        return row[0]
    if len(row) == _PAIR and type(row[0]) is str and type(row[1]) is float:
        return {"label": row[0], "score": row[1]}
    return row


def _are_rows(value: Any) -> bool:
    return type(value) is list and bool(value) and all(type(row) is list for row in value)
