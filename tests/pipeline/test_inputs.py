"""What users' topics really hold, all of it through one worker: read rightly, or counted."""

import re
import struct
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest

from tests.agents.transport.worker_process import wait_until
from tests.kafka import KafkaCluster
from tests.pipeline.driftline import USERS_TOPICS, Kafka, Worker

ROWS, CHANGE_AT = 1500, 900

SAME: dict[str, tuple[object, object]] = {
    "float-and-text": (1, "1.0"),
    "boolean-and-text": (True, "True"),
    "boolean-and-number": (False, 0.0),
    "power": (100, "1e2"),
    "white-space": ("yes", " yes\t"),
    "unicode": ("caf\u00e9", "cafe\u0301"),
    "long": (2**63 + 11, str(2**63 + 11)),
    "list-of-one": ([3], "3.0"),
}
"""Classes that a model and a label store spell differently: right labels."""

OTHER: dict[str, tuple[object, object]] = {
    "leading-zeros": ("007", 7),
    "words": ("yes", "yes_no"),
}
"""Classes that are different, though much alike: wrong labels."""

ENVELOPES: dict[str, Callable[[bytes], bytes]] = {
    "byte-order-mark": lambda document: b"\xef\xbb\xbf" + document,
    "json-in-json": lambda document: orjson.dumps(document.decode()),
    "schema-registry": lambda document: b"\0" + struct.pack(">I", 7) + document,
    "change-feed": lambda document: b'{"before":null,"after":%b,"op":"c"}' % document,
    "connect": lambda document: (
        b'{"schema":{},"payload":{"before":null,"after":%b,"op":"u"}}' % document
    ),
    "array": lambda document: b"[%b]" % document,
}

TIMES: tuple[object, ...] = (
    *("2026-03-01 12:00:00", "2026-03-01T13:00:00+0100", "2026-03-01T12:00:00.000000000Z"),
    *("2026-03-01 12:00:00 UTC", "2026-03-01T12:00Z", 1_772_366_400, 1_772_366_400_000),
    *(1_772_366_400_000_000, 1_772_366_400_000_000_000, "1772366400"),
)
"""The same moment, as databases and languages write it."""

ODD: dict[str, dict[str, object]] = {
    "scores-as-list": {"scores": [0.2, 0.8]},
    "score-null": {"scores": {"0": None, "1": 0.8}},
    "segment-null": {"segment": {"channel": None}},
    "segment-text": {"segment": "app"},
    "time-empty": {"timestamp": ""},
    "time-of-no-century": {"timestamp": 20_260_301},
    "version-number": {"version": 7},
    "label-not-known": {"label": None},
}
"""Optional fields in forms that cost themselves, and not the event."""


def features(random: Random, row: int) -> dict[str, object]:
    """Columns that move by two standard deviations, in forms that databases and services write."""
    shift = 2.0 if row >= CHANGE_AT else 0.0
    number = random.gauss(shift, 1.0)
    return {
        "decimal": f"{random.gauss(shift, 1.0):.2f}",
        "now and then text": f"{number:.3f}" if row % 3 == 0 else round(number, 3),
        "empty first": "" if row == 0 else round(random.gauss(shift, 1.0), 3),
        "group": {"inner": {"total": random.gauss(shift, 1.0)}},
        "pair": [random.gauss(shift, 1.0), 1.5],
        "calm": random.gauss(0.0, 1.0),
    }


