"""The topics as the workers of a group have known them, and what has become of them since.

What is known of all stands beside each offset that the group has committed: Kafka deletes the
offsets of a topic with the topic. One that was made anew has its old name and another id.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from agents.transport.known_topics import KnownTopic, note_of, read_note
from agents.transport.topic_metadata import DescribedTopic
from app.kafka.brokers import Brokers, Place, connected
from app.kafka.topic_catalogue import CATALOGUE
from app.kafka.topics import (
    TopicPlan,
    TopicProblem,
    TopicReport,
    WrongTopics,
    as_found,
    ensure_topics,
    find_problems,
    plan_topics,
)
from app.settings import Settings, TopicRole

_ADOPT = "Stop all workers and run `driftline topics --adopt`, which says what begins anew"


@dataclass(frozen=True, slots=True)
class Admitted:
    """What a worker is given of its topics.

    Attributes
    ----------
    settings
        With the partitions that there are.
    report
        Of the topics as they were before missing ones were made.
    topics
        Full name to the topic as it is now.
    changes
        What is otherwise than the last workers had it, a sentence each.
    """

    settings: Settings
    report: TopicReport
    topics: Mapping[str, KnownTopic]
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A topic that is not as it was known.

    Attributes
    ----------
    role, name
        Which one.
    known, found
        As it was, and as it is; the latter None where there is none.
    """

    role: TopicRole
    name: str
    known: KnownTopic
    found: KnownTopic | None

    @property
    def is_renewed(self) -> bool:
        """Whether it was deleted."""
        return self.found is None or self.found.is_other_than(self.known)

    def problem(self, plan: TopicPlan) -> TopicProblem | None:
        """Return why a worker cannot go on; None where it can."""
        spec = CATALOGUE[self.role]
        keeps = spec.stage_state is None or spec.stage_state in plan
        if self.is_renewed and spec.lost_with is not None and keeps:
            gone = "does not exist any more" if self.found is None else "was made anew"
            message = f"{gone} since it was last used: {spec.lost_with} went with it. {_ADOPT}"
            return TopicProblem(self.name, "renewed", message)
        if not self.is_renewed and spec.stage_state in plan:
            message = (
                f"has {self.found.partitions if self.found else 0} partitions and had "
                f"{self.known.partitions} when it was last used: models move to other "
                f"partitions than what was learned of them. {_ADOPT}"
            )
            return TopicProblem(self.name, "partitions", message)
        return None

    def __str__(self) -> str:
        if self.is_renewed:
            return f"{self.name} was made anew: it is read from its beginning"
        wider = f"{self.name} has {self.found.partitions if self.found else 0} partitions"
        if CATALOGUE[self.role].lost_with is None and self.role is not TopicRole.MODEL_EVENTS:
            wider += (
                ", and producers that choose them by key send labels elsewhere than the "
                "predictions that wait for them"
            )
        return f"{wider}; it had {self.known.partitions}"


async def admit_topics(settings: Settings) -> Admitted:
    """Compare the topics with what is known of them, make the missing ones, and return all.

    Raises
    ------
    WrongTopics
        With all that a worker cannot go on with; then no topic is made.
    """
    plan, group = plan_topics(settings), settings.kafka.group_id
    async with connected(settings.kafka) as brokers:
        found = await _found(brokers, plan)
        offsets = await _offsets(brokers, group, found)
    known = _known(offsets)
    changes = _changes(plan, known, found)
    await check_topics(settings)
    report = await ensure_topics(settings)
    async with connected(settings.kafka) as brokers:
        topics = _present(await _found(brokers, plan), known)
        if changes:
            # Where the group has members, one of them has done it before it became one.
            await brokers.commit(group, _renoted(offsets, topics))
    told = tuple(str(each) for each in changes)
    return Admitted(as_found(settings, report), report, topics, told)


async def look_at_topics(settings: Settings) -> TopicReport:
    """Compare the topics with the settings and with what is known of them."""
    plan = plan_topics(settings)
    async with connected(settings.kafka) as brokers:
        report = await find_problems(brokers, plan, create=settings.topics.create == "missing")
    problems = [each.problem(plan) for each in await find_changes(settings)]
    return replace(report, problems=(*filter(None, problems), *report.problems))


async def check_topics(settings: Settings) -> None:
    """Do nothing where a worker can go on with the topics. Raises as above."""
    report = await look_at_topics(settings)
    if report.problems:
        raise WrongTopics(report.problems)


async def find_changes(settings: Settings) -> list[Change]:
    """Return what has become of topics that no worker can go on with."""
    plan = plan_topics(settings)
    async with connected(settings.kafka) as brokers:
        found = await _found(brokers, plan)
        offsets = await _offsets(brokers, settings.kafka.group_id, found)
    return [
        each for each in _changes(plan, _known(offsets), found) if each.problem(plan) is not None
    ]


async def note_topics(settings: Settings) -> None:
    """Have the group know the topics as they are now; it must have no members."""
    plan, group = plan_topics(settings), settings.kafka.group_id
    async with connected(settings.kafka) as brokers:
        found = await _found(brokers, plan)
        offsets = await _offsets(brokers, group, found)
        topics = _present(found, _known(offsets))
        await brokers.commit(group, _renoted(offsets, topics))


def _known(offsets: Mapping[Place, tuple[int, str]]) -> dict[str, KnownTopic]:
    """Return the topics as the latest notes have them."""
    known: dict[str, KnownTopic] = {}
    for _, note in offsets.values():
        for name, each in read_note(note).items():
            before = known.get(name, each)
            known[name] = max(before, each, key=lambda one: (one.renewals, one.partitions))
    return known


def _changes(
    plan: TopicPlan,
    known: Mapping[str, KnownTopic],
    found: Mapping[str, DescribedTopic | None],
) -> list[Change]:
    changes = []
    for topic in plan.values():
        before, there = known.get(topic.name), found[topic.name]
        now = None if there is None else there.known
        if before is not None and (
            now is None or now.is_other_than(before) or now.partitions != before.partitions
        ):
            changes.append(Change(topic.role, topic.name, before, now))
    return changes


async def _found(brokers: Brokers, plan: TopicPlan) -> dict[str, DescribedTopic | None]:
    return await brokers.topics(topic.name for topic in plan.values())


async def _offsets(
    brokers: Brokers, group: str, found: Mapping[str, DescribedTopic | None]
) -> dict[Place, tuple[int, str]]:
    widths = {name: each.known.partitions for name, each in found.items() if each is not None}
    return await brokers.group_offsets(group, widths)


def _present(
    found: Mapping[str, DescribedTopic | None], known: Mapping[str, KnownTopic]
) -> dict[str, KnownTopic]:
    present = {}
    for name, there in found.items():
        if there is None:
            continue
        before = known.get(name, there.known)
        renewals = before.renewals + there.known.is_other_than(before)
        present[name] = there.known._replace(renewals=renewals)
    return present


def _renoted(
    offsets: Mapping[Place, tuple[int, str]], topics: Mapping[str, KnownTopic]
) -> dict[Place, tuple[int, str]]:
    """Return the offsets with what is known now; 0 where they are of the topic before."""
    current = note_of(topics)
    renoted = {}
    for place, (offset, note) in offsets.items():
        now, then = topics.get(place[0]), read_note(note).get(place[0])
        if now is not None and place[1] < now.partitions:
            is_stale = then is not None and now.is_other_than(then)
            renoted[place] = (0 if is_stale else offset, current)
    return renoted
