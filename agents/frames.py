"""Observation batches as the records that carry them."""

from collections.abc import Iterable, Iterator
from typing import Final

from schemas.invalid import InvalidMessage, Reason
from schemas.observations import ObservationBatch, encode_observations

LARGEST_FRAME: Final = 1_500_000
"""Bytes of a frame above which a batch is cut, and a single row refused."""


def framed(
    batches: Iterable[ObservationBatch],
) -> Iterator[tuple[ObservationBatch, bytes | InvalidMessage]]:
    """Yield batches with their frames, halved until each frame fits a record.

    A single row that does not fit comes with the reason in place of its frame. How much the names
    and texts of a batch take is known only once it is encoded.
    """
    for batch in batches:
        frame = encode_observations(batch)
        if len(frame) <= LARGEST_FRAME:
            yield batch, frame
        elif len(batch) > 1:
            yield from framed(batch.halves())
        else:
            detail = f"{len(frame)} bytes as a row of columns, at most {LARGEST_FRAME} are taken"
            yield batch, InvalidMessage(Reason.TOO_LARGE, detail)
