from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.monitors.fleet import Fleet
from detectors.monitors.fused_models import watch_fused
from detectors.monitors.model_monitor import ModelMonitor
from detectors.monitors.options import MonitorOptions
from detectors.monitors.row_consumer import Found, RowConsumer
from detectors.rows.row_log import RowLog
from detectors.snapshots.tree import State
from schemas.events.alert import Alert
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.published import PublishedEvent
from schemas.tables.columns import Role
from schemas.tables.observations import ObservationBatch, Origin
from tests.detectors.batches import batch_of, plain, rows_of, table_of_many
from tests.detectors.drift_alerts import alerts_in

OPTIONS = MonitorOptions(burn_in=50, bins=8)
MODELS = ("calm", "moves", "late")


class Recorder:
    """Every row that it was given: its number, its position, its value."""

    def __init__(self) -> None:
        self.name = "recorder"
        self.rows: list[list[Any]] = []
        self.restarts = 0

    def skim(self, origin: Origin, rows: int, oldest: int, newest: int) -> bool:
        del origin, rows, oldest, newest
        return False

    def consume(self, rows: ObservationBatch, first: int, log: RowLog) -> list[Found]:
        (column,) = rows.columns
        last = first + len(rows) - 1
        for number, (offset, value) in enumerate(zip(rows.offsets, column.values, strict=True)):
            position = log.position(first + number, known_at=last)
            assert position.offset == offset
            self.rows.append([first + number, position.partition, int(offset), float(value)])
        return []

    def restart(self) -> None:
        self.restarts += 1

    def state(self) -> State:
        return {"rows": self.rows, "restarts": self.restarts}

    def restore(self, state: State) -> None:
        self.rows, self.restarts = state["rows"], state["restarts"]


class Recorders:
    """The recorder of each version that a fleet has begun to watch last."""

    def __init__(self) -> None:
        self.of: dict[str, Recorder] = {}

    def __call__(self, model: str, _version: str) -> Sequence[RowConsumer]:
        self.of[model] = Recorder()
        return (self.of[model],)


