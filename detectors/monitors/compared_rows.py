"""The rows of versions that are compared, gathered from the consumers of each version.

Each version's monitor gives the rows that it has not seen before, of several tables at once. What a
comparison finds must not depend on how many these were: rows are put back into the tables in which
they stand in the log, and taken table by table.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.comparisons.options import DEFAULT_METRICS, ComparedMetric
from detectors.comparisons.pairing import LabelledRows
from detectors.comparisons.row_values import row_values
from detectors.monitors.row_consumer import Found
from detectors.performance.options import ScoreOf
from detectors.performance.outcome_view import OutcomeView
from detectors.performance.stray_scores import StrayScores
from detectors.rows.predicted_at import predicted_at
from detectors.rows.row_log import RowLog
from detectors.snapshots.tree import State
from schemas.events.position import Position
from schemas.events.times import format_time
from schemas.tables.coded import Coded
from schemas.tables.columns import Role, of_role
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import (
    Integers,
    ObservationBatch,
    ObservationTable,
    Origin,
    Source,
)
from schemas.values.class_order import Classes

NAME: Final = "compared"

Owner = tuple[ModelVersion, Origin]
"""Whose rows are, and what they are."""

Places = list[tuple[Source, int]]
"""Where rows came from: source and offset."""


class NewRows(NamedTuple):
    """Rows of one version that were not seen before.

    Attributes
    ----------
    batch
        The rows.
    losses
        Shape ``(metrics, n)``; of predictions ``(metrics, 0)``: they have none.
    segments
        The segment of each as it is written; None where there is none, or none matters.
    """

    batch: ObservationBatch
    losses: NDArray[np.float64]
    segments: Coded[str | None]


class Gathered:
    """Rows of the tables that a fleet takes at present, by version and origin.

    Parameters
    ----------
    is_compared
        Tells whether a version is compared with another one.
    """

    def __init__(self, is_compared: Callable[[ModelVersion], bool]) -> None:
        self.is_compared = is_compared
        self.rows: dict[Owner, list[NewRows]] = {}

    def take(self) -> Mapping[Owner, list[NewRows]]:
        """Return the rows, which are gathered no longer."""
        rows, self.rows = self.rows, {}
        return rows


class ComparedRows:
    """A row consumer that gathers the rows of a version while it is compared.

    Its state is how many of these had scores out of range: of percentages none is compared.

    Parameters
    ----------
    gathered
        Where rows go.
    key
        Whose these are.
    metrics
        What is compared.
    classes
        Those of the model.
    score_of
        What a score is the probability of.
    by_segment
        Whether the segments of rows matter.
    """

    __slots__ = (
        *("_by_segment", "_classes", "_gathered", "_key", "_metrics", "_score_of"),
        "_strays",
    )

    name = NAME

    def __init__(
        self,
        gathered: Gathered,
        key: ModelVersion,
        metrics: Sequence[ComparedMetric],
        classes: Classes,
        score_of: ScoreOf,
        *,
        by_segment: bool,
    ) -> None:
        self._by_segment = by_segment
        self._gathered = gathered
        self._key = key
        self._metrics = tuple(metrics)
        self._classes = classes
        self._score_of = score_of
        self._strays = StrayScores()

    def skim(self, origin: Origin, rows: int, oldest: int, newest: int) -> bool:
        """Tell whether the version is compared with none."""
        del origin, rows, oldest, newest
        return not self._gathered.is_compared(self._key)

    def consume(self, rows: ObservationBatch, first: int, log: RowLog) -> list[Found]:
        """Gather rows; what they say is told once both versions have theirs."""
        del first, log
        if rows.origin is not Origin.REPEATS and self._gathered.is_compared(self._key):
            segments = _segments_of(rows) if self._by_segment else _no_segments(len(rows))
            new = NewRows(rows, self._losses_in(rows), segments)
            self._gathered.rows.setdefault((self._key, rows.origin), []).append(new)
        return []

    def restart(self) -> None:
        """Do nothing: references are not what versions are compared by."""

    def state(self) -> State:
        """Return what is known of scores; a comparison has its own part."""
        return {"scores": list(self._strays.counts)} if any(self._strays.counts) else {}

    def restore(self, state: State) -> None:
        """Take over a state."""
        rows, strays = state["scores"]
        self._strays.counts = rows, strays

    def _losses_in(self, rows: ObservationBatch) -> NDArray[np.float64]:
        if rows.origin is not Origin.LABELS:
            return np.empty((len(self._metrics), 0))
        view = OutcomeView(rows.columns, len(rows), self._classes, self._score_of)
        any_task = self._metrics == DEFAULT_METRICS
        return row_values(self._metrics, view, len(rows), self._strays, any_task=any_task)


@dataclass(frozen=True, slots=True, eq=False)
class TableRows:
    """Rows that one table has brought of one version, at least one.

    Attributes
    ----------
    origin
        What they are.
    sources, source_of, offsets, times
        As of `schemas.tables.observations.ObservationBatch`.
    predicted
        Shape ``(n,)``: when the predictions were made, milliseconds since the epoch.
    losses, segments
        As of `NewRows`.
    """

    origin: Origin
    sources: tuple[Source, ...]
    source_of: Integers
    offsets: Integers
    times: Integers
    predicted: Integers
    losses: NDArray[np.float64]
    segments: Coded[str | None]

    def __len__(self) -> int:
        return len(self.offsets)

    @property
    def oldest(self) -> int:
        """The earliest time of the predictions, milliseconds since the epoch."""
        return int(self.predicted.min())

    @property
    def at(self) -> Position:
        """The last of the rows."""
        source = self.sources[self.source_of[-1]]
        return Position(
            topic=source.topic,
            partition=source.partition,
            offset=int(self.offsets[-1]),
            time=format_time(int(self.times[-1])),
        )

    def made_before(self, time: int) -> int:
        """Return how many predictions were made before a time."""
        return int(np.count_nonzero(self.predicted < time))

    def made_since(self, time: int) -> LabelledRows | None:
        """Return labelled rows whose predictions were made at a time or after it, if any were."""
        rows = np.flatnonzero(self.predicted >= time)
        if not len(rows):
            return None
        return LabelledRows(
            self.sources,
            self.source_of[rows],
            self.offsets[rows],
            self.predicted[rows],
            self.losses[:, rows],
            self.segments.take(rows),
        )

    def between(self, begin: int, end: int) -> "TableRows":
        """Return the rows of a part of the table, from one row on and up to another one."""
        return TableRows(
            self.origin,
            self.sources,
            self.source_of[begin:end],
            self.offsets[begin:end],
            self.times[begin:end],
            self.predicted[begin:end],
            self.losses[:, begin:end],
            self.segments.take(slice(begin, end)),
        )


def by_table(
    tables: Sequence[ObservationTable], gathered: Mapping[Owner, list[NewRows]]
) -> list[tuple[int, dict[ModelVersion, TableRows]]]:
    """Return the numbers of tables and what they have brought of the versions that are compared.

    Rows that are in none of the tables were held until their version had shown itself: they count
    as those of the first one, or, where they are not what its rows are, as those of a table beside
    it. Predictions are before labels there.
    """
    found: dict[tuple[int, Origin], dict[ModelVersion, TableRows]] = {}
    stretches = [_stretches(table) for table in tables]
    for (key, origin), parts in gathered.items():
        rows = _joined(origin, parts)
        own = [each.get((key, origin), (0, 0)) for each in stretches]
        shares = _shares(tables, own, rows)
        shares[0] += len(rows) - sum(shares)
        for number, (begin, end) in enumerate(pairwise(accumulate(shares, initial=0))):
            if begin < end:
                found.setdefault((number, origin), {})[key] = rows.between(begin, end)
    return [(place[0], found[place]) for place in sorted(found, key=_order)]


def _order(place: tuple[int, Origin]) -> tuple[int, bool]:
    number, origin = place
    return number, origin is Origin.LABELS


def _stretches(table: ObservationTable) -> dict[Owner, tuple[int, int]]:
    """Return where the rows of each version begin and end in a table."""
    owners = ((key, table.origin) for key in table.versions())
    return dict(zip(owners, pairwise(table.bounds()), strict=True))


def _shares(
    tables: Sequence[ObservationTable], own: Sequence[tuple[int, int]], rows: TableRows
) -> list[int]:
    """Return how many of a version's new rows each table has."""
    counts = [end - begin for begin, end in own]
    if sum(counts) == len(rows):
        return counts
    # Some were seen before, or held: found by where they came from.
    new = _places(rows, 0, len(rows))
    known = [_places(table, *stretch) for table, stretch in zip(tables, own, strict=True)]
    in_tables = {place for places in known for place in places}
    at = next((number for number, place in enumerate(new) if place in in_tables), len(new))
    shares = []
    for places in known:
        before = at
        for place in places:
            if at < len(new) and new[at] == place:
                at += 1
        shares.append(at - before)
    return shares


