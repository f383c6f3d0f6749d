"""Profile of a column: how many cells of each look it holds, with examples."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from app.play.columns.look import Kind, Look, look_at
from app.play.columns.marks import Marks

MOST_DIFFERENT: Final = 1_000
"""Different values of a column that are told from each other; beyond, they are "more than"."""

_SHOWN: Final = 3
_LONGEST_SHOWN: Final = 30
_ROUNDED: Final = re.compile(r"[0-9][.,][0-9]+[eE]\+[0-9]{2}")


ROUNDED: Final = "were rounded by the program that wrote the file"


def is_rounded(text: str) -> bool:
    """Tell whether a whole number has lost its last digits, as spreadsheets show long ones.

    Examples
    --------
    >>> is_rounded("1.79E+18"), is_rounded("1790000000000000000")
    (True, False)
    """
    return _ROUNDED.fullmatch(text.strip()) is not None


class Example(NamedTuple):
    """A cell and the line that it stands in."""

    text: str
    line: int


@dataclass(slots=True)
class Profile:
    """What a column holds.

    Attributes
    ----------
    rows
        That were looked at.
    looks
        Cells of each look.
    examples
        The first of each.
    different
        Hashes of some different values, `MOST_DIFFERENT` and one at most.
    shown
        The first of them, as text.
    counting
        Whether each value is the one before it and one: a row's number.
    """

    rows: int = 0
    looks: Counter[Look] = field(default_factory=Counter)
    examples: dict[Look, Example] = field(default_factory=dict)
    different: set[int] = field(default_factory=set)
    shown: list[str] = field(default_factory=list)
    counting: bool = True
    _last: int | None = None

    def add(self, cells: Sequence[str], lines: Sequence[int], marks: Marks) -> None:
        """Look at some cells of the column, shape ``(n,)``, and the lines that they stand in."""
        self.rows += len(cells)
        for text, count in Counter(cells).items():
            stripped = text.strip()
            look = look_at(stripped, marks)
            self.looks[look] += count
            if look not in self.examples:
                self.examples[look] = Example(stripped, lines[cells.index(text)])
            if look.kind is not Kind.EMPTY and look.kind is not Kind.MARK:
                self._note(stripped)
        if self.counting:
            self._count(cells)

    def _note(self, text: str) -> None:
        if len(self.different) > MOST_DIFFERENT:
            return
        known = len(self.different)
        self.different.add(hash(text))
        if len(self.different) > known and len(self.shown) < _SHOWN:
            self.shown.append(
                text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."
            )

    def _count(self, cells: Sequence[str]) -> None:
        for text in cells:
            number = int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
            if number is None or (self._last is not None and number != self._last + 1):
                self.counting = False
                return
            self._last = number

    def count(self, *kinds: Kind) -> int:
        """Return how many cells are of some kinds."""
        return sum(count for look, count in self.looks.items() if look.kind in kinds)

    @property
    def known(self) -> int:
        """Cells that are neither empty nor a mark."""
        return self.rows - self.count(Kind.EMPTY, Kind.MARK)

    def words(self, *kinds: Kind) -> dict[str, int]:
        """Return the cells of some kinds by their word, the most frequent first."""
        counts: Counter[str] = Counter()
        for look, count in self.looks.items():
            if look.kind in kinds:
                counts[look.word] += count
        return dict(counts.most_common())

    def first(self, *looks: Look) -> Example:
        """Return the first of the cells of some looks."""
        return min((self.examples[look] for look in looks), key=lambda example: example.line)


@dataclass(slots=True)
class Identities:
    """Ids of a column: how many there are, and which come twice.

    Attributes
    ----------
    different
        Hashes of ids.
    repeated
        Ids that were there before.
    first
        The first of them, and its lines.
    full
        Whether there were more than are told from each other.
    missing
        Rows without one.
    rounded
        Ids such as 1.79E+18, which lost digits before.
    """

    different: set[int] = field(default_factory=set)
    repeated: int = 0
    first: tuple[str, int] | None = None
    full: bool = False
    missing: int = 0
    rounded: int = 0
    shown: list[str] = field(default_factory=list)

    def add(self, text: str, line: int, most: int = 1_000_000) -> None:
        """Take note of an id."""
        self.rounded += is_rounded(text)
        if len(self.shown) < _SHOWN and text not in self.shown:
            self.shown.append(text)
        known = len(self.different)
        if known >= most:
            self.full = True
            return
        self.different.add(hash(text))
        if len(self.different) == known:
            self.repeated += 1
            self.first = self.first or (text, line)
