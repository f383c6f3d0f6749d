"""Records of labels to what joins them, and to rows that need no join."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agents.join.joined import Joined, JoinedRows
from agents.join.labels import Label, Labels
from agents.observations.concatenated_blocks import ConcatenatedBlocks
from agents.observations.event_time import bounded, bounded_time
from agents.records.block import RecordBlock
from agents.records.record import Record
from schemas.events.left_out import LeftOut
from schemas.events.not_taken import NotTaken
from schemas.payloads.json_labels import label_rows
from schemas.payloads.label_scanner import LabelScanner, ScannedLabels
from schemas.payloads.rows import FieldMap


@dataclass(slots=True)
class ReadLabels:
    """What a slice of records holds.

    Attributes
    ----------
    waiting
        Labels that are to meet their predictions.
    carried
        Those that bring their predictions.
    arrival
        The latest time of the records of these; below 0 where there is none.
    not_taken
        Records of which no label comes, and why.
    skewed
        How many were dated after their records, and got the records' times.
    left_out
        The optional fields that were left out of labels, as often as they were.
    """

    waiting: Labels
    carried: JoinedRows
    arrival: int
    not_taken: Sequence[tuple[Record, NotTaken]]
    skewed: int
    left_out: Sequence[LeftOut]


class LabelReader:
    """Reads the labels of a topic: all at once where they are plain, else one by one.

    Parameters
    ----------
    fields
        Where the fields of a label stand.
    largest
        Bytes of a message above which it is refused.
    tolerance
        Milliseconds by which a label may be dated after its record.
    """

    def __init__(self, *, fields: FieldMap, largest: int, tolerance: int) -> None:
        self._fields = fields
        self._largest = largest
        self._tolerance = tolerance
        self._scanner = LabelScanner(fields, largest)

    def read(self, block: RecordBlock) -> ReadLabels:
        """Read a slice."""
        joined = ConcatenatedBlocks.of([block])
        scanned = self._scanner.scan(joined.spans)
        if scanned is None:
            return self._read_singly(block, range(len(block)))
        plain, skewed = self._plain(block, scanned)
        if scanned.plain.all():
            return ReadLabels(plain, JoinedRows.of([]), -1, [], skewed, [])
        read = self._read_singly(block, np.flatnonzero(~scanned.plain).tolist())
        read.skewed += skewed
        if len(plain):
            read.waiting = Labels.merged(plain, read.waiting)
        return read

    def _plain(self, block: RecordBlock, scanned: ScannedLabels) -> tuple[Labels, int]:
        """Return the labels that were read all at once, and how many of them ran ahead."""
        times, skewed = bounded(scanned.times, block.timestamps, self._tolerance, scanned.plain)
        rows = np.flatnonzero(scanned.plain)
        labels = Labels(
            scanned.ids(rows),
            block.offsets[rows],
            times[rows],
            block.timestamps[rows],
            scanned.values(rows),
            scanned.models(rows),
        )
        return labels, skewed

    def _read_singly(self, block: RecordBlock, numbers: Sequence[int]) -> ReadLabels:
        waiting: list[Label] = []
        carried: list[tuple[int, Joined]] = []
        not_taken: list[tuple[Record, NotTaken]] = []
        left_out: list[LeftOut] = []
        skewed, arrival = 0, -1
        for number in numbers:
            record = block[number]
            try:
                rows = label_rows(
                    record.value,
                    self._fields,
                    key=record.key,
                    time=record.timestamp,
                    headers=record.headers,
                    largest=self._largest,
                )
            except NotTaken as why:
                not_taken.append((record, why))
                continue
            for row in rows:
                time, is_ahead = bounded_time(row.time, record.timestamp, self._tolerance)
                skewed += is_ahead
                left_out += row.left_out
                if row.prediction is not None and row.model is not None:
                    join = Joined(row.model, row.version, row.prediction, row.label, time)
                    carried.append((record.offset, join))
                    arrival = max(arrival, record.timestamp)
                else:
                    name, offset = row.prediction_id.encode(), record.offset
                    label = Label(name, row.label, time, row.model, offset, record.timestamp)
                    waiting.append(label)
        labels = Labels.of(waiting)
        return ReadLabels(labels, JoinedRows.of(carried), arrival, not_taken, skewed, left_out)
