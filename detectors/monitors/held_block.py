"""Rows of newcomers that came one after the other, as tables."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

import numpy as np

from detectors.monitors.packed_columns import PackedColumns
from schemas.tables.frames import decode_frame, encode_frame
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationBatch, ObservationTable

PER_PIECE: Final = 200
PER_TABLE: Final = 700
"""Bytes that are reckoned for a piece, and for a table, beside names, rows and texts."""

_PER_ROW: Final = 24
_PER_TEXT: Final = 60


class Piece(NamedTuple):
    """The rows that one table of a block has of a version.

    Attributes
    ----------
    block, table, model
        The number of the block, of the table in it, and of the version in that.
    begin, end
        Of the rows in the table.
    """

    block: int
    table: int
    model: int
    begin: int
    end: int

    @property
    def rows(self) -> int:
        """How many they are."""
        return self.end - self.begin


class HeldTable(NamedTuple):
    """Rows of versions that have the same columns.

    Attributes
    ----------
    rows
        A table without its columns.
    columns
        These.
    """

    rows: ObservationTable
    columns: PackedColumns

    @classmethod
    def of(cls, table: ObservationTable) -> "HeldTable":
        """Take rows into arrays of their own, with no column, category or source without a row."""
        numbers, own = np.unique(table.source_of, return_inverse=True)
        rows = replace(
            table,
            sources=tuple(table.sources[number] for number in numbers.tolist()),
            source_of=own.reshape(-1).astype(np.int64),
            columns=(),
        )
        return cls(rows, PackedColumns.of(table.columns))

    def table(self) -> ObservationTable:
        """Return the table with its columns."""
        return replace(self.rows, columns=tuple(self.columns.between(0, len(self.rows))))

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        texts = sum(
            _PER_TEXT * len(categories) + sum(map(len, categories))
            for categories in self.columns.categories
        )
        flags = self.columns.flags
        values = self.columns.values.nbytes + (0 if flags is None else flags.nbytes)
        names = sum(len(rows.model) + len(rows.version) for rows in self.rows.models)
        pieces = PER_PIECE * len(self.rows.models)
        return PER_TABLE + len(self.rows) * _PER_ROW + values + texts + names + pieces

    @property
    def size_of_names(self) -> int:
        """About how many bytes the names of its columns take, which many tables may share."""
        return sum(2 * _PER_TEXT + len(name) for name, _, _ in self.columns.layout)


@dataclass(slots=True, kw_only=True, eq=False)
class HeldBlock:
    """Some rows of newcomers.

    Attributes
    ----------
    number
        Tells it apart; later ones have higher ones.
    size
        Bytes that it was reckoned with when its rows came. It stays while any of them is held: what
        must be forgotten may not depend on when snapshots were taken.
    tables
        The rows.
    left
        Versions of which rows are held still.
    gone
        How many versions have left it.
    """

    number: int
    size: int = 0
    tables: list[HeldTable] = field(default_factory=list)
    left: set[ModelVersion] = field(default_factory=set)
    gone: int = 0

    def add(self, table: ObservationTable) -> Iterator[tuple[ModelVersion, Piece]]:
        """Take rows; yield which rows are whose."""
        own = HeldTable.of(table)
        self.size += own.size
        self.tables.append(own)
        self.left.update(own.rows.versions())
        return self._pieces_of(len(self.tables) - 1)

    def pieces(self) -> Iterator[tuple[ModelVersion, Piece]]:
        """Yield which rows are whose, of all tables."""
        for number in range(len(self.tables)):
            yield from self._pieces_of(number)

    def _pieces_of(self, number: int) -> Iterator[tuple[ModelVersion, Piece]]:
        begin = 0
        for model, rows in enumerate(self.tables[number].rows.models):
            end = begin + rows.rows
            yield (rows.model, rows.version), Piece(self.number, number, model, begin, end)
            begin = end

    def batch(self, piece: Piece) -> ObservationBatch:
        """Return the rows of a piece."""
        columns = self.tables[piece.table].columns
        return replace(self.places(piece), columns=tuple(columns.between(piece.begin, piece.end)))

    def places(self, piece: Piece) -> ObservationBatch:
        """Return the rows of a piece without their columns."""
        table = self.tables[piece.table].rows
        return table.batch(table.models[piece.model], piece.begin, piece.end)

    def leave(self, key: ModelVersion) -> None:
        """Let go of the rows of a version."""
        if key in self.left:
            self.left.remove(key)
            self.gone += 1

    def encode(self) -> bytes:
        """Return the frame of the rows that are held still.

        It depends on these alone: neither on what has left, nor on whether they were bytes before.
        """
        left = (
            held.table().only(self.left)
            for held in self.tables
            if not self.left.isdisjoint(held.rows.versions())
        )
        return encode_frame(HeldTable.of(table).table() for table in left)

    @classmethod
    def decode(cls, number: int, size: int, frame: bytes) -> "HeldBlock":
        """Return the block of a frame.

        Raises
        ------
        InvalidMessage, OtherFormat
            As of `schemas.tables.frames.decode_frame`.
        """
        tables = [HeldTable.of(table) for table in decode_frame(frame)]
        left = {key for held in tables for key in held.rows.versions()}
        return cls(number=number, size=size, tables=tables, left=left)
