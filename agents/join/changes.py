"""What a handled slice did to the pending store: one record of the changelog."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from agents.join.fencing import NO_EPOCH
from agents.join.labels import Labels
from agents.prediction_log.predictions import Predictions
from schemas.formats import OtherFormat


class UnreadableChanges(ValueError):
    """Bytes that are no changes: damaged, or not ours."""


class OtherChanges(UnreadableChanges, OtherFormat):
    """Changes that another release of Driftline wrote, in a format that is not read."""


class Met(IntEnum):
    """What became of a label."""

    PREDICTION = 0
    NOTHING = 1
    """It came first, and waits."""

    STILL_NOTHING = 2
    """It has waited for long: said again, so that what said it first need not be read."""

    SOME = 3
    """The same, but one of the predictions that it is for has come."""

    CORRECTED = 4
    """It takes the place of another label of its prediction, and joins nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelChanges:
    """Labels that met their predictions, wait for them, or take the place of others.

    Attributes
    ----------
    labels
        In their order.
    met
        Shape ``(n,)``, uint8, of `Met`.
    """

    labels: Labels
    met: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.labels)

    def part(self, start: int, end: int) -> "LabelChanges":
        """Return the rows from ``start`` up to ``end``."""
        return LabelChanges(self.labels.part(start, end), self.met[start:end])


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """Predictions and labels in the order in which a store took them.

    Attributes
    ----------
    entries
        Batches of predictions and of labels.
    since
        The offset in the changelog from which on all that waits now can be read.
    clocks
        As `agents.join.clocks.Clocks.state`, of the models in it.
    epoch
        In which they were written; None where their writer did not know of epochs.
    since_epoch
        The epoch at ``since``.
    is_claim
        Whether another epoch begins here; there are no entries then.
    orphans
        Labels given up so far, by the models that they name, as of all of it.
    """

    entries: tuple[Predictions | LabelChanges, ...]
    since: int
    clocks: Mapping[str, Any] = field(default_factory=dict)
    epoch: int | None = None
    since_epoch: int = NO_EPOCH
    is_claim: bool = False
    orphans: Mapping[str, int] = field(default_factory=dict)


def checksum(record: bytes) -> int:
    """Return what tells a record from others, of a damaged one too."""
    return crc32(record)
