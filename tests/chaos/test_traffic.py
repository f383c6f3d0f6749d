from itertools import islice

import orjson
import pytest

from app.settings import TopicRole
from schemas.events.codec import decode_event, decode_object
from schemas.events.invalid import InvalidMessage
from schemas.events.model_event import ModelEvent
from schemas.events.nothing_to_say import NothingToSay
from schemas.payloads.json_labels import JsonLabels
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.routes import route_of
from schemas.payloads.rows import FieldMap
from tests.chaos.ledger import Ledger
from tests.chaos.traffic import Fate, Item, Traffic, TrafficOptions

ALL_KINDS = TrafficOptions(
    early=0.2,
    repeated=0.2,
    orphaned=0.1,
    poisoned=0.2,
    silent=0.1,
    odd=0.3,
    undated=0.1,
    eventful=0.1,
    routed=0.1,
)


def items(count: int, seed: int = 1) -> list[Item]:
    return list(islice(Traffic(seed, ALL_KINDS, 3).items(), count))


def becomes(item: Item) -> Fate:
    """What a worker makes of a record."""
    try:
        if item.role is TopicRole.PREDICTIONS:
            JsonPredictions(FieldMap()).rows(item.value, key=b"k", headers=(), time=0)
        elif item.role is TopicRole.MODEL_ROUTING:
            route_of((item.key or "").encode(), item.value)
            return Fate.ROUTED
        elif item.role is TopicRole.MODEL_EVENTS:
            decode_event(ModelEvent, decode_object(item.value))
        else:
            JsonLabels(FieldMap()).rows(item.value, key=b"k", headers=(), time=0)
    except NothingToSay:
        return Fate.SKIPPED
    except InvalidMessage:
        return Fate.REFUSED
    return item.fate


def test_the_same_seed_gives_the_same_records() -> None:
    assert items(500) == items(500)
    assert items(500) != items(500, seed=2)


def test_what_is_to_be_refused_is_refused_and_nothing_else() -> None:
    taken = items(3000)
    assert [item for item in taken if becomes(item) is not item.fate] == []
    assert {item.fate for item in taken} == set(Fate) - {Fate.UNSEEN}


def test_no_model_event_has_the_id_of_another_one() -> None:
    ids = [item.own_id for item in items(3000) if item.fate is Fate.NOTICED]
    assert len(ids) == len(set(ids)) > 100


def test_a_label_comes_as_late_as_it_is_told() -> None:
    options = TrafficOptions(labelled=1.0, early=0.0, soonest=50, latest=60, poisoned=0.0)
    sent = [item for item in islice(Traffic(1, options, 3).items(), 2000) if item.own_id]
    number = 0
    for item in sent:
        if item.fate is Fate.OBSERVED:
            number += 1
        elif item.fate is Fate.LABEL:
            assert 50 <= number - int(item.own_id.removeprefix("p")) <= 60


def test_a_label_lies_in_the_partition_of_its_prediction() -> None:
    partitions: dict[str, set[int]] = {}
    for item in items(3000):
        if item.role in {TopicRole.PREDICTIONS, TopicRole.LABELS} and item.own_id:
            partitions.setdefault(item.own_id, set()).add(item.partition)
    assert {len(found) for found in partitions.values()} == {1}


def test_all_labels_of_what_was_sent_come_at_the_latest_with_the_rest() -> None:
    traffic = Traffic(1, TrafficOptions(labelled=1.0), 3)
    ledger = Ledger()
    for offset, item in enumerate([*islice(traffic.items(), 1000), *traffic.rest()]):
        ledger.note(item, offset)
    assert ledger.labelled() >= set(ledger.ids.values())


@pytest.mark.parametrize("feature", ["x0", "x3"])
def test_features_move_far_enough_to_be_found(feature: str) -> None:
    values = [
        orjson.loads(item.value or b"")["features"][feature]
        for item in islice(Traffic(1, TrafficOptions(models=1), 3).items(), 3000)
        if item.fate is Fate.OBSERVED
    ]
    assert min(values) < -1.0
    assert max(values) > 4.0
