"""The topics of requests of both kinds, and of what answers them, as they are now."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from agents.records.record import Record
from app.kafka.whole_topic import read_all
from app.requests.expiry import NewestOf, has_expired
from app.requests.open_requests import OpenRequest, open_requests
from app.requests.open_rollbacks import OpenRollback, open_rollbacks
from app.settings import Settings, TopicRole


class OpenOfAll(NamedTuple):
    """What nobody has answered.

    Attributes
    ----------
    retrainings, rollbacks
        The requests of each kind.
    expired
        Requests that nobody has answered in time; these are open no more.
    strange
        Records that are neither requests nor model events.
    """

    retrainings: list[OpenRequest]
    rollbacks: list[OpenRollback]
    expired: int
    strange: int


async def read_open(
    settings: Settings, served: Callable[[str], Collection[str] | None], newest: NewestOf
) -> OpenOfAll:
    """Read the topics to their ends; return the open requests of all models.

    Parameters
    ----------
    settings
        Where they are.
    served
        As `app.requests.open_rollbacks.open_rollbacks`.
    newest
        How far models have come.

    It fails as `read_all`.
    """
    roles = (TopicRole.RETRAIN_REQUESTS, TopicRole.ROLLBACK_REQUESTS, TopicRole.LIFECYCLE)
    records: dict[TopicRole, list[Record]] = {role: [] for role in roles}
    for role, those in records.items():
        await read_all(settings, role, those.append)
    retraining, rollback, events = records.values()
    return open_of_all(retraining, rollback, events, served, newest)


def open_of_all(
    retraining: Iterable[Record],
    rollback: Iterable[Record],
    events: Sequence[Record],
    served: Callable[[str], Collection[str] | None],
    newest: NewestOf,
) -> OpenOfAll:
    """Return what the records of the topics of requests and of model events leave open.

    Parameters as for `read_open`.
    """
    retrainings, strange = open_requests(retraining, events)
    rollbacks, more = open_rollbacks(rollback, events, served)
    unanswered = len(retrainings) + len(rollbacks)
    retrainings = [each for each in retrainings if not _is_over(each, newest)]
    rollbacks = [each for each in rollbacks if not _is_over(each, newest)]
    expired = unanswered - len(retrainings) - len(rollbacks)
    return OpenOfAll(retrainings, rollbacks, expired, strange + more)


def _is_over(each: OpenRequest | OpenRollback, newest: NewestOf) -> bool:
    return has_expired(each.expires, newest(each.request.model))
