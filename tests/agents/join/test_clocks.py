import numpy as np
import pytest

from agents.join.clocks import IDLE_AFTER, MOST_MODELS, Clocks
from agents.join.store import PendingStore
from tests.agents.join.steps import (
    CHURN,
    FRAUD,
    HOUR,
    NOW,
    add_label,
    add_predictions,
    label,
    predictions,
)

DAY = 24 * HOUR


def store(most: int = 100_000) -> PendingStore:
    return PendingStore(ttl=HOUR, most=most)


def test_history_beside_a_live_model_is_met_by_its_labels() -> None:
    pending = store()
    then = NOW - 365 * DAY
    add_predictions(pending, predictions("live"))
    add_predictions(pending, predictions("old", first=1, time=then, arrival=NOW, name=CHURN))
    add_predictions(pending, predictions("live-too", first=2, time=NOW + 1))
    assert isinstance(add_label(pending, label("old", then), 0, NOW), list)
    assert add_label(pending, label("next", then), 1, NOW) == "early"
    add_predictions(pending, predictions("more", first=3, time=NOW + 2))
    late = predictions("next", first=4, time=then, arrival=NOW, name=CHURN)
    assert len(add_predictions(pending, late)) == 1
    assert (pending.status.expired, pending.status.orphans) == (0, {})


def test_history_whose_records_are_as_old_ages_by_its_own_events() -> None:
    pending = store()
    then = NOW - 365 * DAY
    add_predictions(pending, predictions("live"))
    add_predictions(pending, predictions("old", first=1, time=then, name=CHURN))
    add_predictions(pending, predictions("live-too", first=2, time=NOW + 2 * HOUR))
    # Two hours later by arrival, but that model is where it was.
    assert isinstance(add_label(pending, label("old", then), 0, NOW), list)
    add_predictions(pending, predictions("on", first=3, time=then + 2 * HOUR, name=CHURN))
    assert pending.status.predictions == 2


def test_events_from_next_year_expire_nothing_of_another_model() -> None:
    pending = store()
    add_predictions(pending, predictions("live"))
    add_predictions(pending, predictions("ahead", first=1, time=NOW + 365 * DAY, name=CHURN))
    assert pending.status.expired == 0
    add_predictions(pending, predictions("live-too", first=2, time=NOW + HOUR // 2))
    assert isinstance(add_label(pending, label("live"), 0, NOW), list)


def test_what_is_uploaded_late_waits_from_when_it_came() -> None:
    pending = store()
    add_predictions(pending, predictions("late", time=NOW - 40 * DAY, arrival=NOW))
    add_predictions(pending, predictions("live", first=1))
    assert isinstance(add_label(pending, label("late"), 0, NOW + 60_000), list)
    assert pending.status.expired == 0


def test_a_model_that_has_fallen_silent_holds_up_nobody() -> None:
    pending = store()
    add_predictions(pending, predictions("silent", name=CHURN))
    add_predictions(pending, predictions("live", first=1))
    add_predictions(pending, predictions("next", first=2, time=NOW + 2 * HOUR))
    assert pending.status.predictions == 3
    names = map(str, range(IDLE_AFTER))
    add_predictions(pending, predictions(*names, first=3, time=NOW + 2 * HOUR))
    assert (pending.status.predictions, pending.status.expired) == (IDLE_AFTER + 1, 2)


def test_the_cap_holds_whatever_the_clocks_say() -> None:
    pending = store(most=10)
    for first in range(0, 100, 4):
        name = CHURN if first % 8 else FRAUD
        names = [str(first + at) for at in range(4)]
        add_predictions(pending, predictions(*names, first=first, time=NOW - first, name=name))
        assert pending.status.predictions <= 10
    assert pending.status.evicted == 90


def test_arrivals_never_go_back_and_the_unknown_come_with_what_was_before() -> None:
    clocks = Clocks(HOUR)
    assert clocks.arrivals(np.array([-1, 5, 3, -1, 9])).tolist() == [0, 5, 5, 5, 9]
    assert clocks.arrivals(np.array([2])).tolist() == [9]
    assert (clocks.arrival, clocks.born) == (9, 9)


@pytest.mark.parametrize("models", [1, 3])
def test_a_restored_clock_says_the_same(models: int) -> None:
    clocks, again = Clocks(HOUR), Clocks(HOUR)
    for number in range(models):
        batch = predictions("a", time=NOW - number, name=(str(number), "1"))
        clocks.arrivals(np.array([NOW]))
        clocks.see(batch)
    again.restore(clocks.state())
    assert again.state() == clocks.state()
    for number in range(models + 1):
        assert again.oldest_age(str(number)) == clocks.oldest_age(str(number))


def test_so_many_models_are_known_and_no_more() -> None:
    clocks = Clocks(HOUR)
    for number in range(MOST_MODELS + 5):
        clocks.see(predictions("a", name=(str(number), "1")))
    assert len(clocks.state()["models"]) == MOST_MODELS
    assert clocks.oldest_age("0") > NOW
    assert clocks.oldest_age(str(MOST_MODELS)) == NOW - HOUR
