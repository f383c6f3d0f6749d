"""What the states of stages report."""

from typing import Protocol


class StateTelemetry(Protocol):
    """Receives what is saved and loaded."""

    def state_saved(self, stage: str, snapshots: int, size: int, seconds: float) -> None:
        """Take note of a partition's state that is safe: what was written, and how long it took."""

    def state_loaded(self, stage: str, snapshots: int, size: int, seconds: float) -> None:
        """Take note of the states that were loaded with an assignment."""
