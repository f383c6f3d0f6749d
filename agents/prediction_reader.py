"""Records of predictions to observation batches, and to what waits for labels."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.batch import Record
from agents.clocks import ages, bounded
from agents.prediction_log import Name, Predictions
from agents.record_block import RecordBlock
from schemas.codec import decode_object
from schemas.columns import Column, Kind
from schemas.incoming import FieldMap, PredictionRow, prediction_row
from schemas.invalid import InvalidMessage
from schemas.observations import ObservationBatch, Origin
from schemas.prediction_columns import prediction_columns
from schemas.prediction_scan import PredictionScanner
from schemas.scanned_predictions import ScannedPredictions, Spans

MOST_CELLS: Final = 4_000_000
"""Rows times columns of one batch: rows that have little in common would take up much memory."""

KindsOf = Callable[[str], Mapping[str, Kind]]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class ReadPredictions:
    """What a batch of records holds.

    Attributes
    ----------
    observations
        One batch or more for each model version, rows in the order of their offsets.
    waiting
        The same predictions, as the join takes them.
    refused
        Records that are no predictions, and why.
    skewed
        How many events were dated after their records, and got the records' times.
    """

    observations: list[ObservationBatch]
    waiting: list[Predictions]
    refused: list[tuple[Record, InvalidMessage]]
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

    def read(self, block: RecordBlock) -> ReadPredictions:
        """Read the records of a partition, at least one."""
        scanned = self._scanner.scan(
            Spans(
                block.buffer,
                block.key_start,
                block.key_end,
                block.value_start,
                block.value_end,
                block.timestamps,
            )
        )
        plain = np.zeros(len(block), dtype=np.bool_) if scanned is None else scanned.plain
        times = np.zeros(len(block), dtype=np.int64) if scanned is None else scanned.times.copy()
        single, refused = self._read_singly(block, np.flatnonzero(~plain))
        for row, prediction in single.items():
            times[row] = prediction.time
        accepted = plain.copy()
        accepted[list(single)] = True
        times, skewed = bounded(times, block.timestamps, self._tolerance, accepted)
        batch = _Batch(block, scanned, single, plain, times)
        return ReadPredictions(
            list(batch.observations(self._kinds_of)), list(batch.waiting()), refused, skewed
        )

    def _read_singly(
        self, block: RecordBlock, rows: Rows
    ) -> tuple[dict[int, PredictionRow], list[tuple[Record, InvalidMessage]]]:
        found, refused = {}, []
        for row in rows.tolist():
            record = block[row]
            try:
                found[row] = prediction_row(
                    self._fields.apply(decode_object(record.value, largest=self._largest)),
                    key=record.key,
                    record_time=record.timestamp,
                    most_features=self._most_features,
                )
            except InvalidMessage as error:
                refused.append((record, error))
        return found, refused


class _Batch:
    """The accepted rows of a batch, by model version."""

    def __init__(
        self,
        block: RecordBlock,
        scanned: ScannedPredictions | None,
        single: dict[int, PredictionRow],
        plain: NDArray[np.bool_],
        times: NDArray[np.int64],
    ) -> None:
        self._block = block
        self._scanned = scanned
        self._single = single
        self._plain = plain
        self._times = times
        self._names: dict[Name, int] = {}
        self._group = np.full(len(block), -1, dtype=np.int64)
        if scanned is not None and plain.any():
            self._group_plain(scanned)
        for row, prediction in single.items():
            name = (prediction.model, prediction.version)
            self._group[row] = self._names.setdefault(name, len(self._names))

    def _group_plain(self, scanned: ScannedPredictions) -> None:
        codes = scanned.model.astype(np.int64) << 32 | scanned.version
        rows = np.flatnonzero(self._plain)
        found, first, places = np.unique(codes[rows], return_index=True, return_inverse=True)
        order = np.argsort(first)
        for code in found[order].tolist():
            name = scanned.texts[code >> 32], scanned.texts[code & 0xFFFF_FFFF]
            self._names[name] = len(self._names)
        self._group[rows] = np.argsort(order)[places.reshape(-1)]

    def observations(self, kinds_of: KindsOf) -> Iterator[ObservationBatch]:
        """Yield the observation batches."""
        order = np.argsort(self._group, kind="stable")
        ends = np.searchsorted(self._group[order], np.arange(len(self._names) + 1))
        for (model, version), at in self._names.items():
            rows = order[ends[at] : ends[at + 1]]
            kinds = kinds_of(model)
            # The order of the offsets is kept: what was read singly makes a batch of its own.
            for run in np.split(rows, np.flatnonzero(np.diff(self._plain[rows])) + 1):
                for part in self._parts(run):
                    yield ObservationBatch(
                        model=model,
                        version=version,
                        origin=Origin.PREDICTIONS,
                        topic=self._block.topic,
                        partition=self._block.partition,
                        offsets=self._block.offsets[part],
                        times=self._times[part],
                        columns=tuple(self._columns(part, kinds)),
                    )

    def waiting(self) -> Iterator[Predictions]:
        """Yield all predictions for the join."""
        names = list(self._names)
        if self._scanned is not None and self._plain.any():
            rows = np.flatnonzero(self._plain)
            yield self._predictions(
                rows, self._scanned.ids(rows), names, self._scanned.predictions(rows)
            )
        if self._single:
            rows = np.array(list(self._single))
            found = list(self._single.values())
            labels = {
                at: prediction.label
                for at, prediction in enumerate(found)
                if prediction.label is not None
            }
            yield self._predictions(
                rows,
                [prediction.prediction_id.encode() for prediction in found],
                names,
                [prediction.prediction for prediction in found],
                labels,
            )

    def _parts(self, rows: Rows) -> Iterator[Rows]:
        """Cut rows so that their columns stay small."""
        if len(rows) > 1 and len(rows) * self._width(rows) > MOST_CELLS:
            middle = len(rows) // 2
            yield from self._parts(rows[:middle])
            yield from self._parts(rows[middle:])
        else:
            yield rows

    def _width(self, rows: Rows) -> int:
        if self._scanned is not None and self._plain[rows[0]]:
            return self._scanned.width(rows)
        return len({name for row in rows.tolist() for name in self._single[row].features})

    def _columns(self, rows: Rows, kinds: Mapping[str, Kind]) -> list[Column]:
        if self._scanned is not None and self._plain[rows[0]]:
            return self._scanned.columns(rows, kinds)
        return list(prediction_columns([self._single[row] for row in rows.tolist()], kinds))

    def _predictions(
        self,
        rows: Rows,
        ids: list[bytes],
        names: list[Name],
        values: list[object],
        labels: dict[int, object] | None = None,
    ) -> Predictions:
        times = self._times[rows]
        return Predictions(
            ids,
            self._block.offsets[rows],
            times,
            ages(times, self._block.timestamps[rows]),
            [names[group] for group in self._group[rows].tolist()],
            values,
            labels or {},
        )
