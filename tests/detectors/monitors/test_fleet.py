from contextlib import suppress
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors.monitors.fleet import Fleet
from detectors.monitors.options import MonitorOptions
from schemas.events.invalid import InvalidMessage
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.tables.columns import Role
from schemas.tables.frames import decode_frame, encode_frame
from schemas.tables.observations import ObservationTable
from tests.detectors.batches import batches_of, plain, rows_of, table_of


def _fleet(**more: Any) -> Fleet:
    return Fleet(lambda _: MonitorOptions(), **more)


def _rows(size: int = 1600, seed: int = 1) -> list[dict[str, Any]]:
    random = np.random.default_rng(seed)
    return rows_of(x=random.normal(size=size) + 3.0 * (np.arange(size) >= 1400))


def _event(kind: ModelEventType, time: str | None = None, **more: Any) -> ModelEvent:
    return ModelEvent(type=kind, model="fraud", version="4", timestamp=time, **more)


def _restarts(fleet: Fleet) -> int:
    monitor = fleet.monitor("fraud", "3")
    assert monitor is not None
    restarts = monitor.columns[Role.FEATURE, "x"].state()["restarts"]
    assert isinstance(restarts, int)
    return restarts


def test_each_model_version_is_watched_on_its_own() -> None:
    fleet = _fleet()
    alerts = fleet.update(table_of(_rows()))
    assert [alert.version for alert in alerts] == ["3"]
    assert fleet.update(table_of(_rows(1400), version="4")) == []
    assert fleet.update(table_of(_rows(1400), model="churn")) == []
    assert [(each.model, each.version) for each in fleet] == [
        ("fraud", "3"),
        ("fraud", "4"),
        ("churn", "3"),
    ]
    assert len(fleet) == 3
    assert fleet.monitor("fraud", "5") is None


def test_the_options_are_those_of_the_model() -> None:
    asked: list[str] = []

    def options_of(model: str) -> MonitorOptions:
        asked.append(model)
        return MonitorOptions(ignored=frozenset({"x"} if model == "fraud" else ()))

    fleet = Fleet(options_of)
    for model in ("fraud", "churn", "fraud"):
        fleet.update(table_of(_rows(10), model=model))
    assert asked == ["fraud", "churn"]
    assert [len(monitor.columns) for monitor in fleet] == [0, 1]


def _versions(fleet: Fleet) -> list[str]:
    return [monitor.version for monitor in fleet]


def test_a_version_beyond_the_most_takes_the_place_of_the_one_that_was_idle_longest() -> None:
    fleet = _fleet(most_models=2)
    for version in "34":
        fleet.update(table_of(_rows(10), version=version))
    fleet.update(table_of(_rows(20)[10:], start=10))
    # Replayed rows say nothing about whether a version is still in use.
    fleet.update(table_of(_rows(10), version="4"))
    assert fleet.evicted == []
    fleet.update(table_of(_rows(10), version="5"))
    assert fleet.evicted == [("fraud", "4")]
    assert _versions(fleet) == ["3", "5"]
    fleet.update(table_of(_rows(10), version="5", start=10))
    assert fleet.evicted == []


def test_made_up_versions_push_each_other_out_and_not_what_is_watched_in_earnest() -> None:
    fleet = _fleet(most_models=4, most_columns=12)
    for version in "345":
        # Also where an alert, and with it a new burn-in, comes in the batch that ends the first.
        fleet.update(table_of(_rows(1450 if version == "3" else 1100), version=version))
    restored = _fleet(most_models=4, most_columns=12)
    restored.restore(fleet.state())
    for each in (fleet, restored):
        for number in range(50):
            row = {f"f{column}": 1.0 for column in range(1 + number % 9)}
            each.update(table_of([row], version=f"made-up-{number}"))
            assert len(each) <= 4
            assert each.columns <= 12
        assert _versions(each) == ["3", "4", "5", "made-up-49"]


def test_where_all_are_watched_in_earnest_only_one_makes_room() -> None:
    fleet = _fleet(most_columns=3)
    for version in "345":
        fleet.update(table_of(_rows(1100), version=version))
    fleet.update(table_of([{f"f{column}": 1.0 for column in range(9)}], version="6"))
    assert fleet.evicted == [("fraud", "3")]
    assert fleet.columns == 3
    monitor = fleet.monitor("fraud", "6")
    assert monitor is not None
    assert (len(monitor.columns), monitor.refused_columns) == (1, 8)


def test_of_those_watched_in_earnest_the_one_that_was_idle_longest_makes_room() -> None:
    fleet = _fleet(most_models=2)
    for version in "34":
        fleet.update(table_of(_rows(1100), version=version))
    fleet.update(table_of(_rows(10), start=1100))
    fleet.update(table_of(_rows(10), version="5"))
    assert fleet.evicted == [("fraud", "4")]


