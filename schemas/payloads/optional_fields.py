"""Optional fields of an event: read by their evident meaning, or left out, each by itself.

``odd`` is the list to which a field that was left out is added. Null is as good as absent.
"""

import math
from collections.abc import Mapping
from typing import Any, Final

from schemas.events.digits import is_code
from schemas.events.event import LONGEST_NAME
from schemas.events.event_times import read_time
from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.left_out import LeftOut, Oddity
from schemas.events.times import clamped_time
from schemas.payloads.outcome_forms import plain_outcome
from schemas.payloads.printed_values import is_ambiguous
from schemas.payloads.typed_values import without_type
from schemas.values.class_order import USUAL_CLASSES, Classes
from schemas.values.classes import class_name, without_margins
from schemas.values.numbers import number_of
from schemas.values.probabilities import are_off
from schemas.values.spellings import NOTHING, Spellings

_TIME_ODDITIES: Final = {Reason.WRONG_TYPE: Oddity.MISTYPED}
_GROUPS: Final = frozenset({str, int, bool})
_NOT_FINITE: Final = frozenset({"nan", "inf", "infinity"})


def is_finite(value: Any) -> bool:
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


def is_element(value: Any) -> bool:
    """Tell whether a value may stand in a list of outcomes: a number, or a code's digits."""
    return is_finite(value) or is_code(value)


def is_nothing(value: Any) -> bool:
    """Tell whether a value says no more than an absent one: null, an empty text, NaN.

    Examples
    --------
    >>> is_nothing(""), is_nothing(float("nan")), is_nothing(0)
    (True, True, False)
    """
    if value is None or value == "":
        return True
    return type(value) is float and math.isnan(value)


def says_nothing(value: Any) -> bool:
    """Tell whether an id or a label is none: as `is_nothing`, also in text.

    Examples
    --------
    >>> says_nothing("nan "), says_nothing("None"), says_nothing("none")
    (True, True, False)
    """
    return without_margins(value) in NOTHING if type(value) is str else is_nothing(value)


def name_of(value: Any) -> str | None:
    """Return the id or name that a value is, as it is written; None where it is none.

    White space around it is no part: columns of a fixed width are filled up with spaces, and lines
    of files end in a carriage return.

    Examples
    --------
    >>> name_of("a1"), name_of(20240000000000000001), name_of(True)
    ('a1', '20240000000000000001', None)
    """
    if type(value) is dict:
        value = without_type(value)
    if type(value) is str:
        return without_margins(value)
    return str(value) if type(value) is int or is_finite(value) else None


def optional_name(value: Any, field: str, odd: list[LeftOut]) -> str | None:
    """Return the name that a value is; None where there is none."""
    if value is None:
        return None
    name = name_of(value)
    if name is not None and 0 < len(name) <= LONGEST_NAME and name not in NOTHING:
        return name
    if name in NOTHING or is_nothing(value):
        _leave_out(field, Oddity.EMPTY, odd)
    else:
        _leave_out(field, Oddity.MISTYPED if name is None else Oddity.TOO_LONG, odd)
    return None


def optional_outcome(value: Any, field: str, odd: list[LeftOut]) -> Any:
    """Return a class, a number or a list of numbers; None where there is none."""
    value = plain_outcome(value)
    kind = type(value)
    if kind is str and says_nothing(value):
        _leave_out(field, Oddity.EMPTY, odd)
        return None
    if kind is str and is_ambiguous(value):
        _leave_out(field, Oddity.AMBIGUOUS, odd)
    if value is None or kind is int or kind is str or kind is bool or is_finite(value):
        return value
    if kind is list and all(map(is_element, value)):
        return value
    _leave_out(field, Oddity.NOT_FINITE if kind is float else Oddity.MISTYPED, odd)
    return None


