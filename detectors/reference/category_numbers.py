"""Numbers of a column's categories."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detectors.arrays.column import Numbers

MOST_CATEGORIES: Final = 1000
"""Distinct categories of a column that are told apart; further ones count as one."""

OTHER: Final = "(other)"

_FEW: Final = 16


class CategoryNumbers:
    """Numbers categories in the order in which they first occur.

    Parameters
    ----------
    names
        Those that have numbers already, in their order.

    Attributes
    ----------
    names
        The categories by their numbers.
    """

    __slots__ = ("_known", "_number_of", "_numbers", "names")

    def __init__(self, names: Sequence[str] = ()) -> None:
        self.names = list(names)
        self._number_of = {name: number for number, name in enumerate(self.names)}
        # Categories all of which have numbers, and these: the next batch lists the same, mostly.
        self._known: Sequence[str] = ()
        self._numbers: Numbers = np.empty(0)

    def of(self, codes: NDArray[Any], categories: Sequence[str]) -> Numbers:
        """Return the numbers of categories, shape ``(n,)``, new ones for those that are new.

        Parameters
        ----------
        codes
            Shape ``(n,)``, indices into ``categories``.
        categories
            Distinct texts, whether they occur or not.
        """
        if categories == self._known or self._knows(categories):
            numbers = self._numbers
        elif len(codes) <= _FEW:
            return np.array([self._number(categories[code]) for code in codes.tolist()], np.float64)
        else:
            # In the order in which they occur, and no others: the numbers must not depend on what
            # a batch lists besides.
            numbers = np.zeros(len(categories))
            occurring, firsts = np.unique(codes, return_index=True)
            for code in occurring[np.argsort(firsts)].tolist():
                numbers[code] = self._number(categories[code])
        values: Numbers = numbers[codes]
        return values

    def _knows(self, categories: Sequence[str]) -> bool:
        """Tell whether all categories have numbers, and remember these."""
        numbers = list(map(self._number_of.get, categories))
        if None in numbers:
            return False
        self._known, self._numbers = categories, np.array(numbers, dtype=np.float64)
        return True

    def _number(self, text: str) -> int:
        number = self._number_of.get(text)
        if number is None:
            if len(self.names) >= MOST_CATEGORIES:
                text = OTHER
            number = self._number_of.setdefault(text, len(self.names))
            if number == len(self.names):
                self.names.append(text)
        return number
