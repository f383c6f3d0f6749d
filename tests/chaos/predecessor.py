"""The release before, as a tree of files beside this one."""

import io
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]

REVISION: Final = "8958cca814ff73c11ca128ce2420289baf28eb56"
"""Of the release before: its workers run in the present environment."""


class NoHistory(RuntimeError):
    """The release before cannot be had here."""


def predecessor() -> Path:
    """Return its folder, made where it is not there: kernels that it has compiled stay.

    Raises
    ------
    NoHistory
        Where this tree has no git history with it.
    """
    folder = Path(tempfile.gettempdir()) / f"driftline-{REVISION[:7]}"
    if (folder / "app").is_dir():
        return folder
    try:
        archive = subprocess.run(  # noqa: S603 - a revision of our own
            ["git", "archive", REVISION, "app", "agents", "detectors", "schemas"],  # noqa: S607 - whichever git there is
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoHistory(f"{REVISION} cannot be had from the history of {ROOT}: {error}") from error
    with tempfile.TemporaryDirectory(dir=folder.parent) as made:
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(made, filter="data")
        Path(made, "app").parent.rename(folder)
    return folder
