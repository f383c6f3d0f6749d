"""Tables that follow each other, as fewer and larger ones.

A worker that is behind finds many tables of the same models. What each of these costs is then paid
for all of its rows at once.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from schemas.tables.columns import Column, Flags, Kind, Role
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import (
    LARGEST_OFFSET,
    ModelRows,
    ObservationTable,
    Origin,
    Source,
    number_sources,
)

_Form: TypeAlias = tuple[Origin, tuple[tuple[Role, str, Kind], ...]]


class Merged(NamedTuple):
    """A table, and the numbers of those whose rows it has."""

    table: ObservationTable
    numbers: list[int]


def merged(tables: Iterable[ObservationTable]) -> Iterator[Merged]:
    """Yield tables with the rows of the given ones, those of each model in the same order.

    Tables of one origin and with the same columns become one, at the place of the first of them.
    A table begins a new one where a model of it had another kind of table in between, and where
    some of its offsets do not come after those before: such rows are a replay, or of a topic that
    was made anew, and who takes them must tell. Tables of one model alone stay as they are.
    """
    groups: list[_Group] = []
    group_of: dict[_Form, int] = {}
    latest: dict[ModelVersion, int] = {}
    for position, table in enumerate(tables):
        form = table.origin, tuple((each.role, each.name, each.kind) for each in table.columns)
        models = table.versions()
        number = group_of.get(form)
        if (
            number is None
            or any(latest.get(model, number) > number for model in models)
            or not groups[number].precedes(table)
        ):
            number = group_of[form] = len(groups)
            groups.append(_Group())
        groups[number].add(table, models, position)
        latest.update(dict.fromkeys(models, number))
    for group in groups:
        if len(group.tables) > 1 and len(group.models) > 1:
            yield Merged(_one(group.tables), group.numbers)
        else:
            for table, position in zip(group.tables, group.numbers, strict=True):
                yield Merged(table, [position])


class _Group:
    """Tables that become one, and the latest offset of each source."""

    def __init__(self) -> None:
        self.tables: list[ObservationTable] = []
        self.numbers: list[int] = []
        self.models: set[ModelVersion] = set()
        self._latest: dict[Source, int] = {}

    def precedes(self, table: ObservationTable) -> bool:
        """Tell whether all rows of a table come after those of the same sources here."""
        first = _by_source(table, np.minimum, LARGEST_OFFSET)
        return all(offset > self._latest.get(source, -1) for source, offset in first)

    def add(self, table: ObservationTable, models: Iterable[ModelVersion], number: int) -> None:
        for source, offset in _by_source(table, np.maximum, -1):
            self._latest[source] = max(offset, self._latest.get(source, -1))
        self.tables.append(table)
        self.numbers.append(number)
        self.models.update(models)


def _by_source(
    table: ObservationTable, extreme: np.ufunc, without: int
) -> Iterator[tuple[Source, int]]:
    """Yield each source with its lowest or highest offset, or ``without`` where it has none."""
    offsets = np.full(len(table.sources), without)
    extreme.at(offsets, table.source_of, table.offsets)
    return zip(table.sources, offsets.tolist(), strict=True)


def _one(tables: Sequence[ObservationTable]) -> ObservationTable:
    """Return the rows of tables with the same columns."""
    models: dict[ModelVersion, int] = {}
    owners: list[int] = []
    sizes: list[int] = []
    for table in tables:
        for rows in table.models:
            owners.append(models.setdefault((rows.model, rows.version), len(models)))
            sizes.append(rows.rows)
    order = np.argsort(np.repeat(owners, sizes), kind="stable")
    rows_of = np.bincount(owners, weights=sizes).astype(np.int64).tolist()
    sources, numbers = number_sources(source for table in tables for source in table.sources)
    bounds = np.cumsum([0, *(len(table.sources) for table in tables)])
    own = np.concatenate(
        [table.source_of + bound for table, bound in zip(tables, bounds[:-1], strict=True)]
    )
    return ObservationTable(
        tables[0].origin,
        tuple(ModelRows(*model, rows_of[number]) for model, number in models.items()),
        sources,
        numbers[own[order]],
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
    values: list[NDArray[Any]] = [column.values for column in columns]
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
