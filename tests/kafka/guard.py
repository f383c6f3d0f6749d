"""A process that runs a command and ends it when its own parent is gone.

A parent that is killed with -9 runs no `finally` and no `atexit`, and Linux's parent-death signal
fires when the starting *thread* ends. So the parent holds a pipe to this process: whatever ends the
parent closes the pipe. It is run as a file, by path, on the standard library alone.

A byte on its standard input asks the command to end (SIGTERM); the end of input kills it. Its exit
code is the command's, 128 + N for signal N.
"""

import os
import subprocess
import sys
import threading


def guard(command: list[str]) -> int:
    """Run the command to its end and return its exit code."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as child:  # noqa: S603 - our caller's
        threading.Thread(target=_obey, args=(child,), daemon=True).start()
        code = child.wait()
    return code if code >= 0 else 128 - code


def _obey(child: subprocess.Popen[bytes]) -> None:
    # Not through sys.stdin: a thread that waits in its buffer breaks the interpreter's end.
    while os.read(0, 1):
        child.terminate()
    child.kill()


if __name__ == "__main__":
    raise SystemExit(guard(sys.argv[1:]))
