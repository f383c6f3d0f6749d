"""Which versions of a model answer requests."""

from schemas.events.routing import ModelRoute


def serving(route: ModelRoute | None, champion: str | None) -> frozenset[str]:
    """Return the versions that have a share by the route in force, or else the champion.

    Examples
    --------
    >>> sorted(serving(None, "7")), sorted(serving(None, None))
    (['7'], [])
    """
    if route is not None:
        return frozenset(each.version for each in route.versions if each.share)
    return frozenset() if champion is None else frozenset({champion})
