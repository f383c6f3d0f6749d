"""What models answer in objects and lists: a class with its score, or the scores of classes."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from schemas.payloads.optional_fields import is_finite
from schemas.payloads.positions import unwrapped
from schemas.values.numbers import number_of
from schemas.values.probabilities import ROUNDING

_CLASSES: Final = frozenset({"label", "class", "classname", "predictedclass", "predictedlabel"})
_OUTCOMES: Final = frozenset({"prediction", "predicted", "predictedvalue", "value"})
"""Which are numbers of regressions as well."""

_CENTRES: Final = frozenset(
    {
        *("result", "results", "pred", "yhat", "ypred", "forecast", "estimate", "pointestimate"),
        *("mean", "median"),
    }
)
"""Likewise, where none of the others is there: beside the bounds of an interval."""

_RANKS: Final = (_CLASSES | _OUTCOMES, _CENTRES)

_SCORES: Final = (
    *("probability", "prob", "score", "confidence", "scores", "probabilities", "confidences"),
    *("classprobabilities", "probas", "probs", "proba", "predictproba"),
)
"""The first that is there counts: a score beside the probability is in some unit of its own."""

_NAMES: Final = ("labels", "classes", "classnames", "displaynames", "categories", "names")
"""Of classes in a list, the scores of which are another one."""

_PARTS: Final = frozenset(
    {
        *("box", "bbox", "boundingbox", "boundingpoly", "polygon", "mask", "keypoints", "xmin"),
        *("start", "end", "startoffset", "endoffset", "span", "word", "step", "horizon", "ds"),
    }
)
"""What says, where it differs in a list, to which part of the input or step ahead each belongs."""

_VALUES: Final = frozenset({"field", "fieldname", "attribute", "target", "slot"})
"""What says likewise, beside a value that is no class, of which output it is.

A key or a name may be that of an alternative.
"""

_NO_CLASSES: Final = frozenset(
    {
        *("lower", "upper", "lowerbound", "upperbound", "lowerlimit", "upperlimit"),
        *("min", "max", "minimum", "maximum", "std", "stddev", "sigma", "variance"),
        *("lat", "lon", "lng", "latitude", "longitude", "mean", "median"),
    }
)
"""Names of bounds, moments and coordinates, some of which are 1 in all by chance."""

_BESIDE_CLASSES: Final = frozenset({"boxes", "bboxes", "boundingboxes", "polygons", "masks"})
"""Beside lists of classes and scores: where several differ, each belongs to a part of the input."""

_PAIR, _MOST_PAIR = 2, 3
_TEXTS_AND_NUMBERS: Final = frozenset({str, int})


class Classified(NamedTuple):
    """A class, or a number, and its score or those of all classes; None where there is none."""

    name: Any
    scores: Any


def classified(value: Any) -> Classified | None:
    """Return the outcome that a model's answer names; None of anything else.

    Of several answers in a list, as of the most likely classes, the one of the highest score. Such
    a list is one of objects, of pairs of a class and its probability, or two lists side by side.
    Members are known by their names in any case, with underscores or not. Answers for several
    parts of an input, as the objects in a picture or the fields of a document, are no alternatives.

    Examples
    --------
    >>> classified({"label": "fraud", "score": 0.9}), classified({"cat": 0.2, "dog": 0.8})
    (Classified(name='fraud', scores=0.9), Classified(name='dog', scores=0.8))
    >>> classified([{"label": "a", "score": 0.3}, {"label": "b", "score": 0.6}])
    Classified(name='b', scores=0.6)
    >>> classified({"prediction": 1, "classProbabilities": [0.2, 0.8]})
    Classified(name=1, scores=[0.2, 0.8])
    >>> classified([["cat", 0.7], ["dog", 0.1]])
    Classified(name='cat', scores=0.7)
    >>> classified({"labels": ["cat", "dog"], "scores": [0.1, 0.8]})
    Classified(name='dog', scores=0.8)
    >>> classified({"label": "fraud", "score": 712, "probability": 0.9})
    Classified(name='fraud', scores=0.9)
    >>> classified([{"label": "a", "score": 0.9, "step": 1}, {"label": "b", "score": 1, "step": 2}])
    """
    if _are_of_parts(value):
        return None
    while type(value) is list and len(value) == 1 and _is_wrapped(value[0]):
        (value,) = value
    if type(value) is dict:
        members = _members(value)
        return _answer(members) or _side_by_side(members) or _likeliest(value) or _alone(members)
    if type(value) is not list or not value:
        return None
    known = [_scored(each) for each in value]
    return _highest(each for each in known if each is not None) if None not in known else None


def _are_of_parts(value: Any) -> bool:
    """Tell whether a list, in others or not, has answers for several parts of an input."""
    while type(value) is list and len(value) == 1 and type(value[0]) is list:
        (value,) = value
    if type(value) is not list or not value or type(value[0]) is not dict:
        return False
    parts = [_part(_members(each)) for each in value if type(each) is dict]
    return _differ(parts)


def _part(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an answer says of the part that it belongs to."""
    names = _PARTS | _VALUES if _CLASSES.isdisjoint(members) else _PARTS
    return {name: members[name] for name in names if members.get(name) is not None}


