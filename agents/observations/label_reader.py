"""Records of labels to what joins them, and to rows that need no join."""

from collections.abc import Sequence
from dataclasses import dataclass

from agents.join.joined import Joined, JoinedRows
from agents.join.labels import Label, Labels
from agents.observations.event_time import bounded_time
from agents.records.block import RecordBlock
from agents.records.record import Record
from schemas.events.left_out import LeftOut
from schemas.events.not_taken import NotTaken
from schemas.payloads.json_labels import label_rows
from schemas.payloads.rows import FieldMap


@dataclass(frozen=True, slots=True)
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
    not_taken: list[tuple[Record, NotTaken]]
    skewed: int
    left_out: Sequence[LeftOut]


class LabelReader:
    """Reads the labels of a topic.

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

    def read(self, block: RecordBlock) -> ReadLabels:
        """Read a slice."""
        waiting: list[Label] = []
        carried: list[tuple[int, Joined]] = []
        not_taken: list[tuple[Record, NotTaken]] = []
        left_out: list[LeftOut] = []
        skewed, arrival = 0, -1
        for number, (offset, record_time, key, value) in enumerate(block.rows()):
            try:
                rows = label_rows(
                    value, self._fields, key=key, time=record_time, largest=self._largest
                )
            except NotTaken as why:
                not_taken.append((block[number], why))
                continue
            for row in rows:
                time, is_ahead = bounded_time(row.time, record_time, self._tolerance)
                skewed += is_ahead
                left_out += row.left_out
                if row.prediction is not None and row.model is not None:
                    join = Joined(row.model, row.version, row.prediction, row.label, time)
                    carried.append((offset, join))
                    arrival = max(arrival, record_time)
                else:
                    name = row.prediction_id.encode()
                    waiting.append(Label(name, row.label, time, row.model, offset, record_time))
        return ReadLabels(
            Labels.of(waiting), JoinedRows.of(carried), arrival, not_taken, skewed, left_out
        )
