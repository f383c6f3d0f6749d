"""A Faust app as the main program of a process."""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import logging
import os
import signal
import sys
import threading
from typing import Any, Final

from aiokafka.errors import MessageSizeTooLargeError
from faust.types import AppT

from agents.dead_letters.sender import TooManyRefused
from agents.transport.assignment import SplitPartitions
from agents.transport.denial import causes, clock_refusal_of, denial_of
from agents.transport.known_topics import TopicsChanged
from app.worker.exit_codes import ExitCode
from schemas.formats import OtherFormat

_SWITCH_INTERVAL: Final = 0.0005
"""Seconds for which one thread may keep the others waiting. Python's own 5 ms are longer than what
detection's thread computes between two looks at Python objects."""

_ENDS: Final[tuple[tuple[tuple[type[BaseException], ...], str, ExitCode], ...]] = (
    ((TooManyRefused,), "too many refused records", ExitCode.REFUSED),
    ((OtherFormat,), "what another release wrote is left to it", ExitCode.FORMATS),
    (
        (TopicsChanged, SplitPartitions, MessageSizeTooLargeError),
        "the topics are not those of the start any more",
        ExitCode.TOPICS,
    ),
)
"""Ends that a worker brings about itself: what it raises, what it says, its exit code."""

logger = logging.getLogger(__name__)


def run(app: AppT, *, shutdown_timeout: float = 30.0) -> ExitCode:
    """
    Run an app until a signal stops it or it crashes; brokers should be there by then.

    SIGTERM and SIGINT let agents finish the batches in hand, commit, and leave the group. Neither
    logging nor the standard streams are touched. Call it in the main thread.

    Parameters
    ----------
    shutdown_timeout
        How long stopping may take, in seconds; then the process ends where it stands.

    Returns
    -------
    ExitCode
        `ExitCode.OK` after a signal. A stop that takes too long does not return: the process exits
        with `ExitCode.FORCED`.
    """
    process = _Process(app, shutdown_timeout)
    _relax_garbage_collection()
    sys.setswitchinterval(_SWITCH_INTERVAL)
    try:
        return asyncio.run(process.main())
    finally:
        process.disarm()


def _relax_garbage_collection() -> None:
    # A batch is thousands of small dictionaries, none of them in a cycle, all gone with the batch.
    # At Python's thresholds the collector walks over them a hundred times a batch, for a third of
    # the CPU that intake takes.
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


class _Process:
    def __init__(self, app: AppT, shutdown_timeout: float) -> None:
        self._app = app
        self._shutdown_timeout = shutdown_timeout
        self._stop = asyncio.Event()
        self._watchdog: threading.Timer | None = None

    async def main(self) -> ExitCode:
        loop = asyncio.get_running_loop()

        def stop(number: int, _: Any) -> None:
            # A plain handler, not the loop's: it also runs while a handler blocks the loop.
            self._arm()
            loop.call_soon_threadsafe(self._stop.set)
            logger.info("stopping: %s", signal.Signals(number).name)

        previous = {
            number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)
        }
        try:
            return await self._run_app()
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)

    async def _run_app(self) -> ExitCode:
        app = self._app
        starting = asyncio.create_task(app.start())
        ending = [
            asyncio.create_task(self._stop.wait()),
            asyncio.create_task(app.wait_until_stopped()),
        ]
        await asyncio.wait([starting, *ending], return_when=asyncio.FIRST_COMPLETED)
        if not starting.done() or starting.exception() is None:
            await asyncio.wait(ending, return_when=asyncio.FIRST_COMPLETED)
        self._arm()
        # As a task: what a dying service cancels must not cancel this.
        stopping = asyncio.create_task(app.stop())
        await asyncio.wait([stopping])
        for task in (starting, *ending):
            task.cancel()
        outcomes = await asyncio.gather(starting, stopping, *ending, return_exceptions=True)
        failure = app.crash_reason or next(
            (error for error in outcomes if isinstance(error, Exception)), None
        )
        return exit_code_of(failure)

    def _arm(self) -> None:
        if self._watchdog is None:
            self._watchdog = threading.Timer(self._shutdown_timeout, self._give_up)
            self._watchdog.daemon = True
            self._watchdog.start()

    def disarm(self) -> None:
        if self._watchdog is not None:
            self._watchdog.cancel()
            self._watchdog.join()

    def _give_up(self) -> None:
        logger.critical("not stopped within %.0f s: exiting", self._shutdown_timeout)
        faulthandler.dump_traceback(sys.__stderr__ or sys.stderr)
        os._exit(ExitCode.FORCED)


def exit_code_of(failure: BaseException | None) -> ExitCode:
    """Tell in the log why the app has ended, and return what says so to whoever started it."""
    for kind, said, code in _ENDS:
        for error in causes(failure):
            if isinstance(error, kind):
                logger.critical("%s: %s", said, error)
                return code
    denial = denial_of(failure)
    if denial is not None:
        logger.error("the brokers no longer allow what a worker needs: %s", denial)
        return ExitCode.DENIED
    refusal = clock_refusal_of(failure)
    if refusal is not None:
        logger.critical("%s", refusal)
        return ExitCode.CONFIGURATION
    if failure is not None:
        logger.critical("the worker has crashed", exc_info=failure)
        return ExitCode.FAILED
    return ExitCode.OK
