"""What scrapes cost a worker's port: ``python -m benchmarks.scrapes [--models N]``.

The server alone, in this process, with metrics of so many models; whoever asks is a process of its
own. First one scrape, then many at once, then many whose clients hang up after some milliseconds.
CPU and memory are those of this process.
"""

import argparse
import asyncio
import json
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from agents.stages.telemetry import ModelStatus
from app.metrics import Metrics
from app.settings import HttpSettings
from app.web.models import ModelAnswers
from app.web.server import HttpServer
from detectors.monitors.column_figures import Figures
from detectors.performance.error import Task
from detectors.reference.season import UNKNOWN
from detectors.rows.label_counts import LabelCounts
from detectors.versions.registry import Overview
from schemas.events.model_comparison import ModelComparison
from schemas.events.rollback_request import RollbackRequest
from schemas.events.routing import ModelRoute
from schemas.events.version_record import VersionRecord
from schemas.events.version_status import VersionStatus
from schemas.tables.columns import Kind, Role

FEATURES: Final = 5
AT_ONCE: Final = 100
ABANDONED: Final = 200
HELD_S: Final = 0.005

_CLIENT: Final = """
import socket, sys, threading, time
port, clients, held = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
def ask():
    with socket.create_connection(("127.0.0.1", port)) as one:
        one.sendall(b"GET /metrics HTTP/1.1\\r\\nHost: localhost\\r\\n")
        one.sendall(b"Connection: close\\r\\n\\r\\n")
        if held:
            time.sleep(held)
            return
        while one.recv(1 << 16):
            pass
if held:
    for _ in range(clients):
        ask()
else:
    those = [threading.Thread(target=ask) for _ in range(clients)]
    for each in those:
        each.start()
    for each in those:
        each.join()
"""


class _Nobody:
    """Who knows of no versions."""

    async def overview(self) -> Sequence[Overview]:
        return ()

    async def versions_of(self, model: str, most: int) -> Sequence[VersionRecord]:
        del model, most
        return ()

    async def rollbacks_of(self, model: str) -> Sequence[RollbackRequest]:
        del model
        return []


class _Nothing:
    """Who knows of no routes, and of no comparisons."""

    is_complete = True

    def route_of(self, model: str) -> ModelRoute | None:
        del model
        return None

    def looks_at(self, model: str) -> Sequence[ModelComparison]:
        del model
        return ()


class _Well:
    """The health of a worker that lacks nothing."""

    def unhealthy(self) -> str:
        return ""

    def unready(self) -> str:
        return ""


def status(model: str) -> ModelStatus:
    """Return what is told of a model of five features."""
    figures = Figures(
        ready=True,
        rows=1000,
        mean=0.5,
        problems=(1000, 0, 0, 0, 0, 0),
        kind=Kind.NUMBER,
        discarded=0,
        budget=1e6,
        doubt=None,
        season=UNKNOWN,
    )
    return ModelStatus(
        model=model,
        version="1",
        rows=1000,
        labelled_rows=0,
        replayed_rows=0,
        refused_columns=0,
        newest=1.7e9,
        task=Task.AUTO,
        status=VersionStatus.CHAMPION,
        open_alerts=2,
        labels=LabelCounts(2, 1),
        columns={(Role.FEATURE, f"feature_{number}"): figures for number in range(FEATURES)},
    )


async def measure(models: int) -> dict[str, float]:
    """Return seconds of CPU, and of time, that scrapes take, and the peak of memory in MB."""
    metrics = Metrics(label_values=max(10 * models, 1))
    for number in range(models):
        metrics.model_watched(0, status(f"model-{number}"))
    result: dict[str, float] = {}
    server = HttpServer(
        HttpSettings(port=0),
        metrics=metrics,
        health=_Well(),
        models=ModelAnswers(_Nobody(), _Nothing(), _Nothing()),
    )
    async with server:
        before = _peak_mb()
        for name, clients, held in (
            ("one", 1, 0.0),
            ("at_once", AT_ONCE, 0.0),
            ("abandoned", ABANDONED, HELD_S),
        ):
            cpu, begin = _cpu_seconds(), time.monotonic()
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", _CLIENT, str(server.port), str(clients), str(held)
            )
            await process.wait()
            result[f"{name}_cpu_s"] = round(_cpu_seconds() - cpu, 2)
            result[f"{name}_s"] = round(time.monotonic() - begin, 2)
            result[f"{name}_peak_mb"] = round(_peak_mb() - before)
    return result


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak_mb() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM"))


def main() -> None:
    """Measure, and print JSON as the last line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scrapes", description=__doc__)
    parser.add_argument("--models", type=int, default=1000, help="of five features each")
    models = parser.parse_args().models
    print(json.dumps({"models": models, **asyncio.run(measure(models))}))


if __name__ == "__main__":
    main()
