"""What a stage is to those who keep its state."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from agents.state.telemetry import StateTelemetry
from agents.work_thread import WorkThread

StateT = TypeVar("StateT")


class KeptStage(Protocol[StateT]):
    """A stage with a state for each partition of its topics."""

    @property
    def name(self) -> str:
        """What it is reported as, and what its snapshots are marked with."""

    @property
    def logs(self) -> tuple[str, ...]:
        """The topics that it reads: they have as many partitions."""

    @property
    def telemetry(self) -> StateTelemetry:
        """Where it reports."""

    @property
    def thread(self) -> WorkThread:
        """The only one beside the loop that touches its states."""

    def new_state(self) -> StateT:
        """Make the state of one partition."""

    def take_up(self, partition: int, state: StateT) -> None:
        """Go on from a state that was loaded."""

    def keep_partitions(self, partitions: Iterable[int]) -> None:
        """Drop the states of partitions that are no longer assigned."""
