"""Which models are this worker's: those whose partition of the observations it has."""

from collections.abc import Awaitable, Callable, Collection

from agents.transport.assignment import Assignment
from agents.transport.publisher import partition_of


class Ownership:
    """Follows the assignments of a worker.

    Parameters
    ----------
    topic
        Full name of that of the observations.
    partitions
        Returns among how many partitions of a topic keys choose.
    is_loaded
        Tells whether what is known of the models of the partitions is there.
    """

    def __init__(
        self,
        topic: str,
        partitions: Callable[[str], Awaitable[int]],
        is_loaded: Callable[[], bool] = lambda: True,
    ) -> None:
        self._topic = topic
        self._partitions = partitions
        self._is_loaded = is_loaded
        self._assigned: frozenset[int] = frozenset()

    def keep(self, assignment: Assignment) -> None:
        """Take an assignment."""
        self._assigned = assignment.of(self._topic)

    async def owned(self, models: Collection[str]) -> set[str]:
        """Return which of some models are this worker's; none as long as their state is loaded."""
        if not self._assigned or not self._is_loaded():
            return set()
        width = await self._partitions(self._topic)
        return {each for each in models if partition_of(each.encode(), width) in self._assigned}
