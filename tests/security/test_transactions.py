"""Producers that write in transactions: what is aborted counts only for those who ask for it."""

from collections.abc import Iterable
from pathlib import Path

import orjson
import pytest
from confluent_kafka import Producer

from schemas.tables.frames import MAGIC, decode_frame
from tests.agents.transport.worker_process import wait_until
from tests.kafka import KafkaCluster
from tests.pipeline.driftline import PARTITIONS, Kafka, Traffic, Worker

ROUNDS, ROWS = 6, 40


class Transactions:
    """A producer that begins and ends transactions."""

    def __init__(self, kafka: KafkaCluster, prefix: str, name: str) -> None:
        self._topic = prefix + "predictions"
        self._producer = Producer(
            {
                "bootstrap.servers": kafka.bootstrap,
                "transactional.id": prefix + name,
                "log_level": 0,
            }
        )
        self._producer.init_transactions(20.0)

    def write(self, rows: Iterable[dict[str, object]]) -> None:
        self._producer.begin_transaction()
        for number, row in enumerate(rows):
            body = orjson.dumps(row)
            key = str(row["prediction_id"])
            self._producer.produce(self._topic, body, key, partition=number % PARTITIONS)
        assert self._producer.flush(20.0) == 0

    def commit(self) -> None:
        self._producer.commit_transaction(20.0)

    def abort(self) -> None:
        self._producer.abort_transaction(20.0)


def rows_of(version: str, number: int = 0) -> list[dict[str, object]]:
    """Return the predictions of one transaction, each with an id of its own."""
    return [
        {**row, "version": version, "prediction_id": f"{number}-{row['prediction_id']}"}
        for row in Traffic(ROWS, ROWS).predictions()
    ]


def observed(client: Kafka) -> dict[str, int]:
    """Return the rows that came out of intake, by the model's version."""
    found: dict[str, set[tuple[int, int]]] = {}
    # To the end of the topic: whatever is there is there by now.
    for message in client.read_all("driftline-observations"):
        value = message.value() or b""
        if value.startswith(MAGIC):
            for batch in (batch for table in decode_frame(value) for batch in table.batches()):
                for run, begin, end in batch.slices():
                    places = {(run.partition, at) for at in batch.offsets[begin:end].tolist()}
                    found.setdefault(batch.version, set()).update(places)
    return {version: len(places) for version, places in found.items()}


@pytest.mark.parametrize(
    ("isolation", "expected"),
    [
        ("read_committed", {"committed": ROUNDS * ROWS}),
        ("read_uncommitted", {"committed": ROUNDS * ROWS, "aborted": ROUNDS * ROWS}),
    ],
)
def test_aborted_predictions_count_only_where_they_are_asked_for(
    isolation: str,
    expected: dict[str, int],
    kafka: KafkaCluster,
    topic_prefix: str,
    tmp_path: Path,
) -> None:
    for topic in ("predictions", "labels"):
        kafka.create_topic(topic_prefix + topic, PARTITIONS)
    client = Kafka(kafka.bootstrap, topic_prefix)
    writer = Transactions(kafka, topic_prefix, "writer")
    settings = {"kafka.isolation_level": isolation}
    with Worker(kafka.bootstrap, topic_prefix, tmp_path / "log", **settings) as worker:
        for number in range(ROUNDS):
            if number == ROUNDS // 2:
                # From here on live, with the markers of both kinds between what is fetched.
                worker.wait_until_ready()
            writer.write(rows_of("committed", number))
            writer.commit()
            writer.write(rows_of("aborted", number))
            writer.abort()
        # The last offsets of each partition reach no agent: aborted records, and a marker.
        wait_until(lambda: client.lag("predictions") == 0, why=worker.log)
        assert observed(client) == expected
        assert worker.stop() == 0, worker.log()


def test_an_open_transaction_holds_back_what_follows_it_until_it_ends(
    kafka: KafkaCluster, topic_prefix: str, tmp_path: Path
) -> None:
    for topic in ("predictions", "labels"):
        kafka.create_topic(topic_prefix + topic, PARTITIONS)
    client = Kafka(kafka.bootstrap, topic_prefix)
    slow = Transactions(kafka, topic_prefix, "slow")
    quick = Transactions(kafka, topic_prefix, "quick")
    settings = {"kafka.isolation_level": "read_committed"}
    with Worker(kafka.bootstrap, topic_prefix, tmp_path / "log", **settings) as worker:
        worker.wait_until_ready()
        slow.write(rows_of("slow"))
        quick.write(rows_of("quick"))
        quick.commit()
        assert observed(client) == {}
        _, metrics = worker.get("/metrics")
        assert worker.get("/readyz")[0] == 200
        slow.commit()
        wait_until(lambda: client.lag("predictions") == 0, why=worker.log)
        assert observed(client) == {"slow": ROWS, "quick": ROWS}
        assert worker.stop() == 0, worker.log()
    assert "driftline_consumer_lag_records" in metrics
