"""Where in users' documents a field of an event may stand, the likeliest place first."""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from schemas.events.event_times import read_time
from schemas.events.invalid import InvalidMessage
from schemas.payloads.classified import classified, scores_by_class
from schemas.payloads.other_names import may_be_label, other_prediction
from schemas.payloads.serving_forms import answered
from schemas.values.booleans import boolean_of
from schemas.values.class_order import chance_of
from schemas.values.numbers import number_of

DEEPEST: Final = 4
"""Levels of a document that are looked at."""

MOST_PATHS: Final = 500
"""Of one document; wider ones are looked at in part."""

_ID, _MODEL, _VERSION = "prediction_id", "model", "version"

NAMES: Final[Mapping[str, Sequence[str]]] = {
    _ID: ("predictionid", "id", "requestid", "inferenceid", "eventid", "traceid", "uuid", "key"),
    _MODEL: (
        "model",
        "modelname",
        "modelid",
        "inferenceservicename",
        "service",
        "deployment",
        "endpoint",
    ),
    _VERSION: ("version", "modelversion", "revision", "release", "ver"),
    "timestamp": (
        "timestamp",
        "timestampms",
        "time",
        "ts",
        "eventtime",
        "eventtimestamp",
        "createdat",
        "created",
        "predictedat",
        "scoredat",
        "servedat",
        "loggedat",
        "occurredat",
        "requesttime",
        "predictiontime",
        "knownat",
        "labeledat",
        "labelledat",
        "datetime",
        "date",
    ),
    "features": (
        "features",
        "inputs",
        "input",
        "instances",
        "instance",
        "attributes",
        "payload",
        "data",
        "request",
        "requestpayload",
        "x",
    ),
    "prediction": (
        "prediction",
        "predictions",
        "predicted",
        "predictedclass",
        "predictedlabel",
        "predictionlabel",
        "predictionclass",
        "predictedvalue",
        "predictionvalue",
        "modelprediction",
        "output",
        "outputs",
        "result",
        "pred",
        "yhat",
        "ypred",
        "decision",
        "response",
        "responsepayload",
        "class",
        "label",
        "score",
        "probability",
    ),
    "scores": (
        "scores",
        "score",
        "predictionscore",
        "predictedscore",
        "predictionprobability",
        "predictedprobability",
        "probabilities",
        "probability",
        "predictproba",
        "proba",
        "confidence",
    ),
    "label": (
        "label",
        "actual",
        "truth",
        "groundtruth",
        "target",
        "outcome",
        "ytrue",
        "y",
        "class",
    ),
}
"""How fields are called elsewhere, without the marks between words; the commonest first."""


def candidates(field: str, documents: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return paths at which most of the documents have something that may be the field.

    Parameters
    ----------
    field
        A field of an event.
    documents
        At least one.

    Examples
    --------
    >>> candidates("prediction", [{"trace_id": "a", "result": {"y_hat": 1}}])
    ['result.y_hat']
    """
    names, fits = NAMES.get(field, ()), _FITS.get(field)
    if fits is None:
        return []
    found: dict[str, list[Any]] = {}
    for document in documents:
        for path, value in _paths(document):
            if fits(value) and not (field == "prediction" and _is_truth(path, value)):
                found.setdefault(path, []).append(value)
    usual = {path: values for path, values in found.items() if 2 * len(values) > len(documents)}
    ranked = {path: rank for path in usual if (rank := _rank(path, names)) is not None}
    if field in {"prediction", "scores"}:
        is_chance = field == "scores"
        called = (
            path for path in usual if other_prediction((path,)) and _is_chance(path) is is_chance
        )
        ranked = dict.fromkeys(called, len(names)) | ranked
    if field == _ID:
        # Whatever it is called: what is another one in each document may well be an id.
        unlike = (path for path, values in usual.items() if 1 < len(values) == len(set(values)))
        ranked = dict.fromkeys(unlike, len(names)) | ranked
    if field == "label" and not ranked:
        alike = [path for path in usual if may_be_label(path)]
        ranked = dict.fromkeys(alike if len(alike) == 1 else _only_numbers(usual), len(names))
    return sorted(ranked, key=lambda path: (ranked[path], path.count(".")))


def _only_numbers(usual: Mapping[str, Sequence[Any]]) -> list[str]:
    """Return the only member that has numbers or booleans, in texts or not, and is no other field.

    A label may be called as it likes.
    """
    others = {name for field, names in NAMES.items() if field != "label" for name in names}
    found = [
        path
        for path, values in usual.items()
        if all(map(_is_number, values)) and plain_step(path) not in others
    ]
    return found if len(found) == 1 else []


def _is_number(value: Any) -> bool:
    if type(value) is str:
        return number_of(value) is not None or boolean_of(value) is not None
    return type(value) in {bool, int, float}


def _is_truth(path: str, value: Any) -> bool:
    """Tell whether a label is the truth: the label that a model answers is a text."""
    return plain_step(path) == "label" and not isinstance(value, str)


def _is_chance(path: str) -> bool:
    """Tell whether a name is that of a probability."""
    return any(word in plain_step(path) for word in ("prob", "score", "confidence"))


def _rank(path: str, names: Sequence[str]) -> int | None:
    """Return how usual a name is for a field; None of one that says nothing."""
    last = plain_step(path)
    return names.index(last) if last in names else None


def plain_step(path: str) -> str:
    """Return the last step of a path in small letters, without the marks between words.

    Examples
    --------
    >>> plain_step("meta.Prediction_ID")
    'predictionid'
    """
    return re.sub(r"[^a-z0-9]", "", path.rpartition(".")[2].lower())


def _paths(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what stands at each path that a setting can name, breadth first."""
    level: list[tuple[str, Mapping[str, Any]]] = [("", document)]
    told = 0
    for _ in range(DEEPEST):
        below: list[tuple[str, Mapping[str, Any]]] = []
        for prefix, members in level:
            for name, value in members.items():
                if not name or "." in name:
                    continue
                told += 1
                if told > MOST_PATHS:
                    return
                yield prefix + name, value
                if isinstance(value, dict):
                    below.append((f"{prefix}{name}.", value))
        level = below


def _is_scalar(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, str | int)


def _is_name(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and value != ""


def _is_time(value: Any) -> bool:
    try:
        read_time(value)
    except InvalidMessage:
        return False
    return True


def _is_outcome(value: Any) -> bool:
    if isinstance(value, dict):
        # One member alone is found by its own name.
        is_answer = len(value) > 1 and classified(value) is not None
        return is_answer or answered(value) is not value
    return _is_scalar(value) or (isinstance(value, list) and bool(value))


def _is_input(value: Any) -> bool:
    """Tell whether a value is an object, or rows that are objects or lists."""
    if isinstance(value, list):
        return bool(value) and all(isinstance(row, dict | list) for row in value)
    return isinstance(value, dict) and bool(value)


def _are_scores(value: Any) -> bool:
    """Tell whether a value may be probabilities: a score of anything else is no score here."""
    if isinstance(value, dict):
        return bool(value) and all(map(_is_probability, value.values()))
    if isinstance(value, list):
        return (bool(value) and all(map(_is_probability, value))) or bool(scores_by_class(value))
    return _is_probability(value)


def _is_probability(value: Any) -> bool:
    return chance_of(value) is not None


_FITS: Final[Mapping[str, Callable[[Any], bool]]] = {
    _ID: _is_name,
    _MODEL: _is_name,
    _VERSION: _is_name,
    "timestamp": _is_time,
    "features": _is_input,
    "prediction": _is_outcome,
    "scores": _are_scores,
    "label": _is_outcome,
}
