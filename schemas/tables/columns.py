"""Typed columns: what became of one named value over the rows of a batch."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from schemas.values.booleans import boolean_of
from schemas.values.categories import category_name
from schemas.values.numbers import LARGEST_EXACT, number_of
from schemas.values.spellings import USUAL, Spellings

Values: TypeAlias = NDArray[np.float64]
Codes: TypeAlias = NDArray[np.int32]
Flags: TypeAlias = NDArray[np.uint8]

LONGEST_CATEGORY: Final = 256
"""Characters of a category that are kept; longer ones are told apart by these only."""

ABSENT: Final = object()
"""Stands for a feature that a row does not have."""


class Role(StrEnum):
    """What a column is to the model."""

    FEATURE = "feature"
    """What the model was given; of a labelled row a number of its label event."""

    PREDICTION = "prediction"
    SCORE = "score"
    LABEL = "label"
    """What was true; like the segment and the delay it comes with labelled rows."""

    SEGMENT = "segment"
    DELAY = "delay"
    """Milliseconds between the prediction and its label, by their own times."""

    CORRECTED = "corrected"
    """Whether a label that came again is another one than before; else it is the same."""

    ERROR = "error"
    """Made of prediction and label where they are watched."""


class Kind(StrEnum):
    """The kind of a column's values."""

    NUMBER = "number"
    CATEGORY = "category"
    BOOLEAN = "boolean"


class Flag(IntEnum):
    """The quality of one value; everything but OK is counted and never fed to a detector."""

    OK = 0
    ABSENT = 1
    NULL = 2
    NAN = 3
    INFINITE = 4
    MISTYPED = 5


