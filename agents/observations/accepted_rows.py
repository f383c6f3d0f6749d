"""Accepted predictions, and which model version each is of."""

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


class ReadRows:
    """The rows of some slices that hold predictions.

    Parameters
    ----------
    joined
        The ``n`` records.
    scanned
        What was read all at once; None where nothing was.
    single
        By row, what was read one by one.
    plain
        Shape ``(n,)``: which rows are among the scanned.
    times
        Shape ``(n,)``: event times.

    Attributes
    ----------
    joined, scanned, single, plain, times
        As given.
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
        single: dict[int, PredictionRow],
        plain: NDArray[np.bool_],
        times: NDArray[np.int64],
    ) -> None:
        self.joined = joined
        self.scanned = scanned
        self.single = single
        self.plain = plain
        self.times = times
        self.sources = number_sources(
            Source(block.topic, block.partition) for block in joined.blocks
        )
        self.group = np.full(len(joined), REFUSED, dtype=np.int64)
        numbers: dict[ModelVersion, int] = {}
        if scanned is not None and plain.any():
            self._group_plain(scanned, numbers)
        for row, prediction in single.items():
            name = (prediction.model, prediction.version)
            self.group[row] = numbers.setdefault(name, len(numbers))
        self.names = list(numbers)

    def _group_plain(self, scanned: ScannedPredictions, numbers: dict[ModelVersion, int]) -> None:
        codes = scanned.model.astype(np.int64) << 32 | scanned.version
        rows = np.flatnonzero(self.plain)
        if (codes[rows] == codes[rows[0]]).all():
            found, first, places = codes[rows[:1]], np.zeros(1, np.intp), np.zeros(1, np.intp)
        else:
            found, first, places = np.unique(codes[rows], return_index=True, return_inverse=True)
        order = np.argsort(first)
        for code in found[order].tolist():
            name = scanned.texts[code >> 32], scanned.texts[code & 0xFFFF_FFFF]
            numbers[name] = len(numbers)
        self.group[rows] = np.argsort(order)[places.reshape(-1)]
