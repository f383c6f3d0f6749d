"""Before anything here is run: no compiled code that is older than its sources."""

from pathlib import Path
from typing import Final

SOURCES: Final = Path(__file__).parents[3] / "schemas" / "scan"

# Numba's cache knows of changes in a kernel's own file only, not in those of what it calls.
_changed = max(source.stat().st_mtime for source in SOURCES.glob("*.py"))
for _index in SOURCES.glob("__pycache__/*.nbi"):
    if _index.stat().st_mtime < _changed:
        _index.unlink(missing_ok=True)