def event_time(value: Any, record_time: int, odd: list[LeftOut], field: str = "timestamp") -> int:
    """Return event time in milliseconds: the record's own where ``value`` is no time."""
    if value is None:
        return clamped_time(record_time)
    if is_nothing(value):
        odd.append(LeftOut(field, Oddity.EMPTY))
        return clamped_time(record_time)
    try:
        return read_time(without_type(value) if type(value) is dict else value)
    except InvalidMessage as error:
        odd.append(
            LeftOut(field, _TIME_ODDITIES.get(error.reason, Oddity.UNREADABLE)),
        )
        return clamped_time(record_time)


def score_of(
    scores: Any, prediction: Any, odd: list[LeftOut], classes: Classes = USUAL_CLASSES
) -> float | None:
    """Return the score of the predicted class, or the highest where nothing was predicted.

    Parameters
    ----------
    scores
        Class to score; or a list of the scores of all classes in their order, as ``predict_proba``
        gives it; or a single score. Numbers in text are numbers.
    prediction
        The predicted class.
    classes
        Those of the model, and their order.

    Examples
    --------
    >>> score_of({"0": "0.2", "1": 0.8}, 1, []), score_of([0.3, 0.7], 0, []), score_of(0.8, 1, [])
    (0.8, 0.3, 0.8)
    """
    while type(scores) is list and len(scores) == 1:
        (scores,) = scores
    if type(scores) is dict:
        return _of_classes(scores, prediction, odd, classes.spellings)
    if type(scores) is list:
        if not classes.fit(scores):
            _leave_out("scores", Oddity.WRONG_LENGTH, odd)
            return None
        named = {str(classes.at(number)): each for number, each in enumerate(scores)}
        # Without names the likeliest is taken to be the predicted one.
        is_named = bool(classes.names)
        return _of_classes(
            named, prediction, odd, classes.spellings, are_all=True, are_named=is_named
        )
    return _score(scores, odd)


def check_segment(segment: Any, odd: list[LeftOut]) -> None:
    """Leave out of a segment whatever names no group."""
    if type(segment) is not dict:
        _leave_out("segment", Oddity.EMPTY if is_nothing(segment) else Oddity.MISTYPED, odd)
        return
    for value in segment.values():
        if value is None or type(value) in _GROUPS or is_finite(value):
            continue
        _leave_out("segment", Oddity.NOT_FINITE if type(value) is float else Oddity.MISTYPED, odd)


def _of_classes(
    scores: Mapping[str, Any],
    prediction: Any,
    odd: list[LeftOut],
    spellings: Spellings,
    *,
    are_all: bool = False,
    are_named: bool = True,
) -> float | None:
    usable = {name: _score(each, odd) for name, each in scores.items()}
    known = [score for score in usable.values() if score is not None]
    if are_off(known, are_all=are_all and len(known) == len(usable)):
        _leave_out("scores", Oddity.NOT_ONE, odd)
        return None
    written = str(prediction)
    predicted = written.lower() if type(prediction) is bool else written
    if predicted not in usable:
        wanted = class_name(prediction, spellings)
        alike = (name for name in usable if class_name(name, spellings) == wanted)
        predicted = next(alike, predicted)
    if predicted in usable:
        return usable[predicted]
    if known and are_named and (type(prediction) in _GROUPS or is_finite(prediction)):
        if len(known) == len(usable):
            _leave_out("scores", Oddity.OTHER_CLASSES, odd)
        return None
    return max(known, default=None)


def _score(value: Any, odd: list[LeftOut]) -> float | None:
    if type(value) is float and math.isfinite(value):
        return value
    number = None if type(value) is bool else number_of(value)
    if number is None:
        _leave_out("scores", _score_oddity(value), odd)
    return number


def _score_oddity(value: Any) -> Oddity:
    if value is None:
        return Oddity.NULL
    if value == "":
        return Oddity.EMPTY
    is_word = type(value) is str and value.strip().lower().lstrip("+-") in _NOT_FINITE
    return Oddity.NOT_FINITE if is_word or type(value) in {int, float} else Oddity.MISTYPED


def _leave_out(field: str, oddity: Oddity, odd: list[LeftOut]) -> None:
    """Take note of a field, once for each way in which it is odd."""
    if (left_out := LeftOut(field, oddity)) not in odd:
        odd.append(left_out)
