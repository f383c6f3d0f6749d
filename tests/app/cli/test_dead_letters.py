"""The commands on a real broker; the letters are what `DeadLetters` would publish."""

import json
from collections.abc import Iterable
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from confluent_kafka import Consumer, Message, Producer, TopicPartition

from agents.transport.sizes import CARRIED
from app.cli import main
from app.cli.dead_letters import COMMANDS
from schemas.documents import examples
from schemas.events.invalid import Reason
from tests.agents.fakes import Sent
from tests.app.dead_letters.letters import sent_letter
from tests.kafka import KafkaCluster

NOBODY = "127.0.0.1:1"
GOOD = orjson.dumps(examples.PREDICTION)
LARGE = {"max.message.bytes": "4000000"}


class Place:
    """A source topic and a topic of dead letters, two partitions each."""

    def __init__(self, kafka: KafkaCluster, prefix: str) -> None:
        self.bootstrap = kafka.bootstrap
        self.prefix = prefix
        for topic in ("predictions", "driftline-dead-letters"):
            kafka.create_topic(prefix + topic, 2, LARGE)
        self._producer = Producer(
            {"bootstrap.servers": kafka.bootstrap, "log_level": 0, "message.max.bytes": 4_000_000}
        )

    def letter(self, value: bytes | None, partition: int = 0, **record: Any) -> str:
        """Write a letter; return its id."""
        topic = self.prefix + record.pop("topic", "predictions")
        return self.write(sent_letter(value, topic=topic, **record), partition)

    def write(self, sent: Sent, partition: int = 0) -> str:
        self.send("driftline-dead-letters", sent.key, sent.value, partition, sent.headers.items())
        return sent.headers["ce_id"].decode()

    def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int,
        headers: Iterable[tuple[str, str | bytes | None]] = (),
        timestamp: int = 0,
    ) -> None:
        self._producer.produce(
            self.prefix + topic,
            key=key,
            value=value,
            partition=partition,
            headers=list(headers),
            timestamp=timestamp,
        )
        assert self._producer.flush(20.0) == 0

    def read(self, topic: str, partition: int) -> list[Message]:
        """Return all that a partition holds."""
        consumer = Consumer(
            {"bootstrap.servers": self.bootstrap, "group.id": "reader", "log_level": 0}
        )
        place = TopicPartition(self.prefix + topic, partition, 0)
        _, end = consumer.get_watermark_offsets(place, timeout=10.0)
        consumer.assign([place])
        found: list[Message] = []
        while len(found) < end:
            found += consumer.consume(end - len(found), 5.0)
        consumer.close()
        return found

    def run(self, command: str, *flags: str) -> Result:
        place = ("--bootstrap", self.bootstrap, "--set", f"topics.prefix={self.prefix}")
        return CliRunner().invoke(main, ["dead-letters", command, *place, *flags])

    def json(self, command: str, *flags: str) -> Any:
        return json.loads(self.run(command, "--json", *flags).stdout)


@pytest.fixture
def place(kafka: KafkaCluster, topic_prefix: str) -> Place:
    return Place(kafka, topic_prefix)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_and_its_exit_codes(command: str) -> None:
    result = CliRunner().invoke(main, ["dead-letters", command, "--help"])
    assert result.exit_code == 0
    assert "Exit codes" in result.output
    assert "--set" in result.output


@pytest.mark.parametrize("command", COMMANDS)
def test_no_broker_and_a_bad_configuration_have_exit_codes_of_their_own(command: str) -> None:
    arguments = ["x"] if command == "show" else []
    timeout = ("--set", "kafka.connect_timeout_seconds=0")
    nobody = ["dead-letters", command, "--bootstrap", NOBODY, *timeout, *arguments]
    result = CliRunner().invoke(main, nobody)
    assert (result.exit_code, "no broker" in result.stderr) == (69, True)
    wrong = ["dead-letters", command, "--bootstrap", NOBODY, "--set", "http.port=x", *arguments]
    assert CliRunner().invoke(main, wrong).exit_code == 2


def test_without_a_topic_of_dead_letters_it_is_said(kafka: KafkaCluster, topic_prefix: str) -> None:
    flags = ("--bootstrap", kafka.bootstrap, "--set", f"topics.prefix={topic_prefix}")
    result = CliRunner().invoke(main, ["dead-letters", "list", *flags])
    assert result.exit_code == 3
    assert "does not exist" in result.stderr


def test_an_empty_topic_lists_nothing_and_leaves_nothing_to_explain(place: Place) -> None:
    assert place.run("list").output == "0 letters, 0 of them shown\n"
    assert place.run("explain").exit_code == place.run("replay").exit_code == 4
    assert place.run("show", "nothing").exit_code == 4


