"""Renderings of the metrics: one at a time, shared by all who wait for the same one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from prometheus_client.registry import Collector

from agents.work_thread import WorkThread
from app.metrics import Metrics

MOST: Final = 8
"""Different renderings that are made or waited for; more would hold the memory of as many."""


class TooManyRenderings(Exception):
    """As many different renderings as may wait are waiting."""


@dataclass(eq=False, slots=True)
class _Rendering:
    task: "asyncio.Task[bytes | None] | None" = None
    waiting: int = 0

    def is_wanted(self) -> bool:
        return self.waiting > 0


class Renderings:
    """What scrapes wait for: the refresh and the rendering, in a thread of their own.

    Parameters
    ----------
    metrics
        To be rendered.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._thread = WorkThread("metrics")
        self._turn = asyncio.Lock()
        self._shared: dict[tuple[tuple[str, ...], str], _Rendering] = {}
        self._tasks: set[asyncio.Task[bytes | None]] = set()

    async def render(
        self, names: tuple[str, ...], content_type: str, encode: Callable[[Collector], bytes]
    ) -> bytes | None:
        """Return a rendering that was not finished when it was asked for.

        It is given up, and None, when the last one who waits for it is cancelled.

        Parameters
        ----------
        names
            Of the metrics that are wanted, sorted; all where there are none.
        content_type
            That tells the format from others.
        encode
            The format.

        Raises
        ------
        TooManyRenderings
            If it would be one too many.
        """
        key = (names, content_type)
        rendering = self._shared.get(key)
        if rendering is None or rendering.task is None:
            if len(self._tasks) >= MOST:
                raise TooManyRenderings
            rendering = self._shared[key] = _Rendering()
            rendering.task = asyncio.create_task(self._make(names, encode, rendering.is_wanted))
            self._tasks.add(rendering.task)
            rendering.task.add_done_callback(self._tasks.discard)
        task = rendering.task
        rendering.waiting += 1
        try:
            return await asyncio.shield(task)
        finally:
            rendering.waiting -= 1
            if (task.done() or not rendering.waiting) and self._shared.get(key) is rendering:
                del self._shared[key]
            if not rendering.waiting and not task.done():
                task.cancel()

    async def end(self) -> None:
        """Give up what is being rendered and join the thread."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._thread.end()

    async def _make(
        self,
        names: tuple[str, ...],
        encode: Callable[[Collector], bytes],
        is_wanted: Callable[[], bool],
    ) -> bytes | None:
        async with self._turn:
            await self._metrics.refresh(names)
            return await self._thread.run(self._metrics.render, encode, names, is_wanted)
