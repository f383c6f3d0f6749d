from collections.abc import Mapping

import pytest

from agents.transport.sizes import REQUEST
from app.kafka.brokers import Brokers, NewTopic, TopicRefused, connected
from app.kafka.operation import Operation
from app.kafka.topic_catalogue import CATALOGUE
from app.kafka.topics import (
    TopicPlan,
    TopicReport,
    WrongTopics,
    as_found,
    compare,
    ensure_topics,
    find_problems,
    plan_topics,
)
from app.settings import Settings, TopicRole, load_settings
from tests.kafka import KafkaCluster


def settings_for(bootstrap: str, prefix: str = "", **flags: str) -> Settings:
    overrides = {"kafka.bootstrap_servers": bootstrap, "topics.prefix": prefix}
    overrides |= {f"topics.{name}": value for name, value in flags.items()}
    overrides["cdevents.enabled"] = "true"
    return load_settings(None, overrides, {})


def compared(
    counts: Mapping[TopicRole, int],
    configs: Mapping[TopicRole, Mapping[str, str]] | None = None,
    *,
    create: bool = True,
) -> TopicReport:
    plan = plan_topics(settings_for("kafka:9092"))
    partitions = {topic.name: counts.get(role) for role, topic in plan.items()}
    named = {plan[role].name: config for role, config in (configs or {}).items()}
    return compare(plan, partitions, named, create=create)


def test_the_plan_has_every_role_with_its_full_name() -> None:
    plan = plan_topics(settings_for("kafka:9092", "blue.", partitions="7"))
    assert set(plan) == set(TopicRole)
    assert plan[TopicRole.ALERTS].name == "blue.drift-alerts"
    assert {topic.partitions for topic in plan.values()} == {7}


def test_state_versions_and_routes_alone_are_compacted_and_large_records_are_let_in() -> None:
    for role, topic in plan_topics(settings_for("kafka:9092")).items():
        compacted = role in {
            TopicRole.STATE,
            TopicRole.POLICY_STATE,
            TopicRole.MODEL_VERSIONS,
            TopicRole.MODEL_ROUTING,
        }
        assert topic.config["cleanup.policy"] == ("compact" if compacted else "delete")
        large = role in {TopicRole.DEAD_LETTERS, TopicRole.OBSERVATIONS, TopicRole.PENDING}
        assert ("max.message.bytes" in topic.config) is large


def test_without_state_there_are_no_topics_for_it() -> None:
    flags = {"kafka.bootstrap_servers": "kafka:9092", "state.enabled": "false"}
    plan = plan_topics(load_settings(None, flags, {}))
    unused = {TopicRole.STATE, TopicRole.POLICY_STATE, TopicRole.CDEVENTS}
    assert set(plan) == set(TopicRole) - unused, "CDEvents nobody has asked for"
    absent = dict.fromkeys((topic.name for topic in plan.values()), None)
    assert compare(plan, absent, {}, create=True).problems == ()


def test_a_state_topic_that_is_not_compacted_is_a_problem() -> None:
    there = dict.fromkeys(TopicRole, 4)
    for policy in ("delete", "compact,delete"):
        config = {TopicRole.STATE: {"cleanup.policy": policy}}
        (problem,) = compared(there, config).problems
        assert (problem.topic, problem.kind) == ("driftline-state", "cleanup_policy")
        assert "Set cleanup.policy=compact" in problem.message
    assert compared(there, {TopicRole.STATE: {"cleanup.policy": "compact"}}).problems == ()
    # Brokers without configurations, as the embedded one.
    assert compared(there).problems == ()


def test_a_state_topic_has_the_partitions_of_what_its_stage_reads() -> None:
    report = compared({TopicRole.OBSERVATIONS: 7, TopicRole.LIFECYCLE: 3})
    planned = {topic.role: topic.partitions for topic in report.missing}
    assert (planned[TopicRole.STATE], planned[TopicRole.POLICY_STATE]) == (7, 3)
    there = dict.fromkeys(TopicRole, 4)
    (problem,) = compared(there | {TopicRole.STATE: 3}).problems
    assert (problem.topic, problem.kind) == ("driftline-state", "partitions")
    assert "Give it 4 partitions" in problem.message


def test_what_is_sent_to_by_partition_may_have_more_of_them() -> None:
    wider = dict.fromkeys((TopicRole.STATE, TopicRole.POLICY_STATE, TopicRole.PENDING), 5)
    assert compared(dict.fromkeys(TopicRole, 4) | wider).problems == ()


