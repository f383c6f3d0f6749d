from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detectors.monitors.fleet import Fleet
from detectors.monitors.label_watch import LabelWatch
from detectors.monitors.options import MonitorOptions
from detectors.monitors.row_consumer import RowConsumer
from detectors.performance.error import Task
from detectors.performance.options import PerformanceOptions
from schemas.events.alert import AlertStatus
from schemas.events.label_alert import LabelAlert, LabelProblem
from schemas.events.published import PublishedEvent
from schemas.tables.columns import Column, Kind, Role
from schemas.tables.observations import ModelRows, ObservationTable, Origin, Source
from tests.detectors.batches import START, plain

DAY = 86_400_000
BEGIN = START - START % DAY
FETCH = DAY // 6
OPTIONS = MonitorOptions(task=Task.CLASSIFICATION, performance=PerformanceOptions(kept=16))
Times = NDArray[np.int64]


def fleet_of() -> Fleet:
    def consumers(model: str, version: str) -> Sequence[RowConsumer]:
        return (LabelWatch((model, version), OPTIONS),)

    return Fleet(lambda _: OPTIONS, consumers_of=consumers)


class Log:
    """The observations of one version, in an order in which they could be read."""

    def __init__(self, made: Times, delays: Times) -> None:
        """Delays below 0 are those of labels that never come."""
        came = delays >= 0
        known = made[came] + delays[came]
        order = np.argsort(known, kind="stable")
        known, of = known[order], made[came][order]
        times = np.concatenate([made, known])
        is_label = np.arange(len(times)) >= len(made)
        # As they are fetched: some of the one, and then some of the other.
        at = np.lexsort((times, is_label, times // FETCH))
        self.times, self.is_label = times[at], is_label[at]
        self.made = np.concatenate([made, of])[at]
        self.numbers = np.zeros(len(times), dtype=np.int64)
        for side in (False, True):
            self.numbers[self.is_label == side] = np.arange(int((self.is_label == side).sum()))

    def tables(self, cuts: Sequence[int] = ()) -> list[ObservationTable]:
        """Tables of rows of one origin each, cut wherever it changes, and at some rows."""
        changes = (np.flatnonzero(np.diff(self.is_label)) + 1).tolist()
        bounds = sorted({0, len(self.times), *changes, *cuts})
        return [self._table(begin, end) for begin, end in pairwise(bounds)]

    def _table(self, begin: int, end: int) -> ObservationTable:
        times = self.times[begin:end]
        origin = Origin.LABELS if self.is_label[begin] else Origin.PREDICTIONS
        zeros = np.zeros(len(times))
        columns = [Column("prediction", Role.PREDICTION, Kind.NUMBER, zeros)]
        if origin is Origin.LABELS:
            delays = (times - self.made[begin:end]).astype(np.float64)
            columns += [
                Column("label", Role.LABEL, Kind.NUMBER, zeros),
                Column("delay", Role.DELAY, Kind.NUMBER, delays),
            ]
        return ObservationTable(
            origin,
            (ModelRows("fraud", "3", len(times)),),
            (Source(str(origin), 0),),
            np.zeros(len(times), dtype=np.int64),
            self.numbers[begin:end],
            times,
            tuple(columns),
        )


def alerts_of(events: Sequence[PublishedEvent]) -> list[LabelAlert]:
    return [event for event in events if isinstance(event, LabelAlert)]


def found_in(log: Log) -> list[LabelAlert]:
    fleet = fleet_of()
    return alerts_of([event for table in log.tables() for event in fleet.update(table)])


def steady(days: int, seed: int = 0, per_day: int = 120) -> tuple[Times, Times]:
    random = np.random.default_rng(seed)
    made = BEGIN + np.sort((random.random(days * per_day) * days * DAY).astype(np.int64))
    return made, (random.exponential(0.5, len(made)) * DAY).astype(np.int64)


def told(alerts: Sequence[LabelAlert]) -> list[tuple[LabelProblem, AlertStatus]]:
    return [(each.problem, each.status) for each in alerts]


@pytest.mark.parametrize("seed", range(3))
def test_labels_that_come_as_ever_raise_nothing(seed: int) -> None:
    assert found_in(Log(*steady(40, seed))) == []


def test_labels_that_stop_are_told_while_predictions_go_on_and_when_they_come_again() -> None:
    made, delays = steady(20)
    known = made + delays
    stop, again = BEGIN + 12 * DAY, BEGIN + 15 * DAY
    delays = np.where((known > stop) & (known < again), -1, delays)
    alerts = [each for each in found_in(Log(made, delays)) if each.problem is LabelProblem.STOPPED]
    assert told(alerts) == [
        (LabelProblem.STOPPED, AlertStatus.OPENED),
        (LabelProblem.STOPPED, AlertStatus.RESOLVED),
    ]
    opened, resolved = alerts
    assert opened.detected_at.topic == "predictions"
    assert opened.after > opened.limit >= 5 * opened.before
    assert 0 < opened.after < 2 * DAY / 1000
    assert resolved.before == pytest.approx(3 * DAY / 1000, rel=0.05)


def test_silence_without_predictions_is_none() -> None:
    made, delays = steady(20)
    kept = (made < BEGIN + 10 * DAY) | (made > BEGIN + 14 * DAY)
    delays = np.minimum(delays, DAY)
    assert found_in(Log(made[kept], delays[kept])) == []


@pytest.mark.parametrize("is_late", [False, True])
def test_labels_that_thin_out_or_come_later_are_fewer_in_time(*, is_late: bool) -> None:
    made, delays = steady(60)
    random = np.random.default_rng(1)
    is_after = (made > BEGIN + 30 * DAY) & (made < BEGIN + 42 * DAY)
    if is_late:
        delays = np.where(is_after, 6 * delays, delays)
    else:
        delays = np.where(is_after & (random.random(len(made)) < 0.5), -1, delays)
    alerts = found_in(Log(made, delays))
    assert told(alerts) == [
        (LabelProblem.FEWER, AlertStatus.OPENED),
        (LabelProblem.FEWER, AlertStatus.RESOLVED),
    ]
    opened, resolved = alerts
    assert opened.before == pytest.approx(0.9, abs=0.07)
    assert opened.after < opened.limit < opened.before
    assert opened.age_seconds == pytest.approx(0.5 * 2.3 * DAY / 1000, rel=0.25)
    assert resolved.after > resolved.limit > opened.limit


def test_a_weekly_rhythm_is_as_ever() -> None:
    made, delays = steady(50)
    known = made + delays
    weekday = known // DAY % 7
    # Labels of two days come on the third.
    delays = np.where(weekday >= 5, (known // DAY + 7 - weekday) * DAY - made, delays)
    assert [
        each for each in found_in(Log(made, delays)) if each.problem is LabelProblem.FEWER
    ] == []


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 1000), st.lists(st.integers(1, 3000), max_size=5))
def test_what_is_found_does_not_depend_on_how_rows_are_cut(seed: int, cuts: list[int]) -> None:
    made, delays = steady(30, seed, per_day=60)
    known = made + delays
    delays = np.where(known > BEGIN + 24 * DAY, -1, delays)
    log = Log(made, delays)
    cuts = [cut for cut in cuts if cut < len(log.times)]
    whole, cut_up = fleet_of(), fleet_of()
    expected = [event for table in log.tables() for event in whole.update(table)]
    found: list[PublishedEvent] = []
    for number, table in enumerate(log.tables(cuts)):
        found += cut_up.update(table)
        if number % 400 == 0:
            again = fleet_of()
            again.restore(cut_up.state())
            cut_up = again
    assert alerts_of(found) == alerts_of(expected)
    assert len(alerts_of(expected)) > 0
    assert plain(cut_up.state()) == plain(whole.state())


def test_nothing_is_kept_where_no_label_has_come() -> None:
    watch = LabelWatch(("fraud", "3"), OPTIONS)
    assert watch.skim(Origin.PREDICTIONS, 10, BEGIN, BEGIN + 30 * DAY)
    assert watch.state() == {}


def test_a_state_of_other_windows_begins_anew_and_one_of_another_format_is_refused() -> None:
    fleet = fleet_of()
    for table in Log(*steady(12)).tables():
        fleet.update(table)
    state = next(iter(fleet)).state()["consumers"]["label_flow"]
    other = MonitorOptions(performance=PerformanceOptions(window=3_600_000))
    watch = LabelWatch(("fraud", "3"), other)
    watch.restore(state)
    assert watch.state() == {}
    with pytest.raises(ValueError, match="expected 1"):
        watch.restore({**state, "format": 2})