def _differ(parts: list[Any]) -> bool:
    return any(part != parts[0] for part in parts)


def scores_by_class(values: Any) -> dict[str, Any] | None:
    """Return the scores of classes that a list has of each class an object or a pair; else None.

    Examples
    --------
    >>> scores_by_class([{"label": "1", "prob": 0.9}, {"label": "0", "prob": 0.1}])
    {'1': 0.9, '0': 0.1}
    >>> scores_by_class([["cat", 0.7], ["dog", 0.1]]), scores_by_class([0.7, 0.1])
    ({'cat': 0.7, 'dog': 0.1}, None)
    """
    if type(values) is not list or not values:
        return None
    found = {str(each.name): each.scores for each in map(_scored, values) if each is not None}
    return found if len(found) == len(values) else None


def _is_wrapped(value: Any) -> bool:
    """Tell whether what a list has alone is an answer by itself, or several."""
    return type(value) is dict or (type(value) is list and _pair(value) is None)


def _scored(value: Any) -> Classified | None:
    """Return a class and the number that is its score, of an object or a pair; else None."""
    if type(value) is list:
        return _pair(value)
    answer = _answer(_members(value)) if type(value) is dict else None
    return None if answer is None or number_of(answer.scores) is None else answer


def _pair(values: list[Any]) -> Classified | None:
    """Return a class and its probability, in either order; Keras has an id of the class first."""
    if not _PAIR <= len(values) <= _MOST_PAIR:
        return None
    *names, score = values if type(values[0]) is str else reversed(values)
    if not all(type(name) is str for name in names) or not _is_probability(score):
        return None
    return Classified(names[-1], score)


def _highest(answers: Iterable[Classified]) -> Classified | None:
    return max(answers, key=lambda answer: number_of(answer.scores) or 0.0, default=None)


@lru_cache(maxsize=1 << 10)
def _plain_name(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _members(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return members by their names without marks between words; as they are where two are one."""
    plain = {_plain_name(name): each for name, each in value.items()}
    return plain if len(plain) == len(value) else value


def _answer(members: Mapping[str, Any]) -> Classified | None:
    for rank in _RANKS:
        names = [name for name in rank if name in members]
        if not names:
            continue
        if len(names) > 1:
            return None
        name = unwrapped(members[names[0]])
        is_number = names[0] not in _CLASSES and is_finite(name)
        if type(name) not in {str, int, bool} and not is_number:
            return None
        scores = next((members[each] for each in _SCORES if each in members), None)
        return Classified(name, scores)
    return None


def _side_by_side(members: Mapping[str, Any]) -> Classified | None:
    """Return the likeliest of classes in one list, their probabilities in another one."""
    names = [members[each] for each in _NAMES if each in members]
    scores = [members[each] for each in _SCORES if each in members]
    if len(names) != 1 or len(scores) != 1:
        return None
    beside = [members[each] for each in _BESIDE_CLASSES if each in members]
    if any(type(parts) is list and _differ(parts) for parts in beside):
        return None
    classes, chances = names[0], scores[0]
    if type(classes) is not list or type(chances) is not list or len(classes) != len(chances):
        return None
    are_classes = all(type(each) in _TEXTS_AND_NUMBERS for each in classes)
    if not classes or not are_classes or not all(map(_is_probability, chances)):
        return None
    return _highest(map(Classified, classes, chances))


def _likeliest(value: Mapping[str, Any]) -> Classified | None:
    if len(value) < 2 or not all(map(_is_probability, value.values())):
        return None
    if abs(sum(value.values()) - 1) > ROUNDING or _NO_CLASSES.issuperset(_members(value)):
        return None
    name = max(value, key=lambda each: value[each])
    return Classified(name, float(value[name]))


def _alone(members: Mapping[str, Any]) -> Classified | None:
    """Return the number of a score that is all there is: that of the class that is looked for."""
    scores = [members[name] for name in _SCORES if name in members]
    if len(scores) != 1 or len(members) != 1 or not is_finite(scores[0]):
        return None
    return Classified(scores[0], None)


def _is_probability(value: Any) -> bool:
    return is_finite(value) and 0 <= value <= 1
