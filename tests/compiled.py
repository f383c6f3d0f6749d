"""The kernels, compiled as the image compiles them, once before many processes want them."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]

LINE: Final = "from app.worker.warm_up import warm_up; warm_up()"
"""What the Dockerfile runs."""

COMPLETE: Final = "True\n"
"""What is said where nothing is left to be compiled."""

SAID: Final = "COMPILED_BEFORE_TESTS"
"""The variable that has what was said, where this run of the tests began with an empty cache.

Its name is none of a setting, as all that begin with ``DRIFTLINE_`` are."""

_LEFT: Final = """
import importlib, pkgutil, detectors
from numba.core.dispatcher import Dispatcher
looked_at = 0
for found in pkgutil.walk_packages(detectors.__path__, "detectors."):
    for name, value in vars(importlib.import_module(found.name)).items():
        if isinstance(value, Dispatcher) and not value.targetoptions.get("inline"):
            looked_at += 1
            if not value.signatures:
                print(found.name, name)
print(looked_at > 10)
"""


def compile_anew(cache: Path | None = None) -> str:
    """Compile all into an empty cache, the usual one or another; return what is left, or why not.

    In a process of its own: kernels that others call are compiled with these, and only there.
    """
    given = {} if cache is None else {"NUMBA_CACHE_DIR": str(cache)}
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", f"{LINE}\n{_LEFT}"],
        cwd=ROOT,
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    return done.stdout if done.returncode == 0 else done.stdout + done.stderr
