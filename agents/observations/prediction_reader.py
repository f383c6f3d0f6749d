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
from schemas.events.codec import decode_object
from schemas.events.not_taken import NotTaken
from schemas.payloads.prediction_scanner import PredictionScanner
from schemas.payloads.rows import FieldMap, PredictionRow, prediction_row
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
    """

    tables: list[tuple[int, ObservationTable]]
    waiting: list[list[Predictions]]
    not_taken: list[tuple[Record, NotTaken]]
    skewed: int


class PredictionReader:
    """Reads the predictions of a topic: all at once where they are plain, else one by one.

    Parameters
    ----------
    fields
        Where the fields of an event stand.
    largest, most_features
        Bytes of a message, and features of an event, above which it is refused.
    tolerance
        Milliseconds by which an event may be dated after its record.
    kinds_of
        Gives the declared kinds of a model's features by its name.
    """

    def __init__(
        self,
        *,
        fields: FieldMap,
        largest: int,
        most_features: int,
        tolerance: int,
        kinds_of: KindsOf,
    ) -> None:
        self._fields = fields
        self._largest = largest
        self._most_features = most_features
        self._tolerance = tolerance
        self._kinds_of = kinds_of
        self._scanner = PredictionScanner(fields, most_features, largest)

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
        scanned = self._scanner.scan(joined.spans)
        none = np.zeros(len(joined), dtype=np.int64)
        plain = none.astype(np.bool_) if scanned is None else scanned.plain
        times = none if scanned is None else scanned.times.copy()
        single, not_taken = self._read_singly(joined, np.flatnonzero(~plain))
        for row, prediction in single.items():
            times[row] = prediction.time
        accepted = plain.copy()
        accepted[list(single)] = True
        times, skewed = bounded(times, joined.timestamps, self._tolerance, accepted)
        rows = ReadRows(joined, scanned, single, plain, times)
        return ReadPredictions(
            list(tables_of(rows, self._kinds_of, partition_of)),
            list(_waiting(rows)),
            not_taken,
            skewed,
        )

    def _read_singly(
        self, joined: ConcatenatedBlocks, rows: Rows
    ) -> tuple[dict[int, PredictionRow], list[tuple[Record, NotTaken]]]:
        found, not_taken = {}, []
        for row in rows.tolist():
            record = joined.record(row)
            try:
                found[row] = prediction_row(
                    self._fields.apply(decode_object(record.value, largest=self._largest)),
                    key=record.key,
                    record_time=record.timestamp,
                    most_features=self._most_features,
                )
            except NotTaken as why:
                not_taken.append((record, why))
        return found, not_taken


def _waiting(rows: ReadRows) -> Iterator[list[Predictions]]:
    """Yield the predictions of each slice for the join."""
    single = np.array(list(rows.single), dtype=np.intp)
    aged = ages(rows.times, rows.joined.timestamps)
    for begin, end in zip(rows.joined.bounds, rows.joined.bounds[1:], strict=False):
        found = []
        plain = begin + np.flatnonzero(rows.plain[begin:end])
        if rows.scanned is not None and len(plain):
            ids, values = rows.scanned.ids(plain), rows.scanned.predictions(plain)
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
        rows.joined.offsets[which],
        rows.times[which],
        aged[which],
        [rows.names[group] for group in rows.group[which].tolist()],
        values,
        labels or {},
    )
