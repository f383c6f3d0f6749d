"""State that survives its workers, on the real broker: the oracle is a run without interruption."""

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pytest

from detectors.monitors.fleet import Fleet
from detectors.monitors.fleet_snapshot import FleetSnapshots
from detectors.monitors.options import MonitorOptions
from detectors.performance.options import PerformanceOptions
from schemas.events.alert import AlertKind
from schemas.events.model_performance import ModelPerformance
from schemas.events.published import PublishedEvent
from tests.agents.transport.worker_process import wait_until
from tests.detectors.drift_alerts import alerts_in, drift_alerts
from tests.detectors.stored import parts_of
from tests.kafka import KafkaCluster
from tests.pipeline.driftline import ROOT, USERS_TOPICS, Kafka, Traffic, Worker
from tests.pipeline.oracle import offline, stored_states

ROWS, CHANGE_AT, STOP_AT = 3000, 1800, 1500
REQUESTED_BY = 2
"""Features that have to drift for a retrain request."""

SETTINGS = {
    "policy.features": REQUESTED_BY,
    "monitor.burn_in": 200,
    "state.interval_seconds": 0.5,
    "performance.rows": 100,
}
OPTIONS = MonitorOptions(burn_in=200, performance=PerformanceOptions(rows=100))


@pytest.fixture
def client(kafka: KafkaCluster, topic_prefix: str) -> Kafka:
    for topic in USERS_TOPICS:
        kafka.create(topic_prefix + topic)
    return Kafka(kafka.bootstrap, topic_prefix)


def drained(client: Kafka, topic: str) -> bool:
    return client.lag(topic) == 0


def watched_rows(worker: Worker) -> int:
    """Return the values in the reference of ``age``, which does not drift."""
    _, metrics = worker.get("/metrics")
    return sum(
        int(float(line.rpartition(" ")[2]))
        for line in metrics.splitlines()
        if line.startswith("driftline_feature_reference_rows{") and 'feature="age"' in line
    )


def send(client: Kafka, rows: Iterable[dict[str, Any]], worker: Worker) -> None:
    """Send rows in order; wait until the detectors have seen them and all of it is committed."""
    client.send_predictions(rows, only=0)
    client.flush()
    # What is committed of the one is acknowledged in the other.
    for topic in ("predictions", "driftline-observations"):
        wait_until(partial(drained, client, topic), within=60.0, why=worker.log)


@pytest.mark.parametrize("end", [Worker.kill, Worker.stop], ids=["kill", "stop"])
def test_a_worker_goes_on_from_where_another_one_ended(
    client: Kafka, tmp_path: Path, end: Callable[[Worker], object]
) -> None:
    rows = Traffic(ROWS, CHANGE_AT).predictions()
    with Worker(client.bootstrap, client.prefix, tmp_path / "1.log", **SETTINGS) as worker:
        worker.wait_until_ready()
        send(client, islice(rows, STOP_AT), worker)
        end(worker)
    with Worker(client.bootstrap, client.prefix, tmp_path / "2.log", **SETTINGS) as worker:
        worker.wait_until_ready()
        # Before any new row: the reference is there.
        assert watched_rows(worker) == STOP_AT
        send(client, rows, worker)
        alerts = client.read_events("drift-alerts", 2)
        assert worker.stop() == 0, worker.log()
    # The first of each: what comes after it is judged by a reference that begins anew.
    first = {alert["feature"]: alert for alert in reversed(alerts)}
    assert set(first) == {"amount", "country"}
    # All rows up to then, more than the second worker had seen itself.
    assert all(CHANGE_AT < alert["rows_observed"] < CHANGE_AT + 100 for alert in first.values())


