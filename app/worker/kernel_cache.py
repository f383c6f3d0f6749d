"""Compiled code that outlived its sources."""

import ast
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import agents
import detectors
import schemas

_PACKAGES: Final = (agents, detectors, schemas)


def forget_stale(packages: Iterable[Path] | None = None) -> None:
    """Delete Numba's caches that are older than their source, or than anything that it imports.

    Numba looks at the file of the function that Python calls, and not at those of what that calls
    or of the constants that it was compiled with, which may lie in another folder: after an update
    it would go on with the old code. Those that stay get the time of the latest change of any
    source: to follow imports takes seconds, and every start would, for as long as one is newer.

    Parameters
    ----------
    packages
        Folders of top-level packages; those with kernels where None are given.
    """
    if packages is None:
        packages = [Path(path) for package in _PACKAGES for path in package.__path__]
    sources = _Sources(packages)
    for index, source in sources.indexes():
        # Another worker that starts may have been here, and who may not write needs no cache.
        with suppress(OSError):
            written = index.stat().st_mtime_ns
            # What follows from the imports is looked at only where something is newer at all.
            if written >= sources.changed:
                continue
            if written < sources.changed_for(source):
                index.unlink()
            else:
                os.utime(index, ns=(sources.changed, sources.changed))


class _Sources:
    """The sources of some packages, and when they and what they import were changed."""

    def __init__(self, packages: Iterable[Path]) -> None:
        self._files: dict[str, Path] = {}
        self._changed: dict[Path, int] = {}
        self._imported: dict[Path, frozenset[Path]] = {}
        for package in packages:
            for path in package.rglob("*.py"):
                parts = path.relative_to(package.parent).with_suffix("").parts
                name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
                self._files[name] = path
                self._changed[path] = path.stat().st_mtime_ns
        self.changed = max(self._changed.values(), default=0)

    def indexes(self) -> Iterator[tuple[Path, Path]]:
        """Yield what Numba keeps of functions, and the source of each."""
        elsewhere = os.environ.get("NUMBA_CACHE_DIR")
        for folder in sorted({path.parent for path in self._changed}):
            caches = [folder / "__pycache__"]
            if elsewhere:
                # Numba names a folder there after the sources' own folder and a hash of its path.
                caches += Path(elsewhere).glob(f"{folder.name}_*")
            for cache in caches:
                for index in cache.glob("*.nbi"):
                    yield index, folder / f"{index.name.partition('.')[0]}.py"

    def changed_for(self, source: Path) -> int:
        """Return when a source, or anything that it imports, was changed last, in nanoseconds.

        A source that is gone was changed just now: nothing calls what was compiled of it.
        """
        if source not in self._changed:
            return self.changed
        seen, waiting = {source}, [source]
        while waiting:
            path = waiting.pop()
            if path not in self._imported:
                self._imported[path] = frozenset(self._imports(path))
            found = self._imported[path] - seen
            seen |= found
            waiting += found
        return max(self._changed[path] for path in seen)

    def _imports(self, path: Path) -> Iterator[Path]:
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
            elif isinstance(node, ast.Import):
                names = [each.name for each in node.names]
            else:
                continue
            yield from (self._files[name] for name in names if name in self._files)