def test_letters_are_listed_once_and_filtered(place: Place) -> None:
    ids = [place.letter(b"x", number % 2, offset=number) for number in range(6)]
    place.letter(b"x", 0, offset=0)  # the same record, refused again after a restart
    other = place.letter(b"[1]", 1, topic="labels", reason=Reason.NOT_AN_OBJECT)
    place.send("driftline-dead-letters", None, b"hello", 0)
    document = place.json("list")
    assert (document["matching"], document["copies"], document["strange"]) == (7, 1, 1)
    assert {letter["id"] for letter in document["letters"]} == {*ids, other}
    assert place.json("list", "--topic", "labels")["matching"] == 1
    assert place.json("list", "--topic", f"{place.prefix}labels")["matching"] == 1
    assert place.json("list", "--reason", "missing_field")["matching"] == 6
    assert place.json("list", "--partition", "0")["matching"] == 0
    assert place.json("list", "--since", "2020-01-01")["matching"] == 7
    assert place.json("list", "--since", "2199-01-01")["matching"] == 0
    assert place.json("list", "--until", "2020-01-01")["matching"] == 0
    assert len(place.json("list", "--limit", "2")["letters"]) == 2
    lines = place.run("list", "--oldest", "--limit", "3").output
    assert "7 letters, 3 of them shown" in lines
    assert "missing_field: 6" in lines


def test_the_newest_or_the_oldest_are_shown(place: Place) -> None:
    ids = [place.letter(b"x", offset=number) for number in range(4)]
    newest = place.json("list", "--limit", "2")["letters"]
    oldest = place.json("list", "--limit", "2", "--oldest")["letters"]
    assert [letter["id"] for letter in newest] == ids[2:]
    assert [letter["id"] for letter in oldest] == ids[:2]


def test_a_letter_is_shown_with_what_a_terminal_bears(place: Place) -> None:
    identity = place.letter(b"\xff\x1b[2J{", key=None, headers=(("trace", b"\x00"), ("n", None)))
    result = place.run("show", identity)
    assert "\x1b" not in result.output
    for line in ("reason: missing_field", "key: null", "header trace: \\x00", "header n: null"):
        assert line in result.output
    document = place.json("show", identity)
    assert (document["value"], document["headers"][1]) == ("/xtbMkp7", ["n", None])
    assert place.run("show", identity, "--value").stdout_bytes == b"\xff\x1b[2J{"


def test_explain_ends_with_0_only_where_all_would_be_accepted(place: Place) -> None:
    good = place.letter(GOOD, offset=1)
    place.letter(b"{}", offset=2)
    result = place.run("explain")
    assert result.exit_code == 1
    assert "1 would be accepted, 1 refused" in result.output
    assert "refused: missing_field, at features" in result.output
    assert place.run("explain", good).exit_code == 0


def test_a_record_is_sent_back_as_it_was_and_only_once(place: Place) -> None:
    headers = (("trace", b"\xff"), ("trace", None), ("driftline-dead-letter", b"older"))
    identity = place.write(
        sent_letter(
            b"\xff{",
            topic=f"{place.prefix}predictions",
            partition=1,
            key=b"\x00k",
            headers=headers,
            timestamp=5000,
        )
    )
    assert place.run("replay", "--dry-run").output == "would send 1\n"
    assert place.read("predictions", 1) == []
    assert place.run("replay").output == "sent 1\n"
    assert place.run("replay").output == "sent 0\nreplayed before: 1\n"
    (record,) = place.read("predictions", 1)
    assert (record.key(), record.value()) == (b"\x00k", b"\xff{")
    assert record.timestamp()[1] == 5000
    named = ("driftline-dead-letter", identity.encode())
    assert record.headers() == [("trace", b"\xff"), ("trace", None), named]
    assert place.json("list")["letters"][0]["replayed"] is True
    assert place.run("replay", "--again").exit_code == 0
    assert len(place.read("predictions", 1)) == 2


def test_more_than_one_needs_a_yes(place: Place) -> None:
    for number in range(3):
        place.letter(None, offset=number)
    result = place.run("replay")
    assert (result.exit_code, "--yes" in result.stderr) == (2, True)
    assert place.read("predictions", 1) == []
    assert place.json("replay", "--yes", "--limit", "2")["sent"] == 2
    # The one that is left needs none, and a limit is one of what is still to be sent.
    document = place.json("replay", "--limit", "1")
    assert (document["sent"], document["already_replayed"]) == (1, 2)


def test_what_was_cut_is_fetched_from_its_source_while_it_is_there(place: Place) -> None:
    value = b"x" * (CARRIED + 5)
    place.send("predictions", b"p1", value, 0, [("trace", b"1")], timestamp=7000)
    there: dict[str, Any] = {"topic": f"{place.prefix}predictions", "partition": 0}
    there["timestamp"] = 7000
    place.write(sent_letter(value, offset=0, headers=(("trace", b"1"),), **there))
    gone = place.write(sent_letter(value, offset=9, **there))
    document = place.json("replay", "--yes")
    assert document["sent"] == 1
    assert "is gone" in document["failed"][gone]
    first, again = place.read("predictions", 0)
    assert (again.value(), again.key()) == (first.value(), b"p1")
    assert again.timestamp() == first.timestamp()


def test_a_letter_cannot_choose_where_its_record_goes(place: Place) -> None:
    elsewhere = place.letter(b"x", topic="retrain-requests")
    beyond = place.write(sent_letter(b"x", topic=f"{place.prefix}predictions", partition=5))
    document = place.json("replay", "--yes")
    assert document["sent"] == 0
    assert set(document["failed"]) == {elsewhere, beyond}
    assert place.run("replay", "--yes").exit_code == 1
