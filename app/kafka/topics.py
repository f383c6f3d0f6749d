"""The topics that Driftline needs, what is wrong with those that there are, and making the rest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from agents.transport.sizes import PLAIN_REQUEST
from app.kafka.brokers import Brokers, NewTopic, connected
from app.kafka.operation import Operation
from app.kafka.topic_catalogue import CATALOGUE, Cleanup, TopicSpec, together
from app.settings import Settings, TopicRole
from schemas.events.durations import MS_PER_DAY

_SEGMENT_BYTES: Final = 64 * 1024 * 1024
"""Of a compacted topic: the segment that is being written is never compacted."""


@dataclass(frozen=True, slots=True)
class PlannedTopic:
    """A topic as Driftline would make it.

    Attributes
    ----------
    role, name
        What it is for, and its full name.
    partitions
        How many it would have; an existing one may have others, as many as its `together`.
    config
        Settings of the topic by their Kafka names.
    """

    role: TopicRole
    name: str
    partitions: int
    config: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TopicProblem:
    """Something that would keep Driftline from working.

    Attributes
    ----------
    topic
        Its full name.
    kind
        ``missing``, ``renewed``, ``partitions``, ``cleanup_policy``, ``message_bytes``,
        ``retention`` or ``replicas``.
    message
        What is wrong and what to do.
    """

    topic: str
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class TopicReport:
    """What there is, beside what there should be.

    Attributes
    ----------
    partitions
        Full name to the number of partitions; None of a topic that does not exist.
    missing
        Topics to make, with as many partitions as what they are paired with.
    problems
        What making topics does not cure.
    """

    partitions: Mapping[str, int | None]
    missing: tuple[PlannedTopic, ...]
    problems: tuple[TopicProblem, ...]


class WrongTopics(Exception):
    """Topics that Driftline cannot work with.

    Attributes
    ----------
    problems
        All of them.
    """

    def __init__(self, problems: Iterable[TopicProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(["the topics are not usable:", *map(_line, self.problems)]))


class TopicPlan(dict[TopicRole, PlannedTopic]):
    """Every topic that is used, by its role."""


def plan_topics(settings: Settings) -> TopicPlan:
    """Return the topics that the settings ask for."""
    plan = TopicPlan()
    for role, spec in CATALOGUE.items():
        if not spec.is_used(settings):
            continue
        name = settings.topics.full_name(role)
        plan[role] = PlannedTopic(role, name, settings.topics.partitions, _config(spec, settings))
    return plan


def compare(
    plan: TopicPlan,
    partitions: Mapping[str, int | None],
    configs: Mapping[str, Mapping[str, str]],
    *,
    create: bool,
    replicas: Mapping[str, int] | None = None,
) -> TopicReport:
    """Compare what there is with the plan.

    Parameters
    ----------
    partitions
        Full name to the number of partitions; None of a topic that does not exist.
    configs
        Full name to the topic's configuration; topics may be left out.
    create
        Whether missing topics will be made, and so are no problem.
    replicas
        Full name to the copies that each partition has at least; topics may be left out.
    """
    missing = {role: topic for role, topic in plan.items() if partitions[topic.name] is None}
    problems = []
    for wanted in together():
        group = [role for role in wanted if role in plan]
        there = [role for role in group if role not in missing]
        for role in there[1:]:
            problems += _unequal(plan, partitions, (there[0], role))
        for role in group:
            count = partitions[plan[there[0]].name] if there else None
            if role in missing and count is not None:
                missing[role] = replace(missing[role], partitions=count)
    for topic in plan.values():
        config = configs.get(topic.name, {})
        problems += _misconfigured(topic, config)
        problems += _too_few_replicas(topic, config, (replicas or {}).get(topic.name))
    if not create:
        problems += [
            TopicProblem(
                topic.name,
                "missing",
                f"does not exist: create it with {topic.partitions} partitions "
                "(`driftline topics` does), or check topics.prefix",
            )
            for topic in missing.values()
        ]
    return TopicReport(partitions, tuple(missing.values()), tuple(problems))


async def find_problems(brokers: Brokers, plan: TopicPlan, *, create: bool = False) -> TopicReport:
    """Ask the brokers for the topics of a plan and compare them; parameters as for `compare`.

    Raises
    ------
    NotAuthorized
        If the user may not know.
    """
    found = await brokers.topics(topic.name for topic in plan.values())
    partitions = {name: each and each.known.partitions for name, each in found.items()}
    replicas = {name: each.replicas for name, each in found.items() if each is not None}
    configs = await brokers.configs(replicas) if replicas else {}
    return compare(plan, partitions, configs or {}, create=create, replicas=replicas)


async def ensure_topics(
    settings: Settings, *, create: bool | None = None, dry_run: bool = False
) -> TopicReport:
    """Make the missing topics.

    Parameters
    ----------
    create
        Whether to make them; as ``topics.create`` says by default.
    dry_run
        Find out what would be made, and make nothing.

    Returns
    -------
    TopicReport
        As it was before; ``missing`` now exist.

    Raises
    ------
    WrongTopics
        If there are problems; then no topic is made.
    NotAuthorized, TopicRefused
        If the brokers refuse.
    BrokersUnreachable
        If they do not answer.
    """
    make = settings.topics.create == "missing" if create is None else create
    async with connected(settings.kafka) as brokers:
        report = await find_problems(brokers, plan_topics(settings), create=make)
        if report.problems:
            raise WrongTopics(report.problems)
        if make and not dry_run:
            replicas = settings.topics.replication_factor
            await brokers.create(
                NewTopic(topic.name, topic.partitions, replicas, topic.config)
                for topic in report.missing
            )
    return report


def as_found(settings: Settings, report: TopicReport) -> Settings:
    """Return settings that say how many partitions the topics of models have.

    Existing ones may have others than ``topics.partitions``. Where they differ from each other, the
    largest number counts.

    Parameters
    ----------
    report
        Of topics without problems, the missing ones of which were made.
    """
    made = {topic.name: topic.partitions for topic in report.missing}
    names = [settings.topics.full_name(role) for role, spec in CATALOGUE.items() if spec.of_models]
    largest = max(report.partitions[name] or made[name] for name in names)
    topics = settings.topics.model_copy(update={"partitions": largest})
    return settings.model_copy(update={"topics": topics})


def _unequal(
    plan: TopicPlan, partitions: Mapping[str, int | None], pair: tuple[TopicRole, TopicRole]
) -> list[TopicProblem]:
    (first, one), (second, two) = ((plan[role].name, partitions[plan[role].name]) for role in pair)
    if one is None or two is None or one == two:
        return []
    if CATALOGUE[pair[1]].by_partition:
        if two > one:
            return []  # nothing is sent to those beyond
        message = f"has {two} partitions and {first} has {one}. Give it {one} partitions"
        return [TopicProblem(second, "partitions", message)]
    message = (
        f"has {two} partitions and {first} has {one}: records of the same key must be in the same "
        f"partition of both. Create {second} anew with {one} partitions (adding partitions to a "
        "topic moves keys), or name another topic in the configuration"
    )
    return [TopicProblem(second, "partitions", message)]


def _misconfigured(topic: PlannedTopic, config: Mapping[str, str]) -> list[TopicProblem]:
    problems = []
    policy = config.get("cleanup.policy", topic.config["cleanup.policy"])
    cleanup = CATALOGUE[topic.role].cleanup
    if cleanup is Cleanup.COMPACT:
        if policy != "compact":
            message = (
                f"has cleanup.policy={policy}: it would lose what is older than its retention. "
                "Set cleanup.policy=compact"
            )
            problems.append(TopicProblem(topic.name, "cleanup_policy", message))
    elif "compact" in policy and cleanup is Cleanup.DELETE:
        message = (
            f"has cleanup.policy={policy}: its records share keys, and compaction would delete "
            "all but the last. Set cleanup.policy=delete"
        )
        problems.append(TopicProblem(topic.name, "cleanup_policy", message))
    wanted = int(topic.config.get("max.message.bytes", "0"))
    if not wanted and Operation.WRITE in CATALOGUE[topic.role].rights:
        wanted = PLAIN_REQUEST  # what brokers take by default, and a little more
    bytes_ = int(config.get("max.message.bytes", wanted))
    if bytes_ < wanted:
        message = (
            f"has max.message.bytes={bytes_}: its largest records have up to {wanted} bytes. "
            f"Set max.message.bytes={wanted}"
        )
        problems.append(TopicProblem(topic.name, "message_bytes", message))
    least = int(topic.config.get("retention.ms", "-1")) - MS_PER_DAY
    kept = int(config.get("retention.ms", "-1"))
    if 0 <= kept < least:
        message = (
            f"has retention.ms={kept}: predictions wait {least} ms for their labels "
            "(intake.pending.ttl_seconds), and are read from it after a restart. "
            f"Set retention.ms={topic.config['retention.ms']}"
        )
        problems.append(TopicProblem(topic.name, "retention", message))
    return problems


def _too_few_replicas(
    topic: PlannedTopic, config: Mapping[str, str], replicas: int | None
) -> list[TopicProblem]:
    wanted = int(config.get("min.insync.replicas", "1"))
    if Operation.WRITE not in CATALOGUE[topic.role].rights or not 0 < (replicas or 0) < wanted:
        return []
    message = (
        f"has min.insync.replicas={wanted} and {replicas} replicas: brokers take no record that "
        f"is to be acknowledged. Set min.insync.replicas={replicas} at most, or add replicas"
    )
    return [TopicProblem(topic.name, "replicas", message)]


def _config(spec: TopicSpec, settings: Settings) -> dict[str, str]:
    """Return a topic's settings by their Kafka names."""
    config = {"cleanup.policy": "delete"}
    if spec.cleanup is Cleanup.COMPACT:
        config = {"cleanup.policy": "compact", "segment.bytes": str(_SEGMENT_BYTES)}
    if spec.record_bytes is not None:
        # Replicas and consumers take a record of any size that the topic takes.
        config["max.message.bytes"] = str(spec.record_bytes)
    if spec.shortest_retention is not None:
        # A day more: brokers look at whole segments, by the time of their last record.
        config["retention.ms"] = str(spec.shortest_retention(settings) + MS_PER_DAY)
    return config


def _line(problem: TopicProblem) -> str:
    return f"  {problem.topic}: {problem.message}"
