"""The classes of a model: how they are spelled, and their order in lists of probabilities."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from schemas.values.classes import class_name, same_class
from schemas.values.numbers import number_of
from schemas.values.spellings import USUAL, Spellings


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes of a model.

    Attributes
    ----------
    spellings
        Which texts are one class.
    names
        The classes in the order in which lists of probabilities have them; empty where they are
        0, 1, ..., as many as a list has.
    positive
        The class that is looked for; None for the second of two ``names``, or ``1``.
    label_names
        What labels are called that are of a class: pairs of the label and the class.
    threshold
        The probability of that class from which on it counts as predicted, where predictions are
        probabilities; None for the likeliest class, and where they are classes.
    """

    spellings: Spellings = USUAL
    names: tuple[str, ...] = ()
    positive: str | None = None
    threshold: float | None = None
    label_names: tuple[tuple[str, str], ...] = ()

    def truth(self, label: Any) -> Any:
        """Return the class that a label says, by its own name.

        Examples
        --------
        >>> classes = Classes(label_names=(("chargeback", "fraud"), ("-1", "genuine")))
        >>> classes.truth("chargeback "), classes.truth(-1.0), classes.truth("fraud")
        ('fraud', 'genuine', 'fraud')
        """
        if self.label_names and not isinstance(label, list):
            name = class_name(label, self.spellings)
            for called, meant in self.label_names:
                if class_name(called, self.spellings) == name:
                    return meant
        return label

    @property
    def sought(self) -> str:
        """The name of the class that is looked for.

        Examples
        --------
        >>> Classes(names=("genuine", "fraud")).sought, Classes(positive="0").sought
        ('fraud', '0')
        """
        found = self.names[1] if len(self.names) == _BOTH else "1"
        return class_name(found if self.positive is None else self.positive, self.spellings)

    @property
    def is_sought_named(self) -> bool:
        """Whether the settings say which class is looked for."""
        return self.positive is not None or len(self.names) == _BOTH

    @property
    def other(self) -> str:
        """The name of the other one of two classes.

        Examples
        --------
        >>> Classes(names=("genuine", "fraud")).other, Classes(positive="fraud").other
        ('genuine', 'not fraud')
        """
        names = [class_name(each, self.spellings) for each in self.names]
        others = [name for name in names if name != self.sought]
        if len(others) == 1:
            return others[0]
        return {"1": "0", "0": "1"}.get(self.sought, f"not {self.sought}")

    def decided(self, prediction: Any) -> Any:
        """Return the class that a probability of the one looked for stands for, by the threshold.

        Anything else is as it is: booleans, texts, numbers beyond 0 and 1.

        Examples
        --------
        >>> classes = Classes(names=("genuine", "fraud"), threshold=0.3)
        >>> classes.decided(0.4), classes.decided("0.1"), classes.decided(7)
        ('fraud', 'genuine', 7)
        """
        chance = None if self.threshold is None else chance_of(prediction)
        if chance is None or self.threshold is None:
            return prediction
        return self.sought if chance >= self.threshold else self.other

    def chosen(self, probabilities: Sequence[float]) -> int:
        """Return the position of the class that probabilities of all are for, the first of equals.

        Of two by the threshold, where there is one; else the highest.

        Examples
        --------
        >>> Classes().chosen([0.2, 0.7, 0.1]), Classes(threshold=0.3).chosen([0.6, 0.4])
        (1, 1)
        """
        highest = probabilities.index(max(probabilities))
        if self.threshold is None or len(probabilities) != _BOTH:
            return highest
        place = self.position(self.sought, _BOTH)
        if place is None:
            return highest
        return place if probabilities[place] >= self.threshold else 1 - place

    def fit(self, probabilities: Sequence[Any]) -> bool:
        """Tell whether a list has as many probabilities as there are classes.

        Examples
        --------
        >>> Classes(names=("cat", "dog")).fit([0.1, 0.9]), Classes().fit([0.1, 0.2, 0.7])
        (True, True)
        """
        return len(probabilities) == (len(self.names) or len(probabilities))

    def at(self, position: int) -> int | str:
        """Return the class at a position of a list.

        Examples
        --------
        >>> Classes(names=("cat", "dog")).at(1), Classes().at(1)
        ('dog', 1)
        """
        return self.names[position] if self.names else position

    def position(self, name: Any, count: int) -> int | None:
        """Return where a list of ``count`` probabilities has a class; None where it has none.

        Examples
        --------
        >>> Classes(names=("cat", "dog")).position("dog ", 2), Classes().position("1.0", 2)
        (1, 1)
        >>> Classes(names=("cat", "dog")).position("horse", 2), Classes().position(2, 2)
        (None, None)
        """
        if self.names:
            found = (
                position
                for position, each in enumerate(self.names[:count])
                if same_class(each, name, self.spellings)
            )
            return next(found, None)
        number = number_of(class_name(name, self.spellings), exact=True)
        if number is None or not number.is_integer() or not 0 <= number < count:
            return None
        return int(number)


def chance_of(prediction: Any) -> float | None:
    """Return a prediction that can be a probability; None of any other.

    Examples
    --------
    >>> chance_of(0.25), chance_of("0.25"), chance_of(True), chance_of(25)
    (0.25, 0.25, None, None)
    """
    number = None if isinstance(prediction, bool | list) else number_of(prediction)
    return number if number is not None and 0.0 <= number <= 1.0 else None


_BOTH: Final = 2

USUAL_CLASSES: Final = Classes()
"""Those of a model of which the settings say nothing."""
