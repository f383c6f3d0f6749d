"""Accepted predictions, and which model version each is of."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.observations.concatenated_blocks import ConcatenatedBlocks
from schemas.payloads.rows import PredictionRow
from schemas.payloads.scanned_predictions import ScannedPredictions
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import Source, number_sources

REFUSED: Final = -1
"""In place of the number of a model version."""

Rows = NDArray[np.intp]


class ReadRows:
    """The rows of some slices that hold predictions: one for each record, or several.

    Parameters
    ----------
    joined
        The records.
    scanned
        What was read all at once; None where nothing was.
    single
        By record, the rows of those that were read one by one.

    Attributes
    ----------
    joined, scanned
        As given.
    record_of
        Shape ``(n,)``: the record of each row, ascending. A record that was refused has a row too.
    bounds
        Where the rows of each block begin, and where those of the last one end.
    single
        By row, what was read one by one.
    plain
        Shape ``(n,)``: which rows are among the scanned.
    times
        Shape ``(n,)``: event times.
    sources
        Where the rows came from, and shape ``(b,)``: the number of the source of each block.
    names
        The model versions, in the order in which they come.
    group
        Shape ``(n,)``: the number of each row's version, or `REFUSED`.
    """

    def __init__(
        self,
        joined: ConcatenatedBlocks,
        scanned: ScannedPredictions | None,
        single: Mapping[int, Sequence[PredictionRow]],
    ) -> None:
        self.joined = joined
        self.scanned = scanned
        self._lay_out(single)
        self.sources = number_sources(
            Source(block.topic, block.partition) for block in joined.blocks
        )
        self.group = np.full(len(self.record_of), REFUSED, dtype=np.int64)
        numbers: dict[ModelVersion, int] = {}
        if scanned is not None and self.plain.any():
            self._group_plain(scanned, numbers)
        for row, prediction in self.single.items():
            name = (prediction.model, prediction.version)
            self.group[row] = numbers.setdefault(name, len(numbers))
        self.names = list(numbers)

    @property
    def record_times(self) -> NDArray[np.int64]:
        """The time of each row's record."""
        return self.joined.timestamps[self.record_of]

    @property
    def accepted(self) -> NDArray[np.bool_]:
        """Which rows are of a model version."""
        accepted: NDArray[np.bool_] = self.group != REFUSED
        return accepted

    def leave_out(self, rows: Sequence[int]) -> None:
        """Leave out rows, as if they had been refused."""
        self.group[np.array(rows, dtype=np.intp)] = REFUSED
        kept = np.unique(self.group[self.group != REFUSED])
        number_of = np.full(len(self.names), REFUSED, dtype=np.int64)
        number_of[kept] = np.arange(len(kept))
        self.names = [self.names[number] for number in kept.tolist()]
        accepted = self.accepted
        self.group[accepted] = number_of[self.group[accepted]]

    def _lay_out(self, single: Mapping[int, Sequence[PredictionRow]]) -> None:
        records = len(self.joined)
        self.record_of: Rows = np.arange(records)
        self.bounds = self.joined.bounds
        first = self.record_of
        if any(len(rows) > 1 for rows in single.values()):
            counts = np.ones(records, dtype=np.intp)
            counts[list(single)] = [len(rows) for rows in single.values()]
            self.record_of = np.repeat(first, counts)
            self.bounds = np.searchsorted(self.record_of, self.joined.bounds).tolist()
            first = np.cumsum(counts) - counts
        self.single = {
            int(first[record]) + number: row
            for record, rows in single.items()
            for number, row in enumerate(rows)
        }
        if self.scanned is None:
            self.plain = np.zeros(len(self.record_of), dtype=np.bool_)
            self.times = np.zeros(len(self.record_of), dtype=np.int64)
        else:
            self.plain = self.scanned.plain[self.record_of]
            self.times = self.scanned.times[self.record_of]
        for at, row in self.single.items():
            self.times[at] = row.time

    def _group_plain(self, scanned: ScannedPredictions, numbers: dict[ModelVersion, int]) -> None:
        rows = np.flatnonzero(self.plain)
        records = self.record_of[rows]
        codes = scanned.model[records].astype(np.int64) << 32 | scanned.version[records]
        if (codes == codes[0]).all():
            found, first, places = codes[:1], np.zeros(1, np.intp), np.zeros(1, np.intp)
        else:
            found, first, places = np.unique(codes, return_index=True, return_inverse=True)
        order = np.argsort(first)
        for code in found[order].tolist():
            name = scanned.texts[code >> 32], scanned.texts[code & 0xFFFF_FFFF]
            numbers[name] = len(numbers)
        self.group[rows] = np.argsort(order)[places.reshape(-1)]
