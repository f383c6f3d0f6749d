"""Tables that follow each other, as fewer and larger ones.

A worker that is behind finds many tables of the same models. What each of these costs is then paid
for all of its rows at once.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from schemas.columns import Column, Flags, Kind, Role
from schemas.observations import ModelRows, ObservationTable, Origin, Run

_Form: TypeAlias = tuple[Origin, tuple[tuple[Role, str, Kind], ...]]


def merged(tables: Iterable[ObservationTable]) -> Iterator[ObservationTable]:
    """Yield tables with the rows of the given ones, those of each model in the same order.

    Tables of one origin and with the same columns become one, at the place of the first of them; a
    table with a model that another kind of table had in between begins a new one.
    """
    groups: list[list[ObservationTable]] = []
    group_of: dict[_Form, int] = {}
    latest: dict[tuple[str, str], int] = {}
    for table in tables:
        form = table.origin, tuple((each.role, each.name, each.kind) for each in table.columns)
        models = [(rows.model, rows.version) for rows in table.models]
        group = group_of.get(form)
        if group is None or any(latest.get(model, group) > group for model in models):
            group = group_of[form] = len(groups)
            groups.append([])
        groups[group].append(table)
        latest.update(dict.fromkeys(models, group))
    for group_tables in groups:
        yield group_tables[0] if len(group_tables) == 1 else _one(group_tables)


def _one(tables: Sequence[ObservationTable]) -> ObservationTable:
    """Return the rows of tables with the same columns."""
    runs: dict[tuple[str, str], list[Run]] = {}
    numbers: dict[tuple[str, str], int] = {}
    owners: list[int] = []
    sizes: list[int] = []
    for table in tables:
        for rows in table.models:
            model = rows.model, rows.version
            runs.setdefault(model, []).extend(rows.runs)
            owners.append(numbers.setdefault(model, len(numbers)))
            sizes.append(rows.rows)
    order = np.argsort(np.repeat(owners, sizes), kind="stable")
    return ObservationTable(
        tables[0].origin,
        tuple(ModelRows(*model, tuple(its_runs)) for model, its_runs in runs.items()),
        np.concatenate([table.offsets for table in tables])[order],
        np.concatenate([table.times for table in tables])[order],
        tuple(
            _column(columns, order)
            for columns in zip(*(table.columns for table in tables), strict=True)
        ),
    )


def _column(columns: Sequence[Column], order: NDArray[np.intp]) -> Column:
    """Return the rows of columns of the same name, role and kind, in another order."""
    first = columns[0]
    values: list[NDArray[np.float64] | NDArray[np.int32]] = [column.values for column in columns]
    codes: dict[str, int] = {}
    if first.kind is Kind.CATEGORY:
        for number, column in enumerate(columns):
            known = [codes.setdefault(text, len(codes)) for text in column.categories]
            values[number] = np.array(known, dtype=np.int32)[column.values]
    return Column(
        first.name,
        first.role,
        first.kind,
        np.concatenate(values)[order],
        tuple(codes),
        _flags(columns, order),
    )


def _flags(columns: Sequence[Column], order: NDArray[np.intp]) -> Flags | None:
    if all(column.flags is None for column in columns):
        return None
    flags = [
        np.zeros(len(column.values), dtype=np.uint8) if column.flags is None else column.flags
        for column in columns
    ]
    return np.concatenate(flags)[order]
