"""Whether a worker lives and works."""

from collections.abc import Callable
from typing import Any, Protocol

from faust.types import AppT


class Health(Protocol):
    """What the endpoints ask; each answer is the reason against it, empty where there is none."""

    def unhealthy(self) -> str:
        """Return why the worker should be killed and replaced."""

    def unready(self) -> str:
        """Return why the worker does not do its work now."""


class WorkerHealth:
    """The health of a Faust app, from its signals.

    It is ready from the first rebalance on, also with no partition to work on, and while later
    rebalances last, until it stops.

    Parameters
    ----------
    app
        Not started yet.
    is_loaded
        Tells whether the state of the first assignment is there.
    """

    def __init__(self, app: AppT, is_loaded: Callable[[], bool] = lambda: True) -> None:
        self._app = app
        self._is_loaded = is_loaded
        self._joined = False
        app.on_rebalance_complete.connect(self._on_rebalance_complete, weak=False)

    def unhealthy(self) -> str:
        """Return ``crashed`` once the app has."""
        return "crashed" if self._app.crashed else ""

    def unready(self) -> str:
        """Return what is being waited for."""
        if self._app.crashed:
            return "crashed"
        if self._app.should_stop:
            return "stopping"
        if not self._joined:
            return "waiting for partitions"
        return "" if self._is_loaded() else "loading state"

    async def _on_rebalance_complete(self, *_: Any, **__: Any) -> None:
        self._joined = True
