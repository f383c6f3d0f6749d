"""Labels that are backdated or come again count once, whatever is killed, and however they come."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import pytest

from detectors.monitors.fleet import Fleet
from schemas.tables.observations import ObservationTable
from tests.detectors.batches import plain
from tests.detectors.monitors import test_backdated_labels, test_label_repeats
from tests.detectors.monitors.counted_labels import fleet_of, taken


class _Case(NamedTuple):
    new: Callable[[], Fleet]
    log: list[ObservationTable]


CASES = {
    each.__name__.rpartition(".")[2]: _Case(partial(fleet_of, each.consumers), each.log())
    for each in (test_backdated_labels, test_label_repeats)
}
STOPS = [(name, stop) for name, case in CASES.items() for stop in range(1, len(case.log))]


@pytest.mark.parametrize(("name", "stop"), STOPS)
def test_stopping_and_going_on_equals_never_having_stopped(name: str, stop: int) -> None:
    new, log = CASES[name]
    whole, first, second = new(), new(), new()
    expected = taken(whole, log)
    found = taken(first, log[:stop])
    second.restore(first.state())
    found += taken(second, log[stop - 1 :])
    assert [each.event_id for each in found] == [each.event_id for each in expected]
    assert plain(second.state()) == plain(whole.state())


@pytest.mark.parametrize("name", CASES)
def test_each_counts_once_however_often_it_comes(name: str) -> None:
    new, log = CASES[name]
    once, twice = new(), new()
    expected = taken(once, log)
    assert taken(twice, [each for table in log for each in (table, table)]) == expected
    labels = once.versions.labels_of(("fraud", "3"))
    assert labels.total > 0
    assert twice.versions.labels_of(("fraud", "3")) == labels


@pytest.mark.parametrize("name", CASES)
def test_they_are_taken_together_as_one_by_one(name: str) -> None:
    new, log = CASES[name]
    whole, single = new(), new()
    at_once = [event for one in whole.update_all(log) for event in one.events]
    assert at_once == taken(single, log)
    assert plain(whole.state()) == plain(single.state())
