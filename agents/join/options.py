"""How many predictions wait for their labels, how long, and where."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from schemas.events.durations import MS_PER_DAY
from schemas.tables.declared import NO_DECLARATIONS, Declarations

_LARGEST_CHECKPOINT: Final = 65_536
_SMALLEST_CHECKPOINT: Final = 4_096


class ReusedIds(StrEnum):
    """What becomes of another prediction of the same id, model and version."""

    LATEST = "latest"
    """It takes the place of the one before."""

    BY_TIME = "by_time"
    """They wait side by side, and a label is for the latest that is not dated after it."""


@dataclass(frozen=True, slots=True)
class PendingOptions:
    """How long and how many predictions of one partition wait for their labels.

    Attributes
    ----------
    ttl
        Milliseconds, by the records' times and by those of the model's events.
    entries
        Predictions of one partition.
    hot_entries
        Of these, in memory; the others are on disk.
    directory
        Where; None to keep all in memory.
    reused_ids
        What becomes of other predictions of the same id, model and version.
    declarations
        Which labels of a model are one, among others.
    """

    ttl: int = 30 * MS_PER_DAY
    entries: int = 250_000
    hot_entries: int = 250_000
    directory: Path | None = None
    reused_ids: ReusedIds = ReusedIds.LATEST
    declarations: Declarations = NO_DECLARATIONS

    @property
    def checkpoint_every(self) -> int:
        """Changed entries after which the disk is brought up to date."""
        return min(max(self.hot_entries // 4, _SMALLEST_CHECKPOINT), _LARGEST_CHECKPOINT)
