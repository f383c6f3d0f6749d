"""Stable identities: the same parts give the same ids, on every worker."""

from hashlib import blake2b
from typing import Final
from uuid import UUID, uuid5

import orjson

from schemas.model_event import ModelEvent
from schemas.times import parse_time

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


def stable_seed(*parts: str | int) -> int:
    """Return a seed from 0 to 2**64 - 1 that depends on the parts alone."""
    return int.from_bytes(blake2b(orjson.dumps(parts), digest_size=8).digest(), "little")


class Seeds:
    """The seeds of one thing's successive states: the n-th one's when called with n.

    Parameters
    ----------
    owner, name
        Together, whose they are.
    """

    __slots__ = ("_name", "_owner")

    def __init__(self, owner: tuple[str, ...], name: tuple[str, ...]) -> None:
        self._owner = owner
        self._name = name

    def __call__(self, number: int) -> int:
        """Return the seed of the n-th state."""
        return stable_seed(*self._owner, *self._name, number)
