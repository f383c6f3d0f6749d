"""The topics of requests of both kinds, and of what answers them, as they are now."""

from collections.abc import Callable, Collection
from typing import NamedTuple

from agents.records.record import Record
from app.kafka.whole_topic import read_all
from app.requests.open_requests import OpenRequest, open_requests
from app.requests.open_rollbacks import OpenRollback, open_rollbacks
from app.settings import Settings, TopicRole


class OpenOfAll(NamedTuple):
    """What nobody has answered.

    Attributes
    ----------
    retrainings, rollbacks
        The requests of each kind.
    strange
        Records that are neither requests nor model events.
    """

    retrainings: list[OpenRequest]
    rollbacks: list[OpenRollback]
    strange: int


async def read_open(
    settings: Settings, served: Callable[[str], Collection[str] | None]
) -> OpenOfAll:
    """Read the topics to their ends; return the open requests of all models.

    Parameters
    ----------
    settings
        Where they are.
    served
        As `app.requests.open_rollbacks.open_rollbacks`.

    Raises
    ------
    TopicRefused
        If a topic does not exist, or may not be read.
    BrokersUnreachable
        If no broker answers.
    """
    roles = (TopicRole.RETRAIN_REQUESTS, TopicRole.ROLLBACK_REQUESTS, TopicRole.LIFECYCLE)
    records: dict[TopicRole, list[Record]] = {role: [] for role in roles}
    for role, those in records.items():
        await read_all(settings, role, those.append)
    retraining, rollback, events = records.values()
    retrainings, strange = open_requests(retraining, events)
    rollbacks, more = open_rollbacks(rollback, events, served)
    return OpenOfAll(retrainings, rollbacks, strange + more)
