"""What the stages have in common that keep a state for each partition."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import ClassVar, Generic, TypeVar

from agents.dead_letters.sender import DeadLetters
from agents.stages.outputs import Outputs
from agents.stages.telemetry import Telemetry
from agents.stages.topics import Topics
from agents.state.checkpoints import Handler
from agents.transport.assignment import Keeper
from agents.transport.publisher import Publisher
from agents.transport.rounds import BatchEvent, slices_of
from agents.work_thread import WorkThread

StateT = TypeVar("StateT")


@dataclass(kw_only=True, eq=False)
class Stage(Generic[StateT]):
    """Where a stage sends and reports, and its states by partition.

    Attributes
    ----------
    name
        What its batches are reported as.
    topics, publisher, dead_letters, telemetry
        Where and how it sends and reports.
    thread
        The only one beside the loop that touches the states: it takes up, handles and cuts.
    new_state
        Makes the state of one partition.
    states
        Those of the partitions of which it has taken a batch.
    outputs
        Publishes what the states find.
    """

    name: ClassVar[str]
    topics: Topics
    publisher: Publisher
    dead_letters: DeadLetters
    telemetry: Telemetry
    thread: WorkThread
    new_state: Callable[[], StateT]
    states: dict[int, StateT] = field(default_factory=dict, init=False)
    outputs: Outputs = field(init=False)

    def __post_init__(self) -> None:
        self.outputs = Outputs(self.topics, self.publisher, self.telemetry)

    @property
    @abstractmethod
    def handlers(self) -> Mapping[str, Handler]:
        """What takes the batches of each topic that the stage reads."""

    @property
    def logs(self) -> tuple[str, ...]:
        """The topics that the stage reads: they have as many partitions."""
        return tuple(self.handlers)

    def keeper(self) -> Keeper:
        """Return what has states begin and go with their partitions, where none is saved."""
        first = self.logs[0]
        return Keeper(
            topics=self.logs, keep=lambda assignment: self.keep_partitions(assignment.of(first))
        )

    def keep_partitions(self, partitions: Iterable[int]) -> None:
        """Drop the states of partitions that are no longer assigned."""
        for partition in self.states.keys() - set(partitions):
            self._drop(partition)

    def take_up(self, partition: int, state: StateT) -> None:
        """Go on from a state that was loaded."""
        self.states[partition] = state

    def _drop(self, partition: int) -> None:
        del self.states[partition]

    def _state(self, partition: int) -> StateT:
        state = self.states.get(partition)
        if state is None:
            state = self.states[partition] = self.new_state()
        return state

    def _report(self, event: BatchEvent, started: float) -> None:
        for records in slices_of(event):
            self.dead_letters.handled(records)
            last = records[-1]
            self.telemetry.records_read(last.topic, last.partition, len(records), last.offset)
        self.telemetry.batch_handled(self.name, perf_counter() - started)