def _places(rows: TableRows | ObservationTable, begin: int, end: int) -> Places:
    sources = [rows.sources[number] for number in rows.source_of[begin:end].tolist()]
    return list(zip(sources, rows.offsets[begin:end].tolist(), strict=True))


def _joined(origin: Origin, parts: Sequence[NewRows]) -> TableRows:
    """Return the rows of several parts as those of one."""
    batches = [part.batch for part in parts]
    sources = tuple(dict.fromkeys(source for batch in batches for source in batch.sources))
    number_of = {source: number for number, source in enumerate(sources)}
    numbers = [np.array([number_of[each] for each in batch.sources]) for batch in batches]
    return TableRows(
        origin,
        sources,
        np.concatenate(
            [known[batch.source_of] for known, batch in zip(numbers, batches, strict=True)]
        ),
        np.concatenate([batch.offsets for batch in batches]),
        np.concatenate([batch.times for batch in batches]),
        np.concatenate([predicted_at(batch) for batch in batches]),
        np.concatenate([part.losses for part in parts], axis=1),
        parts[0].segments
        if len(parts) == 1
        else Coded.concatenated(part.segments for part in parts),
    )


def _segments_of(rows: ObservationBatch) -> Coded[str | None]:
    column = of_role(rows.columns, Role.SEGMENT)
    if column is None:
        return _no_segments(len(rows))
    if column.flags is None:
        return Coded(column.categories, column.values.astype(np.int32))
    known = len(column.categories)
    codes = np.where(column.usable, column.values, known).astype(np.int32)
    return Coded((*column.categories, None), codes)


def _no_segments(rows: int) -> Coded[str | None]:
    return Coded.same(None, rows)
