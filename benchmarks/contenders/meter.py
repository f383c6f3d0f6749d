"""What a contender measures of itself, from its first record to its last processed event."""

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Final, NoReturn

_STATUS: Final = Path("/proc/self/status")


class Meter:
    """Counts events; reports when all are processed, and ends the process.

    Parameters
    ----------
    events
        How many there will be.

    Attributes
    ----------
    alerts
        How many were published.
    """

    def __init__(self, events: int) -> None:
        self.alerts = 0
        self._events = events
        self._processed = 0
        self._began = -1.0
        self._cpu = 0.0

    def begin(self) -> None:
        """Start the clock, unless it runs: to be called with the first record in hand."""
        if self._began < 0:
            self._began = time.perf_counter()
            self._cpu = time.process_time()

    def processed(self, events: int = 1) -> bool:
        """Count processed events; tell whether that is all of them."""
        self._processed += events
        return self._processed >= self._events

    def finish(self) -> NoReturn:
        """Print the measurement as a line of JSON and end the process.

        At once: leaving a consumer group in order can take longer than the measurement.
        """
        seconds = time.perf_counter() - self._began
        result = {
            "events": self._processed,
            "seconds": seconds,
            "cpu_seconds": time.process_time() - self._cpu,
            "peak_rss": peak_rss(),
            "alerts": self.alerts,
        }
        print(json.dumps(result), flush=True)
        sys.stderr.flush()
        os._exit(0)


def peak_rss() -> int:
    """Return the largest resident size of this process so far, in bytes."""
    if _STATUS.exists():
        # Not getrusage here: on Linux a new process inherits its parent's peak.
        for line in _STATUS.read_text("ascii", "replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
