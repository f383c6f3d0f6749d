"""What an agent gets at once: a round of slices, each the next records of a partition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, cast

from faust.types import TP, EventT

from agents.records.record import Record

BatchEvent = EventT[Sequence[Sequence[Record]]]
"""An event whose value is a round: slices of one partition or of several, in the order in which
they are to be taken, each of records in offset order; neither it nor a slice is ever empty. Its
message has topic, partition and last offset of the first slice."""


class Abandons(Protocol):
    """Gives up what an assignment has brought; the consumer does."""

    async def abandon(self) -> None:
        """Do not wait for batches in hand any more; wait for the next assignment."""


class ReadAgain(RuntimeError):
    """A failure after which the next worker is to read partitions again from earlier offsets.

    Attributes
    ----------
    stretches
        Partition to the offset from which on nothing is to be committed.
    """

    def __init__(self, message: str, stretches: Mapping[TP, int]) -> None:
        super().__init__(message)
        self.stretches = stretches


def slices_of(event: BatchEvent) -> Sequence[Sequence[Record]]:
    """Return the slices of a round."""
    return cast("Sequence[Sequence[Record]]", event.value)


def records_of(event: BatchEvent) -> list[Record]:
    """Return all records of a round, one after the other."""
    return [record for records in slices_of(event) for record in records]
