"""Observation tables as the records that carry them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import numpy as np

from agents.transport.sizes import CARRIED
from schemas.events.invalid import InvalidMessage, Reason
from schemas.formats import FRAMES
from schemas.tables.frames import encode_frame
from schemas.tables.observations import ObservationTable, Source

Tables: TypeAlias = list[ObservationTable]


def framed(
    tables: Iterable[ObservationTable], version: int = FRAMES.writes
) -> Iterator[tuple[list[ObservationTable], bytes | InvalidMessage]]:
    """Yield tables with their frames, halved until each frame fits a record.

    What was read together stays together: a half has the earlier rows of all model versions, those
    of one source in their order. The rows of one record that do not fit come with the reason in
    place of their frame. How much the names and texts of a table take is known only once it is
    encoded.
    """
    whole = list(tables)
    if not whole:
        return
    frame = encode_frame(whole, version)
    if len(frame) <= CARRIED:
        yield whole, frame
        return
    halves = halves_of(whole)
    if not all(halves) and len(whole[0].models) == len(whole) == 1:
        detail = f"{len(frame)} bytes as rows of columns, at most {CARRIED} are taken"
        yield whole, InvalidMessage(Reason.TOO_LARGE, detail)
        return
    for half in halves if all(halves) else _by_versions(whole):
        yield from framed(half, version)


def halves_of(tables: Sequence[ObservationTable]) -> tuple[Tables, Tables]:
    """Return the rows of the earlier records of each source, and those of the later ones."""
    middles = _middles(tables)
    first, second = [], []
    for table in tables:
        is_first = (
            table.offsets <= np.array([middles[each] for each in table.sources])[table.source_of]
        )
        first += [table.take(is_first).compact()] if is_first.any() else []
        second += [table.take(~is_first).compact()] if not is_first.all() else []
    return first, second


def _middles(tables: Sequence[ObservationTable]) -> dict[Source, int]:
    """Return the offset of each source up to which its records are in the first half.

    Those of which there is but one record are in either half by turns.
    """
    found: dict[Source, set[int]] = {}
    for table in tables:
        for number, source in enumerate(table.sources):
            offsets = np.unique(table.offsets[table.source_of == number]).tolist()
            found.setdefault(source, set()).update(offsets)
    middles = {source: sorted(each)[(len(each) - 1) // 2] for source, each in found.items() if each}
    for source in [source for source, each in found.items() if len(each) == 1][1::2]:
        middles[source] -= 1
    return {source: middles.get(source, 0) for source in found}


def _by_versions(tables: Sequence[ObservationTable]) -> Iterator[Tables]:
    """Yield two halves of the rows of one record, by the model versions that it is of."""
    if len(tables) > 1:
        yield list(tables[: len(tables) // 2])
        yield list(tables[len(tables) // 2 :])
        return
    (table,) = tables
    versions = table.versions()
    for half in versions[: len(versions) // 2], versions[len(versions) // 2 :]:
        yield [table.only(half).compact()]