def check_against_the_oracle(client: Kafka) -> list[PublishedEvent]:
    """Compare all events and the stored state with those of an offline run; return its events."""
    observations = client.read_all("driftline-observations")
    topic = f"{client.prefix}driftline-state"
    stored = asyncio.run(stored_states(client.bootstrap, topic))
    covers = {
        number: state.covers[f"{client.prefix}driftline-observations"]
        for number, state in stored.items()
    }
    expected, fleets = offline(observations, OPTIONS, covers)
    found = {
        orjson.loads(event.value() or b"")[name]
        for topic, name in (
            ("drift-alerts", "alert_id"),
            ("model-performance", "performance_id"),
            ("model-comparisons", "comparison_id"),
            ("rollback-requests", "request_id"),
        )
        for event in client.read_all(topic)
    }
    assert found == {event.event_id for event in expected}
    assert sum(len(fleet) for fleet in fleets.values()) > 0
    for number, fleet in fleets.items():
        if number in stored:
            assert stored[number].parts == parts_of(FleetSnapshots(fleet))
            assert stored[number].outline == fleet.outline()
        else:
            assert len(fleet) == 0
    check_versions(client, fleets.values())
    return expected


def check_versions(client: Kafka, fleets: Iterable[Fleet]) -> None:
    """Compare the latest record of each version with those of an offline run."""
    latest = {
        record.key(): orjson.loads(record.value() or b"")
        for record in client.read_all("model-versions")
    }
    told = [record for fleet in fleets for record in fleet.versions.records()]
    assert latest == {each.key: each.model_dump(mode="json") for each in told}


def test_workers_that_come_go_and_are_killed_give_what_one_offline_run_gives(
    client: Kafka, tmp_path: Path
) -> None:
    models = [Traffic(ROWS, CHANGE_AT, seed).predictions() for seed in range(6)]

    def send_each(count: int) -> None:
        for number, rows in enumerate(models):
            client.send_predictions(
                {**row, "model": f"m{number}", "label": int(row["features"]["age"] > 50)}
                for row in islice(rows, count)
            )
        client.flush()

    def worker(number: int) -> Worker:
        log = tmp_path / f"{number}.log"
        return Worker(client.bootstrap, client.prefix, log, **SETTINGS)

    with worker(1) as first:
        first.wait_until_ready()
        send_each(700)
        with worker(2) as second:
            second.wait_until_ready()
            send_each(700)
            first.kill()
            send_each(700)
            with worker(3) as third:
                third.wait_until_ready()
                send_each(500)
                assert second.stop() == 0, second.log()
                send_each(400)
                for topic in ("predictions", "driftline-observations", "drift-alerts"):
                    wait_until(partial(drained, client, topic), within=60.0, why=third.log)
                assert third.stop() == 0, third.log()
    expected = check_against_the_oracle(client)
    drifted: dict[str, set[str]] = {f"m{number}": set() for number in range(len(models))}
    for alert in drift_alerts(expected):
        if alert.kind is AlertKind.FEATURE:
            drifted[alert.model].add(alert.feature)
    assert all(drifted.values())
    # Where the first labelled rows decide what a model predicts, they count like all others.
    windows = [event for event in expected if isinstance(event, ModelPerformance)]
    assert len(windows) == len(models) * ROWS // 100
    # Each model of which two features drifted has one open request, whichever worker made it and
    # however often it was told. In which order the rows of partitions come is the broker's affair,
    # and rows of before a change that come after it can hide the second feature's.
    requests = [orjson.loads(each.value() or b"") for each in client.read_all("retrain-requests")]
    asked = {(request["model"], request["request_id"]) for request in requests}
    due = {model for model, features in drifted.items() if len(features) >= REQUESTED_BY}
    assert due
    assert due <= {model for model, _ in asked}
    assert len(asked) == len({model for model, _ in asked})


