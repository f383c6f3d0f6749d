"""Compiled code that outlived its sources."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

import agents
import detectors
import schemas.scan

_PACKAGES: Final = (agents, detectors, schemas.scan)


def forget_stale(folders: Iterable[Path] | None = None) -> None:
    """Delete Numba's caches that are older than the sources of their package.

    Numba looks at the file of the function that Python calls, and not at those of what that calls:
    after an update it would go on with the old code.

    Parameters
    ----------
    folders
        Of sources with their ``__pycache__``; those of all compiled packages where None are given.
    """
    if folders is None:
        folders = [Path(path) for package in _PACKAGES for path in package.__path__]
    for folder in folders:
        changed = max((path.stat().st_mtime for path in folder.glob("*.py")), default=0.0)
        caches = [folder / "__pycache__"]
        if elsewhere := os.environ.get("NUMBA_CACHE_DIR"):
            # Numba names a folder there for the sources' folder and a hash of its path.
            caches += Path(elsewhere).glob(f"{folder.name}_*")
        for index in (index for cache in caches for index in cache.glob("*.nbi")):
            # Another worker that starts may have been here, and who may not write needs no cache.
            with suppress(OSError):
                if index.stat().st_mtime < changed:
                    index.unlink()
