"""The rows of versions that are compared, gathered from the consumers of each version.

Each version's monitor gives the rows that it has not seen before, of several tables at once. What a
comparison finds must not depend on how many these were: rows are put back into the tables in which
they stand in the log, and taken table by table.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.comparisons.comparison import LabelledRows
from detectors.comparisons.options import ComparedMetric
from detectors.monitors.row_consumer import Found
from detectors.performance.losses import Losses
from detectors.performance.options import ScoreOf
from detectors.performance.outcome_view import OutcomeView
from detectors.rows.predicted_at import predicted_at
from detectors.rows.row_log import RowLog
from detectors.snapshots.tree import State
from schemas.events.position import Position
from schemas.events.times import format_time
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import (
    ModelRows,
    ObservationBatch,
    ObservationTable,
    Origin,
    Source,
)
from schemas.values.class_order import Classes

NAME: Final = "compared"

Places = list[tuple[Source, int]]
"""Where rows came from: source and offset."""


class NewRows(NamedTuple):
    """Rows of one version that were not seen before.

    Attributes
    ----------
    batch
        The rows.
    losses
        Shape ``(metrics, n)``; of predictions there are none.
    """

    batch: ObservationBatch
    losses: NDArray[np.float64]


class Gathered:
    """Rows of the tables that a fleet takes at present, by version and origin.

    Parameters
    ----------
    is_compared
        Tells whether a version is compared with another one.
    """

    def __init__(self, is_compared: Callable[[ModelVersion], bool]) -> None:
        self.is_compared = is_compared
        self.rows: dict[tuple[ModelVersion, Origin], list[NewRows]] = {}

    def take(self) -> Mapping[tuple[ModelVersion, Origin], list[NewRows]]:
        """Return the rows, which are gathered no longer."""
        rows, self.rows = self.rows, {}
        return rows


@lru_cache(maxsize=64)
def _losses_of(metrics: tuple[ComparedMetric, ...]) -> tuple[Losses, ...]:
    """Return what makes the losses of metrics: of these they have no state, and all share them."""
    return tuple(Losses(each.threshold) for each in metrics)


class ComparedRows:
    """A row consumer that gathers the rows of a version while it is compared; it has no state.

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
    """

    __slots__ = ("_classes", "_gathered", "_key", "_losses", "_score_of")

    name = NAME

    def __init__(
        self,
        gathered: Gathered,
        key: ModelVersion,
        metrics: Sequence[ComparedMetric],
        classes: Classes,
        score_of: ScoreOf,
    ) -> None:
        self._gathered = gathered
        self._key = key
        self._losses = _losses_of(tuple(metrics))
        self._classes = classes
        self._score_of = score_of

    def skim(self, origin: Origin, rows: int, oldest: int, newest: int) -> bool:
        """Tell whether the version is compared with none."""
        del origin, rows, oldest, newest
        return not self._gathered.is_compared(self._key)

    def consume(self, rows: ObservationBatch, first: int, log: RowLog) -> list[Found]:
        """Gather rows; what they say is told once both versions have theirs."""
        del first, log
        if rows.origin is not Origin.REPEATS and self._gathered.is_compared(self._key):
            losses = np.full((len(self._losses), len(rows)), np.nan)
            if rows.origin is Origin.LABELS:
                view = OutcomeView(rows.columns, len(rows), self._classes, self._score_of)
                for number, each in enumerate(self._losses):
                    places, values = each.of(view)
                    losses[number, places] = values
            kept = NewRows(rows, losses)
            self._gathered.rows.setdefault((self._key, rows.origin), []).append(kept)
        return []

    def restart(self) -> None:
        """Do nothing: references are not what versions are compared by."""

    def state(self) -> State:
        """Return nothing: a comparison has its own part."""
        return {}

    def restore(self, state: State) -> None:
        """Do nothing, likewise."""


class TableRows(NamedTuple):
    """What one table has brought of one version.

    Attributes
    ----------
    origin
        What the rows are.
    rows
        How many.
    labelled
        Of labelled rows what is compared.
    oldest
        The earliest time of the rows' predictions, milliseconds since the epoch.
    at
        The last of the rows.
    """

    origin: Origin
    rows: int
    labelled: LabelledRows | None
    oldest: int
    at: Position


def by_table(
    tables: Sequence[ObservationTable],
    gathered: Mapping[tuple[ModelVersion, Origin], list[NewRows]],
) -> list[dict[ModelVersion, TableRows]]:
    """Return what each table has brought of each version that is compared.

    Rows that are in none of the tables were held until their version had shown itself: they count
    as those of the first one.
    """
    found: list[dict[ModelVersion, TableRows]] = [{} for _ in tables]
    for (key, origin), parts in gathered.items():
        rows = sum(len(part.batch) for part in parts)
        shares = _shares(tables, key, origin, rows, parts)
        numbers = np.arange(rows)
        end = rows - sum(shares)
        for number, share in enumerate(shares):
            begin, end = 0 if number == 0 else end, end + share
            if begin < end:
                found[number][key] = _of(parts, numbers[begin:end])
    return found


def _shares(
    tables: Sequence[ObservationTable],
    key: ModelVersion,
    origin: Origin,
    rows: int,
    parts: Iterable[NewRows],
) -> list[int]:
    """Return how many of a version's new rows each table has."""
    stretches = [_stretch(table, key, origin) for table in tables]
    counts = [end - begin for begin, end in stretches]
    if sum(counts) == rows:
        return counts
    # Some were seen before, or held: found by where they came from.
    new = [place for part in parts for place in _places(part.batch)]
    known = [
        _places_between(table, *stretch) for table, stretch in zip(tables, stretches, strict=True)
    ]
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


