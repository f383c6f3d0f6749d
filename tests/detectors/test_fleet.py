from contextlib import suppress
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors.fleet import Fleet
from detectors.options import MonitorOptions
from schemas.columns import Role
from schemas.invalid import InvalidMessage
from schemas.model_event import ModelEvent, ModelEventType
from schemas.observations import decode_observations, encode_observations
from tests.detectors.batches import batch_of, batches_of, plain, rows_of


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
    alerts = fleet.update(batch_of(_rows()))
    assert [alert.version for alert in alerts] == ["3"]
    assert fleet.update(batch_of(_rows(1400), version="4")) == []
    assert fleet.update(batch_of(_rows(1400), model="churn")) == []
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
        fleet.update(batch_of(_rows(10), model=model))
    assert asked == ["fraud", "churn"]
    assert [len(monitor.columns) for monitor in fleet] == [0, 1]


def test_model_versions_beyond_the_most_are_refused_and_counted() -> None:
    fleet = _fleet(most_models=1)
    fleet.update(batch_of(_rows(10)))
    assert fleet.update(batch_of(_rows(20), version="4")) == []
    assert (len(fleet), fleet.refused_rows) == (1, 20)


def test_a_fleet_continues_from_its_state() -> None:
    rows = _rows()
    whole, cut = _fleet(), _fleet()
    expected = whole.update(batch_of(rows))
    found = []
    for batch in batches_of(rows, [1, 900, 1450]):
        found += cut.update(batch)
        restored = _fleet()
        restored.restore(cut.state())
        cut = restored
    assert found == expected
    assert plain(cut.state()) == plain(whole.state())


def test_the_events_that_move_a_version_begin_the_references_anew() -> None:
    for kind in ModelEventType:
        fleet = _fleet()
        fleet.update(batch_of(_rows(1200)))
        fleet.notice(_event(kind, alert_id="a"))
        restarting = {"version_deployed", "retrain_completed", "rolled_back"}
        assert _restarts(fleet) == (1 if kind in restarting else 0)


def test_a_replayed_model_event_changes_nothing_and_one_of_another_model_neither() -> None:
    fleet = _fleet()
    fleet.update(batch_of(_rows(1200)))
    first = _event(ModelEventType.VERSION_DEPLOYED, "2026-03-01T12:00:00Z")
    fleet.notice(first)
    fleet.update(batch_of(_rows(1300)))
    restored = _fleet()
    restored.restore(fleet.state())
    for each in (fleet, restored):
        each.notice(first)
        each.notice(first.model_copy(update={"model": "churn", "timestamp": None}))
        assert _restarts(each) == 1
        each.notice(_event(ModelEventType.ROLLED_BACK, "2026-03-01T12:00:01Z"))
        assert _restarts(each) == 2


_FRAME = encode_observations(
    batch_of([{"x": 1.5, "c": "a", "b": True}, {"x": None, "c": "é"}, {"x": float("inf")}])
)


@given(st.lists(st.tuples(st.integers(0, len(_FRAME) - 1), st.integers(1, 255)), max_size=3))
def test_whatever_decodes_can_be_watched(flips: list[tuple[int, int]]) -> None:
    frame = bytearray(_FRAME)
    for at, bits in flips:
        frame[at] ^= bits
    fleet = _fleet()
    with suppress(InvalidMessage):
        fleet.update(decode_observations(bytes(frame)))
    fleet.update(batch_of([{"x": 1.0}], start=50))
    fleet.state()
