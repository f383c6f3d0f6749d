"""The JSON records of the observations topic: what happens to a model, and what is to serve."""

from collections.abc import Mapping
from typing import Any

from schemas.events.codec import decode_event
from schemas.events.model_event import ModelEvent
from schemas.events.route_notice import RouteNotice


def decode_observed(document: Mapping[str, Any]) -> ModelEvent | RouteNotice:
    """Return what a decoded document of the topic describes.

    Raises
    ------
    InvalidMessage
        Naming the fields that are missing or of the wrong type, the first ten of them.
    """
    if "routing" in document:
        return decode_event(RouteNotice, dict(document))
    return decode_event(ModelEvent, dict(document))
