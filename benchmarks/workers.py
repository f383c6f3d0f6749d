"""Driftline workers that run until the benchmark has seen enough of them."""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Final, Self

from benchmarks.contenders.task import Task
from benchmarks.environment import ROOT

_POLL: Final = 0.1


@dataclass(frozen=True, slots=True)
class Report:
    """Where a worker stands; times are of the system's monotonic clock.

    Attributes
    ----------
    accepted, uncounted
        Rows that its intake accepted, and those of them that came before it ``began``.
    detected
        Rows that its detection handled.
    began, ended
        When its intake had its first rows, and its detection handled its last batch so far.
    cpu_seconds
        CPU of all threads between the two.
    peak_rss
        Bytes.
    """

    accepted: int = 0
    detected: int = 0
    uncounted: int = 0
    began: float = 0.0
    ended: float = 0.0
    cpu_seconds: float = 0.0
    peak_rss: int = 0


class Workers:
    """Worker processes of one consumer group, from entering the context to leaving it.

    Parameters
    ----------
    task
        What they work on; its topics exist.
    count
        How many.
    """

    def __init__(self, task: Task, count: int = 1) -> None:
        self._arguments = task.arguments()
        self._reports = [Report()] * count
        self._processes: list[subprocess.Popen[str]] = []
        self._errors: list[IO[str]] = []
        self._stack = ExitStack()

    @property
    def reports(self) -> list[Report]:
        """The last report of each."""
        return list(self._reports)

    def wait(self, enough: Callable[[list[Report]], bool], timeout: float) -> list[Report]:
        """Wait until the reports are what one waits for; return them.

        Raises
        ------
        RuntimeError
            When a worker has ended, or the time, in seconds, is over.
        """
        deadline = time.monotonic() + timeout
        while not enough(reports := self.reports):
            self.check()
            if time.monotonic() > deadline:
                raise RuntimeError(f"not done after {timeout:.0f} s: {reports}")
            time.sleep(_POLL)
        return reports

    def check(self) -> None:
        """Raise RuntimeError when a worker has ended."""
        for process, errors in zip(self._processes, self._errors, strict=True):
            if process.poll() is not None:
                errors.seek(0)
                raise RuntimeError(f"a worker ended with {process.returncode}\n{errors.read()}")

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for number in range(len(self._reports)):
                errors = stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8"))
                process = subprocess.Popen(  # noqa: S603 - our own command
                    [sys.executable, "-m", _MODULE, *self._arguments],
                    cwd=ROOT,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    encoding="utf-8",
                )
                stack.enter_context(process)
                # Measured already; an orderly end would take the time of a rebalance.
                stack.callback(process.kill)
                self._processes.append(process)
                self._errors.append(errors)
                threading.Thread(target=self._read, args=(number,), daemon=True).start()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def _read(self, number: int) -> None:
        for line in self._processes[number].stdout or ():
            self._reports[number] = Report(**json.loads(line))


_MODULE: Final = "benchmarks.contenders.driftline_worker"