def _stretch(table: ObservationTable, key: ModelVersion, origin: Origin) -> tuple[int, int]:
    """Return where the rows of a version begin and end in a table."""
    begin = 0
    rows: ModelRows
    for rows in table.models:
        if table.origin is origin and (rows.model, rows.version) == key:
            return begin, begin + rows.rows
        begin += rows.rows
    return 0, 0


def _places(rows: ObservationBatch) -> Places:
    sources = [rows.sources[number] for number in rows.source_of.tolist()]
    return list(zip(sources, rows.offsets.tolist(), strict=True))


def _places_between(table: ObservationTable, begin: int, end: int) -> Places:
    sources = [table.sources[number] for number in table.source_of[begin:end].tolist()]
    return list(zip(sources, table.offsets[begin:end].tolist(), strict=True))


def _of(parts: Sequence[NewRows], numbers: NDArray[np.int64]) -> TableRows:
    """Return some consecutive rows of several parts."""
    begin, taken = 0, []
    for part in parts:
        own = numbers[(numbers >= begin) & (numbers < begin + len(part.batch))] - begin
        if len(own):
            taken.append((part, own))
        begin += len(part.batch)
    last, own = taken[-1]
    row = int(own[-1])
    batch = last.batch
    source = batch.sources[int(batch.source_of[row])]
    at = Position(
        topic=source.topic,
        partition=source.partition,
        offset=int(batch.offsets[row]),
        time=format_time(int(batch.times[row])),
    )
    if batch.origin is Origin.PREDICTIONS:
        oldest = min(int(part.batch.times[rows].min()) for part, rows in taken)
        return TableRows(batch.origin, len(numbers), None, oldest, at)
    labelled = _joined([_labelled(part).take(rows) for part, rows in taken])
    return TableRows(batch.origin, len(numbers), labelled, int(labelled.predicted.min()), at)


def _labelled(part: NewRows) -> LabelledRows:
    batch = part.batch
    times = predicted_at(batch)
    return LabelledRows(batch.sources, batch.source_of, batch.offsets, times, part.losses)


def _joined(parts: Sequence[LabelledRows]) -> LabelledRows:
    """Return the rows of several parts as those of one."""
    if len(parts) == 1:
        return parts[0]
    sources = tuple(dict.fromkeys(source for part in parts for source in part.sources))
    number_of = {source: number for number, source in enumerate(sources)}
    return LabelledRows(
        sources,
        np.concatenate(
            [np.array([number_of[each] for each in part.sources])[part.source_of] for part in parts]
        ),
        np.concatenate([part.offsets for part in parts]),
        np.concatenate([part.predicted for part in parts]),
        np.concatenate([part.losses for part in parts], axis=1),
    )
