"""Stable identities: the same parts give the same ids, on every worker."""

from typing import Final
from uuid import UUID, uuid5

import orjson

from schemas.events.model_event import ModelEvent
from schemas.events.times import parse_time

NAMESPACE: Final = UUID("6f1c1a7e-0f0b-5d0c-9f57-0d7c3b2a9a11")
"""The namespace of Driftline's ids; it never changes."""


def stable_id(*parts: str | int) -> str:
    """Return the UUIDv5 of the parts.

    Examples
    --------
    >>> stable_id("fraud", 1) == stable_id("fraud", 1) != stable_id("fraud1")
    True
    """
    return str(uuid5(NAMESPACE, orjson.dumps(parts).decode()))


def event_id(event: ModelEvent) -> str:
    """Return what tells a model event from others, wherever it is read."""
    time = "" if event.timestamp is None else parse_time(event.timestamp)
    named = event.version or "", event.request_id or "", event.alert_id or ""
    return stable_id(event.type, event.model, time, *named)
