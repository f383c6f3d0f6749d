"""Decoded documents to rows: the checks of the hot path, without a model object for each event.

`schemas.events.prediction.Prediction` and `schemas.events.label.Label` say the same in full and are
the oracle of these functions' tests; what they cannot say is that an id comes from one of two
places, and that a time is one.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from schemas.events.event import LONGEST_NAME
from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.times import clamped_time, parse_time

UNVERSIONED: Final = "unversioned"


class PredictionRow(NamedTuple):
    """One accepted prediction: event time in milliseconds, values as decoded."""

    prediction_id: str
    model: str
    version: str
    time: int
    features: dict[str, Any]
    prediction: Any
    score: float | None
    label: Any


class LabelRow(NamedTuple):
    """One accepted label; `prediction` and `model` are set where it needs no join."""

    prediction_id: str
    label: Any
    time: int
    prediction: Any
    model: str | None
    version: str


@dataclass(frozen=True, slots=True)
class FieldMap:
    """Where the fields of an event stand in the documents of an existing topic.

    Attributes
    ----------
    paths
        Field name to its path in the document, dots between levels (``payload.features``).
        Fields that are not named stand under their own name.
    model
        The model of events that do not name one; None where they must.
    """

    paths: Mapping[str, str] = field(default_factory=dict)
    model: str | None = None

    def apply(self, document: dict[str, Any]) -> dict[str, Any]:
        """Return the document with its fields under their own names."""
        if not self.paths and self.model is None:
            return document
        named = dict(document)
        for name, path in self.paths.items():
            value: Any = document
            for step in path.split("."):
                value = value.get(step) if isinstance(value, dict) else None
            if value is None:
                named.pop(name, None)
            else:
                named[name] = value
        if self.model is not None and named.get("model") is None:
            named["model"] = self.model
        return named


def prediction_row(
    document: dict[str, Any], *, key: bytes | None, record_time: int, most_features: int
) -> PredictionRow:
    """Check a decoded prediction.

    Parameters
    ----------
    document
        The prediction, fields under their own names.
    key
        The record's key, the id where the document has none.
    record_time
        The record's time in milliseconds, the event time where the document has none.
    most_features
        Features of one event above which it is refused.

    Raises
    ------
    InvalidMessage
        Naming the first field that is missing or wrong.
    """
    get = document.get
    features = get("features")
    if type(features) is not dict:
        raise _absent_or_wrong(features, "features", "an object")
    if len(features) > most_features:
        detail = f"{len(features)} features, at most {most_features} are taken"
        raise InvalidMessage(Reason.TOO_MANY_FEATURES, detail)
    prediction = get("prediction")
    _check_outcome(prediction, "prediction")
    label = get("label")
    if label is not None:
        _check_outcome(label, "label")
    _check_segment(get("segment"))
    version = get("version")
    timestamp = get("timestamp")
    # By position, in the order of the fields: half the price, and this runs for every event.
    return PredictionRow(
        _identity(get("prediction_id"), key),
        _name(get("model"), "model"),
        UNVERSIONED if version is None else _name(version, "version"),
        clamped_time(record_time) if timestamp is None else parse_time(timestamp),
        features,
        prediction,
        _score(get("scores"), prediction),
        label,
    )


def label_row(document: dict[str, Any], *, key: bytes | None, record_time: int) -> LabelRow:
    """Check a decoded label; parameters and errors as for `prediction_row`."""
    get = document.get
    label = get("label")
    _check_outcome(label, "label")
    prediction, model, version = get("prediction"), get("model"), get("version")
    if prediction is not None:
        _check_outcome(prediction, "prediction")
    timestamp = get("timestamp")
    return LabelRow(
        prediction_id=_identity(get("prediction_id"), key),
        label=label,
        time=clamped_time(record_time) if timestamp is None else parse_time(timestamp),
        prediction=prediction,
        model=None if model is None else _name(model, "model"),
        version=UNVERSIONED if version is None else _name(version, "version"),
    )


def _identity(value: Any, key: bytes | None) -> str:
    if value is None and key:
        try:
            value = key.decode()
        except UnicodeDecodeError:
            raise InvalidMessage(
                Reason.MISSING_FIELD, "prediction_id: absent, and the key is not text"
            ) from None
    return _name(value, "prediction_id")


def _name(value: Any, field_name: str) -> str:
    if type(value) is not str:
        raise _absent_or_wrong(value, field_name, "text")
    if not 0 < len(value) <= LONGEST_NAME:
        detail = f"{field_name}: expected 1 to {LONGEST_NAME} characters, found {len(value)}"
        raise InvalidMessage(Reason.INVALID_VALUE, detail)
    return value


def _check_outcome(value: Any, field_name: str) -> None:
    kind = type(value)
    if kind is int or kind is str or kind is bool or _is_finite(value):
        return
    if kind is list and all(map(_is_finite, value)):
        return
    if kind is float:
        raise InvalidMessage(Reason.INVALID_VALUE, f"{field_name}: not finite")
    raise _absent_or_wrong(value, field_name, "text, a number, a boolean or a list of numbers")


def _check_segment(segment: Any) -> None:
    if segment is None:
        return
    if type(segment) is not dict:
        raise _absent_or_wrong(segment, "segment", "an object")
    if not all(isinstance(value, str | int) or _is_finite(value) for value in segment.values()):
        raise InvalidMessage(Reason.WRONG_TYPE, "segment: expected text, numbers or booleans in it")


def _score(scores: Any, prediction: Any) -> float | None:
    """Return the score of the predicted class, or the highest where it has none."""
    if scores is None:
        return None
    if type(scores) is not dict:
        raise _absent_or_wrong(scores, "scores", "an object")
    if not all(map(_is_finite, scores.values())):
        raise InvalidMessage(Reason.WRONG_TYPE, "scores: expected numbers in it")
    if not scores:
        return None
    predicted = str(prediction)
    score = scores.get(predicted.lower() if type(prediction) is bool else predicted)
    return float(max(scores.values()) if score is None else score)


def _is_finite(value: Any) -> bool:
    """Tell whether a value is a number that float64 holds; a boolean is none."""
    kind = type(value)
    if kind is float:
        return math.isfinite(value)
    if kind is not int:
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer beyond float64
        return False


def _absent_or_wrong(value: Any, field_name: str, expected: str) -> InvalidMessage:
    if value is None:
        return InvalidMessage(Reason.MISSING_FIELD, f"{field_name}: missing, expected {expected}")
    found = type(value).__name__
    return InvalidMessage(Reason.WRONG_TYPE, f"{field_name}: expected {expected}, found {found}")
