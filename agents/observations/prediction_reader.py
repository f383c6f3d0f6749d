"""Records of predictions to observation tables, and to what waits for labels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.observations.accepted_rows import ReadRows
from agents.observations.concatenated_blocks import ConcatenatedBlocks
from agents.observations.event_time import ages, bounded
from agents.observations.prediction_tables import KindsOf, PartitionOf, tables_of
from agents.prediction_log.predictions import Predictions
from agents.records.block import RecordBlock
from agents.records.record import Record
from schemas.events.left_out import LeftOut
from schemas.events.not_taken import NotTaken
from schemas.payloads.format import PredictionFormat
from schemas.payloads.rows import PredictionRow
from schemas.tables.observations import ObservationTable

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class ReadPredictions:
    """What some slices of records hold.

    Attributes
    ----------
    tables
        Observations, each table with the partition in which its models are watched. The rows of
        one model version are in the order of the slices and of their offsets.
    waiting
        The same predictions, as the join takes them, for each slice.
    not_taken
        Records of which no prediction comes, and why.
    skewed
        How many events were dated after their records, and got the records' times.
    left_out
        The optional fields that were left out of events, as often as they were.
    """

    tables: list[tuple[int, ObservationTable]]
    waiting: list[list[Predictions]]
    not_taken: list[tuple[Record, NotTaken]]
    skewed: int
    left_out: Sequence[LeftOut] = ()


class PredictionReader:
    """Reads the predictions of a topic: all at once where they are plain, else one by one.

    Parameters
    ----------
    form
        How they are written.
    tolerance
        Milliseconds by which an event may be dated after its record.
    kinds_of
        Gives the declared kinds of a model's features by its name.
    """

    def __init__(self, *, form: PredictionFormat, tolerance: int, kinds_of: KindsOf) -> None:
        self._form = form
        self._tolerance = tolerance
        self._kinds_of = kinds_of

    def read(self, blocks: Sequence[RecordBlock], partition_of: PartitionOf) -> ReadPredictions:
        """Read slices, at least one.

        Parameters
        ----------
        blocks
            The records.
        partition_of
            Gives the partition in which a model is watched by its name.
        """
        joined = ConcatenatedBlocks.of(blocks)
        scanned = self._form.scan(joined.spans)
        left = np.arange(len(joined)) if scanned is None else np.flatnonzero(~scanned.plain)
        single, not_taken = self._read_singly(joined, left)
        rows = ReadRows(joined, scanned, single)
        rows.times, skewed = bounded(rows.times, rows.record_times, self._tolerance, rows.accepted)
        return ReadPredictions(
            list(tables_of(rows, self._kinds_of, partition_of)),
            list(_waiting(rows)),
            not_taken,
            skewed,
            [odd for row in rows.single.values() for odd in row.left_out],
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


def _waiting(rows: ReadRows) -> Iterator[list[Predictions]]:
    """Yield the predictions of each slice for the join."""
    joinable = [row for row, event in rows.single.items() if event.can_be_joined]
    single = np.array(joinable, dtype=np.intp)
    aged = ages(rows.times, rows.record_times)
    for begin, end in zip(rows.bounds, rows.bounds[1:], strict=False):
        found = []
        plain = begin + np.flatnonzero(rows.plain[begin:end])
        if rows.scanned is not None and len(plain):
            records = rows.record_of[plain]
            ids, values = rows.scanned.ids(records), rows.scanned.predictions(records)
            found.append(_predictions(rows, plain, aged, ids, values))
        those = single[(single >= begin) & (single < end)]
        if len(those):
            events = [rows.single[row] for row in those.tolist()]
            labels = {at: event.label for at, event in enumerate(events) if event.label is not None}
            ids = [event.prediction_id.encode() for event in events]
            values = [event.prediction for event in events]
            found.append(_predictions(rows, those, aged, ids, values, labels))
        yield found


def _predictions(
    rows: ReadRows,
    which: Rows,
    aged: NDArray[np.int64],
    ids: list[bytes],
    values: list[object],
    labels: dict[int, object] | None = None,
) -> Predictions:
    return Predictions(
        ids,
        rows.joined.offsets[rows.record_of[which]],
        rows.times[which],
        aged[which],
        [rows.names[group] for group in rows.group[which].tolist()],
        values,
        labels or {},
    )
