"""Predictions that come again: as they were, or with another content."""

from agents.join.labels import Label, digest, digests
from agents.join.options import ReusedIds
from agents.join.store import PendingStore
from schemas.values.rated_label import rated
from tests.agents.join.steps import HOUR, NOW, add_label, add_predictions, label, predictions


def store(reused_ids: ReusedIds = ReusedIds.LATEST) -> PendingStore:
    return PendingStore(ttl=1000 * HOUR, most=1000, reused_ids=reused_ids)


def test_a_prediction_that_comes_again_as_it_was_keeps_its_label() -> None:
    pending = store()
    pending.add_predictions(predictions("a", "b", content=7))
    assert isinstance(add_label(pending, label("a"), 0, NOW), list)
    again = pending.add_predictions(predictions("x", "a", "y", "b", first=10, content=7))
    assert again.duplicates == [1, 3]
    assert (pending.status.duplicate, pending.status.replaced) == (2, 0)
    assert add_label(pending, label("a"), 1, NOW) == "duplicate"
    assert isinstance(add_label(pending, label("b"), 2, NOW), list)
    assert pending.status.predictions == 2


def test_a_replay_is_no_repetition_and_a_repetition_is_one_in_each_replay() -> None:
    pending = store()
    first, second = predictions("a", content=7), predictions("a", first=5, content=7)
    for _ in range(2):
        assert pending.add_predictions(first).duplicates == []
        assert pending.add_predictions(second).duplicates == [0]


def test_another_content_takes_the_place_of_the_one_before() -> None:
    pending = store()
    pending.add_predictions(predictions("a", content=7))
    add_label(pending, label("a"), 0, NOW)
    assert pending.add_predictions(predictions("a", first=5, content=8)).duplicates == []
    assert pending.status.replaced == 1
    assert isinstance(add_label(pending, label("a"), 1, NOW), list)


def test_what_no_content_is_known_of_is_never_a_repetition() -> None:
    pending = store()
    pending.add_predictions(predictions("a"))
    assert pending.add_predictions(predictions("a", first=5)).duplicates == []


def test_of_ids_that_are_used_again_a_label_is_for_the_latest_before_it() -> None:
    pending = store(ReusedIds.BY_TIME)
    for day in range(4):
        time = NOW + day * 24 * HOUR
        batch = predictions("customer", first=day, time=time, content=day + 1, value=day)
        add_predictions(pending, batch)
    assert (pending.status.predictions, pending.status.replaced) == (4, 3)
    for hours, said in ((30, 1), (24 * 9, 3), (-5, 0)):
        time = NOW + hours * HOUR
        found = add_label(pending, label("customer", time), hours, NOW + 300 * HOUR)
        assert [join.prediction for join in found if not isinstance(join, str)] == [said]
    assert add_label(pending, label("customer", NOW + 40 * HOUR), 99, NOW) == "duplicate"
    assert pending.status.predictions == 1


def test_an_id_that_is_used_again_and_again_waits_a_bounded_number_of_times() -> None:
    pending = store(ReusedIds.BY_TIME)
    for day in range(100):
        add_predictions(pending, predictions("a", first=day, time=NOW + day, content=day + 1))
    assert pending.status.predictions == 16


def test_a_label_with_another_number_beside_it_is_a_correction() -> None:
    pending = store()
    pending.add_predictions(predictions("a"))
    assert isinstance(add_label(pending, rated_label(0.0), 0, NOW), list)
    assert add_label(pending, rated_label(0.0), 1, NOW) == "duplicate"
    assert add_label(pending, rated_label(1.0), 2, NOW) == "corrected"
    assert add_label(pending, rated_label(None), 3, NOW) == "corrected"
    assert add_label(pending, label("a", label="ok"), 4, NOW) == "corrected"


def rated_label(number: float | None) -> Label:
    return label("a", label=rated("ok", {"escalated": number}))


def test_digests_of_labels_with_numbers_are_the_same_alone_and_together() -> None:
    values = [rated("ok", {"escalated": 0.0}), "ok", rated([1.0], {"escalated": None}), 1]
    assert digests(values).tolist() == [digest(each) for each in values]
