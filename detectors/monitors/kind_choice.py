"""The kind of a column, chosen by the evidence of its values since its reference began."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.snapshots.tree import State
from schemas.tables.columns import Column, Kind, Role
from schemas.tables.retyping import KINDS, UNUSABLE, kinds_of
from schemas.values.spellings import USUAL, Spellings

ENOUGH: Final = 0.95
"""Share of the usable values that makes a column one of numbers, or of booleans. Below it the
column is one of categories: more than one code in twenty is no slip."""

EARLY_LOOKS: Final = (16, 128)
"""Usable values after which a kind that fewer than half of them have is given up for the one that
most have: what came until then is lost to the reference, so sooner is better, and one value alone
says nothing."""

CHOICE_OF: Final[Mapping[Role, tuple[Kind, ...]]] = {
    Role.FEATURE: (Kind.NUMBER, Kind.BOOLEAN, Kind.CATEGORY),
    Role.PREDICTION: (Kind.NUMBER, Kind.BOOLEAN, Kind.CATEGORY),
    Role.SCORE: (Kind.NUMBER,),
    Role.ERROR: (Kind.BOOLEAN, Kind.NUMBER),
}
"""Kinds that the columns of a role may have; the last one is that of mixtures."""

_NONE: Final = (0,) * len(KINDS)
"""Values of each kind before the first one."""


class KindChoice:
    """Evidence for the kind of one column: how many values of each kind it has had.

    Values are looked at after each of `EARLY_LOOKS`, and for the last time when they are as many as
    a burn-in has; from then on the kind stays until the reference begins anew. Values that say
    nothing (null, absent, not finite, no scalar at all) are no evidence.

    Values that came as ones of the column's own kind are not counted one by one, for compiled
    kernels take them: they are how many more usable ones the column has than at the last count.

    Parameters
    ----------
    among
        Kinds to choose from, the last one for mixtures; a single one is as good as declared.
    burn_in
        Values that decide.
    spellings
        Which texts say that there is no number, and are no evidence.

    Attributes
    ----------
    discarded
        Usable values that no reference holds, since they came before the kind was chosen.
    is_closed
        Whether the kind stays until the reference begins anew.
    """

    __slots__ = (
        "_among",
        "_burn_in",
        "_counts",
        "_founded",
        "_mark",
        "_spellings",
        "discarded",
        "is_closed",
    )

    def __init__(self, among: Collection[Kind], burn_in: int, spellings: Spellings = USUAL) -> None:
        self._spellings = spellings
        self._among = tuple(among)
        self._burn_in = burn_in
        self._set_counts(_NONE)
        self._mark = 0
        self._founded = len(self._among) == 1
        self.discarded = 0

    @property
    def first(self) -> Kind:
        """The kind before any evidence."""
        return self._among[0]

    def begin(self, usable: int) -> None:
        """Begin to choose anew; ``usable`` values were counted as such up to now."""
        self._set_counts(_NONE)
        self._mark = usable

    def is_plain(self, kind: Kind, came: Kind, usable: int) -> bool:
        """Tell whether values need not be looked at one by one.

        While the kind is open, values of another one are evidence, and so is any category: it may
        be a number in text.

        Parameters
        ----------
        kind, came
            The column's kind, and that as which the values came.
        usable
            Values that were counted as usable up to now.
        """
        self._absorb(kind, usable)
        if self.is_closed:
            return True
        is_pure = self._total == self._counts[KINDS.index(kind)]
        return is_pure and came is kind and kind is not Kind.CATEGORY

    def evidence(self, kind: Kind, usable: int) -> dict[Kind, int]:
        """Return how many values of each kind decide, or have decided."""
        self._absorb(kind, usable)
        return dict(zip(KINDS, self._counts, strict=True))

    def foundation(self, column: Column, usable: int) -> tuple[int, Kind] | None:
        """Return the row and the kind of the first value that a column ever has.

        None where it has had one before, or has none still. What comes before that row is not of
        the kind: there are texts that are values of some kinds alone.
        """
        if self._founded or usable > 0:
            self._founded = True
            return None
        kinds = kinds_of(column, self._spellings)
        rows = np.flatnonzero(kinds != UNUSABLE)
        if len(rows) == 0:
            return None
        self._founded = bool(rows[0] == 0)
        found = KINDS[kinds[rows[0]]]
        return int(rows[0]), found if found in self._among else self._among[-1]

    def rows_to_look(self, column: Column, kind: Kind, usable: int) -> int:
        """Return how many rows there are up to the next look, all of them where none is due."""
        self._absorb(kind, usable)
        if self.is_closed:
            return len(column.values)
        looks = sorted({*(look for look in EARLY_LOOKS if look < self._burn_in), self._burn_in})
        left = next(look for look in looks if look > self._total) - self._total
        rows = np.flatnonzero(kinds_of(column, self._spellings) != UNUSABLE)
        return int(rows[left - 1]) + 1 if len(rows) >= left else len(column.values)

    def look(self, column: Column, kind: Kind, usable: int) -> Kind:
        """Count rows, up to a look at most, and return the kind that the column is to have.

        Parameters
        ----------
        column
            The rows as they were observed.
        kind
            The column's, up to now.
        usable
            Values that were counted as usable, these included.
        """
        if self.is_closed:
            return kind
        self._count(kinds_of(column, self._spellings))
        self._mark = usable
        if self._total == self._burn_in:
            chosen = self._of_evidence()
        elif self._total in EARLY_LOOKS and 2 * self._counts[KINDS.index(kind)] < self._total:
            chosen = max(self._among, key=lambda each: self._counts[KINDS.index(each)])
        else:
            return kind
        if chosen is not kind:
            self.discarded += self._total
        return chosen

    def state(self, kind: Kind, usable: int) -> State:
        """Return the whole state, of a column of some kind with so many usable values."""
        self._founded |= usable > 0
        self._absorb(kind, usable)
        return {
            "counts": list(self._counts),
            "mark": 0 if self.is_closed else self._mark,
            "founded": self._founded,
            "discarded": self.discarded,
        }

    def restore(self, state: State | None, usable: int) -> None:
        """Restore a state; with none, as of a column of before, choose anew from now on."""
        if state is None:
            self.begin(usable)
            self._founded = True
            return
        self._set_counts(state["counts"])
        self._mark = state["mark"]
        self._founded = state["founded"]
        self.discarded = state["discarded"]

    def _set_counts(self, counts: Sequence[int]) -> None:
        self._counts = list(counts)
        self.is_closed = len(self._among) == 1 or self._total >= self._burn_in

    @property
    def _total(self) -> int:
        return sum(self._counts)

    def _absorb(self, kind: Kind, usable: int) -> None:
        """Count the values that came as ones of the column's own kind."""
        if not self.is_closed:
            # All of one kind, or less than a look's worth: nothing hangs on those beyond the last.
            more = min(usable - self._mark, self._burn_in - self._total)
            counts = self._counts.copy()
            counts[KINDS.index(kind)] += more
            self._set_counts(counts)
            self._mark = usable

    def _count(self, kinds: NDArray[np.int8]) -> None:
        self._set_counts(
            [
                count + int(np.count_nonzero(kinds == number))
                for number, count in enumerate(self._counts)
            ]
        )

    def _of_evidence(self) -> Kind:
        for kind in self._among:
            if self._counts[KINDS.index(kind)] >= ENOUGH * self._total:
                return kind
        return self._among[-1]
