"""What the dead letters report."""

from typing import Protocol

from schemas.events.invalid import Reason
from schemas.events.nothing_to_say import Silence


class RefusalTelemetry(Protocol):
    """Receives what is refused or skipped."""

    def message_refused(self, topic: str, reason: Reason) -> None:
        """Take note of a record that went to the dead letters."""

    def record_skipped(self, topic: str, silence: Silence) -> None:
        """Take note of a record that says nothing."""

    def refusals_changed(self, topic: str, partition: int, used: float | None) -> None:
        """Take note of how much of the limit of dead letters a partition has used up.

        From 0 to 1, at which the worker stops; None when the partition is counted no more.
        """
