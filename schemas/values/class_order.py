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
    """

    spellings: Spellings = USUAL
    names: tuple[str, ...] = ()

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


USUAL_CLASSES: Final = Classes()
"""Those of a model of which the settings say nothing."""
