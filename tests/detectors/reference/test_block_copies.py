import numpy as np
from numpy.typing import NDArray

from detectors.arrays.addresses import address_of
from detectors.reference.block_copies import go_back, keep, words_of
from detectors.reference.column_block import (
    BIN_OF_AT,
    CATEGORY_COUNTS_AT,
    CATEGORY_COUNTS_SIZE,
    READY,
    WATCHED,
    ColumnBlock,
)

NO_COPIES = np.empty(0, dtype=np.int64)
OF_NUMBERS = {"window": 5, "size": 7, "edges": 6, "latest": 4, "rows": 4, "apart": 3}


def of_categories(counts: NDArray[np.int64], bins: NDArray[np.int64]) -> ColumnBlock:
    """A column of categories, with a reference."""
    block = ColumnBlock(window=2, size=3, wide=1)
    block.words[READY] = WATCHED
    block.words[BIN_OF_AT], block.words[CATEGORY_COUNTS_AT] = address_of(bins), address_of(counts)
    block.words[CATEGORY_COUNTS_SIZE] = len(counts)
    return block


def test_blocks_and_counts_of_categories_are_as_they_were() -> None:
    counts, bins = np.arange(9), np.arange(9)
    blocks = [ColumnBlock(**OF_NUMBERS), of_categories(counts, bins), ColumnBlock()]
    blocks[0].latest[:] = 1.5
    before = [block.words.copy() for block in blocks]
    addresses = np.array([block.address for block in blocks])
    copies = keep(addresses, NO_COPIES)
    for block in blocks:
        block.tally[:] = 7.0
        block.joint[:] = 7.0
    blocks[0].latest[:] = blocks[0].apart[:] = 2.5
    counts += 1
    go_back(addresses, copies)
    for block, words in zip(blocks, before, strict=True):
        assert block.words.tolist() == words.tolist()
    assert counts.tolist() == list(range(9))


def test_a_copy_has_as_many_words_as_the_block_and_the_counts_of_its_categories() -> None:
    block, counts = ColumnBlock(**OF_NUMBERS), np.arange(9)
    categories = of_categories(counts, counts)
    assert words_of(block.address) == len(block.words)
    assert words_of(categories.address) == len(categories.words) + 9
    both = np.array([block.address, categories.address])
    assert len(keep(both, NO_COPIES)) == len(block.words) + len(categories.words) + 9


def test_rows_of_a_sample_are_no_counts_of_categories() -> None:
    rows = np.arange(9)
    block = ColumnBlock()
    block.words[BIN_OF_AT] = block.words[CATEGORY_COUNTS_AT] = address_of(rows)
    block.words[CATEGORY_COUNTS_SIZE] = len(rows)
    assert words_of(block.address) == len(block.words)


def test_an_array_with_room_is_used_again() -> None:
    block = ColumnBlock()
    addresses = np.array([block.address])
    copies = keep(addresses, NO_COPIES)
    assert keep(addresses, copies) is copies
