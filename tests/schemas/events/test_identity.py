from uuid import UUID

from schemas.events.identity import event_id, stable_id
from schemas.events.model_event import ModelEvent, ModelEventType


def test_ids_never_change() -> None:
    # Written down: consumers dedupe by them across versions of this program.
    assert stable_id("fraud", "3", 7) == "721b4daa-6302-539e-8628-802b61170003"
    assert UUID(stable_id("fraud")).version == 5


def test_parts_are_told_apart_by_type_and_border() -> None:
    ids = {stable_id(*parts) for parts in [("a", "b"), ("ab",), ("a", 1), ("a", "1"), ("b", "a")]}
    assert len(ids) == 5


def test_a_model_event_is_the_same_however_its_time_is_written() -> None:
    event = ModelEvent(
        type=ModelEventType.RETRAIN_COMPLETED, model="fraud", timestamp="2026-03-01T12:00:00Z"
    )
    same = event.model_copy(update={"timestamp": "2026-03-01T13:00:00.000+01:00"})
    assert event_id(event) == event_id(same)
    others = {"type": ModelEventType.ROLLED_BACK, "model": "m", "version": "3"}
    others |= {"timestamp": "2026-03-01T12:00:01Z", "request_id": "r", "alert_id": "r"}
    ids = {event_id(event.model_copy(update={name: other})) for name, other in others.items()}
    assert len({event_id(event), *ids}) == 7