def history(model: str, rows: int) -> list[dict[str, Any]]:
    x = np.random.default_rng(MODELS.index(model)).normal(size=rows)
    if model == "moves":
        x[rows // 2 :] += 6.0
    return rows_of(x=x)


@settings(max_examples=25)
@given(
    st.lists(st.integers(1, 120), min_size=2, max_size=8),
    st.lists(st.integers(0, 60), min_size=8, max_size=8),
)
def test_another_consumer_sees_each_row_once_whichever_path_it_takes(
    sizes: list[int], again: list[int]
) -> None:
    total = 60 + sum(sizes)
    rows = {model: history(model, total) for model in MODELS}
    fused, single = Recorders(), Recorders()
    fleet, plain_fleet = (
        Fleet(lambda _: OPTIONS, consumers_of=recorders) for recorders in (fused, single)
    )
    found: list[PublishedEvent] = []
    expected: list[PublishedEvent] = []
    begin = 0
    for number, size in enumerate([60, *sizes]):
        end = begin + size
        # Some rows come again with the new ones; the others see no replay.
        starts = dict.fromkeys(MODELS, begin)
        starts["late"] = max(0, begin - again[number % 8])
        batches = [
            batch_of(rows[model][starts[model] : end], start=starts[model], model=model)
            for model in MODELS
        ]
        found += fleet.update(table_of_many(batches))
        begin = end
    for model in MODELS:
        for row in range(total):
            batch = batch_of(rows[model][row : row + 1], start=row, model=model)
            expected += plain_fleet.update(table_of_many([batch]))
    for number, model in enumerate(MODELS):
        values = [row["x"] for row in rows[model]]
        assert [row[0] for row in fused.of[model].rows] == list(range(total)), number
        assert [row[2] for row in fused.of[model].rows] == list(range(total))
        assert [row[3] for row in fused.of[model].rows] == values
        assert fused.of[model].rows == single.of[model].rows
    assert sorted(map(repr, found)) == sorted(map(repr, expected))


class Counter(Recorder):
    """The number of rows by origin and second of event time, skimmed where they share one."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: dict[tuple[Origin, int], int] = {}
        self.consumed = 0

    def skim(self, origin: Origin, rows: int, oldest: int, newest: int) -> bool:
        if oldest // 10_000 != newest // 10_000:
            return False
        self._count(origin, oldest, rows)
        return True

    def consume(self, rows: ObservationBatch, first: int, log: RowLog) -> list[Found]:
        del first, log
        self.consumed += 1
        for time in rows.times.tolist():
            self._count(rows.origin, time, 1)
        return []

    def _count(self, origin: Origin, time: int, rows: int) -> None:
        key = origin, time // 10_000
        self.counts[key] = self.counts.get(key, 0) + rows


def test_a_consumer_skims_rows_of_which_it_needs_no_more_than_number_and_times() -> None:
    counter, recorder = Counter(), Recorder()
    monitor = ModelMonitor("calm", "3", OPTIONS, [counter, recorder])
    rows = history("calm", 100)
    monitor.update(batch_of(rows[:60], model="calm"))
    consumed = counter.consumed
    for begin, end in ((60, 65), (65, 68), (68, 77), (77, 80), (80, 100)):
        table = table_of_many([batch_of(rows[begin:end], start=begin, model="calm")])
        assert watch_fused(table, {("calm", "3"): monitor}) == {("calm", "3"): []}
    assert counter.consumed - consumed == 2
    assert list(counter.counts.values()) == [10] * 10
    assert len(recorder.rows) == 100


def test_the_fused_path_feeds_all_consumers_though_no_column_finds_anything() -> None:
    recorder = Recorder()
    monitor = ModelMonitor("calm", "3", OPTIONS, [recorder])
    monitor.update(batch_of(history("calm", 60), model="calm"))
    table = table_of_many([batch_of([{"x": 0.5}, {"x": 0.25}], start=60, model="calm")])
    assert watch_fused(table, {("calm", "3"): monitor}) == {("calm", "3"): []}
    assert recorder.rows[60:] == [[60, 0, 60, 0.5], [61, 0, 61, 0.25]]


class Thirds:
    """An alert of the drift that it was made with, at every third row."""

    def __init__(self, alert: Alert) -> None:
        self.name = "thirds"
        self._alert = alert

    def skim(self, origin: Origin, rows: int, oldest: int, newest: int) -> bool:
        del origin, rows, oldest, newest
        return False

    def consume(self, rows: ObservationBatch, first: int, log: RowLog) -> list[Found]:
        last = first + len(rows) - 1
        return [
            Found(
                row,
                self._alert.model_copy(update={"detected_at": log.position(row, known_at=last)}),
            )
            for row in range(first, last + 1)
            if row % 3 == 0
        ]

    def restart(self) -> None:
        pass

    def state(self) -> State:
        return {}

    def restore(self, state: State) -> None:
        pass


def test_what_several_consumers_find_comes_in_the_order_of_the_rows() -> None:
    rows = history("moves", 200)
    (drift,) = alerts_in(ModelMonitor("moves", "3", OPTIONS).update(batch_of(rows, model="moves")))
    monitor = ModelMonitor("moves", "3", OPTIONS, [Thirds(drift)])
    whole = alerts_in(monitor.update(batch_of(rows, model="moves")))
    offsets = [alert.detected_at.offset for alert in whole]
    assert offsets == sorted([*range(0, 200, 3), drift.detected_at.offset])
    one_by_one = ModelMonitor("moves", "3", OPTIONS, [Thirds(drift)])
    assert whole == [
        alert
        for row in range(200)
        for alert in one_by_one.update(batch_of(rows[row : row + 1], start=row, model="moves"))
    ]


def test_the_state_of_consumers_is_that_of_their_version() -> None:
    recorders = Recorders()
    fleet = Fleet(lambda _: OPTIONS, consumers_of=recorders)
    fleet.update(table_of_many([batch_of(history("calm", 70), model="calm")]))
    fleet.notice(ModelEvent(type=ModelEventType.VERSION_DEPLOYED, model="calm", version="3"))
    others = Recorders()
    restored = Fleet(lambda _: OPTIONS, consumers_of=others)
    restored.restore(fleet.state())
    assert plain(restored.state()) == plain(fleet.state())
    assert (len(others.of["calm"].rows), others.of["calm"].restarts) == (70, 1)


def test_a_consumer_that_a_state_does_not_know_begins_with_the_next_row() -> None:
    monitor = ModelMonitor("calm", "3", OPTIONS)
    monitor.update(batch_of(history("calm", 70), model="calm"))
    recorder = Recorder()
    later = ModelMonitor("calm", "3", OPTIONS, [recorder])
    later.restore(monitor.state())
    later.update(batch_of([{"x": 0.5}], start=70, model="calm"))
    assert recorder.rows == [[70, 0, 70, 0.5]]
    assert later.rows == 71


def test_consumers_see_labelled_rows_too() -> None:
    recorder = Recorder()
    monitor = ModelMonitor("calm", "3", OPTIONS, [recorder])
    monitor.update(batch_of(history("calm", 5), model="calm"))
    errors = batch_of([{"error": True}, {"error": False}], role=Role.ERROR, model="calm")
    monitor.update(errors)
    assert errors.origin is Origin.LABELS
    assert recorder.rows[5:] == [[0, 0, 0, 1.0], [1, 0, 1, 0.0]]
