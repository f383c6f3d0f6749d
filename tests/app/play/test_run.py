"""`driftline play` against the embedded broker: what was written can be read back."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from time import monotonic
from typing import Any

from aiokafka import AIOKafkaConsumer

from app.kafka.embedded import EmbeddedBroker
from schemas.events.codec import decode_event, decode_object
from schemas.events.label import Label
from schemas.events.prediction import Prediction

PLAY = (sys.executable, "-m", "app.cli", "play")


async def _read(bootstrap: str, topic: str, count: int) -> list[Any]:
    found: list[Any] = []
    async with (
        AIOKafkaConsumer(
            topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest"
        ) as consumer,
        asyncio.timeout(20),
    ):
        while len(found) < count:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += records
    return found


def _play(
    broker: EmbeddedBroker, prefix: str, path: Path, *arguments: str
) -> "subprocess.CompletedProcess[str]":
    command = [
        *PLAY,
        str(path),
        *("--bootstrap", broker.bootstrap, "--set", f"topics.prefix={prefix}"),
        *("--model", "m", "--prediction", "p", "--label", "y", "--json"),
        *arguments,
    ]
    return subprocess.run(  # noqa: S603 - our own command
        command, capture_output=True, text=True, timeout=60, check=False
    )


async def test_what_was_played_can_be_read_back(
    embedded_broker: EmbeddedBroker, topic_prefix: str, tmp_path: Path
) -> None:
    path = tmp_path / "rows.csv"
    rows = "".join(f"id{n},{1_700_000_000 + n},{n / 2},b{n % 2},yes,{n % 3}\n" for n in range(2000))
    path.write_text(f"i,t,x,kind,p,y\n{rows}broken\n")

    result = await asyncio.to_thread(
        _play, embedded_broker, topic_prefix, path,
        "--id", "i", "--time", "t", "--version", "4", "--label-delay", "60",
    )  # fmt: skip

    assert result.returncode == 0, result.stderr
    summary = json.loads(result.stdout)
    assert (summary["rows"], summary["labels"], summary["bad_rows"]) == (2000, 2000, 1)
    assert "line 2002: 1 values for 6 columns" in result.stderr
    records = await _read(embedded_broker.bootstrap, f"{topic_prefix}predictions", 2000)
    predictions = {
        record.key.decode(): (
            record.partition,
            decode_event(Prediction, decode_object(record.value)),
        )
        for record in records
    }
    records = await _read(embedded_broker.bootstrap, f"{topic_prefix}labels", 2000)
    labels = {
        record.key.decode(): (record.partition, decode_event(Label, decode_object(record.value)))
        for record in records
    }
    partition, prediction = predictions["id3"]
    assert prediction.features == {"x": 1.5, "kind": "b1"}
    assert (prediction.version, prediction.timestamp) == ("4", "2023-11-14T22:13:23.000Z")
    assert labels["id3"][0] == partition
    assert labels["id3"][1].label == 0
    assert labels["id3"][1].timestamp == "2023-11-14T22:14:23.000Z"
    assert predictions.keys() == labels.keys()


async def test_a_rate_is_kept(
    embedded_broker: EmbeddedBroker, topic_prefix: str, tmp_path: Path
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"p": 1, "y": 1}\n' * 21)

    began = monotonic()
    result = await asyncio.to_thread(
        _play, embedded_broker, topic_prefix, path, "--rate", "20", "--label-delay", "5rows"
    )

    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["seconds"] >= 1.0
    assert monotonic() - began < 30


async def test_a_speed_follows_event_time(
    embedded_broker: EmbeddedBroker, topic_prefix: str, tmp_path: Path
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"p": 1, "y": null}\n' * 5)

    result = await asyncio.to_thread(
        _play, embedded_broker, topic_prefix, path,
        "--speed", "10", "--step", "2", "--start-time", "2026-01-01T00:00:00Z",
    )  # fmt: skip

    assert result.returncode == 0, result.stderr
    summary = json.loads(result.stdout)
    assert 0.8 <= summary["seconds"] < 10
    assert summary["labels"] == 0
