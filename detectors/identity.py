"""Stable identities: the same log and the same configuration give the same ids."""

from hashlib import blake2b
from typing import Final
from uuid import UUID, uuid5

import orjson

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


def stable_seed(*parts: str | int) -> int:
    """Return a seed from 0 to 2**64 - 1 that depends on the parts alone."""
    return int.from_bytes(blake2b(orjson.dumps(parts), digest_size=8).digest(), "little")
