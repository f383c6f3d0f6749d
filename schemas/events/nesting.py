"""Documents nested more deeply than Python follows: refused, where a worker would end otherwise."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from schemas.events.invalid import InvalidMessage, Reason

Params = ParamSpec("Params")
ReadT = TypeVar("ReadT")


def refuse_too_deep(read: Callable[Params, ReadT]) -> Callable[Params, ReadT]:
    """Return a reader that raises `InvalidMessage` of what it cannot follow to its end.

    Examples
    --------
    >>> @refuse_too_deep
    ... def depth(values: list) -> int:
    ...     return 1 + max(map(depth, values), default=0)
    >>> depth([[[]]])
    3
    """

    @wraps(read)
    def reads(*args: Params.args, **named: Params.kwargs) -> ReadT:
        try:
            return read(*args, **named)
        except RecursionError:
            raise InvalidMessage(Reason.UNDECODABLE, "nested too deeply") from None

    return reads
