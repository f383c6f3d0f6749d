"""Answers to fetches that a topic which was made anew would give, held back until it is asked for.

Kafka tells a consumer of these versions nothing of a topic's id: where the topic was deleted and
created again, it reads on in the new log from its offset in the old one, or is sent back to the
new one's beginning. Before that a fetch fails, or the log is shorter than it was.
"""

from __future__ import annotations

from asyncio import Event
from collections.abc import Awaitable, Callable
from typing import Any, Final

from agents.transport.known_topics import TopicsChanged

Confirm = Callable[[frozenset[str]], Awaitable[object]]
"""Returns when topics are known to be those that they were; raises `TopicsChanged`."""

_FETCH: Final = 1
"""Kafka's number of the request."""


async def take_all(_: frozenset[str]) -> None:
    """Confirm any topics."""


class DoubtingClient:
    """An aiokafka client whose answers to fetches are held back while there is a doubt.

    Parameters
    ----------
    client
        An `AIOKafkaClient`; all else is its own.

    Attributes
    ----------
    confirm
        Asked before an answer is given on that raises a doubt.
    """

    def __init__(self, client: Any, confirm: Confirm = take_all) -> None:
        self._client = client
        self._ends: dict[tuple[str, int], int] = {}
        self.confirm = confirm

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    async def send(self, node_id: int, request: Any, **options: Any) -> Any:
        """Send a request; return its answer, once nothing is in doubt."""
        response = await self._client.send(node_id, request, **options)
        if getattr(request, "API_KEY", None) != _FETCH:
            return response
        doubtful = self._doubtful(response)
        if doubtful:
            try:
                await self.confirm(doubtful)
            except TopicsChanged:
                # The app ends by it, and cancels this: nothing of the answer is to be taken.
                await Event().wait()
        return response

    def _doubtful(self, response: Any) -> frozenset[str]:
        found = set()
        for topic, partitions in response.topics:
            for partition, error, end, *_ in partitions:
                if error:
                    found.add(topic)
                    continue
                before = self._ends.get((topic, partition), end)
                if end < before:
                    found.add(topic)
                self._ends[topic, partition] = end
        return frozenset(found)
