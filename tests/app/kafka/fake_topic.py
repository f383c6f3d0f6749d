"""A topic that is followed without a broker."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager

from agents.records.record import Record
from agents.transport.topic_reader import Bounds


class FakeTopic:
    """One partition; each connection fails in its turn, or gives what there is and what comes."""

    def __init__(self, *failures: Exception | None) -> None:
        self.log: list[Record] = []
        self.coming: asyncio.Queue[Record] = asyncio.Queue()
        self.since: list[int | None] = []
        self.followed = asyncio.Event()
        self._failures = list(failures)

    @asynccontextmanager
    async def open(self) -> AsyncIterator["FakeTopic"]:
        failure = self._failures.pop(0) if self._failures else None
        if failure is not None:
            raise failure
        yield self

    async def bounds(
        self, partitions: Iterable[int], *, since: int | None = None
    ) -> Mapping[int, Bounds]:
        assert list(partitions) == [0]
        self.since.append(since)
        return {0: Bounds(0, len(self.log))}

    async def records(self, wanted: Mapping[int, Bounds]) -> AsyncIterator[Record]:
        for record in self.log[: wanted[0].end]:
            yield record

    async def following(self, offsets: Mapping[int, int]) -> AsyncIterator[Record]:
        assert offsets == {0: len(self.log)}
        self.followed.set()
        while True:
            yield await self.coming.get()
