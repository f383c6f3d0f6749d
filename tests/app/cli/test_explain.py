"""``driftline explain`` on files and on a real topic."""

import gzip
import json
import os
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result
from confluent_kafka import Producer

from app.cli import main
from schemas.documents import examples
from tests.app.explain.samples import foreign
from tests.kafka import KafkaCluster

GOOD = orjson.dumps(examples.PREDICTION)


def run(*arguments: str, given: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["explain", *arguments], input=given)


def written(folder: Path, *lines: bytes) -> str:
    path = folder / "events.jsonl"
    path.write_bytes(b"\n".join(lines))
    return str(path)


def test_a_file_needs_no_broker_and_no_configuration(tmp_path: Path) -> None:
    result = run(written(tmp_path, GOOD, GOOD))
    assert result.exit_code == 0, result.output
    assert "2 records, read as predictions: 2 taken" in result.output


def test_refused_records_and_empty_files_have_exit_codes_of_their_own(tmp_path: Path) -> None:
    assert run(written(tmp_path, GOOD, b"{}")).exit_code == 1
    assert run(written(tmp_path, b"")).exit_code == 4
    missing = run(str(tmp_path / "no.jsonl"))
    assert missing.exit_code == 2
    assert "cannot be read" in missing.output


def test_standard_input_is_read_with_keys() -> None:
    label = b'pay-1\t{"label": "fraud"}\n'
    result = run("-", "--as", "labels", "--key-separator", "\t", given=label)
    assert result.exit_code == 0, result.output
    assert 'prediction_id "pay-1", label "fraud"' in result.output


def test_the_advice_makes_the_configuration_that_takes_everything(tmp_path: Path) -> None:
    path = written(tmp_path, *(orjson.dumps(foreign(number)) for number in range(9)))
    advised = json.loads(run(path, "--json").output)["advice"]
    assert advised["taken"] == 9
    settings = (f"{name}={json.dumps(value)}" for name, value in advised["settings"].items())
    result = run(path, *(part for each in settings for part in ("--set", each)))
    assert result.exit_code == 0, result.output


def test_json_has_every_record(tmp_path: Path) -> None:
    result = run(written(tmp_path, GOOD, b"{}", b"null"), "--json", "--count", "2")
    document = json.loads(result.output)
    assert [each["outcome"] for each in document["details"]] == ["taken", "refused"]
    assert document["models"][0]["model"] == "fraud"


def test_what_a_file_holds_does_not_steer_the_terminal(tmp_path: Path) -> None:
    strange = {**examples.PREDICTION, "model": "m\x1b[2J", "features": {"a\u202e": "\x9b"}}
    result = run(written(tmp_path, orjson.dumps(strange), b"\x1b[2J"))
    assert result.exit_code == 1
    assert all(line.isprintable() for line in result.output.splitlines())


@pytest.fixture
def topic(kafka: KafkaCluster, topic_prefix: str) -> str:
    """A topic of labels with two partitions; the last of its records is a tombstone."""
    name = f"{topic_prefix}labels"
    kafka.create_topic(name, 2)
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "log_level": 0})
    for number in range(20):
        value = orjson.dumps({"label": number % 2})
        producer.produce(name, key=f"a{number}", value=value, partition=number % 2)
    producer.produce(name, key="a0", value=None, partition=0)
    assert producer.flush(20) == 0
    return name


def test_a_topic_of_the_settings_is_read_as_what_it_is_there(
    kafka: KafkaCluster, topic_prefix: str, topic: str
) -> None:
    arguments = (topic, "--bootstrap", kafka.bootstrap, "--set", f"topics.prefix={topic_prefix}")
    result = run(*arguments, "--count", "5", "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.output)
    assert document["read_as"] == "labels"
    assert (document["taken"], document["skipped"]) == (4, 1)
    assert document["details"][0]["place"].startswith("partition 0, offset ")
    assert {each["rows"][0]["prediction_id"] for each in document["details"] if each.get("rows")}


def test_a_topic_that_does_not_exist_is_told(kafka: KafkaCluster) -> None:
    result = run("nowhere", "--bootstrap", kafka.bootstrap)
    assert result.exit_code == 3
    assert "nowhere does not exist" in result.output


@pytest.mark.parametrize("kind", ["pipe", "packed badly", "without end"])
def test_a_file_that_cannot_be_read_is_named_with_exit_code_2(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "rows.jsonl"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "without end":
        path.write_bytes(gzip.compress(b"x" * 50_000_000))
    else:
        packed = gzip.compress(os.urandom(3000), compresslevel=9)
        path.write_bytes(packed[:100] + b"\xff" * 100 + packed[200:])

    result = run(str(path))

    assert result.exit_code == 2
    assert str(path) in result.stderr
    assert result.stderr.count("\n") == 1
