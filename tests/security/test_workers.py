"""Whole workers, and the commands, over each way to connect."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from tests.agents.transport.worker_process import wait_until
from tests.kafka.secured import PASSWORD, SecuredKafka
from tests.pipeline.driftline import Kafka, Worker
from tests.security.connections import (
    Connection,
    mutual_tls,
    plain,
    scram,
    tls,
    worker_grants,
)

ROWS = 200


def scram_256(kafka: SecuredKafka) -> Connection:
    return scram(kafka, "worker-256", "SCRAM-SHA-256")


def scram_512(kafka: SecuredKafka) -> Connection:
    return scram(kafka, "worker-512", "SCRAM-SHA-512")


def history(folder: Path) -> Path:
    path = folder / "history.csv"
    rows = (f"{row},{row % 2}" for row in range(ROWS))
    path.write_text("\n".join(["amount,predicted", *rows, ""]))
    return path


def run(command: str, *arguments: str) -> Result:
    return CliRunner().invoke(main, [command, *arguments])


def make_topics(kafka: SecuredKafka, prefix: str) -> None:
    """As an administrator would."""
    made = run("topics", "--bootstrap", kafka.bootstrap, f"--set=topics.prefix={prefix}")
    assert made.exit_code == 0, made.output


def secure_worker(connection: Connection, prefix: str, log: Path, **settings: object) -> Worker:
    # The port of the way to connect, which the flags would override as well.
    kafka = {f"kafka.{name}": value for name, value in connection.settings.items()}
    return Worker(connection.address, prefix, log, **kafka, **settings)


@pytest.mark.parametrize("by", [tls, mutual_tls, scram_256, scram_512, plain])
def test_a_worker_and_all_commands_run_with_the_least_privilege(
    by: Callable[[SecuredKafka], Connection],
    secured_kafka: SecuredKafka,
    topic_prefix: str,
    tmp_path: Path,
) -> None:
    connection = by(secured_kafka)
    make_topics(secured_kafka, topic_prefix)
    grants = worker_grants(topic_prefix)
    # For `play`, which is mostly another's; its table has no more than these two besides.
    grants += [("WRITE", "TOPIC", topic_prefix + topic) for topic in ("predictions", "labels")]
    if connection.principal != "User:ANONYMOUS":
        secured_kafka.allow(connection.principal, grants)
    flags = connection.flags(topic_prefix)
    checked = run("check", "--json", *flags)
    assert checked.exit_code == 0, checked.output
    assert run("topics", *flags).exit_code == 0
    with secure_worker(connection, topic_prefix, tmp_path / "log") as worker:
        worker.wait_until_ready()
        arguments = ("--model", "m", "--prediction", "predicted", "--json", *flags)
        played = run("play", str(history(tmp_path)), *arguments)
        assert played.exit_code == 0, played.output
        assert json.loads(played.stdout)["rows"] == ROWS
        client = Kafka(secured_kafka.bootstrap, topic_prefix)
        client.read("driftline-observations", bool)
        wait_until(lambda: client.lag("predictions") == 0, why=worker.log)
        assert worker.stop() == 0, worker.log()
    assert PASSWORD not in worker.log() + checked.output + played.output
    assert "Traceback" not in worker.log()


def test_a_refused_worker_ends_with_one_error(
    secured_kafka: SecuredKafka, topic_prefix: str, tmp_path: Path
) -> None:
    address = secured_kafka.addresses["MTLS"]
    connection = tls(secured_kafka).but(bootstrap_servers=address)
    with secure_worker(connection, topic_prefix, tmp_path / "log") as worker:
        assert worker.wait() == 77
    (line,) = worker.log().splitlines()
    assert json.loads(line)["level"] == "critical"
    assert "set kafka.ssl_certfile" in line