def test_a_worker_that_slept_through_the_loss_of_its_partitions_changes_nothing(
    client: Kafka, tmp_path: Path
) -> None:
    rows = Traffic(ROWS, CHANGE_AT).predictions()
    with Worker(client.bootstrap, client.prefix, tmp_path / "1.log", **SETTINGS) as first:
        first.wait_until_ready()
        client.send_predictions(islice(rows, 900))
        client.flush()
        wait_until(lambda: client.lag("predictions") == 0, within=60.0, why=first.log)
        first.send(signal.SIGSTOP)
        with Worker(client.bootstrap, client.prefix, tmp_path / "2.log", **SETTINGS) as second:
            second.wait_until_ready()
            client.send_predictions(islice(rows, 900))
            client.flush()
            wait_until(lambda: client.lag("predictions") == 0, within=60.0, why=second.log)
            first.send(signal.SIGCONT)
            client.send_predictions(rows)
            client.flush()
            for topic in ("predictions", "driftline-observations"):
                wait_until(partial(drained, client, topic), within=60.0, why=second.log)
            assert second.stop() == 0, second.log()
        first.stop()
    assert len(alerts_in(check_against_the_oracle(client))) >= 2


def driftline(client: Kafka, *arguments: str) -> tuple[int, str]:
    """Run a command; return its exit code and all that it said."""
    flags = [f"--set=topics.prefix={client.prefix}", f"--set=kafka.group_id={client.prefix}group"]
    command = [sys.executable, "-m", "app.cli", *arguments, "--bootstrap", client.bootstrap, *flags]
    run = subprocess.run(  # noqa: S603 - our own program and arguments
        command, capture_output=True, text=True, cwd=ROOT, timeout=60.0, check=False
    )
    return run.returncode, run.stdout + run.stderr


def test_a_state_that_cannot_be_read_is_refused_until_it_is_reset(
    client: Kafka, tmp_path: Path
) -> None:
    topic = f"{client.prefix}driftline-state"
    with Worker(client.bootstrap, client.prefix, tmp_path / "1.log", **SETTINGS) as worker:
        worker.wait_until_ready()
        send(client, islice(Traffic(ROWS, CHANGE_AT).predictions(), 500), worker)
        code, said = driftline(client, "state", "reset", "--model", "fraud", "--yes")
        assert (code, "stop all workers" in said) == (4, True), said
        assert worker.stop() == 0
    code, said = driftline(client, "state", "list", "--json")
    listed = orjson.loads(said)
    assert (code, listed["ok"]) == (0, True)
    (fraud,) = [state for state in listed["states"] if state["name"] == ["model", "fraud", "7"]]
    code, said = driftline(client, "state", "show", "fraud")
    assert code == 0
    assert re.search(r"feature amount \(number, of [0-9]+ numbers\): watched", said)

    partition = fraud["partition"]
    stored = asyncio.run(stored_states(client.bootstrap, topic))[partition]
    name = ("model", "fraud", "7")
    (key,) = stored.refs[name].keys(name)
    spoilt = bytearray(stored.parts[name])
    spoilt[-3] ^= 1
    client.send("driftline-state", key.decode(), bytes(spoilt), partition)
    client.flush()
    with Worker(client.bootstrap, client.prefix, tmp_path / "2.log", **SETTINGS) as worker:
        assert worker.wait() == 1
        log = worker.log()
    reset = "driftline state reset --model fraud --version 7 --yes"
    assert "model fraud, version 7, cannot be used" in log
    assert f"{topic}, partition {partition}, offset" in log
    assert reset in log
    code, said = driftline(client, "state", "list")
    assert (code, "1 unreadable" in said) == (4, True), said

    assert driftline(client, "state", "reset", "--model", "fraud")[0] == 2  # without --yes
    assert driftline(client, "state", "reset", "--model", "other", "--yes")[0] == 4
    code, said = driftline(client, *reset.split()[1:])
    assert (code, said) == (0, "forgot model fraud 7\nforgot served fraud 7\n")
    assert driftline(client, "state", "list")[0] == 0
    with Worker(client.bootstrap, client.prefix, tmp_path / "3.log", **SETTINGS) as worker:
        worker.wait_until_ready()
        assert worker.stop() == 0, worker.log()

    client.send("driftline-state", "a stray record", b"?", partition)
    client.flush()
    code, said = driftline(client, "state", "list", "--json")
    (problem,) = orjson.loads(said)["problems"]
    assert "foreign record" in problem["reason"]
    assert driftline(client, *problem["message"].split("`")[1].split()[1:])[0] == 0
    assert driftline(client, "state", "list")[0] == 0
