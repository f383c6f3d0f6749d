"""What a user without some ACL is told: all that is missing, before anything is read or written."""

import json
from pathlib import Path

import pytest

from app.kafka.brokers import connected
from app.kafka.operation import Operation
from app.kafka.permissions import (
    PLAY,
    WORKER,
    NotAuthorized,
    Permission,
    needed,
    needed_by_worker,
)
from app.kafka.topics import ensure_topics
from app.settings import (
    KafkaSettings,
    MlflowSettings,
    ModelSettings,
    Settings,
    TopicRole,
    load_settings,
)
from app.settings.routing import RoutingSettings
from tests.agents.transport.worker_process import wait_until
from tests.kafka.secured import SecuredKafka
from tests.pipeline.driftline import TOPICS, Kafka, Traffic
from tests.security.connections import GROUP, Connection, scram, topic_name, worker_grants
from tests.security.test_workers import history, make_topics, run, secure_worker


@pytest.fixture
def user(secured_kafka: SecuredKafka, topic_prefix: str) -> Connection:
    """A user who may do nothing, beside topics that exist."""
    make_topics(secured_kafka, topic_prefix)
    return scram(secured_kafka, topic_prefix + "user")


def settings_for(user: Connection, prefix: str, **more: str) -> Settings:
    named = {f"kafka.{name}": str(value) for name, value in user.settings.items()}
    named |= {"topics.prefix": prefix, "kafka.group_id": prefix + GROUP}
    return load_settings(None, named | more, {})


async def missing(settings: Settings) -> set[Permission]:
    async with connected(settings.kafka) as brokers:
        try:
            await brokers.check_permissions(needed(settings, WORKER), group=settings.kafka.group_id)
        except NotAuthorized as error:
            return set(error.missing)
    return set()


def test_every_topic_has_its_operations() -> None:
    assert set(WORKER) == set(PLAY) == set(TopicRole)


def test_a_worker_that_follows_mlflow_also_writes_model_events() -> None:
    kafka = KafkaSettings(bootstrap_servers="kafka:9092")
    plain = needed_by_worker(Settings(kafka=kafka))
    mlflow = MlflowSettings(tracking_uri="http://mlflow", models={"fraud": "fraud"})
    more = needed_by_worker(Settings(kafka=kafka, mlflow=mlflow))
    assert plain == needed(Settings(kafka=kafka), WORKER)
    assert plain["model-events"] == {Operation.READ}
    assert more == {**plain, "model-events": {Operation.READ, Operation.WRITE}}


def test_a_worker_that_has_ramps_go_on_also_writes_routes_and_model_events() -> None:
    kafka = KafkaSettings(bootstrap_servers="kafka:9092")
    ramped = ModelSettings(routing=RoutingSettings(automatic=True))
    settings = Settings(kafka=kafka, models={"fraud": ModelSettings(), "churn": ramped})
    both = {Operation.READ, Operation.WRITE}
    assert needed_by_worker(settings) == {
        **needed(Settings(kafka=kafka), WORKER),
        "model-events": both,
        "model-routing": both,
    }


async def test_each_missing_permission_is_found_and_no_other(
    secured_kafka: SecuredKafka, topic_prefix: str, user: Connection
) -> None:
    settings = settings_for(user, topic_prefix, **{"cdevents.enabled": "true"})
    wanted = {
        Permission(Operation[operation], kind.lower(), name)
        for operation, kind, name in worker_grants(topic_prefix)
    }
    assert await missing(settings) == wanted
    # One after the other: each is missing until it is there.
    for operation, kind, name in worker_grants(topic_prefix):
        secured_kafka.allow(user.principal, [(operation, kind, name)])
        wanted.remove(Permission(Operation[operation], kind.lower(), name))
        assert await missing(settings) == wanted