@dataclass(frozen=True, slots=True)
class Column:
    """One named column of a batch of ``n`` rows.

    Attributes
    ----------
    name, role, kind
        Identity. A feature whose values mix kinds comes as a category, from whose texts they can
        be told again.
    values
        Shape ``(n,)``: float64 numbers (booleans as 0 and 1), or int32 indices into `categories`.
        What stands at a row whose flag is not OK has no meaning.
    categories
        The distinct texts of a category column; empty for the other kinds.
    flags
        Shape ``(n,)``, a `Flag` a row, or None where all rows are OK.
    """

    name: str
    role: Role
    kind: Kind
    values: Values | Codes
    categories: tuple[str, ...] = ()
    flags: Flags | None = None

    def take(self, rows: NDArray[np.bool_]) -> "Column":
        """Return the column of the rows where the mask of shape ``(n,)`` is true."""
        flags = None if self.flags is None else self.flags[rows]
        return replace(self, values=self.values[rows], flags=flags)

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Which rows are OK, shape ``(n,)``."""
        if self.flags is None:
            return np.ones(len(self.values), dtype=np.bool_)
        ok: NDArray[np.bool_] = self.flags == Flag.OK
        return ok

    @property
    def is_absent(self) -> bool:
        """Whether no row has the column at all."""
        return self.flags is not None and bool((self.flags == Flag.ABSENT).all())

    def compact(self) -> "Column":
        """Return the column with no other categories than those that occur."""
        if self.kind is not Kind.CATEGORY:
            return self
        codes, first, places = np.unique(self.values, return_index=True, return_inverse=True)
        order = np.argsort(first)
        rank = np.empty(len(order), dtype=np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        kept = tuple(self.categories[int(code)] for code in codes[order])
        return replace(self, values=rank[places.reshape(-1)], categories=kept)

    def between(self, begin: int, end: int) -> "Column":
        """Return the column of some consecutive rows."""
        flags = None if self.flags is None else self.flags[begin:end]
        values = self.values[begin:end]
        return Column(self.name, self.role, self.kind, values, self.categories, flags)

    def since(self, row: int) -> "Column":
        """Return the column without the rows before ``row``."""
        return self if row == 0 else self.between(row, len(self.values))


def of_role(columns: Iterable[Column], role: Role) -> Column | None:
    """Return the first column of a role; None where there is none."""
    return next((column for column in columns if column.role is role), None)


def column_of(
    name: str,
    role: Role,
    raw: Sequence[Any],
    declared: Kind | None = None,
    spellings: Spellings = USUAL,
) -> Column:
    """Turn raw JSON values into a typed column.

    Parameters
    ----------
    name, role
        Identity of the column.
    raw
        ``n`` values as decoded, `ABSENT` where a row has none.
    declared
        The kind, where the configuration names it: then other scalars are read as one of it where
        they can be, and are mistyped where not.
    spellings
        Which texts are booleans, and which say that there is no value.

    Returns
    -------
    Column
        Of ``n`` rows, of the kind that all usable values have, or a category of their names where
        they mix kinds or a whole number is larger than float64 can tell from its neighbours: then
        `schemas.tables.retyping.retyped` gives what each row is to a column of another kind, so
        that what a row counts as never depends on the rows that happen to share its batch. Where no
        row has a usable value, a number column that holds the flags. NaN and infinity are such
        whatever the kind: encoders of tables write NaN where a category is missing.
    """
    types = set(map(type, raw))
    if types <= {float, int} and declared in {None, Kind.NUMBER}:
        numbers = _plain_numbers(raw, any_size=declared is not None or int not in types)
        if numbers is not None:
            return Column(name, role, Kind.NUMBER, numbers)
    if types == {bool} and declared in {None, Kind.BOOLEAN}:
        return Column(name, role, Kind.BOOLEAN, np.array(raw, dtype=np.float64))
    # Rows that have little in common are absent from most columns.
    flags = np.array(
        [_ABSENT if value is ABSENT else _quality(value, role, spellings) for value in raw],
        dtype=np.uint8,
    )
    if role is Role.FEATURE and declared in {Kind.NUMBER, Kind.BOOLEAN}:
        for row in np.flatnonzero(flags == Flag.OK).tolist():
            if type(raw[row]) is str and spellings.is_missing_number(raw[row]):
                flags[row] = Flag.NULL
    kind = declared or _common_kind(raw, flags)
    nothing: Any = "" if kind is Kind.CATEGORY else 0.0
    usable = [nothing] * len(raw)
    read = _READERS[kind]
    for row in np.flatnonzero(flags == Flag.OK).tolist():
        value = read(raw[row], spellings)
        if value is None:
            flags[row] = Flag.MISTYPED
        else:
            usable[row] = value
    marks = flags if flags.any() else None
    if kind is Kind.CATEGORY:
        return _category(name, role, usable, marks)
    return Column(name, role, kind, np.array(usable, dtype=np.float64), flags=marks)


_ABSENT: Final = int(Flag.ABSENT)  # members of an enumeration are slow to come by
_SCALARS: Final = frozenset({int, float, str, bool})


def _number_of(value: Any, spellings: Spellings) -> float | None:
    # Where the kind is declared a number may be written in any way, as 007 too.
    del spellings
    return None if isinstance(value, bool) else number_of(value, codes=True)


_READERS: Final[Mapping[Kind, Callable[[Any, Spellings], Any]]] = {
    Kind.NUMBER: _number_of,
    Kind.CATEGORY: category_name,
    Kind.BOOLEAN: boolean_of,
}


def _plain_numbers(raw: Sequence[Any], *, any_size: bool) -> Values | None:
    """Return the column of finite numbers, or None where it needs a closer look."""
    try:
        numbers = np.array(raw, dtype=np.float64)
    except OverflowError:  # an integer beyond float64
        return None
    largest = np.abs(numbers).max(initial=0.0)
    return numbers if (largest < LARGEST_EXACT or any_size) and np.isfinite(largest) else None


def _quality(value: Any, role: Role, spellings: Spellings) -> Flag:
    """Return what is wrong with a value that is there, whatever the kind of its column."""
    if value is None:
        return Flag.NULL
    kind = type(value)
    if kind not in _SCALARS:
        return Flag.MISTYPED
    if kind is str:
        return Flag.NULL if says_nothing(value, role, spellings) else Flag.OK
    try:
        number = float(value)
    except OverflowError:  # an integer beyond float64
        return Flag.INFINITE
    if number != number:  # noqa: PLR0124 - NaN alone differs from itself
        return Flag.NAN
    return Flag.INFINITE if number in _INFINITE else Flag.OK


def says_nothing(text: str, role: Role, spellings: Spellings) -> bool:
    """Tell whether a text stands for no value; a class may be named as a missing feature is."""
    return spellings.is_missing(text) if role is Role.FEATURE else not text.strip()


_INFINITE: Final = (float("inf"), float("-inf"))


def _common_kind(raw: Sequence[Any], flags: Flags) -> Kind:
    """Return the kind of all usable values, or that of texts."""
    kinds = {_kind_of(raw[row]) for row in np.flatnonzero(flags == Flag.OK).tolist()}
    return Kind.CATEGORY if len(kinds) > 1 else next(iter(kinds), Kind.NUMBER)


def _kind_of(value: Any) -> Kind:
    if isinstance(value, bool):
        return Kind.BOOLEAN
    if isinstance(value, str):
        return Kind.CATEGORY
    is_code = isinstance(value, int) and abs(value) > LARGEST_EXACT
    return Kind.CATEGORY if is_code else Kind.NUMBER


def _category(name: str, role: Role, texts: Sequence[str], flags: Flags | None) -> Column:
    index: dict[str, int] = {}
    codes = np.fromiter(
        (index.setdefault(text[:LONGEST_CATEGORY], len(index)) for text in texts),
        dtype=np.int32,
        count=len(texts),
    )
    return Column(name, role, Kind.CATEGORY, codes, tuple(index), flags)
