"""The records of the lifecycle topic: model events, and what rows have met of retrain triggers."""

from collections.abc import Mapping
from typing import Any

from schemas.events.codec import decode_event
from schemas.events.model_event import ModelEvent
from schemas.events.retrain_signal import RetrainSignal


def decode_lifecycle(document: Mapping[str, Any]) -> ModelEvent | RetrainSignal:
    """Return what a decoded document of the topic describes.

    Raises
    ------
    InvalidMessage
        Naming the fields that are missing or of the wrong type, the first ten of them.
    """
    if "signal" in document:
        return decode_event(RetrainSignal, dict(document))
    return decode_event(ModelEvent, dict(document))
