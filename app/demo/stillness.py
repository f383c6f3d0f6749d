"""Waiting for what is on its way, however slow the machine is."""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Final

_POLL: Final = 0.05


async def until_done_or_still(
    is_done: Callable[[], bool],
    progress: Callable[[], object],
    *,
    seconds: float,
    clock: Callable[[], float] = monotonic,
) -> None:
    """Wait until something is done, or nothing has moved for so long.

    Parameters
    ----------
    is_done
        Tells whether the waiting is over.
    progress
        Returns something that differs from what it returned before whenever there is progress.
    seconds
        For how long nothing may move.
    clock
        Monotonic, seconds.
    """
    latest, since = progress(), clock()
    while not is_done() and clock() - since < seconds:
        await asyncio.sleep(_POLL)
        if (now := progress()) != latest:
            latest, since = now, clock()
