"""What a join has counted of what waits."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Counters:
    """Predictions that wait, and how many of what have gone since `begin_again`.

    Attributes
    ----------
    waiting
        Predictions without a label.
    expired, evicted
        Given up without a label: too old, or pushed out by the cap.
    replaced, duplicate
        Predictions whose place another one of the same id, model and version took, and those that
        came again as they were.
    orphaned
        Labels given up before their prediction came.
    orphans
        The same by the models that they name, None for those that name none, until they are taken.
    """

    waiting: int = 0
    expired: int = 0
    evicted: int = 0
    replaced: int = 0
    duplicate: int = 0
    orphaned: int = 0
    orphans: Counter[str | None] = field(default_factory=Counter)

    def begin_again(self) -> None:
        """Count from now on: what a restore gave up was counted before."""
        self.expired = self.evicted = self.replaced = self.duplicate = self.orphaned = 0
        self.orphans.clear()
