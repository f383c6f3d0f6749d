"""Conditions of rows in a fleet: met at the same rows whatever way they come."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from detectors.monitors.fleet import Fleet
from detectors.monitors.options import MonitorOptions
from detectors.monitors.trigger_watch import TriggerWatch
from detectors.retraining.conditions import Cost, OfRows, Schedule, Volume
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.retrain_signal import RetrainSignal, SignalKind
from schemas.events.times import format_time, parse_time
from schemas.tables.observations import ObservationTable
from tests.detectors.batches import START, batch_of, plain, rows_of, table_of_many
from tests.detectors.monitors.test_labelled_rows import table_of as labelled

_OPTIONS = MonitorOptions(burn_in=50)
_CONDITIONS: tuple[OfRows, ...] = (
    Volume(300),
    Volume(100, is_labelled=True),
    Schedule("*/10 * * * *"),
)
_MODELS = ("one", "other", "third")


def _fleet(conditions: Sequence[OfRows] = _CONDITIONS) -> Fleet:
    return Fleet(
        lambda _: _OPTIONS,
        consumers_of=lambda model, version: (TriggerWatch((model, version), conditions),),
    )


def _table(begin: int, end: int) -> ObservationTable:
    rows = rows_of(x=np.random.default_rng(0).random(4000)[begin:end])
    return table_of_many([batch_of(rows, start=begin, model=model) for model in _MODELS])


def _signals(events: Iterable[object], model: str = "one") -> list[RetrainSignal]:
    return [each for each in events if isinstance(each, RetrainSignal) and each.model == model]


def _fed(fleet: Fleet, size: int, *, rows: int = 2000) -> list[RetrainSignal]:
    found = []
    for begin in range(0, rows, size):
        found += _signals(fleet.update(_table(begin, min(begin + size, rows))))
    return found


def test_rows_and_times_meet_their_conditions_at_the_same_rows_however_they_are_cut() -> None:
    whole = _fleet()
    expected = _fed(whole, 2000)
    kinds = [each.signal.kind for each in expected]
    assert kinds.count(SignalKind.ROWS) == 6
    assert kinds.count(SignalKind.SCHEDULE) == 3
    volume = next(each for each in expected if each.signal.kind is SignalKind.ROWS)
    assert volume.at.offset == 299
    assert volume.signal.condition == "rows >= 300"
    assert (volume.signal.value, volume.signal.since) == (300, format_time(START))
    assert volume.event_time == volume.at.time
    assert (volume.event_id, volume.subject) == (volume.signal.signal_id, "rows >= 300")
    for size in (7, 190, 1000):
        cut = _fleet()
        assert _fed(cut, size) == expected
        assert plain(cut.state()) == plain(whole.state())


def test_a_restored_watch_goes_on_where_it_was() -> None:
    whole, first, second = _fleet(), _fleet(), _fleet()
    expected = _fed(whole, 500)
    found = _fed(first, 500, rows=1000)
    second.restore(first.state())
    for begin in (1000, 1500):
        found += _signals(second.update(_table(begin, begin + 500)))
    assert found == expected


def test_a_condition_that_is_new_begins_with_the_next_row_and_a_state_without_it_too() -> None:
    old = _fleet([Volume(300)])
    _fed(old, 500, rows=1000)
    changed = _fleet([Volume(400), Volume(300)])
    changed.restore(old.state())
    found = _signals(changed.update(_table(1000, 1500)))
    assert [each.signal.condition for each in found] == [
        "rows >= 300",
        "rows >= 400",
        "rows >= 300",
    ]
    none = Fleet(lambda _: _OPTIONS)
    none.update(_table(0, 1000))
    begun = _fleet([Volume(300)])
    begun.restore(none.state())
    (first,) = _signals(begun.update(_table(1000, 1500)))
    assert first.at.offset == 1299


def _event(kind: ModelEventType, row: int, **more: str | None) -> ModelEvent:
    time = format_time(START + 1000 * row)
    return ModelEvent(
        type=kind, model="one", timestamp=time, version=more.get("version", "3"),
        data_until=more.get("data_until"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([ModelEventType.RETRAIN_COMPLETED], 1299),
        ([ModelEventType.VERSION_DEPLOYED], 1299),
        ([ModelEventType.RETRAIN_FAILED], 1199),
        ([ModelEventType.ROLLED_BACK], 1199),
    ],
)
def test_what_trains_begins_the_count_anew(kinds: list[ModelEventType], expected: int) -> None:
    fleet = _fleet([Volume(300)])
    fleet.update(_table(0, 1000))
    for kind in kinds:
        fleet.notice(_event(kind, 1000))
    found = _signals(fleet.update(_table(1000, 1500)))
    assert found[0].at.offset == expected


def test_rows_since_the_end_of_the_training_data_count_also_by_a_later_deployment() -> None:
    fleet = _fleet([Volume(3000)])
    hours = rows_of(x=np.zeros(2400))
    rows = batch_of(hours, model="one")
    fleet.update(ObservationTable.of(replace(rows, times=START + 60_000 * rows.offsets)))
    seen = format_time(START + 60_000 * 1200)
    now = 2400 * 60
    fleet.notice(_event(ModelEventType.RETRAIN_COMPLETED, now, version="4", data_until=seen))
    fleet.notice(_event(ModelEventType.VERSION_DEPLOYED, now + 1, version="4"))
    (first, *_) = _signals(
        fleet.update(
            ObservationTable.of(
                replace(
                    batch_of(rows_of(x=np.zeros(2400)), start=2400, model="one"),
                    times=START + 60_000 * np.arange(2400, 4800),
                )
            )
        )
    )
    # At most an hour's rows are not known to be later than what the training has seen.
    assert 1200 + 3000 <= first.at.offset + 1 <= 1260 + 3000
    assert first.signal.since == seen


def test_labelled_rows_that_have_come_are_told_with_each_signal() -> None:
    fleet = _fleet([Volume(300)])
    fleet.update(_table(0, 300))
    (signal,) = _signals(fleet.update(_table(300, 600)))
    assert signal.labelled_rows == 0


def _labelled(rows: Sequence[tuple[str, str]], begin: int, end: int) -> ObservationTable:
    return labelled(rows[begin:end], *_MODELS, start=begin)


def test_errors_of_labelled_rows_ask_by_their_cost_however_they_come() -> None:
    random = np.random.default_rng(0)
    wrong = random.random(3000) < np.where(np.arange(3000) < 2000, 0.02, 0.6)
    rows = [("b" if each else "a", "a") for each in wrong.tolist()]
    found = []
    for size in (3000, 130):
        fleet = _fleet([Cost(1000, 10.0, labelled_rows=200)])
        found.append(
            [
                signal
                for at in range(0, len(rows), size)
                for signal in _signals(fleet.update(_labelled(rows, at, at + size)))
            ]
        )
    assert found[0] == found[1]
    first = found[0][0]
    assert first.signal.kind is SignalKind.COST
    assert first.signal.condition == "cost 1000 at 10 an error"
    assert first.labelled_rows is not None
    assert 100 <= first.labelled_rows < 400
    assert parse_time(first.signal.since) < parse_time(first.signal.time)