@pytest.mark.parametrize(
    "gap",
    [
        ("READ", "TOPIC", "predictions"),
        ("WRITE", "TOPIC", "drift-alerts"),
        ("READ", "GROUP", GROUP),
    ],
    ids=" ".join,
)
def test_a_worker_that_lacks_one_ends_with_one_error(
    gap: tuple[str, str, str],
    secured_kafka: SecuredKafka,
    topic_prefix: str,
    user: Connection,
    tmp_path: Path,
) -> None:
    operation, kind, name = gap
    lacking = (operation, kind, topic_prefix + name)
    grants = [grant for grant in worker_grants(topic_prefix) if grant != lacking]
    assert len(grants) == len(worker_grants(topic_prefix)) - 1
    secured_kafka.allow(user.principal, grants)
    with secure_worker(user, topic_prefix, tmp_path / "log") as worker:
        assert worker.wait() == 77
    (line,) = worker.log().splitlines()
    said = json.loads(line)["event"]
    assert f"needs: {operation} on {kind.lower()} {topic_prefix}{name}. " in said
    assert user.principal.removeprefix("User:") in said


@pytest.mark.parametrize(
    "gap",
    [
        ("READ", "TOPIC", "predictions"),
        ("WRITE", "TOPIC", "driftline-observations"),
        ("WRITE", "TOPIC", "driftline-state"),
        ("READ", "GROUP", GROUP),
    ],
    ids=" ".join,
)
def test_a_worker_that_loses_one_ends_with_one_error(
    gap: tuple[str, str, str],
    secured_kafka: SecuredKafka,
    topic_prefix: str,
    user: Connection,
    tmp_path: Path,
) -> None:
    operation, kind, name = gap
    lost = (operation, kind, topic_prefix + name)
    secured_kafka.allow(user.principal, worker_grants(topic_prefix))
    client = Kafka(secured_kafka.bootstrap, topic_prefix)
    rows = list(Traffic(40, 40).predictions())
    with secure_worker(user, topic_prefix, tmp_path / "log") as worker:
        worker.wait_until_ready()
        client.send_predictions(rows[:20])
        client.flush()
        wait_until(lambda: client.lag("predictions") == 0, why=worker.log)
        secured_kafka.forbid(user.principal, lost)
        client.send_predictions(rows[20:])
        client.flush()
        assert worker.wait(90.0) == 77, worker.log()
    *lines, last = map(json.loads, worker.log().splitlines())
    assert last["level"] == "critical"
    assert f"needs: {operation} on {kind.lower()} {topic_prefix}{name}. " in last["event"]
    assert "critical" not in {line["level"] for line in lines}
    assert "AuthorizationFailed" not in " ".join(line.get("exception", "") for line in lines)


def test_check_tells_the_same(user: Connection, topic_prefix: str) -> None:
    result = run("check", *user.flags(topic_prefix))
    assert result.exit_code == 77
    assert f"READ on group {topic_prefix}{GROUP}" in result.stderr
    assert "Traceback" not in result.output


async def test_a_user_who_may_not_create_topics_is_told_which(
    secured_kafka: SecuredKafka, topic_prefix: str, user: Connection
) -> None:
    prefix = topic_prefix + "new-"
    names = [prefix + topic for topic in TOPICS]
    secured_kafka.allow(user.principal, [("DESCRIBE", "TOPIC", name) for name in names])
    with pytest.raises(NotAuthorized) as caught:
        await ensure_topics(settings_for(user, prefix))
    assert {each.name for each in caught.value.missing} == set(names)
    assert {each.operation for each in caught.value.missing} == {Operation.CREATE}
    secured_kafka.allow(user.principal, [("CREATE", "TOPIC", name) for name in names])
    report = await ensure_topics(settings_for(user, prefix))
    assert {topic.name for topic in report.missing} == set(names)


def test_a_player_is_told_what_it_lacks_and_plays_with_no_more(
    secured_kafka: SecuredKafka, topic_prefix: str, user: Connection, tmp_path: Path
) -> None:
    arguments = ("--model", "m", "--prediction", "predicted", *user.flags(topic_prefix))
    result = run("play", str(history(tmp_path)), *arguments)
    assert result.exit_code == 77
    assert f"WRITE on topic {topic_prefix}predictions" in result.stderr
    assert "DESCRIBE on topic" in result.stderr
    grants = [
        (operation.name, "TOPIC", topic_name(topic_prefix, role))
        for role, operations in PLAY.items()
        for operation in operations
    ]
    secured_kafka.allow(user.principal, grants)
    assert run("play", str(history(tmp_path)), *arguments).exit_code == 0