def test_who_makes_room_does_not_depend_on_being_restored() -> None:
    fleet = _fleet(most_models=3, most_columns=3)
    fleet.update(table_of(_rows(1100)))
    for version in "45":
        fleet.update(table_of(_rows(10), version=version))
    restored = _fleet(most_models=3, most_columns=3)
    restored.restore(fleet.state())
    for each in (fleet, restored):
        assert each.columns == 3
        each.update(table_of([{"x": 1.0, "y": 1.0}], version="6"))
        assert each.evicted == [("fraud", "4"), ("fraud", "5")]
        assert _versions(each) == ["3", "6"]


def test_a_column_that_was_refused_comes_in_once_there_is_room() -> None:
    fleet = _fleet(most_columns=2)
    fleet.update(table_of([{"a": 1.0}], version="4"))
    row = {"a": 1.0, "b": 1.0}
    fleet.update(table_of([{"a": 1.0}]))
    fleet.update(table_of([row], start=1))
    monitor = fleet.monitor("fraud", "3")
    assert monitor is not None
    assert (len(monitor.columns), monitor.refused_columns) == (1, 1)
    fleet.update(table_of([{}], version="5"))
    assert fleet.evicted == [("fraud", "4")]
    fleet.update(table_of([row], start=2))
    assert (len(monitor.columns), fleet.columns) == (2, 2)


def test_a_fleet_continues_from_its_state() -> None:
    rows = _rows()
    whole, cut = _fleet(), _fleet()
    expected = whole.update(table_of(rows))
    found = []
    for batch in batches_of(rows, [1, 900, 1450]):
        found += cut.update(ObservationTable.of(batch))
        restored = _fleet()
        restored.restore(cut.state())
        cut = restored
    assert found == expected
    assert plain(cut.state()) == plain(whole.state())


def test_the_events_that_move_a_version_begin_the_references_anew() -> None:
    for kind in ModelEventType:
        fleet = _fleet()
        fleet.update(table_of(_rows(1200)))
        fleet.notice(_event(kind, alert_id="a"))
        restarting = {"version_deployed", "retrain_completed", "rolled_back"}
        assert _restarts(fleet) == (1 if kind in restarting else 0)


def test_a_model_may_name_other_events_after_which_references_begin_anew() -> None:
    chosen = frozenset({ModelEventType.VERSION_CHALLENGER})
    for kind in ModelEventType:
        fleet = Fleet(lambda _: MonitorOptions(reference_after=chosen))
        fleet.update(table_of(_rows(1600)))
        fleet.notice(_event(kind, "2026-03-01T12:00:00Z", alert_id="a"))
        begins_anew = kind in chosen
        # One alert has begun it anew before; it is open until the references begin anew.
        assert _restarts(fleet) == 1 + begins_anew
        assert fleet.versions.open_alerts_of(("fraud", "3")) == 1 - begins_anew


def test_a_replayed_model_event_changes_nothing_and_one_of_another_model_neither() -> None:
    fleet = _fleet()
    fleet.update(table_of(_rows(1200)))
    first = _event(ModelEventType.VERSION_DEPLOYED, "2026-03-01T12:00:00Z")
    fleet.notice(first)
    fleet.update(table_of(_rows(1300)))
    restored = _fleet()
    restored.restore(fleet.state())
    for each in (fleet, restored):
        each.notice(first)
        each.notice(first.model_copy(update={"model": "churn", "timestamp": None}))
        assert _restarts(each) == 1
        each.notice(_event(ModelEventType.ROLLED_BACK, "2026-03-01T12:00:01Z"))
        assert _restarts(each) == 2


def test_an_event_from_the_future_does_not_keep_later_ones_away() -> None:
    fleet = _fleet()
    fleet.update(table_of(_rows(10)))
    fleet.notice(_event(ModelEventType.VERSION_DEPLOYED, "9999-01-01T00:00:00Z"))
    fleet.notice(_event(ModelEventType.VERSION_DEPLOYED, "2026-03-01T12:00:00Z"))
    assert _restarts(fleet) == 2


def test_an_event_that_came_before_its_version_is_no_news_when_it_comes_again() -> None:
    fleet = _fleet()
    event = _event(ModelEventType.VERSION_DEPLOYED, "2026-03-01T12:00:00Z")
    fleet.notice(event)
    fleet.update(table_of(_rows(10)))
    fleet.notice(event)
    assert _restarts(fleet) == 0


_FRAME = encode_frame(
    [table_of([{"x": 1.5, "c": "a", "b": True}, {"x": None, "c": "é"}, {"x": float("inf")}])]
)


@given(st.lists(st.tuples(st.integers(0, len(_FRAME) - 1), st.integers(1, 255)), max_size=3))
def test_whatever_decodes_can_be_watched(flips: list[tuple[int, int]]) -> None:
    frame = bytearray(_FRAME)
    for at, bits in flips:
        frame[at] ^= bits
    fleet = _fleet()
    with suppress(InvalidMessage):
        for table in decode_frame(bytes(frame)):
            fleet.update(table)
    fleet.update(table_of([{"x": 1.0}], start=50))
    fleet.state()
