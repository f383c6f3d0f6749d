"""Rows of newcomers that came one after the other, as tables."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

import numpy as np

from schemas.tables.columns import Column, Kind
from schemas.tables.frames import decode_frame, encode_frame
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationBatch, ObservationTable

PER_PIECE: Final = 200
"""Bytes that are reckoned for a piece, beside its names and rows."""

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
        The rows, each table with what it needs alone.
    left
        Versions of which rows are held still.
    gone
        How many versions have left it.
    """

    number: int
    size: int = 0
    tables: list[ObservationTable] = field(default_factory=list)
    left: set[ModelVersion] = field(default_factory=set)
    gone: int = 0

    def add(self, table: ObservationTable) -> Iterator[tuple[ModelVersion, Piece]]:
        """Take rows; yield which rows are whose."""
        own = _compact(table)
        self.size += _size(own)
        self.tables.append(own)
        self.left.update(own.versions())
        return self._pieces_of(len(self.tables) - 1)

    def pieces(self) -> Iterator[tuple[ModelVersion, Piece]]:
        """Yield which rows are whose, of all tables."""
        for number in range(len(self.tables)):
            yield from self._pieces_of(number)

    def _pieces_of(self, number: int) -> Iterator[tuple[ModelVersion, Piece]]:
        begin = 0
        for model, rows in enumerate(self.tables[number].models):
            end = begin + rows.rows
            yield (rows.model, rows.version), Piece(self.number, number, model, begin, end)
            begin = end

    def batch(self, piece: Piece) -> ObservationBatch:
        """Return the rows of a piece."""
        table = self.tables[piece.table]
        return table.batch(table.models[piece.model], piece.begin, piece.end)

    def places(self, piece: Piece) -> ObservationBatch:
        """Return the rows of a piece without their columns."""
        table = self.tables[piece.table]
        return table.batch(table.models[piece.model], piece.begin, piece.end, columns=())

    def leave(self, key: ModelVersion) -> None:
        """Let go of the rows of a version."""
        if key in self.left:
            self.left.remove(key)
            self.gone += 1

    def encode(self) -> bytes:
        """Return the frame of the rows that are held still.

        It depends on these alone: neither on what has left, nor on whether they were bytes before.
        """
        tables = [table.only(self.left) for table in self.tables]
        return encode_frame(_compact(table) for table in tables if len(table))

    @classmethod
    def decode(cls, number: int, size: int, frame: bytes) -> "HeldBlock":
        """Return the block of a frame.

        Raises
        ------
        InvalidMessage, OtherFormat
            As of `schemas.tables.frames.decode_frame`.
        """
        tables = decode_frame(frame)
        left = {key for table in tables for key in table.versions()}
        return cls(number=number, size=size, tables=tables, left=left)


def _compact(table: ObservationTable) -> ObservationTable:
    """Return a table with arrays of its own, and no column, category or source without a row."""
    numbers, own = np.unique(table.source_of, return_inverse=True)
    return replace(
        table,
        sources=tuple(table.sources[number] for number in numbers.tolist()),
        source_of=own.reshape(-1).astype(np.int64),
        columns=tuple(_compact_columns(table.columns)),
    )


def _compact_columns(columns: Iterable[Column]) -> Iterator[Column]:
    for column in columns:
        if not column.is_absent:
            flags = column.flags if column.flags is not None and column.flags.any() else None
            yield replace(column.compact(), flags=flags)


def _size(table: ObservationTable) -> int:
    """Return about how many bytes a table takes."""
    size = len(table) * _PER_ROW
    for column in table.columns:
        size += column.values.nbytes + (0 if column.flags is None else column.flags.nbytes)
        if column.kind is Kind.CATEGORY:
            size += sum(map(len, column.categories)) + _PER_TEXT * len(column.categories)
    names = sum(len(rows.model) + len(rows.version) for rows in table.models)
    return size + names + PER_PIECE * len(table.models)