def events() -> Iterator[tuple[str, str, bytes]]:
    """Topic, key and value of all records, predictions before their labels."""
    random = Random(15)
    for name, (said, truth) in {**SAME, **OTHER}.items():
        for row in range(240):
            key = f"{name}{row}"
            prediction = {"model": name, "features": {"x": 1.0}, "prediction": said}
            yield "predictions", key, orjson.dumps({"prediction_id": key, **prediction})
            yield "labels", key, orjson.dumps({"prediction_id": key, "label": truth})
    for row in range(ROWS):
        document = {"model": "columns", "features": features(random, row), "prediction": 0}
        yield "predictions", f"c{row}", orjson.dumps({"prediction_id": f"c{row}", **document})
    for name, wrapped in ENVELOPES.items():
        document = {"prediction_id": name, "model": name, "features": {"x": 1.0}, "prediction": 1}
        yield "predictions", name, wrapped(orjson.dumps(document))
    for number, time in enumerate(TIMES):
        document = {"prediction_id": f"t{number}", "model": f"time{number}", "timestamp": time}
        document |= {"features": {"x": 1.0}, "prediction": 1}
        yield "predictions", f"t{number}", orjson.dumps(document)
    for name, field in ODD.items():
        document = {"prediction_id": name, "model": name, "features": {"x": 1.0}, "prediction": 1}
        yield "predictions", name, orjson.dumps({**document, **field})
    flat = {"prediction_id": "flat", "model": "flat", "amount": 12.5, "kind": "a", "prediction": 1}
    yield "predictions", "flat", orjson.dumps(flat)


class Samples:
    """The samples of a scrape, by name and labels."""

    def __init__(self, text: str) -> None:
        self._samples = [
            (match[1], dict(re.findall(r'(\w+)="([^"]*)"', match[2])), float(match[3]))
            for match in re.finditer(r"^(\w+)\{(.*)\} (\S+)$", text, re.MULTILINE)
        ]

    def one(self, name: str, **labels: str) -> float | None:
        """The sum of what has these labels; None where nothing has."""
        found = [
            value
            for known, having, value in self._samples
            if known == name and labels.items() <= having.items()
        ]
        return sum(found) if found else None

    def labels(self, name: str, label: str, **labels: str) -> set[str]:
        """What a label says where the others are these."""
        return {
            having[label]
            for known, having, _ in self._samples
            if known == name and labels.items() <= having.items()
        }


@pytest.fixture
def client(kafka: KafkaCluster, topic_prefix: str) -> Kafka:
    for topic in USERS_TOPICS:
        kafka.create(topic_prefix + topic)
    return Kafka(kafka.bootstrap, topic_prefix)


def drained(client: Kafka, topic: str) -> bool:
    return client.lag(topic) == 0


def test_what_topics_really_hold_is_read_rightly(client: Kafka, tmp_path: Path) -> None:
    with Worker(client.bootstrap, client.prefix, tmp_path / "worker.log") as worker:
        worker.wait_until_ready()
        for topic, key, value in events():
            client.send(topic, key, value, 0)
        client.flush()
        for topic in ("predictions", "labels", "driftline-observations"):
            wait_until(partial(drained, client, topic), why=worker.log)
        samples = Samples(worker.get("/metrics")[1])
        wanted = {"decimal", "now and then text", "empty first", "group.inner.total", "pair[0]"}
        alerts = client.read_events("drift-alerts", len(wanted) + 1)
        letters = client.read_all("driftline-dead-letters")
        assert worker.stop() == 0, worker.log()

    assert letters == []
    errors = {
        name: samples.one("driftline_feature_mean", model=name, role="error")
        for name in (*SAME, *OTHER)
    }
    assert errors == {**dict.fromkeys(SAME, 0.0), **dict.fromkeys(OTHER, 1.0)}
    assert {alert["feature"] for alert in alerts if alert["kind"] != "labels"} == wanted
    # A word is no number: that labels say 7 where the model says 007 is told.
    other = [(each["model"], each["problem"]) for each in alerts if each["kind"] == "labels"]
    assert other == [("leading-zeros", "unlike")]
    single: dict[str, Any] = {
        name: samples.one("driftline_rows_accepted_total", model=name, origin="predictions")
        for name in (*ENVELOPES, *ODD, *(f"time{number}" for number in range(len(TIMES))))
    }
    assert single == dict.fromkeys(single, 1.0)
    moments = {
        samples.one("driftline_model_last_event_timestamp_seconds", model=f"time{number}")
        for number in range(len(TIMES))
    }
    assert moments == {1_772_366_400.0}
    flat = {"model": "flat", "role": "feature"}
    known = samples.labels("driftline_feature_values_total", "feature", **flat)
    assert known == {"amount", "kind"}
