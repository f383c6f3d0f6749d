"""The end of the pending stores with that of the app."""

from typing import Any

from mode import Service

from agents.join.stores import PendingStores


class PendingService(Service):
    """The stores' disk as a service that an app can own.

    ``app.add_dependency(service)`` before the app starts makes it stop last: what the agents had in
    hand is acked by then.

    Parameters
    ----------
    stores
        Closed when the app stops.
    """

    def __init__(self, stores: PendingStores, **options: Any) -> None:
        super().__init__(**options)
        self._stores = stores

    async def on_stop(self) -> None:
        """Have checkpoints that are under way written, and let go of the disk."""
        await self._stores.close()
