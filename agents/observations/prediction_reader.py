"""Records of predictions to observation tables, and to what waits for labels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from agents.observations.accepted_rows import ReadRows
from agents.observations.concatenated_blocks import ConcatenatedBlocks
from agents.observations.event_time import ages, bounded
from agents.observations.prediction_tables import PartitionOf, tables_of
from agents.prediction_log.predictions import Predictions
from agents.records.block import RecordBlock
from agents.records.record import Record
from schemas.events.left_out import LeftOut
from schemas.events.not_taken import NotTaken
from schemas.payloads.format import PredictionFormat
from schemas.payloads.rows import PredictionRow
from schemas.payloads.scanned_predictions import ScannedPredictions
from schemas.tables.coded import Coded
from schemas.tables.declared import Declarations
from schemas.tables.observations import ObservationTable

Rows = NDArray[np.intp]
Times = NDArray[np.int64]
Contents = NDArray[np.uint32]


class Waiting(NamedTuple):
    """Predictions as the join takes them, and the numbers of their rows among all that was read."""

    rows: Rows
    predictions: Predictions


@dataclass(frozen=True, slots=True)
class ReadPredictions:
    """What some slices of records hold.

    Attributes
    ----------
    waiting
        The predictions as the join takes them, for each slice.
    not_taken
        Records of which no prediction comes, and why.
    skewed
        How many events were dated after their records, and got the records' times.
    left_out
        The optional fields that were left out of events, as often as they were.
    """

    waiting: list[list[Waiting]]
    not_taken: list[tuple[Record, NotTaken]]
    skewed: int
    left_out: Sequence[LeftOut]
    _rows: ReadRows
    _declarations: Declarations

    def tables(
        self, partition_of: PartitionOf, duplicates: Sequence[int] = ()
    ) -> list[tuple[int, ObservationTable]]:
        """Return the observations, each table with the partition in which its models are watched.

        The rows of one model version are in the order of the slices and of their offsets.

        Parameters
        ----------
        partition_of
            Gives the partition in which a model is watched by its name.
        duplicates
            Numbers of rows that came before, and are not to be observed again.
        """
        if duplicates:
            self._rows.leave_out(duplicates)
        return list(tables_of(self._rows, self._declarations, partition_of))


class ReadingOptions(Protocol):
    """What a reader of predictions is told; `agents.stages.intake_options.IntakeOptions` has it."""

    @property
    def clock_tolerance(self) -> int:
        """Milliseconds by which an event may be dated after its record."""

    @property
    def declarations(self) -> Declarations:
        """What the settings say of models."""

    def prediction_format(self) -> PredictionFormat:
        """Return how predictions are written, for one thread."""


class PredictionReader:
    """Reads the predictions of a topic: all at once where they are plain, else one by one.

    Parameters
    ----------
    form
        How they are written.
    tolerance
        Milliseconds by which an event may be dated after its record.
    declarations
        What the settings say of models.
    """

    def __init__(
        self, *, form: PredictionFormat, tolerance: int, declarations: Declarations
    ) -> None:
        self._form = form
        self._tolerance = tolerance
        self._declarations = declarations

    @classmethod
    def of(cls, options: ReadingOptions) -> Self:
        """Return what reads as options say."""
        return cls(
            form=options.prediction_format(),
            tolerance=options.clock_tolerance,
            declarations=options.declarations,
        )

    def read(self, blocks: Sequence[RecordBlock]) -> ReadPredictions:
        """Read slices, at least one."""
        joined = ConcatenatedBlocks.of(blocks)
        scanned = self._form.scan(joined.to_scan())
        left = np.arange(len(joined)) if scanned is None else np.flatnonzero(~scanned.plain)
        single, not_taken = self._read_singly(joined, left)
        rows = ReadRows(joined, scanned, single)
        rows.times, skewed = bounded(rows.times, rows.record_times, self._tolerance, rows.accepted)
        return ReadPredictions(
            list(_waiting(rows)),
            not_taken,
            skewed,
            [
                *(() if scanned is None else scanned.left_out),
                *(odd for row in rows.single.values() for odd in row.left_out),
            ],
            rows,
            self._declarations,
        )

    def _read_singly(
        self, joined: ConcatenatedBlocks, records: Rows
    ) -> tuple[dict[int, Sequence[PredictionRow]], list[tuple[Record, NotTaken]]]:
        found, not_taken = {}, []
        for number in records.tolist():
            record = joined.record(number)
            try:
                found[number] = self._form.rows(
                    record.value, key=record.key, headers=record.headers, time=record.timestamp
                )
            except NotTaken as why:
                not_taken.append((record, why))
        return found, not_taken


def _waiting(rows: ReadRows) -> Iterator[list[Waiting]]:
    """Yield the predictions of each slice for the join."""
    joinable = [row for row, event in rows.single.items() if event.can_be_joined]
    single = np.array(joinable, dtype=np.intp)
    aged = ages(rows.times, rows.record_times)
    contents = rows.joined.contents()
    for begin, end in zip(rows.bounds, rows.bounds[1:], strict=False):
        found = []
        plain = begin + np.flatnonzero(rows.plain[begin:end])
        if rows.scanned is not None and len(plain):
            found.append(Waiting(plain, _of_scanned(rows, rows.scanned, plain, aged, contents)))
        those = single[(single >= begin) & (single < end)]
        if len(those):
            found.append(Waiting(those, _of_single(rows, those, aged, contents)))
        yield found


def _of_scanned(
    rows: ReadRows, scanned: ScannedPredictions, which: Rows, aged: Times, contents: Contents
) -> Predictions:
    records = rows.record_of[which]
    return Predictions(
        scanned.ids(records),
        rows.joined.offsets[records],
        rows.times[which],
        aged[which],
        rows.joined.timestamps[records],
        Coded(rows.names, rows.group[which].astype(np.int32)),
        scanned.predictions(records),
        scanned.scores[records],
        scanned.segments(records),
        contents[records],
    )


def _of_single(rows: ReadRows, which: Rows, aged: Times, contents: Contents) -> Predictions:
    records = rows.record_of[which]
    events = [rows.single[row] for row in which.tolist()]
    return Predictions(
        [event.prediction_id.encode() for event in events],
        rows.joined.offsets[records],
        rows.times[which],
        aged[which],
        rows.joined.timestamps[records],
        Coded(rows.names, rows.group[which].astype(np.int32)),
        [event.prediction for event in events],
        np.array([event.score for event in events], dtype=np.float64),
        Coded.of([event.segment for event in events]),
        contents[records],
        {at: event.label for at, event in enumerate(events) if event.label is not None},
    )
