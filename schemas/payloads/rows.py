"""Decoded documents to rows: the checks of the hot path, without a model object for each event.

What `schemas.events.prediction.Prediction` and `schemas.events.label.Label` describe is taken, and
nothing of it left out. Required fields in other forms are refused; optional ones are read by their
evident meaning, or left out of the event by themselves (`schemas.payloads.optional_fields`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from schemas.events.digits import whole_digits
from schemas.events.event import LONGEST_NAME
from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.left_out import LeftOut, Oddity
from schemas.events.nothing_to_say import NothingToSay, Silence
from schemas.payloads.classified import classified, scores_by_class
from schemas.payloads.document_paths import NOWHERE, value_at
from schemas.payloads.flat_features import flat_features
from schemas.payloads.input_rows import by_position, delimited
from schemas.payloads.optional_fields import (
    check_segment,
    event_time,
    is_element,
    is_finite,
    is_nothing,
    name_of,
    optional_name,
    optional_outcome,
    says_nothing,
    score_of,
)
from schemas.payloads.other_names import answer_beside, other_prediction
from schemas.payloads.outcome_forms import plain_outcome
from schemas.payloads.predicted import are_probabilities, is_outcome, likeliest, predicted
from schemas.payloads.printed_values import is_ambiguous
from schemas.payloads.record_keys import id_of
from schemas.payloads.segment import segment_text
from schemas.payloads.vectors import of_vector
from schemas.tables.columns import ABSENT
from schemas.tables.declared import NO_DECLARATIONS, Declarations
from schemas.values.class_order import USUAL_CLASSES
from schemas.values.rated_label import number_in, rated

UNVERSIONED: Final = "unversioned"

_RATES: Final = "\0rates"
"""The name under which a field map puts numbers of rates: whatever an event has there is gone."""


class PredictionRow(NamedTuple):
    """One accepted prediction: event time in milliseconds, values as decoded.

    Features are flat. A prediction that is no outcome, or `schemas.tables.columns.ABSENT`, is kept
    for its column, which counts it, and waits for no label.
    """

    prediction_id: str
    model: str
    version: str
    time: int
    features: dict[str, Any]
    prediction: Any
    score: float | None
    label: Any
    left_out: Sequence[LeftOut] = ()
    segment: str | None = None

    @property
    def can_be_joined(self) -> bool:
        """Whether an error can be reckoned once the label is there."""
        return is_outcome(self.prediction)


class LabelRow(NamedTuple):
    """One accepted label; `prediction` and `model` are set where it needs no join.

    A label may have the numbers of rates beside it (`schemas.values.rated_label`).
    """

    prediction_id: str
    label: Any
    time: int
    prediction: Any
    model: str | None
    version: str
    left_out: Sequence[LeftOut] = ()


@dataclass(frozen=True, slots=True)
class FieldMap:
    """Where the fields of an event stand in the documents of an existing topic.

    A member that is given to a field is no other field, though it has the name of one: with
    ``prediction`` at ``label`` there is no label.

    Attributes
    ----------
    paths
        Field name to its path in the document, dots between levels (``payload.features``), as
        `schemas.payloads.document_paths.value_at`.
        Fields that are not named stand under their own name.
    model
        The model of events that do not name one; None where they must.
    rates
        The paths of the numbers that a label may have beside it.
    """

    paths: Mapping[str, str] = field(default_factory=dict)
    model: str | None = None
    rates: tuple[str, ...] = ()

    def apply(self, document: dict[str, Any]) -> dict[str, Any]:
        """Return the document with its fields under their own names."""
        if not self.paths and self.model is None and not self.rates:
            return document
        named = dict(document)
        for name, path in self.paths.items():
            value = value_at(document, path)
            if value is NOWHERE:
                named.pop(name, None)
            else:
                named[name] = value
        for path in self.paths.values():
            if path not in self.paths:
                named.pop(path, None)
        if self.model is not None and says_nothing(named.get("model")):
            named["model"] = self.model
        if self.rates:
            named[_RATES] = _numbers(document, self.rates)
        return named

    def leads_into(self, members: Collection[str]) -> bool:
        """Tell whether a path begins with one of some members of the document."""
        return any(path.split(".", 1)[0] in members for path in self.paths.values())


def prediction_row(
    document: dict[str, Any],
    *,
    key: bytes | None,
    record_time: int,
    most_features: int,
    declarations: Declarations = NO_DECLARATIONS,
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
    declarations
        What the settings say of models.

    Raises
    ------
    InvalidMessage
        Naming the first field that is missing or wrong.
    """
    get = document.get
    odd: list[LeftOut] = []
    features = _features(get("features"), most_features, odd)
    made = get("prediction", ABSENT)
    answer = classified(made) if type(made) in _ANSWERS else None
    prediction = predicted(made if answer is None else answer.name, odd)
    if made is ABSENT:
        _note_absence(document, features, odd)
    if not features and (prediction is None or prediction is ABSENT):
        detail = "features: missing, and so is a prediction: expected at least one of them"
        raise InvalidMessage(Reason.MISSING_FIELD, detail)
    name, model = _identity(get("prediction_id"), key), _model(get("model"))
    scores, likely = get("scores"), None
    if scores is None and answer is not None:
        scores = answer.scores
    scores = scores_by_class(scores) or of_vector(scores)
    classes = USUAL_CLASSES
    if scores is not None or type(prediction) is list:
        classes = declarations.of(model).classes
        likely = likeliest(prediction, classes)
        if likely is None and are_probabilities(prediction):
            odd.append(LeftOut("prediction", Oddity.WRONG_LENGTH))
    if scores is not None:
        score = score_of(scores, prediction if likely is None else likely.name, odd, classes)
    else:
        score = None if likely is None else likely.probability
    segment = get("segment")
    if segment is not None:
        check_segment(segment, odd)
    # By position, in the order of the fields: half the price, and this runs for every event.
    return PredictionRow(
        name,
        model,
        optional_name(get("version"), "version", odd) or UNVERSIONED,
        event_time(get("timestamp"), record_time, odd),
        features,
        prediction,
        score,
        optional_outcome(get("label"), "label", odd),
        odd,
        segment_text(get("segment")),
    )


