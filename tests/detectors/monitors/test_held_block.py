import numpy as np

from detectors.monitors.held_block import PER_PIECE, HeldBlock, Piece
from schemas.tables.columns import Column, Flag, Kind, Role
from schemas.tables.observations import ModelRows, ObservationTable, Origin, Source
from tests.detectors.batches import batch_of, rows_of, table_of, table_of_many


def _table() -> ObservationTable:
    return ObservationTable(
        Origin.PREDICTIONS,
        (ModelRows("a", "1", 1), ModelRows("b", "1", 2)),
        (Source("predictions", 4), Source("predictions", 5), Source("predictions", 6)),
        np.array([2, 0, 0]),
        np.array([9, 3, 4]),
        np.array([1000, 1001, 1002]),
        (
            Column("x", Role.FEATURE, Kind.NUMBER, np.array([1.0, 2.0, 3.0])),
            Column(
                "gone",
                Role.FEATURE,
                Kind.NUMBER,
                np.zeros(3),
                flags=np.full(3, Flag.ABSENT, dtype=np.uint8),
            ),
            Column(
                "text", Role.FEATURE, Kind.CATEGORY, np.array([2, 1, 2], np.int32), tuple("abc")
            ),
        ),
    )


def test_rows_are_kept_with_what_they_need() -> None:
    block = HeldBlock(number=0)
    pieces = dict(block.add(_table()))
    assert pieces == {("a", "1"): Piece(0, 0, 0, 0, 1), ("b", "1"): Piece(0, 0, 1, 1, 3)}
    batch = block.batch(pieces["b", "1"])
    assert (batch.model, batch.version, len(batch)) == ("b", "1", 2)
    assert [batch.sources[number].partition for number in batch.source_of] == [4, 4]
    assert batch.offsets.tolist() == [3, 4]
    assert [column.name for column in batch.columns] == ["x", "text"]
    assert batch.columns[1].categories == ("c", "b")
    assert len(block.tables[0].rows.sources) == 2


def test_the_size_goes_by_values_texts_names_and_versions() -> None:
    small, large = HeldBlock(number=0), HeldBlock(number=1)
    list(small.add(table_of(rows_of(x=[1.0]))))
    list(large.add(table_of(rows_of(x=["a" * 200]), model="b" * 100)))
    assert small.size > PER_PIECE
    assert large.size > small.size + 250


def test_pieces_of_all_tables_come_in_their_order() -> None:
    block = HeldBlock(number=0)
    for start in (0, 2):
        batches = [
            batch_of(rows_of(x=[1.0, 2.0]), start=start, version=version) for version in "34"
        ]
        list(block.add(table_of_many(batches)))
    found = [(version, piece.table, piece.rows) for (_, version), piece in block.pieces()]
    assert found == [("3", 0, 2), ("4", 0, 2), ("3", 1, 2), ("4", 1, 2)]


def test_who_leaves_is_counted_once() -> None:
    block = HeldBlock(number=0)
    list(block.add(_table()))
    size = block.size
    for _ in range(2):
        block.leave(("a", "1"))
    assert (block.gone, block.left, block.size) == (1, {("b", "1")}, size)
    again = HeldBlock.decode(0, size, block.encode())
    assert again.left == block.left
    assert [key for key, _ in again.pieces()] == [("b", "1")]
