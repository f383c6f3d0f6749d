"""Going on with internal topics that were made anew or widened, without what counted by the old."""

from app.kafka.topic_catalogue import CATALOGUE
from app.kafka.topic_history import find_changes, note_topics
from app.kafka.topics import ensure_topics
from app.settings import Settings, TopicRole
from app.state.store import check_no_workers, forget_topic


async def adopt_topics(settings: Settings) -> list[str]:
    """Take the topics as they are now, and return what was done, a sentence each.

    The state of a stage is forgotten where the topic that it reads is another one, or wider: it
    counts by that topic's offsets, and its models would be in other partitions. So is what is in a
    state topic that was made anew: a worker may have written some of a snapshot before it noticed.

    Raises
    ------
    WorkersRunning
        If the consumer group has members.
    WrongTopics
        If the topics cannot be used for other reasons.
    """
    await check_no_workers(settings)
    changes = await find_changes(settings)
    await ensure_topics(settings, create=True)
    said = [f"adopted {each.name}" for each in changes]
    for role in dict.fromkeys(_state_of(each.role) for each in changes):
        if role is not None and settings.state.enabled:
            name = settings.topics.full_name(role)
            records = await forget_topic(settings, name)
            said.append(f"forgot {records} records of {name}: it begins anew")
    await note_topics(settings)
    return said or ["nothing to adopt"]


def _state_of(role: TopicRole) -> TopicRole | None:
    spec = CATALOGUE[role]
    return role if spec.is_state else spec.stage_state
