"""How many predictions wait for their labels, how long, and where."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LARGEST_CHECKPOINT: Final = 65_536
_SMALLEST_CHECKPOINT: Final = 4_096


@dataclass(frozen=True, slots=True)
class PendingOptions:
    """How long and how many predictions of one partition wait for their labels.

    Attributes
    ----------
    ttl
        Seconds of event time.
    entries
        Predictions of one partition.
    hot_entries
        Of these, in memory; the others are on disk.
    directory
        Where; None to keep all in memory.
    """

    ttl: float = 30 * 86400.0
    entries: int = 250_000
    hot_entries: int = 250_000
    directory: Path | None = None

    @property
    def checkpoint_every(self) -> int:
        """Changed entries after which the disk is brought up to date."""
        return min(max(self.hot_entries // 4, _SMALLEST_CHECKPOINT), _LARGEST_CHECKPOINT)
