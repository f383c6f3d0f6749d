"""Accepted predictions to observation tables."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.observations.accepted_rows import ReadRows
from schemas.payloads.row_columns import prediction_columns
from schemas.tables.columns import Column
from schemas.tables.declared import Declarations, Declared
from schemas.tables.observations import ModelRows, ObservationTable, Origin, middle_between

MOST_CELLS: Final = 4_000_000
"""Rows times columns of one table: rows that have little in common would take up much memory."""

PartitionOf = Callable[[str], int]
Rows = NDArray[np.intp]


def tables_of(
    rows: ReadRows, declarations: Declarations, partition_of: PartitionOf
) -> Iterator[tuple[int, ObservationTable]]:
    """Yield tables, each with the partition in which its models are watched.

    Model versions whose rows all have the same features share a table: hundreds of them, of which
    each has a row or two, then cost little more than one.
    """
    order = np.argsort(rows.group, kind="stable")
    ends = np.searchsorted(rows.group[order], np.arange(len(rows.names) + 1)).tolist()
    shared: dict[tuple[int, int, int], list[int]] = {}
    for number, alike in enumerate(_alike(rows, order, ends)):
        model = rows.names[number][0]
        declared = declarations.of(model)
        if alike is not None and not declared.kinds:
            # Models of the same spellings share one object, whose hash would cost more.
            key = partition_of(model), alike, id(declared.spellings)
            shared.setdefault(key, []).append(number)
            continue
        piece = order[ends[number] : ends[number + 1]]
        yield from _by_itself(rows, piece, declarations, partition_of)
    for (partition, _, _), numbers in shared.items():
        pieces = [order[ends[number] : ends[number + 1]] for number in numbers]
        whole = np.concatenate(pieces)
        if len(pieces) > 1 and _fit_together(rows, whole):
            yield partition, _table(rows, whole, declarations.of(rows.names[numbers[0]][0]))
            continue
        # By itself, too, where a feature has another kind in one model than in another.
        for piece in pieces:
            yield from _by_itself(rows, piece, declarations, partition_of)


def _fit_together(rows: ReadRows, which: Rows) -> bool:
    """Tell whether plain rows of several models are one table, no feature of which mixes kinds."""
    if rows.scanned is None or len(which) * _width(rows, which) > MOST_CELLS:
        return False
    return not rows.scanned.mixes_kinds(rows.record_of[which])


def _alike(rows: ReadRows, order: Rows, ends: Sequence[int]) -> Iterable[int | None]:
    """Return of each model version what all of its rows share; None where they differ."""
    if rows.scanned is None or len(rows.names) < 2:
        return [None] * (len(ends) - 1)
    begins, order = np.array(ends[:-1]), order[ends[0] :]
    begins -= ends[0]
    sets = rows.scanned.feature_sets()[rows.record_of[order]]
    same = np.minimum.reduceat(sets, begins) == np.maximum.reduceat(sets, begins)
    same &= np.logical_and.reduceat(rows.plain[order], begins)
    return [
        int(number) if is_same else None
        for number, is_same in zip(sets[begins].tolist(), same.tolist(), strict=True)
    ]


def _by_itself(
    rows: ReadRows, which: Rows, declarations: Declarations, partition_of: PartitionOf
) -> Iterator[tuple[int, ObservationTable]]:
    """Yield the tables of the rows of one model version."""
    model = rows.names[int(rows.group[which[0]])][0]
    # The order of the rows is kept: what was read singly makes a table of its own.
    for run in np.split(which, np.flatnonzero(np.diff(rows.plain[which])) + 1):
        for part in _parts(rows, run):
            yield partition_of(model), _table(rows, part, declarations.of(model))


def _parts(rows: ReadRows, which: Rows) -> Iterator[Rows]:
    """Cut rows so that their columns stay small, those of one record together."""
    middle = middle_between(rows.record_of[which])
    if middle < len(which) and len(which) * _width(rows, which) > MOST_CELLS:
        yield from _parts(rows, which[:middle])
        yield from _parts(rows, which[middle:])
    else:
        yield which


def _width(rows: ReadRows, which: Rows) -> int:
    if rows.scanned is not None and rows.plain[which[0]]:
        return rows.scanned.width(rows.record_of[which])
    return len({name for row in which.tolist() for name in rows.single[row].features})


def _table(rows: ReadRows, which: Rows, declared: Declared) -> ObservationTable:
    sources, source_of_block = rows.sources
    records = rows.record_of[which]
    return ObservationTable(
        Origin.PREDICTIONS,
        tuple(_models(rows, which)),
        sources,
        source_of_block[rows.joined.block_of[records]],
        rows.joined.offsets[records],
        rows.times[which],
        tuple(_columns(rows, which, declared)),
    )


def _models(rows: ReadRows, which: Rows) -> Iterator[ModelRows]:
    """Yield whose rows these are, which are in the order of the models."""
    group = rows.group[which]
    bounds = [0, *(np.flatnonzero(np.diff(group)) + 1).tolist(), len(which)]
    for begin, end in pairwise(bounds):
        yield ModelRows(*rows.names[int(group[begin])], end - begin)


def _columns(rows: ReadRows, which: Rows, declared: Declared) -> list[Column]:
    if rows.scanned is not None and rows.plain[which[0]]:
        return rows.scanned.columns(rows.record_of[which], declared)
    return list(prediction_columns([rows.single[row] for row in which.tolist()], declared))
