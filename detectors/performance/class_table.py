"""The classes of one model version that are told apart, by numbers."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.values.classes import class_name
from schemas.values.numbers import number_name, number_of

MOST_CLASSES: Final = 256
"""Classes of a version that are told apart, by the order in which they came."""

MOST_PAIRED: Final = 32
"""Of these the first, of which each pair of label and prediction is counted: of the others how
often they were true, predicted, and both."""

OTHERS: Final = 0
"""The number of all that came after these."""

ELSE: Final = -2
"""In place of the number of what was predicted, where that and the label are both beyond these, and
are two classes."""

_BOTH: Final = 2


class ClassTable:
    """Numbers of classes, by their names.

    Parameters
    ----------
    names
        Those that have a number from the beginning.

    Attributes
    ----------
    names
        The classes in the order of their numbers, which begin at 1.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.names: list[str] = []
        self._numbers: dict[str, int] = {}
        self._values = np.empty(0)
        self._codes = np.empty(0, dtype=np.int64)
        self.learn(names)

    def __len__(self) -> int:
        """Return how many numbers there are, that of the others included."""
        return len(self.names) + 1

    @property
    def is_full(self) -> bool:
        """Whether no class gets a number any more."""
        return len(self.names) >= MOST_CLASSES

    @property
    def by_value(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The classes that are numbers, ascending, and the numbers that they have."""
        return self._values, self._codes

    def learn(self, names: Iterable[str]) -> None:
        """Give numbers to classes as long as there are any left."""
        for name in names:
            self.code(name)

    def code(self, name: str) -> int:
        """Return the number of a class, giving it one where there is any left."""
        number = self._numbers.get(name)
        if number is None:
            if self.is_full:
                return OTHERS
            self.names.append(name[:])
            number = self._numbers[name] = len(self.names)
            value = number_of(name)
            if value is not None and number_name(value) == name:
                order = np.argsort(values := np.append(self._values, value))
                self._values = values[order]
                self._codes = np.append(self._codes, number)[order]
        return number

    def known(self, name: str | None) -> int:
        """Return the number of a class; -1 where it has none."""
        return -1 if name is None else self._numbers.get(name, -1)

    def of_numbers(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the number of each class that is a number, row by row.

        Parameters
        ----------
        values
            Shape ``(n, 2)``, finite.
        """
        flat = values.reshape(-1) + 0.0
        codes = self._find(flat)
        while (codes < 0).any() and not self.is_full:
            strange = float(flat[np.argmax(codes < 0)])
            codes[flat == strange] = self.code(class_name(strange))
        codes[codes < 0] = OTHERS
        return codes.reshape(-1, _BOTH)

    def state(self) -> Sequence[str]:
        """Return the names."""
        return list(self.names)

    def _find(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        if not len(self._values):
            return np.full(len(values), -1, dtype=np.int64)
        places = np.minimum(np.searchsorted(self._values, values), len(self._values) - 1)
        return np.where(self._values[places] == values, self._codes[places], -1)