def test_a_limit_below_what_a_worker_sends_is_a_problem_in_every_topic_that_it_writes() -> None:
    narrow = {role: {"max.message.bytes": "150"} for role in TopicRole}
    problems = compared(dict.fromkeys(TopicRole, 4), narrow).problems
    wrong = {each.topic for each in problems if each.kind == "message_bytes"}
    plan = plan_topics(settings_for("kafka:9092"))
    written = {role for role, spec in CATALOGUE.items() if Operation.WRITE in spec.rights}
    assert wrong == {topic.name for role, topic in plan.items() if role in written}


def test_fewer_replicas_than_have_to_be_in_sync_are_a_problem_where_a_worker_writes() -> None:
    plan = plan_topics(settings_for("kafka:9092"))
    partitions = {topic.name: 4 for topic in plan.values()}
    configs = {topic.name: {"min.insync.replicas": "2"} for topic in plan.values()}
    replicas = dict.fromkeys(partitions, 2) | {"drift-alerts": 1, "labels": 1}
    report = compare(plan, partitions, configs, create=True, replicas=replicas)
    (problem,) = report.problems
    assert (problem.topic, problem.kind) == ("drift-alerts", "replicas")
    assert "Set min.insync.replicas=1 at most" in problem.message


def test_missing_topics_are_a_problem_only_where_nobody_makes_them() -> None:
    assert compared({}).problems == ()
    assert len(compared({}).missing) == len(TopicRole)
    problems = compared({}, create=False).problems
    assert {problem.kind for problem in problems} == {"missing"}
    assert "driftline topics" in problems[0].message


@pytest.mark.parametrize(
    ("there", "absent"),
    [
        (TopicRole.PREDICTIONS, TopicRole.LABELS),
        (TopicRole.LABELS, TopicRole.PREDICTIONS),
        (TopicRole.PREDICTIONS, TopicRole.PENDING),
        (TopicRole.PENDING, TopicRole.LABELS),
        (TopicRole.ALERTS, TopicRole.LIFECYCLE),
    ],
)
def test_a_missing_topic_gets_as_many_partitions_as_its_counterpart(
    there: TopicRole, absent: TopicRole
) -> None:
    missing = {topic.role: topic.partitions for topic in compared({there: 12}).missing}
    assert missing[absent] == 12
    assert missing[TopicRole.OBSERVATIONS] == 4


@pytest.mark.parametrize(
    ("existing", "partitions"),
    [
        ({}, 4),
        ({TopicRole.OBSERVATIONS: 8}, 8),
        ({TopicRole.STATE: 6}, 6),
        ({TopicRole.OBSERVATIONS: 2}, 4),
        ({TopicRole.OBSERVATIONS: 2, TopicRole.ALERTS: 3}, 3),
    ],
)
def test_what_there_is_of_the_topics_of_models_counts_over_the_settings(
    existing: dict[TopicRole, int], partitions: int
) -> None:
    settings = settings_for("k:1")
    found = as_found(settings, compared(existing))
    assert found.topics.partitions == partitions
    assert found.limits == settings.limits


def test_users_topics_may_have_any_equal_counts() -> None:
    counts = {TopicRole.PREDICTIONS: 12, TopicRole.LABELS: 12, TopicRole.MODEL_EVENTS: 1}
    assert compared(counts).problems == ()


def test_unequal_counts_of_a_pair_are_a_problem_that_says_what_to_do() -> None:
    (problem,) = compared({TopicRole.PREDICTIONS: 8, TopicRole.LABELS: 4}).problems
    assert (problem.topic, problem.kind) == ("labels", "partitions")
    assert "Create labels anew with 8 partitions" in problem.message


def test_compaction_is_a_problem_where_records_share_keys() -> None:
    compact = {"cleanup.policy": "compact,delete"}
    counts = dict.fromkeys(TopicRole, 4)
    problems = compared(counts, dict.fromkeys(TopicRole, compact)).problems
    compacted = {problem.topic for problem in problems if problem.kind == "cleanup_policy"}
    assert "drift-alerts" in compacted
    assert not compacted & {"predictions", "labels"}


