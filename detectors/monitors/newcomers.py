"""Model versions that have not shown themselves: their rows are held, and nothing is learned yet.

A monitor takes a millisecond to make, tens of kilobytes and a snapshot of its own; whoever writes
events can make up a name in each of them. The rows of a newcomer take what their values take, and
are written with those of many others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.monitors.held_block import HeldBlock, Piece
from detectors.monitors.options import MonitorOptions
from detectors.rows.row_log import RowLog
from detectors.snapshots.tree import State
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationBatch, ObservationTable, Origin, Source

SHOWN: Final = 32
"""Rows with which a version has shown itself."""

ENOUGH: Final = 8
"""Rows with which it has where there is no room for more; there is for so many of as many versions
of 20 columns as may be watched."""

PER_VERSION: Final = 600
"""Bytes that are reckoned for a version, beside its pieces."""

_PER_MODEL: Final = 2000
_PER_COLUMN: Final = 400
_BLOCK: Final = 500_000
"""Bytes above which a block takes no further rows."""


def rows_shown(options: MonitorOptions) -> int:
    """Return the rows with which a version of some options has shown itself.

    No alert can be found within a burn-in: none comes later because its rows were held.
    """
    return min(SHOWN, options.burn_in)


def bytes_for(models: int, columns: int) -> int:
    """Return what room the newcomers have beside so many models and columns that are watched.

    A tenth of what these take, or less.
    """
    return models * _PER_MODEL + columns * _PER_COLUMN


class HeldRows(NamedTuple):
    """Rows of a newcomer, and how often its references were to begin anew after them."""

    batch: ObservationBatch
    restarts: int


@dataclass(slots=True, eq=False)
class _Newcomer:
    """What is known of a version.

    Attributes
    ----------
    rows
        How many are held.
    pieces
        Where, in their order.
    restarts
        Rows to how often references were to begin anew when so many of those held had come.
    marks
        The last offset of each source, by origin; None until it is asked for.
    """

    rows: int = 0
    pieces: list[Piece] = field(default_factory=list)
    restarts: dict[int, int] = field(default_factory=dict)
    marks: dict[tuple[Origin, Source], int] | None = None


class Newcomers:
    """Held rows of a partition, bounded: beyond that, the block that came first is let go.

    What is held, and let go, depends on the order of the rows in the log alone.

    Parameters
    ----------
    most_bytes
        About how many of memory they may take.

    Attributes
    ----------
    dropped_rows
        Rows that were let go since this object was made; no part of the state.
    """

    def __init__(self, most_bytes: int) -> None:
        self.dropped_rows = 0
        self._most_bytes = most_bytes
        self._block_bytes = min(_BLOCK, max(most_bytes // 16, 1))
        self._blocks: dict[int, HeldBlock] = {}
        self._next = 0
        self._versions: dict[ModelVersion, _Newcomer] = {}

    def __contains__(self, key: object) -> bool:
        return key in self._versions

    def __iter__(self) -> Iterator[ModelVersion]:
        return iter(self._versions)

    def __len__(self) -> int:
        return len(self._versions)

    @property
    def size(self) -> int:
        """About how many bytes the held rows take."""
        return sum(block.size for block in self._blocks.values())

    @property
    def is_full(self) -> bool:
        """Whether the held rows take more than they may."""
        return self.size > self._most_bytes

    @property
    def blocks(self) -> Sequence[HeldBlock]:
        """The held rows, in their order."""
        return tuple(self._blocks.values())

    def block(self, number: int) -> HeldBlock:
        """Return the block of a number; raises KeyError where there is none."""
        return self._blocks[number]

    def rows_of(self, key: ModelVersion) -> int:
        """Return how many rows of a version are held."""
        return self._versions[key].rows if key in self._versions else 0

    def unseen(self, batch: ObservationBatch) -> NDArray[np.bool_]:
        """Return which rows of a batch are not held, shape ``(n,)``, as its log would tell."""
        newcomer = self._versions.get((batch.model, batch.version), _Newcomer())
        marks = dict(self._marks(newcomer))
        for run, begin, end in batch.slices():
            place = batch.origin, Source(run.topic, run.partition)
            if batch.offsets[begin] <= marks.get(place, -1):
                return self._log(newcomer, batch.origin).is_unseen(batch)
            marks[place] = int(batch.offsets[end - 1])
        return np.ones(len(batch), dtype=np.bool_)

    def hold(self, table: ObservationTable) -> None:
        """Hold rows that are not held yet."""
        if not len(table):
            return
        last = next(reversed(self._blocks.values()), None)
        if last is None or last.size >= self._block_bytes:
            last = self._blocks[self._next] = HeldBlock(number=self._next)
            self._next += 1
        pieces = list(last.add(table))
        new = sum(key not in self._versions for key, _ in pieces)
        if new:
            last.size += new * PER_VERSION + last.tables[-1].size_of_names
        for key, piece in pieces:
            newcomer = self._take(key, piece)
            if newcomer.marks is not None:
                _mark(newcomer.marks, last.places(piece))

    def release(self, key: ModelVersion) -> list[HeldRows]:
        """Return the rows of a version, in their order, and hold them no longer."""
        newcomer = self._versions.pop(key, None)
        if newcomer is None:
            return []
        held: list[HeldRows] = []
        rows = 0
        for piece in newcomer.pieces:
            batch = self._blocks[piece.block].batch(piece)
            rows += piece.rows
            held.append(HeldRows(batch, newcomer.restarts.get(rows, 0)))
        for number in {piece.block for piece in newcomer.pieces}:
            block = self._blocks[number]
            block.leave(key)
            if not block.left:
                del self._blocks[number]
        return held

    def make_room(self) -> list[ModelVersion]:
        """Let the block go that came first, but for those versions that have `ENOUGH` rows.

        Where none has, it is the first of those that have most, if that is more than one: where
        very many come again and again, one after the other is watched.

        Returns
        -------
        list of ModelVersion
            These, in the order of their rows there: they are to be released before anything else,
            and the block goes with the last of them.
        """
        block = next(iter(self._blocks.values()))
        keys = dict.fromkeys(key for key, _ in block.pieces() if key in block.left)
        most = max(self._versions[key].rows for key in keys)
        enough = [key for key in keys if self._versions[key].rows >= ENOUGH]
        if not enough and most > 1:
            enough = [next(key for key in keys if self._versions[key].rows == most)]
        for key in enough:
            del keys[key]
        for key in keys:
            self._drop(key, block)
        if not enough:
            del self._blocks[block.number]
        return enough

    def notice(self, model: str) -> None:
        """Take note that the references of a model's versions are to begin anew."""
        for (name, _), newcomer in self._versions.items():
            if name == model:
                count = newcomer.restarts.get(newcomer.rows, 0)
                newcomer.restarts[newcomer.rows] = count + 1

    def outline(self) -> State:
        """Return what is in no block."""
        return {
            "next": self._next,
            "blocks": [[block.number, block.size] for block in self._blocks.values()],
            "restarts": sorted(
                [*key, rows, count]
                for key, newcomer in self._versions.items()
                for rows, count in newcomer.restarts.items()
            ),
        }

    def restore(self, outline: State, blocks: Sequence[bytes]) -> None:
        """Take over what was held.

        Parameters
        ----------
        outline
            As `outline` gave it.
        blocks
            The frames of those that it names.

        Raises
        ------
        InvalidMessage, OtherFormat
            As of `schemas.tables.frames.decode_frame`.
        ValueError, LookupError, TypeError
            If they do not belong together.
        """
        self._next = outline["next"]
        self._blocks, self._versions = {}, {}
        for (number, size), frame in zip(outline["blocks"], blocks, strict=True):
            block = self._blocks[number] = HeldBlock.decode(number, size, frame)
            for key, piece in block.pieces():
                self._take(key, piece)
        for model, version, rows, count in outline["restarts"]:
            self._versions[model, version].restarts[rows] = count

    def _take(self, key: ModelVersion, piece: Piece) -> _Newcomer:
        newcomer = self._versions.setdefault(key, _Newcomer())
        newcomer.rows += piece.rows
        newcomer.pieces.append(piece)
        return newcomer

    def _places(self, newcomer: _Newcomer) -> Iterator[ObservationBatch]:
        return (self._blocks[piece.block].places(piece) for piece in newcomer.pieces)

    def _marks(self, newcomer: _Newcomer) -> dict[tuple[Origin, Source], int]:
        if newcomer.marks is None:
            newcomer.marks = {}
            for batch in self._places(newcomer):
                _mark(newcomer.marks, batch)
        return newcomer.marks

    def _log(self, newcomer: _Newcomer, origin: Origin) -> RowLog:
        """Return the log of the rows of an origin that are held."""
        log = RowLog()
        for batch in self._places(newcomer):
            if batch.origin is origin:
                log.append(batch)
        return log

    def _drop(self, key: ModelVersion, block: HeldBlock) -> None:
        """Let the rows go that a version has in the first block."""
        newcomer = self._versions[key]
        gone = sum(piece.rows for piece in newcomer.pieces if piece.block == block.number)
        self.dropped_rows += gone
        block.leave(key)
        newcomer.pieces = [each for each in newcomer.pieces if each.block != block.number]
        if not newcomer.pieces:
            del self._versions[key]
            return
        # As if the first one that is left were its first one ever.
        newcomer.rows -= gone
        newcomer.marks = None
        newcomer.restarts = {
            rows - gone: count for rows, count in newcomer.restarts.items() if rows > gone
        }


def _mark(marks: dict[tuple[Origin, Source], int], batch: ObservationBatch) -> None:
    """Note the last offset of each source."""
    for number, offset in zip(batch.source_of.tolist(), batch.offsets.tolist(), strict=True):
        marks[batch.origin, batch.sources[number]] = offset
