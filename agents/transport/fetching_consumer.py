"""aiokafka's consumer, handing out blocks of records instead of lists."""

from typing import Any

import aiokafka
from aiokafka.structs import OffsetAndMetadata

from agents.transport.aiokafka_seam import rebound
from agents.transport.doubtful_fetches import Confirm
from agents.transport.fetcher import BlockFetcher
from agents.transport.missed import Missed


class BlockConsumer(aiokafka.AIOKafkaConsumer):  # type: ignore[misc] # aiokafka ships no types
    """An AIOKafkaConsumer whose `getmany` returns a `RecordBlock` of each partition.

    All else is aiokafka's: the same parameters, positions and errors. A block holds what a list
    would, except that records before a corrupt batch are handed out before its error is raised.

    Parameters
    ----------
    note
        What is committed beside each offset.

    Raises
    ------
    ValueError
        If there is a deserializer: a block holds bytes.
    """

    def __init__(self, *topics: str, note: str = "", **options: Any) -> None:
        self._note = note
        for name in ("key_deserializer", "value_deserializer"):
            if options.get(name) is not None:
                raise ValueError(f"{name} cannot be used: blocks hold bytes")
        super().__init__(*topics, **options)

    def take_missed(self) -> list[Missed]:
        """Return the stretches that were deleted before they were fetched, each once."""
        missed: list[Missed] = self._fetcher.resets.take()
        return missed

    async def commit(self, offsets: Any = None) -> None:
        """Commit offsets, each with the note beside it."""
        if offsets is not None:
            offsets = {
                tp: OffsetAndMetadata(offset, self._note) for tp, (offset, _) in offsets.items()
            }
        await super().commit(offsets)

    def doubt(self, confirm: Confirm) -> None:
        """Have topics confirmed that may have been made anew; to be called once it has started."""
        self._fetcher.doubts.confirm = confirm

    start = rebound(aiokafka.AIOKafkaConsumer.start, {"Fetcher": BlockFetcher})
