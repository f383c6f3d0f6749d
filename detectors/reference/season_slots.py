"""Slots of a column of categories: the most frequent ones, of which shares by the hour are learned.

They are chosen when the first reference begins, and stay. What stands for a category is its key in
a burn-in, and then a number that the reference gives it: so it is written anew with each reference.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detectors.arrays.column import Numbers
from detectors.reference.category_keys import key_of
from detectors.reference.category_numbers import CategoryNumbers
from detectors.reference.season import DAY_KNOWN, SLOTS, STANDS
from detectors.reference.season_shares import figure_of

Slots = NDArray[np.int64]

BY_THEMSELVES: Final = np.arange(SLOTS, dtype=np.float64)
"""In place of what stands for slots: these are numbers of slots."""


class SeasonSlots:
    """The categories that have slots.

    Parameters
    ----------
    names
        At most `SLOTS`, the most frequent first.
    """

    __slots__ = ("_categories", "_slots", "names")

    def __init__(self, names: Sequence[str] = ()) -> None:
        self.names = tuple(names)
        self._categories: Sequence[str] = ()
        self._slots = self.of_texts(())

    def with_further(self, names: Sequence[str]) -> "SeasonSlots":
        """Return the slots with further categories, as long as there is room."""
        further = [name for name in names if name not in self.names]
        return SeasonSlots([*self.names, *further][:SLOTS]) if further else self

    def of_texts(self, texts: Sequence[str]) -> Slots:
        """Return the slots of texts, shape ``(n,)``; `SLOTS` for none."""
        slot_of = {name: slot for slot, name in enumerate(self.names)}
        return np.array([slot_of.get(text, SLOTS) for text in texts], dtype=np.int64)

    def of(self, codes: NDArray[Any], categories: Sequence[str]) -> Slots:
        """Return the slots of categories, shape ``(n,)``.

        Parameters
        ----------
        codes
            Shape ``(n,)``, indices into ``categories``.
        categories
            Distinct texts.
        """
        if self._categories is not categories:
            self._categories, self._slots = categories, self.of_texts(categories)
        slots: Slots = self._slots[codes]
        return slots

    def of_keys(self, keys: Numbers) -> Slots:
        """Return the slots of the keys of categories, shape ``(n,)``."""
        slot_of = {key_of(name): slot for slot, name in enumerate(self.names)}
        return np.array([slot_of.get(key, SLOTS) for key in keys.tolist()], dtype=np.int64)

    def stand(self, categories: CategoryNumbers, memory: Numbers) -> None:
        """Write what stands for the slots in a reference.

        Once days are known they get names there, as they may take the place of others, and where
        they would get none when they come.

        Parameters
        ----------
        categories
            Of the reference.
        memory
            Of the season.
        """
        memory[STANDS] = np.nan
        if self.names:
            if memory[DAY_KNOWN] > 0.0 or categories.is_closed:
                categories.keep(self.names)
            memory[STANDS][: len(self.names)] = [categories.own(name) for name in self.names]

    def replaced(
        self, codes: NDArray[Any], categories: Sequence[str], slots: Slots
    ) -> tuple[NDArray[Any], Sequence[str]]:
        """Return codes, and what they are indices into, with categories in place of others.

        Parameters
        ----------
        codes, categories
            As of `of`.
        slots
            Shape ``(n,)``: what takes the place of each, `SLOTS` where it stays.
        """
        known = {text: code for code, text in enumerate(categories)}
        texts = [*categories, *(name for name in self.names if name not in known)]
        code_of = {text: code for code, text in enumerate(texts)}
        new = np.array([code_of[name] for name in self.names], dtype=codes.dtype)
        changed = slots < SLOTS
        left = codes.copy()
        left[changed] = new[slots[changed]]
        return left, texts


def figures_of(slots: Slots) -> Numbers:
    """Return the numbers in place of slots, of which means of blocks are taken, shape ``(n,)``."""
    figures: Numbers = np.array([figure_of(slot) for slot in range(SLOTS + 1)])
    return figures[slots]
