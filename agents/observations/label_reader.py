"""Records of labels to what joins them, and to rows that need no join."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from agents.join.joined import Joined, JoinedRows
from agents.join.labels import Label, Labels
from agents.observations.concatenated_blocks import ConcatenatedBlocks
from agents.observations.event_time import bounded, bounded_time
from agents.records.block import RecordBlock
from agents.records.record import Record
from schemas.events.left_out import LeftOut
from schemas.events.not_taken import NotTaken
from schemas.payloads.format import LabelFormat
from schemas.payloads.label_scanner import ScannedLabels


class LabelsOfSlice(NamedTuple):
    """The labels of one slice.

    Attributes
    ----------
    waiting
        Labels that are to meet their predictions.
    carried
        Those that bring their predictions.
    arrival
        The latest time of the records of these; below 0 where there is none.
    """

    waiting: Labels
    carried: JoinedRows
    arrival: int


@dataclass(frozen=True, slots=True)
class ReadLabels:
    """What some slices of records hold.

    Attributes
    ----------
    slices
        The labels of each.
    not_taken
        Records of which no label comes, and why.
    skewed
        How many labels were dated after their records, and got the records' times.
    left_out
        The optional fields that were left out of labels, as often as they were.
    """

    slices: Sequence[LabelsOfSlice]
    not_taken: Sequence[tuple[Record, NotTaken]]
    skewed: int
    left_out: Sequence[LeftOut]


class LabelReader:
    """Reads the labels of a topic: all at once where they are plain, else one by one.

    Parameters
    ----------
    form
        How they are written.
    tolerance
        Milliseconds by which a label may be dated after its record.
    """

    def __init__(self, *, form: LabelFormat, tolerance: int) -> None:
        self._form = form
        self._tolerance = tolerance

    def read(self, blocks: Sequence[RecordBlock]) -> ReadLabels:
        """Read slices, at least one."""
        joined = ConcatenatedBlocks.of(blocks)
        scanned = self._form.scan(joined.to_scan())
        plain = np.zeros(len(joined), dtype=np.bool_) if scanned is None else scanned.plain
        at_once, skewed = self._at_once(joined, scanned)
        ends = np.searchsorted(np.flatnonzero(plain), joined.bounds).tolist()
        singly = _Singly()
        slices = []
        for number, (begin, end) in enumerate(pairwise(joined.bounds)):
            found = LabelsOfSlice(
                at_once.part(ends[number], ends[number + 1]), JoinedRows.of([]), -1
            )
            if not plain[begin:end].all():
                others = (begin + np.flatnonzero(~plain[begin:end])).tolist()
                found = _merged(found, self._one_by_one(joined, others, singly))
            slices.append(found)
        return ReadLabels(slices, singly.not_taken, skewed + singly.skewed, singly.left_out)

    def _at_once(
        self, joined: ConcatenatedBlocks, scanned: ScannedLabels | None
    ) -> tuple[Labels, int]:
        """Return the labels that are plain, and how many of them ran ahead."""
        if scanned is None:
            return Labels.of([]), 0
        records = joined.timestamps
        times, skewed = bounded(scanned.times, records, self._tolerance, scanned.plain)
        rows = np.flatnonzero(scanned.plain)
        labels = Labels(
            scanned.ids(rows),
            joined.offsets[rows],
            times[rows],
            records[rows],
            scanned.values(rows),
            scanned.models(rows),
        )
        return labels, skewed

    def _one_by_one(
        self, joined: ConcatenatedBlocks, numbers: Sequence[int], singly: "_Singly"
    ) -> LabelsOfSlice:
        """Return the labels of the others of a slice."""
        waiting: list[Label] = []
        carried: list[tuple[int, Joined]] = []
        arrival = -1
        for number in numbers:
            record = joined.record(number)
            try:
                rows = self._form.rows(
                    record.value, key=record.key, headers=record.headers, time=record.timestamp
                )
            except NotTaken as why:
                singly.not_taken.append((record, why))
                continue
            for row in rows:
                time, is_ahead = bounded_time(row.time, record.timestamp, self._tolerance)
                singly.skewed += is_ahead
                singly.left_out += row.left_out
                if row.prediction is not None and row.model is not None:
                    join = Joined(row.model, row.version, row.prediction, row.label, time)
                    carried.append((record.offset, join))
                    arrival = max(arrival, record.timestamp)
                else:
                    name, offset = row.prediction_id.encode(), record.offset
                    label = Label(name, row.label, time, row.model, offset, record.timestamp)
                    waiting.append(label)
        return LabelsOfSlice(Labels.of(waiting), JoinedRows.of(carried), arrival)


@dataclass(slots=True)
class _Singly:
    """What was found beside labels where they were read one by one."""

    not_taken: list[tuple[Record, NotTaken]] = field(default_factory=list)
    skewed: int = 0
    left_out: list[LeftOut] = field(default_factory=list)


def _merged(plain: LabelsOfSlice, others: LabelsOfSlice) -> LabelsOfSlice:
    if len(plain.waiting) == 0:
        return others
    return others._replace(waiting=Labels.merged(plain.waiting, others.waiting))
