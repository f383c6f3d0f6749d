from typing import Any

import pytest

from schemas.events.codec import decode_event
from schemas.events.invalid import InvalidMessage
from schemas.events.model_event import ModelEvent


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"type": "version_deployed", "model": "m"}, "version is required for version_deployed"),
        ({"type": "rolled_back", "model": "m"}, "version is required for rolled_back"),
        ({"type": "alert_acknowledged", "model": "m"}, "alert_id is required"),
        ({"type": "exploded", "model": "m"}, "type: Input should be 'version_deployed'"),
        ({"type": "retrain_started", "model": ""}, "model: String should have at least 1"),
    ],
)
def test_what_an_event_lacks_is_named(document: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidMessage, match=problem):
        decode_event(ModelEvent, document)


def test_fields_of_the_producers_own_are_ignored() -> None:
    event = decode_event(ModelEvent, {"type": "retrain_completed", "model": "m", "run": "42"})
    assert event == ModelEvent.model_validate({"type": "retrain_completed", "model": "m"})
