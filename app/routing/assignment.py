"""Which version answers a key under a route, as services decide it.

The client that services copy has the same in a form without dependencies; the published vectors
hold the two together.
"""

from hashlib import sha256
from typing import Final

from schemas.events.routing import ModelRoute

_STEPS: Final = 1 << 53
"""Points in [0, 1): as many as a float tells apart there."""


def point(salt: str, key: str) -> float:
    """Return where a key lies in [0, 1): 53 bits of the SHA-256 of salt, a zero byte and key."""
    digest = sha256(salt.encode() + b"\0" + key.encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / _STEPS


def version_of(route: ModelRoute, key: str) -> str:
    """Return the version that answers a key: the one in whose interval its point lies."""
    at, end = point(route.salt, key), 0.0
    serving = [each for each in route.versions if each.share]
    for each in serving:
        end += each.share
        if at < end:
            return each.version
    return serving[-1].version  # where rounding leaves a gap below 1
