"""Worker processes, and what watches over them: who dies is replaced."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.chaos.faults import Fault
from tests.kafka.ports import free_port

ROOT: Final = Path(__file__).parents[2]
KILLED: Final = -signal.SIGKILL
LONGEST_STOP: Final = 35.0
"""Seconds; a worker ends itself after 30."""


class Member:
    """A worker process.

    Parameters
    ----------
    settings
        By their paths.
    faults
        What goes wrong inside; a plain ``driftline worker`` where there is none.
    log
        What it says.
    disk
        Where its predictions wait for their labels; None for memory alone.
    root
        The tree that it is of.
    """

    def __init__(
        self,
        settings: Mapping[str, object],
        faults: Sequence[Fault],
        log: Path,
        disk: Path | None = None,
        root: Path = ROOT,
    ) -> None:
        self.log_file = log
        self.faults = faults
        self.disk = disk
        self.port = free_port()
        assignments = {**settings, "http.port": self.port}
        if disk is not None:
            assignments["intake.pending.directory"] = disk
        command = ["tests.chaos.worker"] if faults else ["app.cli", "worker"]
        command += [f"--set={key}={value}" for key, value in assignments.items()]
        command += [f"--fault={fault}" for fault in faults]
        with log.open("wb") as file:
            self.process = subprocess.Popen(  # noqa: S603 - our own program and arguments
                [sys.executable, "-m", *command],
                cwd=log.parent,
                env={**os.environ, "PYTHONPATH": str(root)},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
            )

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    @property
    def is_ready(self) -> bool:
        """Whether it has joined the group."""
        return self.get("/readyz") is not None

    def get(self, path: str) -> str | None:
        """Return a page of its endpoints; None where it does not give it."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=2) as page:
                return str(page.read().decode())
        except (urllib.error.HTTPError, OSError):
            return None

    def metric(self, name: str) -> float:
        """Return the sum of a metric over its labels; 0 where there is none."""
        lines = (self.get(f"/metrics?name[]={name}") or "").splitlines()
        found = [line for line in lines if line.startswith((f"{name} ", f"{name}{{"))]
        return sum(float(line.rpartition(" ")[2]) for line in found)

    def send(self, number: signal.Signals) -> None:
        """Send a signal, if it is still there to get it."""
        if self.is_alive:
            self.process.send_signal(number)

    def kill(self) -> None:
        """End it at once, stopped or not."""
        self.process.kill()
        self.process.wait(10.0)

    def log(self) -> str:
        """Return what it has said."""
        return self.log_file.read_text(errors="replace")


class Crew:
    """The workers of one consumer group.

    Parameters
    ----------
    settings
        Of each, by their paths.
    folder
        Where their logs go.

    Attributes
    ----------
    faults
        What goes wrong in each of them.
    root
        The tree that those which are started from now on are of.
    disks
        Of which each gets one that no other has; none by default.
    kills
        How many were killed at their work, or killed themselves at it.
    crashes
        Logs of those that ended in another way than by our hand and without a fault in them.
    exits
        Exit codes of those that ended by themselves.
    """

    def __init__(self, settings: Mapping[str, object], folder: Path) -> None:
        self.settings = dict(settings)
        self.members: list[Member] = []
        self.faults: list[Fault] = []
        self.root = ROOT
        self.disks: list[Path] = []
        self.kills = 0
        self.crashes: list[Path] = []
        self.exits: list[int] = []
        self._folder = folder
        self._number = 0

    def start(self, faults: Sequence[Fault] = ()) -> Member:
        """Start one."""
        self._number += 1
        log = self._folder / f"worker-{self._number}.log"
        taken = {member.disk for member in self.members}
        disk = next((disk for disk in self.disks if disk not in taken), None)
        member = Member(self.settings, [*self.faults, *faults], log, disk, self.root)
        self.members.append(member)
        return member

    def kill(self, member: Member) -> None:
        """Kill one with -9; it counts where it was at work."""
        self.members.remove(member)
        # It may have killed itself in this moment.
        self.kills += member.is_ready or not member.is_alive
        member.kill()

    def stop(self, member: Member) -> float:
        """End one with SIGTERM; return the seconds that it took.

        Raises
        ------
        AssertionError
            If it did not end in time, or with another code than 0.
        """
        self.members.remove(member)
        began = time.monotonic()
        member.send(signal.SIGTERM)
        try:
            code = member.process.wait(LONGEST_STOP)
        except subprocess.TimeoutExpired:
            member.kill()
            raise AssertionError(f"SIGTERM: not ended, see {member.log_file}") from None
        # Python had not got to the worker's own handlers yet: it had not begun to be one.
        is_unborn = code == -signal.SIGTERM and not member.log()
        if code != 0 and not is_unborn:
            raise AssertionError(f"SIGTERM: ended with {code}, see {member.log_file}")
        return time.monotonic() - began

    def tend(self, size: int) -> None:
        """Replace those that have ended; ``size`` is how many there should be."""
        for member in list(self.members):
            if not member.is_alive:
                self.members.remove(member)
                self._bury(member)
        while len(self.members) < size:
            self.start()

    def close(self) -> None:
        """Kill what is left."""
        for member in self.members:
            member.kill()
        self.members.clear()

    def _bury(self, member: Member) -> None:
        self.exits.append(member.process.returncode)
        if member.process.returncode == KILLED:
            self.kills += 1
        elif not member.faults:
            self.crashes.append(member.log_file)
