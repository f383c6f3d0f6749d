"""Rollbacks that were done, as model events say: which version serves again in place of which."""

from typing import NamedTuple, Self

from detectors.versions.registry import VersionRegistry
from schemas.events.identity import event_id
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.rollback_request import RollbackRequest
from schemas.events.times import parse_time
from schemas.events.version_status import VersionStatus


class DoneRollback(NamedTuple):
    """A version of a model serves again in place of another one.

    Attributes
    ----------
    event_id
        Of the model event that says so.
    model, target
        Which version serves again.
    version
        The one that serves no longer; None where it is not known.
    time
        Event time, milliseconds since the epoch.
    request
        The rollback request that it answers, as it was published; None where there was none.
    """

    event_id: str
    model: str
    target: str
    version: str | None
    time: int
    request: RollbackRequest | None


class Stood(NamedTuple):
    """How a model stands, as far as a model event may change it by a rollback.

    Attributes
    ----------
    champion
        The version that serves by the model events.
    status
        Of the version that the event names.
    """

    champion: str | None
    status: VersionStatus

    @classmethod
    def of(cls, registry: VersionRegistry, event: ModelEvent) -> Self:
        """Return how the model of an event stands."""
        standing = registry.standing_of(event.model)
        champion = None if standing is None else standing.champion
        return cls(champion, registry.status_of((event.model, event.version or "")))


def rollback_by(
    event: ModelEvent, before: Stood, after: Stood, latest: RollbackRequest | None
) -> DoneRollback | None:
    """Return the rollback that a model event says was done; None where it says of none.

    `rolled_back` is one where another version was the champion, and `version_rolled_back` where the
    rollback of that version had been asked for: what is given up otherwise answered no requests.
    Said again, it is none.

    Parameters
    ----------
    event
        That was taken.
    before, after
        How the model stood before it, and how it stands.
    latest
        The latest rollback request of the model.
    """
    if event.timestamp is None or event.version is None:
        return None
    time = parse_time(event.timestamp)
    asked = latest if latest is not None and parse_time(latest.requested_at) <= time else None
    if event.type is ModelEventType.ROLLED_BACK:
        if after.champion != event.version or before.champion == event.version:
            return None
        pair = (before.champion, event.version)
        request = asked if asked and (asked.version, asked.target) == pair else None
        return DoneRollback(event_id(event), event.model, event.version, pair[0], time, request)
    if event.type is not ModelEventType.VERSION_ROLLED_BACK or asked is None:
        return None
    gone = VersionStatus.ROLLED_BACK
    if asked.version != event.version or after.status is not gone or before.status is gone:
        return None
    return DoneRollback(event_id(event), event.model, asked.target, event.version, time, asked)
