"""The records of several slices as if they were one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from agents.records.block import RecordBlock
from agents.records.record import Record
from agents.records.telling_headers import may_say_deleted
from schemas.payloads.scanned_predictions import Spans
from schemas.scan import digests

Numbers = NDArray[np.int64]

_NULL: Final = -1


class ConcatenatedBlocks(NamedTuple):
    """``n`` records of some blocks, one block after the other.

    Attributes
    ----------
    blocks
        What was joined.
    bounds
        Where the records of each block begin, and where those of the last one end.
    offsets, timestamps
        Shape ``(n,)``, as of the blocks.
    block_of
        Shape ``(n,)``: the number of the block of each record.
    spans
        Where keys and values lie, in one buffer.
    """

    blocks: Sequence[RecordBlock]
    bounds: Sequence[int]
    offsets: Numbers
    timestamps: Numbers
    block_of: Numbers
    spans: Spans

    @classmethod
    def of(cls, blocks: Sequence[RecordBlock]) -> Self:
        """Join blocks, at least one; the bytes of more than one are copied."""
        sizes = [len(block) for block in blocks]
        timestamps = np.concatenate([block.timestamps for block in blocks])
        return cls(
            blocks,
            np.cumsum([0, *sizes]).tolist(),
            np.concatenate([block.offsets for block in blocks]),
            timestamps,
            np.repeat(np.arange(len(blocks)), sizes),
            _spans(blocks, timestamps),
        )

    def __len__(self) -> int:
        return self.bounds[-1]

    def contents(self) -> NDArray[np.uint32]:
        """Return what tells the value of each record from others, shape ``(n,)``, never 0."""
        return digests(self.spans.buffer, self.spans.value_start, self.spans.value_end)

    def to_scan(self) -> Spans:
        """Return where the records lie that are read at once.

        A record that may be deleted by its headers is as good as null there.
        """
        told = np.concatenate([may_say_deleted(block) for block in self.blocks])
        if not told.any():
            return self.spans
        return replace(self.spans, value_start=np.where(told, _NULL, self.spans.value_start))

    def record(self, row: int) -> Record:
        """Return the record of a row."""
        block = int(self.block_of[row])
        return self.blocks[block][row - self.bounds[block]]


def _spans(blocks: Sequence[RecordBlock], timestamps: Numbers) -> Spans:
    if len(blocks) == 1:
        (block,) = blocks
        bounds = block.key_start, block.key_end, block.value_start, block.value_end
        return Spans(block.buffer, *bounds, timestamps)
    parts, columns = [], []
    size = 0
    for block in blocks:
        places = np.stack([block.key_start, block.key_end, block.value_start, block.value_end])
        # A slice shows all of the buffer that it was cut from.
        begin, end = int(np.where(places < 0, len(block.buffer), places).min()), int(places.max())
        begin = min(begin, max(end, 0))
        parts.append(block.buffer[begin : max(end, 0)])
        columns.append(np.where(places < 0, _NULL, places + (size - begin)))
        size += len(parts[-1])
    key_start, key_end, value_start, value_end = np.concatenate(columns, axis=1)
    buffer = np.concatenate(parts)
    buffer.flags.writeable = False  # as that of a block: kernels are compiled for one of the two
    return Spans(buffer, key_start, key_end, value_start, value_end, timestamps)
