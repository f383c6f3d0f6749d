"""What was predicted and what was true, as columns of a labelled row, and back."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from schemas.tables.columns import ABSENT, Column, Flag, Kind, Role, column_of
from schemas.values.numbers import LARGEST_EXACT

MOST_POSITIONS: Final = 256
"""Numbers of a list; of a longer one there are no columns, and no error."""

_TOO_LONG: Final = object()
"""In place of such a list: mistyped."""


def outcome_columns(role: Role, raw: Sequence[Any]) -> list[Column]:
    """Return the columns of outcomes: one of scalars, and one for each position of lists.

    Parameters
    ----------
    role
        `Role.PREDICTION` or `Role.LABEL`, after which they are named.
    raw
        ``n`` outcomes as decoded. A list of one is what is in it.
    """
    name = str(role)
    kinds = set(map(type, raw))
    if kinds == {str}:
        return [_column_of_texts(name, role, raw)]
    if list not in kinds:
        return [column_of(name, role, raw)]
    rows = [each[0] if type(each) is list and len(each) == 1 else each for each in raw]
    scalars = [_scalar(each) for each in rows]
    columns = [] if all(each is ABSENT for each in scalars) else [column_of(name, role, scalars)]
    lists = [each if _is_taken(each) else [] for each in rows]
    for place in range(max(map(len, lists))):
        values = [each[place] if place < len(each) else ABSENT for each in lists]
        # Codes are compared by their digits, which numbers do not have.
        kind = None if any(map(_is_code, values)) else Kind.NUMBER
        columns.append(column_of(f"{name}[{place}]", role, values, kind))
    return columns


def outcomes_of(columns: Iterable[Column], role: Role, rows: int) -> list[Any]:
    """Return the outcomes of rows; None where one is nothing, and ``...`` where it is unusable."""
    outcomes: list[Any] = [None] * rows
    for column in columns:
        if column.role is not role:
            continue
        flags = np.zeros(rows, np.uint8) if column.flags is None else column.flags
        values = _values_of(column)
        is_position = column.name.endswith("]")
        for row, (flag, value) in enumerate(zip(flags.tolist(), values, strict=True)):
            if flag == Flag.ABSENT:
                continue
            found = value if flag == Flag.OK else None if flag == Flag.NULL else ...
            if is_position:
                outcomes[row] = [*(outcomes[row] or ()), found]
            else:
                outcomes[row] = found
    return outcomes


def _column_of_texts(name: str, role: Role, texts: Sequence[str]) -> Column:
    """Return the column of texts of which few differ: each of them is looked at once."""
    numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    codes = np.fromiter(map(numbers.__getitem__, texts), dtype=np.int64, count=len(texts))
    distinct = column_of(name, role, list(numbers))
    flags = None if distinct.flags is None else distinct.flags[codes]
    return replace(distinct, values=distinct.values[codes], flags=flags)


def _values_of(column: Column) -> Sequence[Any]:
    if column.kind is Kind.CATEGORY:
        return [column.categories[code] for code in column.values.tolist()]
    if column.kind is Kind.BOOLEAN:
        return list(map(bool, column.values.tolist()))
    values: Sequence[Any] = column.values.tolist()
    return values


def _is_code(value: Any) -> bool:
    return type(value) is str or (type(value) is int and abs(value) > LARGEST_EXACT)


def _is_taken(outcome: Any) -> bool:
    return type(outcome) is list and len(outcome) <= MOST_POSITIONS


def _scalar(outcome: Any) -> Any:
    if type(outcome) is not list:
        return outcome
    return ABSENT if outcome and len(outcome) <= MOST_POSITIONS else _TOO_LONG
