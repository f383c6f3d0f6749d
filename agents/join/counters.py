"""What a join has counted of what waits."""

from dataclasses import dataclass


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
    """

    waiting: int = 0
    expired: int = 0
    evicted: int = 0
    replaced: int = 0
    duplicate: int = 0

    def begin_again(self) -> None:
        """Count from now on: what a restore gave up was counted before."""
        self.expired = self.evicted = self.replaced = self.duplicate = 0
