"""What performance costs of a worker's processor: one backlog with it and without, in turns.

All that a worker does of its own with a label for every prediction, in this process: JSON is read,
labels are joined, frames are written and read again, columns are watched, and what is found is
encoded. Kafka's part is left out, so that the share is rather too high.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import median
from time import process_time
from typing import Final

from agents.join.store import PendingStore
from agents.observations.framing import framed
from agents.observations.label_reader import LabelReader
from agents.observations.label_tables import Labelled, label_tables
from agents.observations.prediction_reader import PredictionReader
from agents.records.block import RecordBlock
from agents.stages.intake_options import IntakeOptions
from app.options import new_fleet
from app.settings import load_settings
from benchmarks.events import FIRST_TIME, Events
from benchmarks.labels import labels_of
from detectors.monitors.fleet import Fleet
from detectors.warm_up import warm_up
from schemas.events.codec import encode_event
from schemas.events.invalid import InvalidMessage
from schemas.tables.frames import decode_frame
from schemas.tables.observations import ObservationTable, Source

FEATURES: Final = 20
BATCH: Final = 2000
"""Predictions that are read at once, and then their labels."""

WARM: Final = 10
"""Batches before the first that is timed: references are ready by then."""

_DAY: Final = 86_400_000
_PACE: Final = 2500
"""Milliseconds of event time from one prediction to the next: windows of a day end on the way."""


@dataclass
class _Record:
    topic: str
    partition: int
    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


class Intake:
    """Reads predictions and labels into the frames that detection reads."""

    def __init__(self) -> None:
        options = IntakeOptions()
        self._predictions = PredictionReader.of(options)
        self._labels = LabelReader(form=options.label_format(), tolerance=10 * _DAY)
        self._store = PendingStore(ttl=90 * _DAY, most=1_000_000)

    def predictions(self, block: RecordBlock) -> list[bytes]:
        """Return the frames of predictions, which wait for their labels from then on."""
        read = self._predictions.read([block])
        for waiting in read.waiting:
            for _, rows in waiting:
                self._store.add_predictions(rows)
        self._store.drain_changes()
        return _frames(read.tables(lambda _: 0))

    def labels(self, block: RecordBlock) -> list[bytes]:
        """Return the frames of labels and their predictions."""
        (those,) = self._labels.read([block]).slices
        taken = self._store.add_labels(those.waiting)
        self._store.drain_changes()
        rows = Labelled(Source(block.topic, block.partition), taken.joined)
        return _frames(label_tables([rows], lambda _: 0))


def _frames(tables: Iterable[tuple[int, ObservationTable]]) -> list[bytes]:
    found = [frame for _, frame in framed(table for _, table in tables)]
    return [frame for frame in found if not isinstance(frame, InvalidMessage)]


def blocks(batches: int, versions: int = 1) -> Iterator[tuple[RecordBlock, RecordBlock]]:
    """Yield predictions, of versions that take turns, and their labels, `BATCH` at a time."""
    events = Events(FEATURES).take(batches * BATCH)
    offset = 0
    while part := tuple(islice(events, BATCH)):
        numbered = enumerate(part, offset)
        part = tuple(_dated(*event, number, number % versions + 1) for number, event in numbered)
        yield _block("predictions", part, offset), _block("labels", tuple(labels_of(part)), offset)
        offset += len(part)


def _dated(key: bytes, value: bytes, number: int, version: int) -> tuple[bytes, bytes]:
    value = value.replace(b'"version":"1"', b'"version":"%d"' % version, 1)
    times = b'"timestamp":%d,', FIRST_TIME + number, FIRST_TIME + number * _PACE
    return key, value.replace(times[0] % times[1], times[0] % times[2], 1)


def _block(topic: str, part: Sequence[tuple[bytes, bytes]], offset: int) -> RecordBlock:
    records = [
        _Record(topic, 0, offset + at, FIRST_TIME + (offset + at) * _PACE, 0, key, value)
        for at, (key, value) in enumerate(part)
    ]
    return RecordBlock.from_records(topic, 0, records)


def _fleet(*, tells: bool) -> Fleet:
    flags = {"kafka.bootstrap_servers": "kafka:9092", "performance.enabled": str(tells).lower()}
    return new_fleet(load_settings(None, flags, {}))


def detect(fleet: Fleet, frames: Sequence[bytes]) -> float:
    """Return the seconds of CPU that a fleet takes for frames, and for what it finds in them."""
    began = process_time()
    for frame in frames:
        for table in decode_frame(frame):
            for event in fleet.update(table):
                encode_event(event)
    return process_time() - began


def share_of(batches: int) -> float:
    """Return by what share performance lowers the throughput of a worker, by processor time.

    Parameters
    ----------
    batches
        Of 2,000 predictions and their labels; the median over them counts.
    """
    warm_up()
    intake, fleets = Intake(), (_fleet(tells=False), _fleet(tells=True))
    shares = []
    for number, (predictions, labels) in enumerate(blocks(WARM + batches)):
        began = process_time()
        frames = [*intake.predictions(predictions), *intake.labels(labels)]
        before = process_time() - began
        # In turns, and neither always second: what the first has read is at hand for the next.
        order = (0, 1) if number % 2 else (1, 0)
        spent = dict(zip(order, [detect(fleets[each], frames) for each in order], strict=True))
        if number >= WARM:
            shares.append(1 - (before + spent[0]) / (before + spent[1]))
    return median(shares)
