"""aiokafka's consumer, handing out blocks of records instead of lists."""

from typing import Any

import aiokafka

from agents.transport.aiokafka_seam import rebound
from agents.transport.fetcher import BlockFetcher
from agents.transport.missed import Missed


class BlockConsumer(aiokafka.AIOKafkaConsumer):  # type: ignore[misc] # aiokafka ships no types
    """An AIOKafkaConsumer whose `getmany` returns a `RecordBlock` of each partition.

    All else is aiokafka's: the same parameters, positions and errors. A block holds what a list
    would, except that records before a corrupt batch are handed out before its error is raised.

    Raises
    ------
    ValueError
        If there is a deserializer: a block holds bytes.
    """

    def __init__(self, *topics: str, **options: Any) -> None:
        for name in ("key_deserializer", "value_deserializer"):
            if options.get(name) is not None:
                raise ValueError(f"{name} cannot be used: blocks hold bytes")
        super().__init__(*topics, **options)

    def take_missed(self) -> list[Missed]:
        """Return the stretches that were deleted before they were fetched, each once."""
        missed: list[Missed] = self._fetcher.resets.take()
        return missed

    start = rebound(aiokafka.AIOKafkaConsumer.start, {"Fetcher": BlockFetcher})