def test_a_changelog_that_forgets_before_its_predictions_do_is_a_problem() -> None:
    plan = plan_topics(settings_for("kafka:9092"))
    assert plan[TopicRole.PENDING].config["retention.ms"] == str(31 * 86_400_000)
    counts = dict.fromkeys(TopicRole, 4)
    week = {TopicRole.PENDING: {"retention.ms": str(7 * 86_400_000)}}
    (problem,) = compared(counts, week).problems
    assert (problem.topic, problem.kind) == ("driftline-pending", "retention")
    assert f"Set retention.ms={31 * 86_400_000}" in problem.message
    for kept in (-1, 30 * 86_400_000):
        assert not compared(counts, {TopicRole.PENDING: {"retention.ms": str(kept)}}).problems


def test_a_dead_letter_topic_that_is_too_narrow_is_a_problem() -> None:
    counts = dict.fromkeys(TopicRole, 4)
    narrow = {TopicRole.DEAD_LETTERS: {"max.message.bytes": "1048588"}}
    (problem,) = compared(counts, narrow).problems
    assert (problem.topic, problem.kind) == ("driftline-dead-letters", "message_bytes")


async def partitions_of(settings: Settings, plan: TopicPlan) -> set[int | None]:
    async with connected(settings.kafka) as brokers:
        return set((await brokers.partitions(topic.name for topic in plan.values())).values())


async def test_missing_topics_are_made_once(bootstrap: str, topic_prefix: str) -> None:
    settings = settings_for(bootstrap, topic_prefix)
    plan = plan_topics(settings)
    assert await partitions_of(settings, plan) == {None}
    assert len((await ensure_topics(settings, dry_run=True)).missing) == len(TopicRole)
    assert await partitions_of(settings, plan) == {None}
    assert len((await ensure_topics(settings)).missing) == len(TopicRole)
    assert await partitions_of(settings, plan) == {4}
    assert (await ensure_topics(settings)).missing == ()
    async with connected(settings.kafka) as brokers:
        assert (await find_problems(brokers, plan)).problems == ()


async def test_topics_are_never_made_where_that_is_forbidden(
    bootstrap: str, topic_prefix: str
) -> None:
    settings = settings_for(bootstrap, topic_prefix, create="never")
    with pytest.raises(WrongTopics, match="does not exist: create it with 4 partitions"):
        await ensure_topics(settings)
    assert await partitions_of(settings, plan_topics(settings)) == {None}


async def test_kafka_makes_them_as_planned(kafka: KafkaCluster, topic_prefix: str) -> None:
    settings = settings_for(kafka.bootstrap, topic_prefix, partitions="2")
    kafka.create_topic(f"{topic_prefix}predictions", 6)
    await ensure_topics(settings)
    names = {topic.role: topic.name for topic in plan_topics(settings).values()}
    async with connected(settings.kafka) as brokers:
        counts = await brokers.partitions(names.values())
        configs = await brokers.configs(names.values())
    assert counts[names[TopicRole.LABELS]] == 6
    assert counts[names[TopicRole.OBSERVATIONS]] == 2
    assert configs is not None
    dead_letters = configs[names[TopicRole.DEAD_LETTERS]]
    assert dead_letters["max.message.bytes"] == str(REQUEST)
    assert dead_letters["cleanup.policy"] == "delete"


async def test_a_mismatch_on_kafka_is_refused_and_nothing_is_made(
    kafka: KafkaCluster, topic_prefix: str
) -> None:
    settings = settings_for(kafka.bootstrap, topic_prefix)
    kafka.create_topic(f"{topic_prefix}drift-alerts", 3, {"cleanup.policy": "compact"})
    kafka.create_topic(f"{topic_prefix}driftline-lifecycle", 2)
    with pytest.raises(WrongTopics) as caught:
        await ensure_topics(settings)
    kinds = {problem.kind for problem in caught.value.problems}
    assert kinds == {"partitions", "cleanup_policy"}
    async with connected(settings.kafka) as brokers:
        name = f"{topic_prefix}predictions"
        assert await brokers.partitions([name]) == {name: None}


async def test_what_kafka_refuses_is_told_and_what_exists_is_fine(
    kafka: KafkaCluster, topic_prefix: str
) -> None:
    settings = settings_for(kafka.bootstrap)
    there = f"{topic_prefix}there"
    kafka.create_topic(there, 3)
    async with connected(settings.kafka) as brokers:
        await brokers.create([NewTopic(there, 1, 1, {})])
        with pytest.raises(TopicRefused, match="replication factor"):
            await brokers.create([NewTopic(f"{topic_prefix}x", 1, 5, {})])
        with pytest.raises(TopicRefused, match="INVALID_TOPIC"):
            await brokers.partitions(["not a name"])


async def test_nothing_to_make_asks_nobody() -> None:
    await Brokers(client=None, name="nobody").create([])
