from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from detectors.arrays.addresses import address_of
from detectors.reference.column_block import (
    ADDRESS,
    LATEST,
    MEMORY,
    NEXT,
    RECENT,
    WINDOWS,
    ColumnBlock,
)


def filled(**lengths: int) -> ColumnBlock:
    """A block each of whose words has another value."""
    block = ColumnBlock(**lengths)
    parts: list[NDArray[Any]] = [block.problems, block.tally, block.range]
    parts += [block.quality, *block.memories, block.shares, *block.windows]
    parts += [block.counts, block.recent_counts, block.edges, block.latest, block.latest_rows]
    parts += [block.apart]
    number = 1
    for part in parts:
        part[:] = np.arange(number, number + len(part))
        number += len(part)
    return block


def test_its_parts_lie_one_after_the_other_and_share_nothing() -> None:
    block = filled(window=43, size=64, edges=63, latest=RECENT, rows=RECENT, apart=9)

    parts: list[NDArray[Any]] = [block.problems, block.tally, block.range]
    parts += [block.quality, *block.memories, block.shares, *block.windows]
    parts += [block.counts, block.recent_counts, block.edges, block.latest, block.latest_rows]
    parts += [block.apart]
    assert np.concatenate(parts).tolist() == list(range(1, 1 + sum(map(len, parts))))
    assert len(block.words) == WINDOWS + 2 * 43 + 64 // 2 + 64 // 4 + 63 + 2 * RECENT + 9
    assert all(len(memory) == MEMORY for memory in block.memories)
    assert block.address == address_of(block.words)


def test_what_is_written_to_a_part_is_in_the_block() -> None:
    block = ColumnBlock(size=3)
    block.counts[1] = 7
    assert block.counts.tolist() == [0, 7, 0]
    block.autocorrelation = 0.25
    assert block.autocorrelation == 0.25
    block.autocorrelation = None
    assert block.autocorrelation is None


@pytest.mark.parametrize("part", ["window", "size", "edges", "latest", "rows", "apart"])
def test_another_length_of_one_part_keeps_all_that_fits(part: str) -> None:
    lengths = {"window": 8, "size": 4, "edges": 3, "latest": 6, "rows": 6, "apart": 5}
    block = filled(**lengths)
    block.words[NEXT] = 12

    longer = block.resized(**{part: lengths[part] + 2})

    assert longer.length(LATEST) == lengths["latest"] + 2 * (part == "latest")
    assert longer.words[NEXT] == 12
    again = longer.resized(**{part: lengths[part]})
    block.words[ADDRESS] = again.address
    assert again.words.tolist() == block.words.tolist()


@pytest.mark.parametrize("size", [1, 2, 63, 64])
def test_counts_stay_what_they_are_when_they_get_more_bits(size: int) -> None:
    block = filled(window=3, size=size, edges=2, latest=6)
    counts, edges = block.counts.tolist(), block.edges.tolist()
    wide = block.resized(wide=1)
    assert (wide.counts.tolist(), wide.edges.tolist()) == (counts, edges)
    wide.counts[-1] = 2**40
    assert wide.counts[-1] == 2**40
    assert wide.edges.tolist() == edges
