"""The class that an outcome is, also where a model gives probabilities of all of its classes."""

from typing import Any

from detectors.performance.error import unwrapped
from schemas.values.class_order import Classes
from schemas.values.numbers import number_of


def class_said(outcome: Any, classes: Classes) -> Any:
    """Return the class that an outcome is: of probabilities that of the highest.

    None where it is none: nothing, or a list that is none of the model's classes.

    Parameters
    ----------
    outcome
        Text, a number, a boolean or a list; ``...`` for what is not known.
    classes
        Those of the model, and their order in a list.

    Examples
    --------
    >>> classes = Classes(names=("genuine", "fraud"))
    >>> class_said([0.2, 0.8], classes), class_said("fraud", classes), class_said([0.2], classes)
    ('fraud', 'fraud', 0.2)
    >>> class_said([0.2, 0.3, 0.5], classes), class_said([0.2, "x"], classes)
    (None, None)
    """
    outcome = unwrapped(outcome)
    if not isinstance(outcome, list):
        return None if outcome is ... else outcome
    numbers = [number_of(each) for each in outcome if each is not ...]
    known = [each for each in numbers if each is not None]
    if len(known) < len(outcome) or not known or not classes.fit(known):
        return None
    return classes.at(classes.chosen(known))
