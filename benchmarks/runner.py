"""Runs one contender in a process of its own."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.contenders.task import Task
from benchmarks.environment import ROOT, own_python
from benchmarks.lineup import Contender

LONGEST_RUN: Final = 300.0
"""Seconds after which a run has failed."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a contender gave.

    Attributes
    ----------
    events, seconds, cpu_seconds
        From its first record to its last processed event; CPU of all of its threads.
    peak_rss
        In bytes, of the whole process.
    alerts
        How many it published.
    """

    events: int
    seconds: float
    cpu_seconds: float
    peak_rss: int
    alerts: int

    @property
    def rate(self) -> float:
        """Events per second."""
        return self.events / self.seconds

    @property
    def cpu_per_event(self) -> float:
        """Microseconds of CPU per event."""
        return self.cpu_seconds / self.events * 1e6


class ContenderFailed(RuntimeError):
    """A contender ended without a measurement; the message has the end of what it said."""


def run_contender(contender: Contender, task: Task, root: Path = ROOT) -> Run:
    """Run a contender to its end, as it is in a checkout."""
    python = str(own_python()) if contender.own_environment else sys.executable
    # Faust and Quix Streams make directories for their state wherever they are started.
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors,
        tempfile.TemporaryDirectory() as folder,
    ):
        try:
            done = subprocess.run(  # noqa: S603 - our own commands
                [python, *contender.command(task)],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(root)},
                stdout=subprocess.PIPE,
                stderr=errors,
                encoding="utf-8",
                timeout=LONGEST_RUN,
                check=False,
            )
        except subprocess.TimeoutExpired:
            outcome, result = f"took more than {LONGEST_RUN:.0f} s", ""
        else:
            outcome = f"ended with {done.returncode}"
            result = done.stdout.strip().rpartition("\n")[2]
            if done.returncode == 0 and result.startswith("{"):
                return Run(**json.loads(result))
        errors.seek(0)
        said = errors.read()[-3000:]
    raise ContenderFailed(f"{contender.title} {outcome}\n{said}")
