"""The demo's worker process: an ordinary `driftline worker` that does not outlive the demo."""

import os
import signal
import sys
import time
from threading import Thread
from typing import Final, NoReturn

from app.worker.exit_codes import ExitCode

GRACE_SECONDS: Final = 5.0
"""How long an orphaned worker may take to stop: the embedded broker died with the demo."""

_STDIN: Final = 0


def main() -> None:
    """Run the worker until it is told to stop, or until standard input ends.

    The demo holds the other end of standard input and never writes: its end is the end of the demo,
    however that came about, a SIGKILL included.
    """
    Thread(target=_follow_parent, name="follow-parent", daemon=True).start()
    from app.cli import main as driftline  # noqa: PLC0415 - the thread comes first

    driftline(sys.argv[1:], prog_name="driftline")


def _follow_parent() -> NoReturn:
    # Not sys.stdin: its lock, held by a daemon thread, aborts the interpreter's shutdown.
    while os.read(_STDIN, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(ExitCode.FORCED)


if __name__ == "__main__":
    main()
