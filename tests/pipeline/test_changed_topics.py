"""Topics that change while a worker uses them, or between two of them, on the real broker."""

import subprocess
import sys
from collections import Counter
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from schemas.tables.frames import decode_frame
from tests.agents.transport.worker_process import wait_until
from tests.chaos.topic_settings import change_topic
from tests.kafka import KafkaCluster
from tests.kafka.changed_topics import delete_topic, renew_topic, widen_topic
from tests.pipeline.driftline import PARTITIONS, ROOT, USERS_TOPICS, Kafka, Traffic, Worker

SETTINGS = {"monitor.burn_in": 200, "state.interval_seconds": 0.5}
WRONG_TOPICS = 3
PATIENCE = 90.0
"""Seconds for a worker to end: a cold one compiles its kernels first."""
COMPACT = {"cleanup.policy": "compact"}
INTERNAL = {
    "driftline-observations": {"max.message.bytes": "2000000"},
    "driftline-lifecycle": {},
    "drift-alerts": {},
    "driftline-pending": {"max.message.bytes": "2000000", "retention.ms": "-1"},
    "driftline-state": COMPACT,
    "driftline-policy-state": COMPACT,
}


class Stage:
    """A broker with the topics of a worker, and workers one after the other."""

    def __init__(self, kafka: KafkaCluster, prefix: str, folder: Path) -> None:
        for topic in USERS_TOPICS:
            kafka.create(prefix + topic)
        self.client = Kafka(kafka.bootstrap, prefix)
        self.rows = Traffic(20_000, 20_000).predictions()
        self.folder = folder
        self.workers = 0

    def worker(self) -> Worker:
        self.workers += 1
        log = self.folder / f"{self.workers}.log"
        return Worker(self.client.bootstrap, self.client.prefix, log, **SETTINGS)

    def send(self, count: int, partitions: int = PARTITIONS) -> None:
        for number, row in enumerate(islice(self.rows, count)):
            self.client.send("predictions", row["prediction_id"], row, number % partitions)
        self.client.flush()

    def run_to_the_end(self, worker: Worker) -> None:
        for topic in ("predictions", "driftline-observations"):
            is_read = partial(lambda name: self.client.lag(name) == 0, topic)
            wait_until(is_read, within=90.0, why=worker.log)

    def widen(self, topic: str, partitions: int) -> None:
        widen_topic(self.client.bootstrap, self.client.prefix + topic, partitions)
        self._connect_anew()

    def renew(self, topic: str, partitions: int = PARTITIONS) -> None:
        name = self.client.prefix + topic
        renew_topic(self.client.bootstrap, name, partitions, INTERNAL.get(topic))
        self._connect_anew()

    def _connect_anew(self) -> None:
        # A producer hears of what has changed after minutes only.
        self.client = Kafka(self.client.bootstrap, self.client.prefix)

    def refused(self) -> str:
        with self.worker() as worker:
            assert worker.wait(PATIENCE) == WRONG_TOPICS, worker.log()
            return worker.log()

    def adopt(self) -> str:
        prefix = self.client.prefix
        flags = [f"--set=topics.prefix={prefix}", f"--set=kafka.group_id={prefix}group"]
        command = [sys.executable, "-m", "app.cli", "topics", "--adopt", *flags]
        done = subprocess.run(  # noqa: S603 - our own program and arguments
            [*command, "--bootstrap", self.client.bootstrap],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def observed(self) -> Counter[tuple[Any, ...]]:
        """Return how often each row of predictions stands in the observations."""
        found: Counter[tuple[Any, ...]] = Counter()
        for message in self.client.read_all("driftline-observations"):
            for table in decode_frame(message.value() or b""):
                for source, offset in zip(
                    table.source_of.tolist(), table.offsets.tolist(), strict=True
                ):
                    found[(*table.sources[source], offset)] += 1
        return found


@pytest.fixture
def stage(kafka: KafkaCluster, topic_prefix: str, tmp_path: Path) -> Stage:
    return Stage(kafka, topic_prefix, tmp_path)


def counted(worker: Worker) -> int:
    _, metrics = worker.get("/metrics")
    return sum(
        int(float(line.rpartition(" ")[2]))
        for line in metrics.splitlines()
        if line.startswith("driftline_model_rows_total{") and "labels" not in line
    )


@pytest.mark.parametrize("topic", ["driftline-observations", "drift-alerts"])
def test_a_topic_of_models_that_is_widened_ends_the_worker_and_no_row_goes_elsewhere(
    stage: Stage, topic: str
) -> None:
    with stage.worker() as worker:
        worker.wait_until_ready()
        stage.send(600)
        stage.run_to_the_end(worker)
        stage.widen(topic, PARTITIONS + 3)
        stage.send(600)
        assert worker.wait(PATIENCE) == WRONG_TOPICS, worker.log()
        assert f"{topic} has 7 partitions and had 4" in worker.log()
    said = stage.refused()
    assert f"{topic} has" in said or f"{topic}: has 7 partitions and had 4" in said
    observed = stage.observed()
    assert max(observed.values()) == 1 or topic == "drift-alerts"
    # What has to be as wide, then what was learned is forgotten in so many words.
    state = "driftline-state" if topic == "driftline-observations" else "driftline-policy-state"
    stage.widen(state, PARTITIONS + 3)
    if topic == "drift-alerts":
        stage.widen("driftline-lifecycle", PARTITIONS + 3)
    assert f"adopted {stage.client.prefix}{topic}" in stage.adopt()
    with stage.worker() as worker:
        worker.wait_until_ready()
        stage.send(300)
        stage.run_to_the_end(worker)
        assert worker.stop() == 0, worker.log()


def test_inputs_that_are_widened_are_read_in_all_their_partitions(stage: Stage) -> None:
    with stage.worker() as worker:
        worker.wait_until_ready()
        stage.send(600)
        stage.run_to_the_end(worker)
        stage.widen("predictions", 6)
        assert worker.wait(PATIENCE) == WRONG_TOPICS, worker.log()
    stage.send(300, partitions=6)
    assert "has 4 partitions and" in stage.refused()
    stage.widen("labels", 6)
    stage.widen("driftline-pending", 6)
    with stage.worker() as worker:
        worker.wait_until_ready()
        stage.run_to_the_end(worker)
        wait_until(lambda: counted(worker) == 900, within=60.0, why=worker.log)
        assert "send labels elsewhere" in worker.log()
        # A topic that nobody pairs with another may be widened at any time.
        stage.widen("model-events", 9)
        stage.send(100, partitions=6)
        wait_until(lambda: counted(worker) == 1000, within=60.0, why=worker.log)
        assert worker.stop() == 0, worker.log()


def make_anew(stage: Stage, topic: str, *, rows: int, running: bool, sent: int) -> None:
    """Delete a topic and make it again, beside a worker, which is sent more, or after it."""
    with stage.worker() as worker:
        worker.wait_until_ready()
        stage.send(rows)
        stage.run_to_the_end(worker)
        if running:
            stage.renew(topic)
            stage.send(sent)
            assert worker.wait(PATIENCE) == WRONG_TOPICS, worker.log()
            assert f"{topic} was deleted and made anew" in worker.log()
        else:
            assert worker.stop() == 0, worker.log()
            stage.renew(topic)


@pytest.mark.parametrize(("running", "again"), [(True, 300), (False, 900)])
def test_predictions_that_are_made_anew_are_read_from_their_beginning(
    stage: Stage, running: bool, again: int
) -> None:
    make_anew(stage, "predictions", rows=600, running=running, sent=again)
    if not running:
        stage.send(again)
    for _ in range(2):  # the second one knows what the first one was told
        with stage.worker() as worker:
            worker.wait_until_ready()
            stage.run_to_the_end(worker)
            wait_until(lambda: counted(worker) == 600 + again, within=60.0, why=worker.log)
            assert worker.stop() == 0, worker.log()
    observed = stage.observed()
    assert len(observed) == 600 + again
    assert set(observed.values()) == {1}


@pytest.mark.parametrize(
    ("topic", "running"),
    [
        ("driftline-observations", True),
        ("driftline-observations", False),
        ("driftline-pending", True),
        ("driftline-state", True),
        ("drift-alerts", False),
    ],
)
def test_an_internal_topic_that_is_made_anew_is_refused_until_it_is_adopted(
    stage: Stage, topic: str, running: bool
) -> None:
    make_anew(stage, topic, rows=400, running=running, sent=100)
    assert f"{topic}: was made anew since it was last used" in stage.refused()
    assert f"adopted {stage.client.prefix}{topic}" in stage.adopt()
    with stage.worker() as worker:
        worker.wait_until_ready()
        stage.send(300)
        stage.run_to_the_end(worker)
        assert worker.stop() == 0, worker.log()
    assert stage.adopt() == "nothing to adopt\n"


def test_a_state_topic_that_is_gone_is_not_made_anew_in_silence(stage: Stage) -> None:
    with stage.worker() as worker:
        worker.wait_until_ready()
        stage.send(400)
        stage.run_to_the_end(worker)
        assert worker.stop() == 0, worker.log()
    delete_topic(stage.client.bootstrap, f"{stage.client.prefix}driftline-state")
    assert "driftline-state: does not exist any more" in stage.refused()


@pytest.mark.parametrize("topic", ["driftline-observations", "driftline-state"])
def test_a_limit_below_the_records_ends_the_worker_and_is_refused(stage: Stage, topic: str) -> None:
    name, bootstrap = stage.client.prefix + topic, stage.client.bootstrap
    with stage.worker() as worker:
        worker.wait_until_ready()
        stage.send(300)
        stage.run_to_the_end(worker)
        before = change_topic(bootstrap, name, {"max.message.bytes": "150"})
        stage.send(300)
        assert worker.wait(PATIENCE) == WRONG_TOPICS, worker.log()
        assert f"{topic}: has max.message.bytes=150" in worker.log()
    assert f"{topic}: has max.message.bytes=150" in stage.refused()
    change_topic(bootstrap, name, before)
    with stage.worker() as worker:
        worker.wait_until_ready()
        stage.run_to_the_end(worker)
        wait_until(lambda: counted(worker) == 600, within=60.0, why=worker.log)
        assert worker.stop() == 0, worker.log()


def test_more_replicas_in_sync_than_there_are_is_refused(stage: Stage) -> None:
    with stage.worker() as worker:
        worker.wait_until_ready()
        assert worker.stop() == 0, worker.log()
    name = f"{stage.client.prefix}driftline-state"
    change_topic(stage.client.bootstrap, name, {"min.insync.replicas": "2"})
    assert "has min.insync.replicas=2 and 1 replicas" in stage.refused()
