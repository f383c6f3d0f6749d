"""What classifiers answer in objects: a class with its score, or the scores of all classes."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from schemas.payloads.optional_fields import is_finite
from schemas.values.numbers import number_of

_CLASSES: Final = ("label", "class", "class_name", "predicted_class", "predicted_label")
_SCORES: Final = ("score", "probability", "confidence", "prob")
_ROUNDING: Final = 1e-3


class Classified(NamedTuple):
    """A class and its score; None where there is none."""

    name: Any
    score: float | None


def classified(value: Any) -> Classified | None:
    """Return the class that a classifier's answer names; None of anything else.

    Of several answers in a list, as of the most likely classes, the one of the highest score.

    Examples
    --------
    >>> classified({"label": "fraud", "score": 0.9}), classified({"cat": 0.2, "dog": 0.8})
    (Classified(name='fraud', score=0.9), Classified(name='dog', score=0.8))
    >>> classified([{"label": "a", "score": 0.3}, {"label": "b", "score": 0.6}])
    Classified(name='b', score=0.6)
    """
    if type(value) is dict:
        return _answer(value) or _likeliest(value)
    if type(value) is not list or not value:
        return None
    answers = [_answer(each) if type(each) is dict else None for each in value]
    known = [each for each in answers if each is not None and each.score is not None]
    if len(known) < len(value):
        return None
    return max(known, key=lambda answer: answer.score or 0.0)


def _answer(value: Mapping[str, Any]) -> Classified | None:
    names = [name for name in _CLASSES if name in value]
    if len(names) != 1 or type(value[names[0]]) not in {str, int, bool}:
        return None
    score = next((value[name] for name in _SCORES if name in value), None)
    return Classified(value[names[0]], None if score is None else number_of(score))


def _likeliest(value: Mapping[str, Any]) -> Classified | None:
    if len(value) < 2 or not all(is_finite(each) and 0 <= each <= 1 for each in value.values()):
        return None
    if abs(sum(value.values()) - 1) > _ROUNDING:
        return None
    name = max(value, key=lambda each: value[each])
    return Classified(name, float(value[name]))
