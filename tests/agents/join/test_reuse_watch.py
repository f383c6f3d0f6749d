import pytest

from agents.join.reuse_watch import WINDOW, ReuseWatch
from agents.join.store import PendingStore
from tests.agents.join.steps import HOUR, predictions


def test_many_ids_that_are_used_again_are_told_once(caplog: pytest.LogCaptureFixture) -> None:
    store = PendingStore(ttl=HOUR, most=100_000)
    names = [str(number) for number in range(WINDOW // 10)]
    for day in range(40):
        store.add_predictions(predictions(*names, first=day * len(names), content=day + 1))
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "9000 of 10000 predictions have the id" in caplog.text


def test_a_few_are_not(caplog: pytest.LogCaptureFixture) -> None:
    watch = ReuseWatch()
    for _ in range(100):
        watch.note(WINDOW // 10, WINDOW // 250)
    assert caplog.records == []
