"""Whether labels and predictions of one model version go by the same names, by its first rows."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.performance.said_class import class_said
from detectors.snapshots.tree import State
from schemas.tables.columns import Column, Flag, Kind, Role, of_role
from schemas.tables.outcomes import outcomes_of
from schemas.values.class_order import Classes
from schemas.values.classes import class_name
from schemas.values.numbers import number_of

_MARKS: Final = re.compile(r"[\s_-]+")

LOOKS: Final = (32, 100, 316, 1000)
"""Labelled rows after which names are compared; after the last no more."""

BLOCK: Final = 100
"""Labelled rows that are to go by the same names before it is told that they do."""

MOST_NAMES: Final = 32
"""Classes of each side that are told apart; where there are more, only their form is compared."""

_ODD: Final = 0.05
"""Rows of a block that may be unreadable, or go by the other names, all the same."""

_RARE: Final = 10
"""Rows of a class that say which one it is."""

_FEW: Final = 3
"""Rows of a pair from which on it says anything of names."""

_MOSTLY: Final = 0.6
_LIKELY: Final = 0.8
SELDOM: Final = 0.2
"""Share of outcomes that are right, up to which other names are looked for."""


class NamesTurn(NamedTuple):
    """Names that are found not to be the same, or to be so by now.

    Attributes
    ----------
    row
        Place of the row at which it was found, among those that were given.
    is_open
        Whether it is for the worse.
    right
        The share of the rows so far, or of the latest block, whose outcomes are the same.
    renamed
        The share that would be, had labels the names of `names`; 0 where none are likely.
    names
        What labels say, to the class that the model seems to say for it.
    said, true
        Classes that were predicted, and that were true, the commonest first.
    since
        Time of the first of the rows, milliseconds since the epoch.
    """

    row: int
    is_open: bool
    right: float
    renamed: float
    names: dict[str, str]
    said: Sequence[str]
    true: Sequence[str]
    since: int


class NamedRows(NamedTuple):
    """What labelled rows have said of the names of outcomes.

    Attributes
    ----------
    turns
        What was found, in the order of the rows.
    are_other
        Shape ``(n,)``: whether names were told to be others, with what each row says.
    """

    turns: Sequence[NamesTurn]
    are_other: NDArray[np.bool_]


class OutcomeNames:
    """A comparison of the names of a version's first labelled rows, exact in rows.

    Where a model says ``fraud`` and labels say 1, no prediction is ever right; where it says 0 and
    1 and labels -1 and 1, the ones are. Errors then tell nothing, and no figure made of them is
    true. That is found where no outcome can be compared; where nothing is right, and one side has
    words and the other numbers, or both have several classes; where hardly anything is right, and
    nearly everything would be under other names; where a class that is never true goes with one
    that is never predicted; and where labels have names that are never predicted, and but for
    their capitals, spaces and marks are.

    Parameters
    ----------
    classes
        Those of the model: which texts are one, and their order in a list of probabilities.
    """

    def __init__(self, classes: Classes) -> None:
        self._classes = classes
        self._told: dict[str, str] | None = None
        self.restart()

    def restart(self) -> None:
        """Begin anew; what was told stands until the names are the same."""
        self._rows = self._right = self._unreadable = 0
        self._pairs: Counter[tuple[str, str]] = Counter()
        self._unread: Counter[tuple[str, str]] = Counter()
        self._is_crowded = False
        self._since = -1
        self._block = [0, 0, 0]

    @property
    def is_settled(self) -> bool:
        """Whether rows are looked at no more."""
        return self._told is None and self._rows >= LOOKS[-1]

    @property
    def are_other(self) -> bool:
        """Whether labels are told to call classes otherwise, and not yet to do so no more."""
        return self._told is not None

    def add(self, columns: Sequence[Column], times: NDArray[np.int64]) -> NamedRows:
        """Take labelled rows with their errors; return what they say.

        Parameters
        ----------
        columns
            As `detectors.performance.labelled_rows.with_errors` gives them.
        times
            Shape ``(n,)``, milliseconds since the epoch.
        """
        error = of_role(columns, Role.ERROR)
        are_other = np.full(len(times), self.are_other)
        turns: list[NamesTurn] = []
        if self.is_settled or error is None:
            return NamedRows(turns, are_other)
        # Of distances none says that names are others; what cannot be reckoned does.
        wrongs = error.values * (error.kind is Kind.BOOLEAN)
        count = len(times)
        said, true = (outcomes_of(columns, role, count) for role in (Role.PREDICTION, Role.LABEL))
        flags = np.zeros(count, np.uint8) if error.flags is None else error.flags
        rows = zip(wrongs.tolist(), flags.tolist(), said, true, times.tolist(), strict=True)
        for turn in self._follow(rows, are_classes=error.kind is Kind.BOOLEAN):
            turns.append(turn)
            are_other[turn.row :] = turn.is_open
        return NamedRows(turns, are_other)

    def state(self) -> State:
        """Return the whole state."""
        return {
            "counts": [self._rows, self._right, self._unreadable, self._since],
            "pairs": [[*pair, count] for pair, count in self._pairs.items()],
            "unread": [[*pair, count] for pair, count in self._unread.items()],
            "crowded": self._is_crowded,
            "block": list(self._block),
            "told": self._told,
        }

    def restore(self, state: State) -> None:
        """Restore a state."""
        self._rows, self._right, self._unreadable, self._since = state["counts"]
        self._pairs = Counter({(said, true): count for said, true, count in state["pairs"]})
        # Releases before did not keep what cannot be compared.
        unread = state.get("unread", [])
        self._unread = Counter({(said, true): count for said, true, count in unread})
        self._is_crowded, self._block = state["crowded"], list(state["block"])
        self._told = state["told"]

    def _follow(
        self, rows: Iterable[tuple[float, int, Any, Any, int]], *, are_classes: bool
    ) -> Iterator[NamesTurn]:
        """Take rows one by one until no further one is looked at; yield what is found."""
        for row, (wrong, flag, said, true, time) in enumerate(rows):
            if flag not in {Flag.OK, Flag.MISTYPED}:
                continue
            is_readable = flag == Flag.OK
            right = is_readable and not wrong
            self._take(said, true, time, right=right, readable=is_readable, classes=are_classes)
            found = self._look() if self._told is None else self._end_of_block()
            if found is not None:
                yield found._replace(row=row)
            if self.is_settled:
                self._pairs.clear()  # none is asked for again
                self._unread.clear()
                return

    def _take(
        self, said: Any, true: Any, time: int, *, right: bool, readable: bool, classes: bool
    ) -> None:
        self._since = time if self._since < 0 else self._since
        self._rows += 1
        self._right += right
        self._unreadable += not readable
        # Probabilities are of classes: which ones were said has nothing to do with their digits.
        is_of_a_class = isinstance(said, list) and not isinstance(true, list)
        said = class_said(said, self._classes) if is_of_a_class else said
        pair = self._name(said), self._name(true)
        if self._told is not None:
            other = not readable or self._told.get(pair[1]) == pair[0]
            self._block = [self._block[0] + 1, self._block[1] + right, self._block[2] + other]
        elif readable and (classes or not right or pair[0] == pair[1]):
            # N is right beside false: of what is wrong alone, neither would ever be the other.
            pair = (pair[0], pair[0]) if right else pair
            if pair not in self._pairs:
                names = self._said() | {pair[0]}, self._true() | {pair[1]}
                self._is_crowded |= any(len(each) > MOST_NAMES for each in names)
            if pair in self._pairs or not self._is_crowded:
                self._pairs[pair] += 1
        elif not readable and (pair in self._unread or len(self._unread) < MOST_NAMES):
            self._unread[pair] += 1

    def _name(self, outcome: Any) -> str:
        return (
            ""
            if outcome is ... or outcome is None
            else class_name(outcome, self._classes.spellings)
        )

    def _said(self) -> set[str]:
        return {said for said, _ in self._pairs}

    def _true(self) -> set[str]:
        return {true for _, true in self._pairs}

    def _look(self) -> NamesTurn | None:
        if self._rows not in LOOKS:
            return None
        if self._unreadable >= (1 - _ODD) * self._rows and self._rows >= BLOCK:
            return self._tell_unreadable()
        names = {} if self._is_crowded else self._likely_names()
        right = self._right / self._rows
        known = sum(self._pairs.values())
        renamed = sum(
            count for pair, count in self._pairs.items() if names.get(pair[1], pair[1]) == pair[0]
        )
        share = renamed / known if known and names else 0.0
        if not self._are_other(right, share, names):
            names = self._misspelt()
            if not names:
                return None
            share = right + self._rows_of(names) / self._rows
        self._told = names
        self._block = [0, 0, 0]
        return self._turn(right, share, names)

    def _tell_unreadable(self) -> NamesTurn:
        """Tell of outcomes that cannot be compared, with the names that most would be right by."""
        self._pairs = Counter(self._unread)
        several = min(len(self._said()), len(self._true())) > 1
        names = self._likely_names() if several and "" not in self._said() else {}
        share = self._rows_of(names) / self._rows
        if share < _LIKELY:
            names, share = {}, 0.0
        self._told = names
        self._block = [0, 0, 0]
        return self._turn(self._right / self._rows, share, names)

    def _are_other(self, right: float, renamed: float, names: dict[str, str]) -> bool:
        said, true = self._said(), self._true()
        if self._right == 0 and _are_spelled_otherwise(said, true):
            return True
        if self._rows < BLOCK or self._is_crowded:
            return False
        if not names:
            return self._right == 0 and min(len(said), len(true)) > 1
        if right <= SELDOM and renamed >= _LIKELY and len(true) > 1:
            return True
        # Where nothing is right, one class may only be reported first, and always be missed.
        return self._right > 0 and any(self._is_never_met(*each) for each in names.items())

    def _is_never_met(self, label: str, said: str) -> bool:
        """Tell whether a class that is never true goes with a label that is never predicted."""
        if label in self._said() or said in self._true():
            return False
        rows = sum(count for pair, count in self._pairs.items() if pair[0] == said)
        met = self._pairs[said, label]
        return rows >= _RARE and met >= _MOSTLY * rows

    def _likely_names(self) -> dict[str, str]:
        """Return labels that would be right by another name: one each, where that is likelier."""
        names: dict[str, str] = {}
        taken: set[str] = set()
        commonest = sorted(self._pairs.items(), key=lambda each: (-each[1], each[0]))
        for (said, label), count in commonest:
            if count >= _FEW and label not in names and said not in taken:
                names[label] = said
                taken.add(said)
        return {label: said for label, said in names.items() if label != said}

    def _misspelt(self) -> dict[str, str]:
        """Return labels that are never predicted, to what is but for capitals and marks.

        Where some go by the same names, as of one of two sources, others of these are never right.
        None where they are no more than strays.
        """
        if self._rows < BLOCK or self._is_crowded:
            return {}
        said = self._said()
        plain = {_plain(name): name for name in said}
        names = {
            label: plain[_plain(label)]
            for label in sorted(self._true() - said)
            if _plain(label) in plain
        }
        return names if self._rows_of(names) >= _ODD * self._rows else {}

    def _rows_of(self, names: dict[str, str]) -> int:
        """Return how many rows would be right, had labels these names."""
        return sum(count for pair, count in self._pairs.items() if names.get(pair[1]) == pair[0])

    def _commonest(self) -> tuple[list[str], list[str]]:
        sides: tuple[Counter[str], Counter[str]] = Counter(), Counter()
        for pair, count in self._pairs.items():
            for side, name in zip(sides, pair, strict=True):
                side[name] += count
        said, true = (
            [name for name, _ in sorted(side.items(), key=lambda each: (-each[1], each[0]))]
            for side in sides
        )
        return said, true

    def _end_of_block(self) -> NamesTurn | None:
        rows, right, other = self._block
        if rows < BLOCK:
            return None
        self._block = [0, 0, 0]
        if right == 0 or other > _ODD * rows:
            return None
        self._told = None
        self._rows = LOOKS[-1]
        return self._turn(right / rows, 0.0, {})

    def _turn(self, right: float, renamed: float, names: dict[str, str]) -> NamesTurn:
        said, true = self._commonest()
        return NamesTurn(
            row=0,
            is_open=self._told is not None,
            right=right,
            renamed=renamed,
            names=names,
            said=said,
            true=true,
            since=self._since,
        )


def _plain(name: str) -> str:
    """Return a name without capitals, and with one space for white space and marks in it."""
    return _MARKS.sub(" ", name.casefold())


def _are_spelled_otherwise(said: set[str], true: set[str]) -> bool:
    """Tell whether names are words on one side and numbers on the other, or differ in capitals."""
    forms = [{number_of(each) is None for each in names} for names in (said, true)]
    if len(forms[0]) == len(forms[1]) == 1 and forms[0] != forms[1]:
        return True
    small = [{each.casefold() for each in names} for names in (said, true)]
    return not said & true and bool(small[0] & small[1])
