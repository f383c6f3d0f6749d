"""Numbers of a column's categories."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detectors.arrays.column import Numbers
from detectors.reference.category_keys import key_of, keys_of
from detectors.snapshots.tree import State

MOST_CATEGORIES: Final = 1000
"""Distinct categories of a column whose names are kept."""

_FEW: Final = 16


class CategoryNumbers:
    """What stands for the categories of one reference: their keys in its burn-in, then numbers.

    From `settle` on the first numbers are those of the texts without a name, by the interval that
    their key is in; then those with a name follow, in the order in which they came.

    Attributes
    ----------
    names
        In the burn-in the categories in the order in which they first occurred, at most
        `MOST_CATEGORIES`; then the categories by their numbers, the intervals described.
    """

    __slots__ = ("_edges", "_known", "_number_of", "_numbers", "_open", "names")

    def __init__(self) -> None:
        self.names: list[str] = []
        self._number_of: dict[str, float] = {}
        self._edges: list[float] | None = None
        self._open = True
        # Categories for which all numbers are known, and these: the next batch lists the same,
        # mostly.
        self._known: Sequence[str] = ()
        self._numbers: Numbers = np.empty(0)

    @property
    def keys(self) -> Numbers:
        """The keys of the names, shape ``(m,)``; in the burn-in only."""
        return np.array(list(self._number_of.values()))

    def of(self, codes: NDArray[Any], categories: Sequence[str]) -> Numbers:
        """Return what stands for categories, shape ``(n,)``; those that are new get their names.

        Parameters
        ----------
        codes
            Shape ``(n,)``, indices into ``categories``.
        categories
            Distinct texts, whether they occur or not.
        """
        if categories == self._known or (self._is_room and self._knows(categories)):
            numbers = self._numbers
        elif len(codes) <= _FEW:
            return np.array([self._number(categories[code]) for code in codes.tolist()], np.float64)
        elif self._is_room:
            # In the order in which they occur, and no others: the numbers must not depend on what
            # a batch lists besides.
            numbers = np.zeros(len(categories))
            occurring, firsts = np.unique(codes, return_index=True)
            for code in occurring[np.argsort(firsts)].tolist():
                numbers[code] = self._number(categories[code])
        else:
            numbers = self._numbers_without_names(categories)
            self._known, self._numbers = categories, numbers
        values: Numbers = numbers[codes]
        return values

    def own(self, text: str) -> float:
        """Return what stands for a category and for no other one; NaN where nothing does."""
        return key_of(text) if self._edges is None else self._number_of.get(text, np.nan)

    def keep(self, names: Sequence[str]) -> None:
        """Give names to categories that must have one, once numbers stand for them."""
        for name in names:
            if self._edges is not None and name not in self._number_of:
                self._number_of[name] = float(len(self.names))
                self.names.append(name)
                self._known, self._numbers = (), np.empty(0)

    @property
    def is_closed(self) -> bool:
        """Whether no further category gets a name when it comes."""
        return not self._is_room

    @property
    def unnamed(self) -> int:
        """How many numbers, the first ones, stand for texts without a name."""
        return 0 if self._edges is None else len(self._edges) + 1

    def of_keys(self, keys: Numbers, names: Mapping[float, str]) -> Numbers:
        """Return what stands for categories by their keys, shape ``(n,)``, once numbers do.

        Parameters
        ----------
        keys
            Shape ``(n,)``.
        names
            The texts of some of them; those that are new get their names.
        """
        named = [*self._number_of]
        known = dict(zip(keys_of(named).tolist(), self._number_of.values(), strict=True))
        for key in keys.tolist():
            if key not in known:
                text = names.get(key)
                edges = self._edges or []
                unnamed = float(bisect_right(edges, key))
                known[key] = unnamed if text is None else self._number(text)
        return np.array([known[key] for key in keys.tolist()], dtype=np.float64)

    def settle(self, edges: Numbers, kept: Iterable[float], *, is_open: bool) -> dict[float, float]:
        """Go over from keys to numbers; return the numbers of the keys that have one.

        Parameters
        ----------
        edges
            Increasing, shape ``(m,)``: they bound the ``m + 1`` intervals of texts without a name.
        kept
            Keys of names that are kept, the others are forgotten.
        is_open
            Whether further categories get names.
        """
        text_of = {key: text for text, key in self._number_of.items()}
        kept = list(kept)
        self._begin(edges, [text_of[key] for key in kept], is_open=is_open)
        return dict(zip(kept, self._number_of.values(), strict=True))

    def intervals_since(self, number: int) -> NDArray[np.int64]:
        """Return the intervals that categories without a name of those from a number on were in."""
        edges = self._edges or []
        found = [bisect_right(edges, key_of(name)) for name in self.names[number:]]
        return np.array(found, dtype=np.int64)

    def state(self) -> State:
        """Return the whole state."""
        edges = self._edges
        return {
            "names": self.names[self.unnamed :],
            "edges": None if edges is None else np.array(edges),
            "open": self._open,
        }

    def restore(self, state: State) -> None:
        """Take over a state, of a column's numbers that are new."""
        if state["edges"] is None:
            self.names = list(state["names"])
            self._number_of = {name: key_of(name) for name in self.names}
        else:
            self._begin(state["edges"], state["names"], is_open=state["open"])

    def _begin(self, edges: Numbers, names: Sequence[str], *, is_open: bool) -> None:
        self._edges, self._open = edges.tolist(), is_open
        unnamed = _intervals(edges)
        self.names = [*unnamed, *names]
        self._number_of = {name: float(at) for at, name in enumerate(names, len(unnamed))}
        self._known, self._numbers = (), np.empty(0)

    def _knows(self, categories: Sequence[str]) -> bool:
        """Tell whether all categories have numbers, and remember these."""
        numbers = list(map(self._number_of.get, categories))
        if None in numbers:
            return False
        self._known, self._numbers = categories, np.array(numbers, dtype=np.float64)
        return True

    def _numbers_without_names(self, categories: Sequence[str]) -> Numbers:
        """Return what stands for categories, where none of them gets a name any more."""
        # A new text gives NaN: with many of them, this is what a column of identifiers costs.
        numbers = np.array(list(map(self._number_of.get, categories)), dtype=np.float64)
        new = np.flatnonzero(np.isnan(numbers))
        keys = keys_of([categories[at] for at in new.tolist()])
        edges = self._edges
        numbers[new] = keys if edges is None else np.searchsorted(edges, keys, side="right")
        return numbers

    def _number(self, text: str) -> float:
        number = self._number_of.get(text)
        if number is not None:
            return number
        key = key_of(text)
        if self._edges is None:
            number = key
        elif self._is_room:
            number = float(len(self.names))
        else:
            return float(bisect_right(self._edges, key))
        if self._is_room:
            self._number_of[text] = number
            self.names.append(text)
        return number

    @property
    def _is_room(self) -> bool:
        return self._open and len(self._number_of) < MOST_CATEGORIES


def _intervals(edges: Numbers) -> list[str]:
    """Return what the texts between edges are called, by their lengths."""
    if len(edges) == 0:
        return ["(other)"]
    first, last = int(edges[0]), int(edges[-1])
    bounds = [(int(low), int(high)) for low, high in pairwise(edges)]
    between = [f"{low}" if low == high else f"{low} to {high}" for low, high in bounds]
    lengths = [f"up to {first}", *between, f"{last} or more"]
    return [f"(other, {length} characters)" for length in lengths]
