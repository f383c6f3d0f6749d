"""Typed columns: what became of one named value over the rows of a batch."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

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
    PREDICTION = "prediction"
    SCORE = "score"
    ERROR = "error"


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
        Identity. A feature whose rows mix kinds comes as one column for each kind.
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


def columns_of(
    name: str, role: Role, raw: Sequence[Any], declared: Kind | None = None
) -> list[Column]:
    """Turn raw JSON values into typed columns, one for each kind that occurs.

    Parameters
    ----------
    name, role
        Identity of the columns.
    raw
        ``n`` values as decoded, `ABSENT` where a row has none.
    declared
        The kind, where the configuration names it: then there is exactly one column, and scalars of
        other types are mistyped, except that numbers and booleans become text for a category.

    Returns
    -------
    list of Column
        Each of ``n`` rows. A row that is of another kind is MISTYPED in it, so that what a row
        counts as never depends on the rows that happen to share its batch. Where no row has a
        usable value, one number column that holds the flags. NaN and infinity are such whatever the
        kind: encoders of tables write NaN where a category is missing.
    """
    types = set(map(type, raw))
    if types <= {float, int} and declared in {None, Kind.NUMBER}:
        numbers = _plain_numbers(raw)
        if numbers is not None:
            return [Column(name, role, Kind.NUMBER, numbers)]
    if types == {str} and declared in {None, Kind.CATEGORY}:
        return [_category(name, role, raw, None)]
    if types == {bool} and declared in {None, Kind.BOOLEAN}:
        return [Column(name, role, Kind.BOOLEAN, np.array(raw, dtype=np.float64))]
    if declared is not None:
        return [_of_kind(name, role, raw, declared, as_text=declared is Kind.CATEGORY)]
    kinds = [kind for kind, mark in _MARKS.items() if types & mark] or [Kind.NUMBER]
    return [_of_kind(name, role, raw, kind, as_text=False) for kind in kinds]


_MARKS: Final[dict[Kind, set[type]]] = {
    Kind.NUMBER: {int, float},
    Kind.CATEGORY: {str},
    Kind.BOOLEAN: {bool},
}


def _plain_numbers(raw: Sequence[Any]) -> Values | None:
    """Return the column of finite numbers, or None where it needs a closer look."""
    try:
        numbers = np.array(raw, dtype=np.float64)
    except OverflowError:  # an integer beyond float64
        return None
    return numbers if bool(np.isfinite(numbers).all()) else None


def _of_kind(name: str, role: Role, raw: Sequence[Any], kind: Kind, *, as_text: bool) -> Column:
    flags = np.zeros(len(raw), dtype=np.uint8)
    usable: list[Any] = []
    for row, value in enumerate(raw):
        flag, kept = _judge(value, kind, as_text=as_text)
        flags[row] = flag
        usable.append(kept)
    marks = flags if flags.any() else None
    if kind is Kind.CATEGORY:
        return _category(name, role, usable, marks)
    return Column(name, role, kind, np.array(usable, dtype=np.float64), flags=marks)


def _judge(value: Any, kind: Kind, *, as_text: bool) -> tuple[Flag, Any]:
    """Return the quality of one value, and what to keep of it."""
    nothing: Any = "" if kind is Kind.CATEGORY else 0.0
    if value is ABSENT or value is None:
        return (Flag.NULL if value is None else Flag.ABSENT), nothing
    flag = _judge_number(value) if type(value) in _MARKS[Kind.NUMBER] else Flag.OK
    if flag is not Flag.OK:
        return flag, nothing
    if as_text and isinstance(value, bool | int | float):
        return Flag.OK, str(value).lower() if isinstance(value, bool) else f"{value}"
    return (Flag.OK, value) if type(value) in _MARKS[kind] else (Flag.MISTYPED, nothing)


def _judge_number(value: float) -> Flag:
    try:
        number = float(value)
    except OverflowError:  # an integer beyond float64
        return Flag.INFINITE
    if math.isnan(number):
        return Flag.NAN
    return Flag.INFINITE if math.isinf(number) else Flag.OK


def _category(name: str, role: Role, texts: Sequence[str], flags: Flags | None) -> Column:
    index: dict[str, int] = {}
    codes = np.fromiter(
        (index.setdefault(text[:LONGEST_CATEGORY], len(index)) for text in texts),
        dtype=np.int32,
        count=len(texts),
    )
    return Column(name, role, Kind.CATEGORY, codes, tuple(index), flags)
