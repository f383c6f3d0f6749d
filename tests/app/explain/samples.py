"""Samples of made-up records, and settings to read them with."""

import io
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from app.explain.sample import Sample, of_file
from app.settings import Settings, load_settings


def settings_with(**flags: str) -> Settings:
    dotted = {name.replace("__", "."): text for name, text in flags.items()}
    return load_settings(None, {"kafka.bootstrap_servers": "kafka:9092", **dotted}, {})


def sample_of(documents: Iterable[Mapping[str, Any] | bytes], **options: Any) -> Sample:
    """Return what a file of these lines holds, of documents or of bytes as they are."""
    lines = (each if isinstance(each, bytes) else orjson.dumps(each) for each in documents)
    stream = io.BytesIO(b"\n".join(lines))
    return of_file("made-up.jsonl", stream, **{"count": 1000, **options})


def foreign(number: int) -> dict[str, Any]:
    """Return a prediction in a form of somebody's own."""
    return {
        "trace_id": f"t{number}",
        "created_at": 1_772_366_400 + number,
        "payload": {"inputs": {"amount": number / 2, "country": "ch"}},
        "result": {"y_hat": number % 2},
    }
