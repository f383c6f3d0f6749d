"""What models answer in objects: a class with its score, or the scores of all classes."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from schemas.payloads.optional_fields import is_finite
from schemas.values.numbers import number_of
from schemas.values.probabilities import ROUNDING

_CLASSES: Final = (
    "label",
    "class",
    "class_name",
    "predicted_class",
    "predicted_label",
)
_OUTCOMES: Final = ("prediction", "predicted", "predicted_value", "value")
"""Which are numbers of regressions as well."""

_SCORES: Final = (
    "score",
    "probability",
    "confidence",
    "prob",
    "scores",
    "probabilities",
    "class_probabilities",
    "probas",
)


class Classified(NamedTuple):
    """A class, or a number, and its score or those of all classes; None where there is none."""

    name: Any
    scores: Any


def classified(value: Any) -> Classified | None:
    """Return the outcome that a model's answer names; None of anything else.

    Of several answers in a list, as of the most likely classes, the one of the highest score.

    Examples
    --------
    >>> classified({"label": "fraud", "score": 0.9}), classified({"cat": 0.2, "dog": 0.8})
    (Classified(name='fraud', scores=0.9), Classified(name='dog', scores=0.8))
    >>> classified([{"label": "a", "score": 0.3}, {"label": "b", "score": 0.6}])
    Classified(name='b', scores=0.6)
    >>> classified({"prediction": 1, "probabilities": [0.2, 0.8]})
    Classified(name=1, scores=[0.2, 0.8])
    """
    if type(value) is dict:
        return _answer(value) or _likeliest(value)
    if type(value) is not list or not value:
        return None
    answers = [_answer(each) if type(each) is dict else None for each in value]
    known = [each for each in answers if each is not None and number_of(each.scores) is not None]
    if len(known) < len(value):
        return None
    return max(known, key=lambda answer: number_of(answer.scores) or 0.0)


def _answer(value: Mapping[str, Any]) -> Classified | None:
    names = [name for name in (*_CLASSES, *_OUTCOMES) if name in value]
    if len(names) != 1:
        return None
    name = value[names[0]]
    if type(name) not in {str, int, bool} and not (names[0] in _OUTCOMES and is_finite(name)):
        return None
    return Classified(name, next((value[each] for each in _SCORES if each in value), None))


def _likeliest(value: Mapping[str, Any]) -> Classified | None:
    if len(value) < 2 or not all(is_finite(each) and 0 <= each <= 1 for each in value.values()):
        return None
    if abs(sum(value.values()) - 1) > ROUNDING:
        return None
    name = max(value, key=lambda each: value[each])
    return Classified(name, float(value[name]))
