"""The command on a real broker."""

import json

import orjson
from click.testing import CliRunner
from confluent_kafka import Producer

from app.cli import main
from schemas.documents import examples
from tests.kafka import KafkaCluster


def test_the_latest_looks_are_shown_and_names_cannot_steer_a_terminal(
    kafka: KafkaCluster, topic_prefix: str
) -> None:
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "log_level": 0})
    kafka.create_topic(f"{topic_prefix}model-comparisons", 2)
    hostile = {"model": "evil\x1b[2J", "message": "evil\x1b[2J is worse."}
    for document in (examples.MODEL_COMPARISON, {**examples.MODEL_COMPARISON, **hostile}):
        producer.produce(f"{topic_prefix}model-comparisons", orjson.dumps(document))
    assert producer.flush(20.0) == 0
    flags = ["--bootstrap", kafka.bootstrap, "--set", f"topics.prefix={topic_prefix}"]
    result = CliRunner().invoke(main, ["comparisons", *flags])
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("evil\\x1b[2J is worse.\n")
    assert "recall[1] (guardrail): worse" in result.stdout
    of_one = CliRunner().invoke(main, ["comparisons", "--json", "--model", "fraud", *flags])
    assert json.loads(of_one.stdout) == [examples.MODEL_COMPARISON]
    nobody = CliRunner().invoke(main, ["comparisons", "--model", "nobody", *flags])
    assert nobody.exit_code == 4
    elsewhere = ["--bootstrap", kafka.bootstrap, "--set", "topics.prefix=nowhere."]
    assert CliRunner().invoke(main, ["comparisons", *elsewhere]).exit_code == 3
