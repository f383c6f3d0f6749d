"""What the values of a column are to a column of another kind."""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.tables.columns import Column, Flag, Flags, Kind, Role, Values
from schemas.values.booleans import boolean_of
from schemas.values.categories import category_name
from schemas.values.numbers import number_of, numbers_of
from schemas.values.spellings import USUAL, Spellings

KINDS: Final = tuple(Kind)
"""The kinds by their numbers."""

UNUSABLE: Final = -1
"""In place of the number of a kind: there is no value."""

_BOOLEANS: Final = ("false", "true")


def retyped(column: Column, kind: Kind, spellings: Spellings = USUAL) -> Column:
    """Return a column as one of another kind; values that are none of it are mistyped.

    What a row becomes depends on its own value alone: a batch that mixes kinds is a category of
    the names of its values, and gives here what each of them gives where it is by itself. Numbers
    in text are numbers, unless digits would be lost; 0, 1 and the spellings of booleans are
    booleans; to a number, a boolean is mistyped. Marks of missing numbers are null to both.

    Examples
    --------
    >>> from schemas.tables.columns import Role
    >>> mixed = Column("x", Role.FEATURE, Kind.CATEGORY, np.array([0, 1]), ("1.5", "n"))
    >>> found = retyped(mixed, Kind.NUMBER)
    >>> found.values.tolist(), found.flags.tolist()
    ([1.5, 0.0], [0, 5])
    """
    if column.kind is kind:
        return column
    if kind is Kind.CATEGORY:
        return _as_category(column)
    if column.kind is Kind.CATEGORY:
        table = _table(column.categories, kind, spellings)
        column = _without_marks(column, spellings)
        return _numbers(column, kind, table[column.values])
    is_boolean = (column.values == 0) | (column.values == 1)
    known = is_boolean if kind is Kind.BOOLEAN else np.zeros(len(column.values), dtype=np.bool_)
    return _numbers(column, kind, np.where(known, column.values, np.nan))


def kinds_of(column: Column, spellings: Spellings = USUAL) -> NDArray[np.int8]:
    """Return the kind of each value of a column, whatever the others are.

    Parameters
    ----------
    column
        Of any kind.
    spellings
        Which texts say that there is no number: these tell of no kind.

    Returns
    -------
    array of int8
        Shape ``(n,)``: the number of the kind among `KINDS`; `UNUSABLE` where there is no value,
        or none that tells.

    Examples
    --------
    >>> from schemas.tables.columns import Role
    >>> mixed = Column("x", Role.FEATURE, Kind.CATEGORY, np.array([0, 1]), ("1.5", "n"))
    >>> [str(KINDS[number]) for number in kinds_of(mixed)]
    ['number', 'category']
    """
    if column.kind is Kind.CATEGORY:
        kinds = _kinds_of_names(column.categories)[column.values]
        kinds[_marks(column, spellings)] = UNUSABLE
    else:
        kinds = np.full(len(column.values), KINDS.index(column.kind), dtype=np.int8)
    if column.flags is not None:
        kinds[column.flags != Flag.OK] = UNUSABLE
    return kinds


def _marks(column: Column, spellings: Spellings) -> NDArray[np.bool_]:
    """Tell which values of a column of texts say that there is no number; a class may."""
    if column.role is not Role.FEATURE:
        return np.zeros(len(column.values), dtype=np.bool_)
    found = [spellings.is_missing_number(name) for name in column.categories]
    return np.array(found, dtype=np.bool_)[column.values]


def _without_marks(column: Column, spellings: Spellings) -> Column:
    """Return a column of texts with null where they say that there is no number."""
    marks = _marks(column, spellings)
    if not marks.any():
        return column
    flags = _flags(column)
    flags[marks & (flags == Flag.OK)] = Flag.NULL
    return replace(column, flags=flags)


def _kinds_of_names(names: tuple[str, ...]) -> NDArray[np.int8]:
    kinds = [
        Kind.BOOLEAN
        if name in _BOOLEANS
        else Kind.CATEGORY
        if number_of(name, exact=True) is None
        else Kind.NUMBER
        for name in names
    ]
    return np.array([KINDS.index(kind) for kind in kinds], dtype=np.int8)


def _table(categories: tuple[str, ...], kind: Kind, spellings: Spellings) -> Values:
    """Return the number of each category, NaN where it is none of the kind."""
    if kind is Kind.NUMBER:
        return numbers_of(categories, exact=True)
    found = (boolean_of(each, spellings) for each in categories)
    return np.array([np.nan if each is None else float(each) for each in found])


def _numbers(column: Column, kind: Kind, values: Values) -> Column:
    flags = _flags(column)
    flags[(flags == Flag.OK) & np.isnan(values)] = Flag.MISTYPED
    values = np.where(flags == Flag.OK, values, 0.0)
    marks = flags if flags.any() else None
    return Column(column.name, column.role, kind, values, flags=marks)


def _as_category(column: Column) -> Column:
    usable = _flags(column) == Flag.OK
    found, places = np.unique(np.where(usable, column.values, 0.0), return_inverse=True)
    if column.kind is Kind.BOOLEAN:
        names = [_BOOLEANS[int(value)] for value in found.tolist()]
    else:
        names = [category_name(value) for value in found.tolist()]
    codes = places.reshape(-1).astype(np.int32)
    return Column(column.name, column.role, Kind.CATEGORY, codes, tuple(names), column.flags)


def _flags(column: Column) -> Flags:
    return np.zeros(len(column.values), np.uint8) if column.flags is None else column.flags.copy()
