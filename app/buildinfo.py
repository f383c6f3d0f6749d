"""Which Driftline this is."""

from importlib.metadata import PackageNotFoundError, version


def driftline_version() -> str:
    """Return the installed version; ``unknown`` in a source tree that is not installed."""
    try:
        return version("driftline")
    except PackageNotFoundError:
        return "unknown"
