"""Seeds of the random part of ranks: the same on every worker, whoever draws them."""

from hashlib import blake2b

import orjson


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
