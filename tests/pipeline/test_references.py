"""References from outside, by real workers that are killed: the oracle is an offline run."""

import json
from functools import partial
from itertools import islice
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from app.cli import main
from tests.agents.transport.worker_process import wait_until
from tests.kafka import KafkaCluster
from tests.pipeline.driftline import USERS_TOPICS, Kafka, Traffic, Worker
from tests.pipeline.test_state import SETTINGS, check_against_the_oracle, drained, send

ROWS = 2000


@pytest.fixture
def client(kafka: KafkaCluster, topic_prefix: str) -> Kafka:
    for topic in USERS_TOPICS:
        kafka.create(topic_prefix + topic)
    return Kafka(kafka.bootstrap, topic_prefix)


def driftline(client: Kafka, *arguments: str) -> Result:
    flags = ["--bootstrap", client.bootstrap, "--set", f"topics.prefix={client.prefix}"]
    flags += ["--set", f"kafka.group_id={client.prefix}group"]
    return CliRunner().invoke(main, ["reference", *arguments, *flags])


def written(path: Path, rows: int, shift: float) -> Path:
    """Write a file of features like those of the traffic, but for one."""
    features = (row["features"] for row in Traffic(rows, rows, seed=9).predictions())
    lines = [orjson.dumps({**each, "age": each["age"] + shift}) for each in features]
    path.write_bytes(b"\n".join(lines))
    return path


def test_a_file_and_a_range_count_through_a_kill_as_if_nobody_had_been_killed(
    client: Kafka, tmp_path: Path
) -> None:
    rows = Traffic(ROWS, ROWS).predictions()
    with Worker(client.bootstrap, client.prefix, tmp_path / "1.log", **SETTINGS) as worker:
        worker.wait_until_ready()
        send(client, islice(rows, 600), worker)
        path = written(tmp_path / "train.ndjson", 600, shift=30.0)
        result = driftline(client, "set", "fraud", "--file", str(path), "--json")
        assert result.exit_code == 0, result.output
        made = json.loads(result.stdout)
        assert (made["rows"], made["sent"]) == (600, True)
        # Within the first values that are to be judged by it.
        send(client, islice(rows, 150), worker)
        worker.kill()
    with Worker(client.bootstrap, client.prefix, tmp_path / "2.log", **SETTINGS) as worker:
        worker.wait_until_ready()
        send(client, islice(rows, 550), worker)
        (alert,) = client.read_events("drift-alerts", 1)
        assert (alert["feature"], alert["reference"]["source"]) == ("age", "train.ndjson")
        assert alert["reference"]["reference_id"] == made["reference_id"]
        # What is committed is covered by the stored state.
        result = driftline(client, "show", "fraud", "--json")
        assert result.exit_code == 0, result.output
        (shown,) = json.loads(result.stdout)
        assert shown["reference_id"] == made["reference_id"]
        # What has been served so far, and is no other than what follows.
        begin, end = "2000-01-01T00:00Z", "2090-01-01T00:00Z"
        result = driftline(client, "set", "fraud", "--from", begin, "--to", end, "--rows", "500")
        assert result.exit_code == 0, result.output
        assert "500 of 1,300 rows of the range" in result.stdout
        send(client, rows, worker)
        wait_until(partial(drained, client, "driftline-observations"), why=worker.log)
        _, metrics = worker.get("/metrics")
        assert worker.stop() == 0, worker.log()
    told = [
        line for line in metrics.splitlines() if line.startswith("driftline_feature_reference{")
    ]
    assert any('feature="age"' in line and 'outcome="in_force"' in line for line in told), told
    check_against_the_oracle(client)


def test_what_cannot_be_a_reference_is_said_and_nothing_is_sent(
    client: Kafka, tmp_path: Path
) -> None:
    path = written(tmp_path / "few.ndjson", 5, shift=0.0)
    result = driftline(client, "set", "fraud", "--file", str(path))
    assert result.exit_code == 1
    assert "a reference needs 32 rows of fraud at least: 5 rows" in result.output
    client.send_predictions(islice(Traffic(40, 40).predictions(), 40))
    client.flush()
    past = ("set", "fraud", "--from", "2020-01-01T00:00Z", "--to", "2020-01-02T00:00Z")
    result = driftline(client, *past)
    assert result.exit_code == 1
    assert "40 x of another time" in result.output
    assert "the oldest record since then was written at" in result.output
    assert driftline(client, "set", "fraud", "--from", "2020-01-01T00:00Z").exit_code == 2
    assert driftline(client, "set", "fraud").exit_code == 2
    assert driftline(client, "show", "fraud").exit_code == 4
    result = driftline(client, "withdraw", "fraud", "--version", "7")
    assert (result.exit_code, result.output) == (
        0,
        "withdrawn: the reference of version 7 of fraud\n",
    )
