"""The command on a real broker."""

import json

import orjson
from click.testing import CliRunner
from confluent_kafka import Producer

from app.cli import main
from schemas.documents import examples
from tests.kafka import KafkaCluster


def test_open_requests_are_listed_and_names_cannot_steer_a_terminal(
    kafka: KafkaCluster, topic_prefix: str
) -> None:
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "log_level": 0})
    topics = ("retrain-requests", "rollback-requests", "driftline-lifecycle", "model-routing")
    for topic in topics:
        kafka.create_topic(topic_prefix + topic, 2)
    hostile = {"model": "evil\x1b[2J", "message": "Retrain evil\x1b[2J."}
    for document in (examples.RETRAIN_REQUEST, {**examples.RETRAIN_REQUEST, **hostile}):
        producer.produce(f"{topic_prefix}retrain-requests", orjson.dumps(document))
    rollback = orjson.dumps(examples.ROLLBACK_REQUEST)
    producer.produce(f"{topic_prefix}rollback-requests", rollback)
    producer.produce(f"{topic_prefix}driftline-lifecycle", orjson.dumps(examples.MODEL_EVENT))
    assert producer.flush(20.0) == 0
    flags = ["--bootstrap", kafka.bootstrap, "--set", f"topics.prefix={topic_prefix}"]
    result = CliRunner().invoke(main, ["requests", *flags])
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Roll fraud back from 4 to 3")
    assert "\nRetrain evil\\x1b[2J.\n" in result.stdout
    assert result.stdout.endswith("1 open rollback requests, 1 open retrain requests\n")
    rollback, found = json.loads(CliRunner().invoke(main, ["requests", "--json", *flags]).stdout)
    assert (found["model"], found["started_at"]) == ("evil\x1b[2J", None)
    assert [each["kind"] for each in (rollback, found)] == ["rollback", "retrain"]

    assert "whether any request has expired is not known" in result.stderr
    kafka.create_topic(f"{topic_prefix}model-versions", 1)
    come = {**examples.VERSION_RECORD, "model": hostile["model"]}
    for last_event, expired in (("requested_at", 0), ("expires_at", 1)):
        value = orjson.dumps({**come, "last_event": examples.RETRAIN_REQUEST[last_event]})
        producer.produce(f"{topic_prefix}model-versions", value, b"key")
        assert producer.flush(20.0) == 0
        told = CliRunner().invoke(main, ["requests", *flags])
        assert f"{1 - expired} open retrain requests\n" in told.stdout
        said = "1 requests have expired, and nobody has answered them\n" if expired else ""
        assert told.stderr == said

    elsewhere = ["--bootstrap", kafka.bootstrap, "--set", "topics.prefix=nowhere."]
    assert CliRunner().invoke(main, ["requests", *elsewhere]).exit_code == 3
