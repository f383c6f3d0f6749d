"""What a model has predicted, in the forms in which models answer."""

from typing import Any, Final, NamedTuple

from schemas.events.left_out import LeftOut, Oddity
from schemas.payloads.failures import FAILED
from schemas.payloads.flat_features import flat_features
from schemas.payloads.optional_fields import is_element, is_finite, says_nothing
from schemas.payloads.outcome_forms import plain_outcome
from schemas.payloads.positions import positions
from schemas.payloads.printed_values import is_ambiguous
from schemas.tables.columns import ABSENT
from schemas.values.class_order import USUAL_CLASSES, Classes
from schemas.values.probabilities import ROUNDING

MOST_COLUMNS: Final = 16
"""Names of an object, and texts of a list, that get a column each."""


class Likeliest(NamedTuple):
    """The class of the highest probability, by its name or number, and that probability."""

    name: int | str
    probability: float


def predicted(value: Any, odd: list[LeftOut]) -> Any:
    """Return what was predicted, a list of one as what is in it; null for what says nothing.

    A value that cannot be compared with a label is kept, so that its column counts it, and added
    to ``odd``.

    Examples
    --------
    >>> predicted([0.83], []), predicted([[1, 2]], []), predicted([], [])
    (0.83, [1, 2], None)
    """
    if value is ABSENT:
        return value
    if value is FAILED:
        odd.append(LeftOut("prediction", Oddity.FAILED))
        return None
    value = plain_outcome(value)
    if value == [] or (type(value) is str and says_nothing(value)):
        odd.append(LeftOut("prediction", Oddity.EMPTY))
        return None
    if type(value) is str and is_ambiguous(value):
        odd.append(LeftOut("prediction", Oddity.AMBIGUOUS))
    if value is not None and not is_outcome(value):
        odd.append(LeftOut("prediction", _oddity(value)))
    return value


def _oddity(value: Any) -> Oddity:
    if type(value) is float:
        return Oddity.NOT_FINITE
    return Oddity.MISTYPED if _by_names(value) is None else Oddity.NOT_COMPARABLE


def is_outcome(value: Any) -> bool:
    """Tell whether a value is a class, a number, or a list of numbers."""
    if type(value) in {str, int, bool} or is_finite(value):
        return True
    return type(value) is list and len(value) > 0 and all(map(is_element, value))


def are_probabilities(value: Any) -> bool:
    """Tell whether a value is a list of the probabilities of all classes.

    Examples
    --------
    >>> are_probabilities([0.1, 0.7, 0.2]), are_probabilities([1.5, 0.25])
    (True, False)
    """
    if type(value) is not list or len(value) < 2 or not all(map(is_finite, value)):
        return False
    return all(0 <= each <= 1 for each in value) and abs(sum(value) - 1) <= ROUNDING


def likeliest(value: Any, classes: Classes = USUAL_CLASSES) -> Likeliest | None:
    """Return the class that a list of the probabilities of all classes gives.

    None of no such list, or where there are more classes, or fewer.

    Examples
    --------
    >>> likeliest([0.1, 0.7, 0.2])
    Likeliest(name=1, probability=0.7)
    >>> likeliest([0.1, 0.9], Classes(names=("cat", "dog")))
    Likeliest(name='dog', probability=0.9)
    """
    if not are_probabilities(value) or not classes.fit(value):
        return None
    highest = max(value)
    return Likeliest(classes.at(value.index(highest)), float(highest))


def prediction_values(value: Any, classes: Classes = USUAL_CLASSES) -> dict[str, Any]:
    """Return the columns of a prediction: itself, or those of a list, with the likeliest class.

    Objects, and lists of texts, as of what is recommended, have a column for each name or
    position, at most `MOST_COLUMNS`.

    Examples
    --------
    >>> prediction_values([0.25, 0.75])
    {'prediction': 1, 'prediction[0]': 0.25, 'prediction[1]': 0.75}
    >>> prediction_values([3.5, 12]), prediction_values("fraud")
    ({'prediction[0]': 3.5, 'prediction[1]': 12}, {'prediction': 'fraud'})
    >>> prediction_values({"price": 3.5, "days": 2}), prediction_values(["tea"])
    ({'prediction.price': 3.5, 'prediction.days': 2}, {'prediction[0]': 'tea'})
    """
    if value is ABSENT:
        return {}
    if not is_outcome(value):
        return _by_names(value) or {"prediction": value}
    items = positions("prediction", value) if type(value) is list else None
    if items is None:
        return {"prediction": value}
    found = likeliest(value, classes)
    return items if found is None else {"prediction": found.name, **items}


def _by_names(value: Any) -> dict[str, Any] | None:
    """Return the values of an object, or the first of a list of texts; None of anything else."""
    if type(value) is list and all(type(each) is str for each in value):
        return {f"prediction[{place}]": each for place, each in enumerate(value[:MOST_COLUMNS])}
    if type(value) is not dict or not value:
        return None
    items = flat_features({"prediction": value})
    if len(items) > MOST_COLUMNS or not any(type(each) in _SCALARS for each in items.values()):
        return None
    return items


_SCALARS: Final = frozenset({str, int, float, bool})
