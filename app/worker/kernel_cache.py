"""Compiled code that outlived its sources."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

import agents
import detectors
import schemas

_PACKAGES: Final = (agents, detectors, schemas)


def forget_stale(packages: Iterable[Path] | None = None) -> None:
    """Delete Numba's caches that are older than any source of their top-level package.

    Numba looks at the file of the function that Python calls, and not at those of what that calls,
    which may lie in another folder: after an update it would go on with the old code.

    Parameters
    ----------
    packages
        Folders whose sources, at any depth, are compiled as one, each folder of sources with its
        ``__pycache__``; the packages with kernels where None are given.
    """
    if packages is None:
        packages = [Path(path) for package in _PACKAGES for path in package.__path__]
    for package in packages:
        sources = list(package.rglob("*.py"))
        changed = max((source.stat().st_mtime for source in sources), default=0.0)
        for index in (index for cache in _caches(sources) for index in cache.glob("*.nbi")):
            # Another worker that starts may have been here, and who may not write needs no cache.
            with suppress(OSError):
                if index.stat().st_mtime < changed:
                    index.unlink()


def _caches(sources: Iterable[Path]) -> list[Path]:
    """Folders in which Numba may have put what it compiled of ``sources``."""
    folders = sorted({source.parent for source in sources})
    caches = [folder / "__pycache__" for folder in folders]
    if elsewhere := os.environ.get("NUMBA_CACHE_DIR"):
        # Numba names a folder there after the sources' own folder and a hash of its path.
        for name in sorted({folder.name for folder in folders}):
            caches += Path(elsewhere).glob(f"{name}_*")
    return caches
