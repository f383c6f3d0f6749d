"""Starts, watches and stops the demo's worker process."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import aiohttp

READY_SECONDS: Final = 300.0
"""How long a worker may take to be ready: on a new machine it compiles its detectors first."""

QUOTED_LINES: Final = 20

_STOP_SECONDS: Final = 20.0
_PREFIX: Final = "DRIFTLINE_"


class WorkerFailed(RuntimeError):
    """The worker ended, or did not get ready; the message quotes the end of its log."""


class WorkerProcess:
    """One `driftline worker` in a process of its own.

    Parameters
    ----------
    overrides
        Its settings, dotted path to text; none come from the caller's environment.
    url
        Where it serves metrics and health.
    log
        The file that takes its output.
    """

    def __init__(self, overrides: Mapping[str, str], *, url: str, log: Path) -> None:
        self.url = url
        self.log = log
        self._overrides = overrides
        self._process: Process | None = None

    async def start(self) -> None:
        """Start the process and return when it is ready for traffic.

        Raises
        ------
        WorkerFailed
            If it ends, or is not ready within `READY_SECONDS`.
        """
        with self.log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "app.cli.demo_child",
                *arguments(self._overrides),
                # Its end tells the worker that the demo is gone.
                stdin=PIPE,
                stdout=log,
                stderr=STDOUT,
                env=environment(os.environ),
                # A terminal's Ctrl-C goes to the demo alone, which then stops the worker.
                start_new_session=True,
            )
        try:
            async with asyncio.timeout(READY_SECONDS), aiohttp.ClientSession() as session:
                while not await self._ready(session):
                    self.check()
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise self._failed(f"was not ready within {READY_SECONDS:g} s") from None

    def check(self) -> None:
        """Do nothing while the process runs.

        Raises
        ------
        WorkerFailed
            If it has ended.
        """
        if self._process is not None and self._process.returncode is not None:
            raise self._failed(f"ended with exit code {self._process.returncode}")

    async def stop(self) -> None:
        """End the process; a second call, or one before the start, does nothing."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _ready(self, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.get(f"{self.url}/readyz") as response:
                return response.status == 200
        except aiohttp.ClientError:
            return False

    def _failed(self, what: str) -> WorkerFailed:
        with self.log.open(errors="replace") as log:
            lines = deque(log, maxlen=QUOTED_LINES)
        quoted = "".join(f"  | {line.rstrip()}\n" for line in lines)
        return WorkerFailed(
            f"the worker {what}; its log ends with\n{quoted}(all of it: {self.log})"
        )


def arguments(overrides: Mapping[str, str]) -> list[str]:
    """Return the command line of a worker with these settings.

    Examples
    --------
    >>> arguments({"http.port": "0"})
    ['worker', '--set', 'http.port=0']
    """
    flags = [("--set", f"{path}={value}") for path, value in overrides.items()]
    return ["worker", *(word for flag in flags for word in flag)]


def environment(base: Mapping[str, str]) -> dict[str, str]:
    """Return an environment that holds no setting of a worker.

    Examples
    --------
    >>> environment({"HOME": "/h", "DRIFTLINE_HTTP__PORT": "1"})
    {'HOME': '/h'}
    """
    return {name: value for name, value in base.items() if not name.startswith(_PREFIX)}
