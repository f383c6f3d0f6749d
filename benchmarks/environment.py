"""The contenders' environment: for those whose pins may clash with Driftline's."""

import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / ".venv-bench"
_LOCK: Final = Path(__file__).with_name("requirements.lock")


def own_python() -> Path:
    """Return the interpreter of the contenders' environment, which follows its lock file."""
    python, stamp = FOLDER / "bin" / "python", FOLDER / "installed"
    wanted = sha256(_LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text("ascii") == wanted:
        return python
    shutil.rmtree(FOLDER, ignore_errors=True)
    pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    for command in (
        [sys.executable, "-m", "venv", str(FOLDER)],
        [*pip, "install", "--require-hashes", "-r", str(_LOCK)],
    ):
        # Its output is not that of the benchmark.
        subprocess.run(command, check=True, stdout=sys.stderr)  # noqa: S603 - our own commands
    stamp.write_text(wanted, "ascii")
    return python
