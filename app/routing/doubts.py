"""What is odd about a route, by what is known of the versions that it names."""

from collections.abc import Iterator

from app.versions.reader import KnownVersions
from schemas.events.routing import ModelRoute
from schemas.events.version_status import VersionStatus


def doubts(route: ModelRoute, known: KnownVersions) -> Iterator[str]:
    """Yield what speaks against a route, a sentence each.

    A route is written before its version has its first request, so what was never seen is no error.
    """
    records = {each.version: each for each in known.of(route.model)}
    if not records:
        yield f"no version of {route.model} was ever seen: is the name right?"
        return
    for version in [*(each.version for each in route.versions), *route.shadows]:
        record = records.get(version)
        if record is None:
            yield f"version {version} was never seen: neither a prediction nor a model event of it"
        elif record.status is VersionStatus.ROLLED_BACK:
            yield f"version {version} was rolled back at {record.status_since}"
        elif record.status is VersionStatus.RETIRED:
            yield f"version {version} is retired since {record.status_since}"
