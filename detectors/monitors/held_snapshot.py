"""Blocks of newcomers' rows as parts of a fleet's state."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.monitors.held_block import HeldBlock
from detectors.snapshots.codec import encode_snapshot
from detectors.snapshots.model_parts import decode_part
from detectors.snapshots.parts import PartName, UnusablePart
from schemas.events.invalid import InvalidMessage
from schemas.formats import OtherFormat
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import Origin

NEWCOMERS: Final = "newcomers"
"""What the name of a block begins with; its number follows."""

_ROWS: Final = "rows"


def name_of(number: int) -> PartName:
    """Return the name of a block."""
    return (NEWCOMERS, str(number))


def encode_block(block: HeldBlock) -> bytes:
    """Return the snapshot of a block."""
    return encode_snapshot({_ROWS: np.frombuffer(block.encode(), dtype=np.uint8)})


def frame_in(name: PartName, parts: Mapping[PartName, bytes]) -> NDArray[np.uint8]:
    """Return the frame that a part holds, unread.

    Raises
    ------
    UnusablePart
        If it is missing, no snapshot, or holds none.
    """
    rows = decode_part(name, parts).get(_ROWS)
    if not isinstance(rows, np.ndarray) or rows.dtype != np.uint8:
        raise UnusablePart(name, "foreign snapshot: it holds no rows of newcomers")
    return rows


def block_in(name: PartName, parts: Mapping[PartName, bytes]) -> HeldBlock:
    """Return the block that a part holds, without a size.

    Raises
    ------
    UnusablePart
        As of `frame_in`, and if the frame cannot be read.
    """
    try:
        return HeldBlock.decode(int(name[1]), 0, frame_in(name, parts).tobytes())
    except (InvalidMessage, OtherFormat) as error:
        raise UnusablePart(name, f"its rows cannot be read: {error}") from error


def rows_held(
    parts: Mapping[PartName, bytes], origin: Origin | None = None
) -> Counter[ModelVersion]:
    """Return how many rows the blocks among some parts hold of each version.

    Parameters
    ----------
    parts
        Others may be among them.
    origin
        Of the rows that count; all by default.

    Raises
    ------
    UnusablePart
        As of `block_in`.
    """
    rows: Counter[ModelVersion] = Counter()
    for name in parts:
        if name[0] == NEWCOMERS:
            block = block_in(name, parts)
            for key, piece in block.pieces():
                if origin in {None, block.tables[piece.table].rows.origin}:
                    rows[key] += piece.rows
    return rows


def without_versions(
    parts: Mapping[PartName, bytes], gone: Collection[ModelVersion]
) -> dict[PartName, bytes | None]:
    """Return those of the blocks among some parts that have rows of versions, without these.

    None stands for a block that has no others.

    Raises
    ------
    UnusablePart
        As of `block_in`.
    """
    changed: dict[PartName, bytes | None] = {}
    for name in parts:
        if name[0] == NEWCOMERS:
            block = block_in(name, parts)
            if not block.left.isdisjoint(gone):
                block.left.difference_update(gone)
                changed[name] = encode_block(block) if block.left else None
    return changed
