"""Records of the topic of routes: whose route a key and a value are, or whose end."""

from typing import Final

from schemas.events.codec import decode_event, decode_object
from schemas.events.event import LONGEST_NAME
from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.nothing_to_say import NothingToSay
from schemas.events.routing import ModelRoute

LARGEST_ROUTE: Final = 100_000
"""Bytes of a record: a route of the longest names has half of them."""

_LONGEST_KEY: Final = 4 * LONGEST_NAME
"""Bytes: a longer one is of no model, and would be kept all the same with a null value."""


def route_of(key: bytes | None, value: bytes | None) -> tuple[str, ModelRoute | None]:
    """Return a model and its route; None where a null value ends it.

    Raises
    ------
    InvalidMessage
        Where the key is no model's name, or the value no route of that model.
    """
    model = _model_of(key)
    try:
        route = decode_event(ModelRoute, decode_object(value, largest=LARGEST_ROUTE))
    except NothingToSay:
        return model, None
    if route.model != model:
        raise InvalidMessage(Reason.INVALID_VALUE, "model: expected the one that the key names")
    return model, route


def _model_of(key: bytes | None) -> str:
    try:
        model = (key or b"").decode() if len(key or b"") <= _LONGEST_KEY else ""
    except UnicodeDecodeError:
        model = ""
    if not 0 < len(model) <= LONGEST_NAME:
        raise InvalidMessage(Reason.INVALID_VALUE, "key: expected the name of a model")
    return model