def label_row(
    document: dict[str, Any], *, key: bytes | None, record_time: int, is_rated: bool = False
) -> LabelRow:
    """Check a decoded label; parameters and errors as for `prediction_row`.

    Parameters
    ----------
    is_rated
        Whether a field map has put the numbers of rates into the document.

    Raises
    ------
    NothingToSay
        Where the label is not known yet: absent, null, an empty text or list, or a mark of
        `schemas.values.spellings.NOTHING`.
    """
    get = document.get
    label = plain_outcome(get("label"))
    # Without an id and without the field, it is no label but something else.
    if (label == [] or says_nothing(label)) and (
        "label" in document or get("prediction_id") is not None
    ):
        raise NothingToSay(Silence.UNLABELLED)
    odd: list[LeftOut] = []
    _check_outcome(label, "label")
    if type(label) is str and is_ambiguous(label):
        odd.append(LeftOut("label", Oddity.AMBIGUOUS))
    if is_rated:
        label = rated(label, document[_RATES])
    prediction, model, version = get("prediction"), get("model"), get("version")
    return LabelRow(
        _identity(get("prediction_id"), key),
        label,
        event_time(get("timestamp"), record_time, odd),
        None if prediction is None else optional_outcome(prediction, "prediction", odd),
        None if model is None else optional_name(model, "model", odd),
        UNVERSIONED if version is None else optional_name(version, "version", odd) or UNVERSIONED,
        odd,
    )


def _identity(value: Any, key: bytes | None) -> str:
    if says_nothing(value):
        value = (id_of(key) or None) if key else None
    name = _name(value, "prediction_id")
    return name if type(value) is str else whole_digits(name)


def _model(value: Any) -> str:
    return _name(None if says_nothing(value) else value, "model")


def _name(value: Any, field_name: str) -> str:
    name = name_of(value)
    if name is None:
        expected = "text or a number"
        raise _absent_or_wrong(None if is_nothing(value) else value, field_name, expected)
    if not 0 < len(name) <= LONGEST_NAME:
        detail = f"{field_name}: expected 1 to {LONGEST_NAME} characters, found {len(name)}"
        raise InvalidMessage(Reason.INVALID_VALUE, detail)
    return name


_NOTHING: Final = frozenset({type(None), str, list})
_ANSWERS: Final = frozenset({dict, list})


def _note_absence(document: dict[str, Any], features: dict[str, Any], odd: list[LeftOut]) -> None:
    """Take note of what says that a prediction was made, where there is none."""
    members = document.get("features")
    is_flat = type(members) is dict and members.keys() <= document.keys()
    if other_prediction(tuple(features)) or answer_beside(document.keys() - features.keys()):
        odd.append(LeftOut("prediction", Oddity.OTHER_NAME))
    if not says_nothing(plain_outcome(document.get("label"))):
        # Of the truth, or what the model says: an answer often is {"label": ..., "score": ...}.
        odd.append(LeftOut("label", Oddity.NOT_COMPARABLE))
    if is_flat and features and not odd:
        # Whatever a topic holds besides predictions would be features in silence.
        odd.append(LeftOut("prediction", Oddity.EMPTY))
    if type(document.get("scores")) in _ANSWERS:
        odd.append(LeftOut("scores", Oddity.OTHER_CLASSES))


def _features(value: Any, most: int, odd: list[LeftOut]) -> dict[str, Any]:
    """Return flat features: of an object, of a list of scalars, or of these in a line of CSV."""
    if type(value) is str and value:
        value = delimited(value) or value
    if type(value) is list and value:
        value = by_position("features", value) or {"features": value}
    if not value and type(value) in _NOTHING:
        odd.append(LeftOut("features", Oddity.EMPTY))
        return {}
    if type(value) is not dict:
        raise _absent_or_wrong(value, "features", "an object")
    features = flat_features(value)
    if len(features) > most:
        detail = f"{len(features)} features, at most {most} are taken"
        raise InvalidMessage(Reason.TOO_MANY_FEATURES, detail)
    return features


def _numbers(document: dict[str, Any], paths: Sequence[str]) -> dict[str, float | None]:
    """Return the numbers at some paths, by these; what says nothing is not there."""
    found = {path: plain_outcome(value_at(document, path)) for path in paths}
    return {
        path: number_in(value)
        for path, value in found.items()
        if value is not NOWHERE and not says_nothing(value)
    }


def _check_outcome(value: Any, field_name: str) -> None:
    kind = type(value)
    if kind is int or kind is str or kind is bool or is_finite(value):
        return
    if kind is list and all(map(is_element, value)):
        return
    if kind is float:
        raise InvalidMessage(Reason.INVALID_VALUE, f"{field_name}: not finite")
    raise _absent_or_wrong(value, field_name, "text, a number, a boolean or a list of numbers")


def _absent_or_wrong(value: Any, field_name: str, expected: str) -> InvalidMessage:
    if value is None:
        return InvalidMessage(Reason.MISSING_FIELD, f"{field_name}: missing, expected {expected}")
    found = type(value).__name__
    return InvalidMessage(Reason.WRONG_TYPE, f"{field_name}: expected {expected}, found {found}")
