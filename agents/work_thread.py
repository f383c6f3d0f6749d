"""A thread that works for one owner: one piece of work after the other, and an end."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar, TypeVarTuple, Unpack

logger = logging.getLogger(__name__)

ResultT = TypeVar("ResultT")
Arguments = TypeVarTuple("Arguments")


class ThreadEnded(RuntimeError):
    """Work for a thread that has ended."""


class WorkThread:
    """A thread to which an event loop hands work; whoever makes it ends it.

    The only way in which the product gives work to a thread: nothing that a thread has in hand is
    let go of by the loop, however the loop stops waiting. Work is done in the order in which it
    came, so that what closes a file goes behind what writes it.

    Parameters
    ----------
    name
        Shown by debuggers and in crash reports.
    """

    def __init__(self, name: str) -> None:
        self.name: Final = name
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._has_ended = False

    async def run(
        self, work: Callable[[Unpack[Arguments]], ResultT], *arguments: *Arguments
    ) -> ResultT:
        """Have work done; return when the thread has let go of it, whatever happens meanwhile.

        Who is cancelled while the work is being done is so when it is done, and gets no result:
        what the work opens, the work itself must give to an owner. Work that has not begun by then
        is not done at all.

        Raises
        ------
        ThreadEnded
            After `end`.
        """
        if self._has_ended:
            raise ThreadEnded(f"the thread {self.name} has ended")
        handed = self._executor.submit(work, *arguments)
        done = asyncio.wrap_future(handed)
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            if not handed.cancel():
                await self._let_go(done)
            raise

    async def end(self) -> None:
        """Let the thread do what it was given, and join it; again, it does nothing."""
        if not self._has_ended:
            self._has_ended = True
            last: Future[None] = self._executor.submit(_nothing)
            done = asyncio.wrap_future(last)
            try:
                await asyncio.shield(done)
            except asyncio.CancelledError:
                await self._let_go(done)
                raise
            finally:
                self._executor.shutdown()  # of a thread that has nothing left to do but to return

    async def _let_go(self, done: "asyncio.Future[ResultT]") -> None:
        while not done.done():
            try:
                await asyncio.wait([done])
            except asyncio.CancelledError:
                continue  # told twice; the thread is not done for that
        error = None if done.cancelled() else done.exception()
        if error is not None:
            logger.warning("%s: nobody waited for work that failed: %r", self.name, error)


def _nothing() -> None:
    """Be the last piece of work."""
