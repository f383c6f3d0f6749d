"""Labels that came again to observation tables."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from agents.join.again import Again
from schemas.tables.columns import Column, Kind, Role
from schemas.tables.observations import ModelRows, ObservationTable, Origin, Source, number_sources


class Repeated(NamedTuple):
    """Labels that came again, and where from."""

    source: Source
    rows: Sequence[Again]


def repeat_tables(
    repeated: Iterable[Repeated], partition_of: Callable[[str], int]
) -> Iterator[tuple[int, ObservationTable]]:
    """Yield tables, each with the partition in which its models are watched.

    Parameters
    ----------
    repeated
        In the order in which the rows are to be taken.
    partition_of
        Gives where a model is watched, by its name.
    """
    by_partition: dict[int, list[tuple[Source, Again]]] = {}
    for source, rows in repeated:
        for row in rows:
            by_partition.setdefault(partition_of(row.owner[0]), []).append((source, row))
    for partition, those in by_partition.items():
        yield partition, _table(those)


def _table(rows: list[tuple[Source, Again]]) -> ObservationTable:
    """Return the rows of model versions, those of each in their order."""
    sizes: dict[tuple[str, str], int] = {}
    for _, row in rows:
        sizes[row.owner] = sizes.get(row.owner, 0) + 1
    place = {owner: number for number, owner in enumerate(sizes)}
    rows.sort(key=lambda each: place[each[1].owner])
    sources, source_of = number_sources(source for source, _ in rows)
    corrected = np.array([row.is_corrected for _, row in rows], dtype=np.float64)
    return ObservationTable(
        Origin.REPEATS,
        tuple(ModelRows(*owner, size) for owner, size in sizes.items()),
        sources,
        source_of,
        np.array([row.offset for _, row in rows], dtype=np.int64),
        np.array([row.time for _, row in rows], dtype=np.int64),
        (Column(str(Role.CORRECTED), Role.CORRECTED, Kind.BOOLEAN, corrected),),
    )
