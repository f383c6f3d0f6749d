"""A Driftline worker that says how far it is, five times a second, until it is ended."""

import json
import os
import threading
import time
from typing import Final

from app.factory import create_app
from app.metrics import Metrics
from app.settings import Settings
from app.worker.allocator import share_one_arena
from app.worker.process import run
from app.worker.warm_up import warm_up
from benchmarks.contenders.driftline import settings_of
from benchmarks.contenders.meter import peak_rss
from benchmarks.contenders.task import task_from_arguments
from schemas.tables.observations import Origin

EVERY: Final = 0.2


class ReportingMetrics(Metrics):
    """The worker's own metrics, and a line of JSON for the benchmark's workers module."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(label_values=settings.limits.metric_label_values)
        self._bench_accepted = self._bench_detected = self._bench_uncounted = 0
        self._bench_began = self._bench_ended = 0.0
        self._bench_cpu = self._bench_cpu_at_end = 0.0

    def rows_accepted(self, origin: Origin, model: str, version: str, rows: int) -> None:
        """Count rows."""
        super().rows_accepted(origin, model, version, rows)
        if not self._bench_accepted:
            self._bench_began, self._bench_cpu, self._bench_uncounted = (
                time.monotonic(),
                time.process_time(),
                rows,
            )
        self._bench_accepted += rows

    def rows_watched(self, origin: Origin, rows: int) -> None:
        """Count what detection has handled."""
        super().rows_watched(origin, rows)
        self._bench_detected += rows
        self._bench_ended, self._bench_cpu_at_end = time.monotonic(), time.process_time()

    def line(self) -> str:
        """Return where it stands."""
        return json.dumps(
            {
                "accepted": self._bench_accepted,
                "detected": self._bench_detected,
                "uncounted": self._bench_uncounted,
                "began": self._bench_began,
                "ended": self._bench_ended,
                "cpu_seconds": max(self._bench_cpu_at_end - self._bench_cpu, 0.0),
                "peak_rss": peak_rss(),
            }
        )


def _report(metrics: ReportingMetrics) -> None:
    try:
        while True:
            print(metrics.line(), flush=True)
            time.sleep(EVERY)
    except BrokenPipeError:
        os._exit(1)  # the benchmark is gone, however it ended


def main() -> int:
    """Run the worker."""
    settings = settings_of(task_from_arguments())
    share_one_arena()
    warm_up()
    metrics = ReportingMetrics(settings)
    threading.Thread(target=_report, args=(metrics,), daemon=True).start()
    return run(create_app(settings, telemetry=metrics))


if __name__ == "__main__":
    raise SystemExit(main())
