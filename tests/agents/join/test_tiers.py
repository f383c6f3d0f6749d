"""The oracle: a store in memory. Whatever a store with a disk goes through, it says the same."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.join.changes_codec import decode_changes
from agents.join.options import ReusedIds
from agents.join.store import DiskCheckpoint, PendingStore
from agents.prediction_log.disk_file import ChangelogPosition, ColdFile
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

IDENTITY = "group/predictions/0"


class Durable:
    """A store with a disk and a changelog, that is saved, restarted and robbed of its disk."""

    def __init__(
        self, folder: Path, *, most: int, hot: int, reused_ids: ReusedIds = ReusedIds.LATEST
    ) -> None:
        self._folder = folder
        self._arguments: dict[str, Any] = {
            "ttl": HOUR,
            "most": most,
            "hot": hot,
            "part_bits": 1,
            "reused_ids": reused_ids,
        }
        self.log: list[bytes] = []
        self._saving: DiskCheckpoint | None = None
        self._saved_at = 0
        self._lives = 0
        self._begin()

    def do(self, what: Callable[[PendingStore], object]) -> object:
        result = what(self.store)
        self.log += self.store.drain_changes()
        self.store.acknowledged(len(self.log) - 1)
        return result

    def begin_saving(self) -> None:
        if self._saving is None:
            self._saving, self._saved_at = self.store.checkpoint(), len(self.log)

    def end_saving(self) -> None:
        if self._saving is not None:
            self._saving.done(self._saving.write(ChangelogPosition(self._saved_at, 0)))
            self._saving = None

    def restart(self, *, lose_disk: bool) -> None:
        self.store.close()
        self._lives += lose_disk
        self._saving = None
        self._begin()
        position = self.store.load()
        for offset in range(position.offset if position else 0, len(self.log)):
            self.store.apply_changes(self.log[offset], offset)
        self.store.begin_counting()

    def _begin(self) -> None:
        file = ColdFile(self._folder / f"{self._lives}.db", IDENTITY)
        self.store = PendingStore(**self._arguments, file=file)


steps = st.one_of(
    st.tuples(
        st.sampled_from(["predictions", "others", "label", "carried", "known"]),
        st.lists(st.integers(0, 15).map(str), min_size=1, max_size=5),
        st.integers(-1, 2),
        st.sampled_from([None, "fraud", "churn"]),
    ),
    st.sampled_from([("begin",), ("end",), ("restart",), ("lose",), ("again",)]),
)


@pytest.mark.parametrize("most", [5, 12, 1000])
@settings(max_examples=150)
@given(st.lists(steps, min_size=8, max_size=60), st.integers(0, 3), st.sampled_from(ReusedIds))
def test_a_store_that_is_saved_and_restored_at_any_time_says_what_one_in_memory_says(
    most: int, sequence: list[tuple[Any, ...]], hot: int, reused_ids: ReusedIds
) -> None:
    # Of labels that wait, as many as predictions in memory are kept: so it is for the oracle.
    oracle = PendingStore(ttl=HOUR, most=most, hot=hot, reused_ids=reused_ids)
    with TemporaryDirectory() as folder:
        durable = Durable(Path(folder), most=most, hot=hot, reused_ids=reused_ids)
        done: list[Callable[[PendingStore], object]] = []
        for number, (kind, *rest) in enumerate(sequence):
            if kind == "begin":
                durable.begin_saving()
            elif kind == "end":
                durable.end_saving()
            elif kind in {"restart", "lose"}:
                durable.restart(lose_disk=kind == "lose")
                oracle.begin_counting()
            elif kind == "again":
                for what in done[-3:]:
                    assert durable.do(what) == what(oracle)
            else:
                what = operation(number, kind, *rest)
                done.append(what)
                assert durable.do(what) == what(oracle)
            assert replace(durable.store.status, disk_bytes=0) == oracle.status
        durable.store.close()


def operation(
    number: int, kind: str, names: list[str], hours: int, model: str | None
) -> Callable[[PendingStore], object]:
    time, arrival = NOW + hours * HOUR // 2, NOW + number * HOUR // 9
    if kind == "label":
        row = label(names[0], time, model=model, label=number % 3)
        return lambda store: add_label(store, row, number, arrival)
    batch = predictions(
        *names,
        first=10 * number,
        time=time,
        arrival=arrival,
        content=7 if kind == "known" else number + 8,
        name=CHURN if kind == "others" else FRAUD,
        label=number % 3 if kind == "carried" else None,
    )

    def add(store: PendingStore) -> object:
        taken = store.add_predictions(batch)
        return taken.joined.rows(), taken.duplicates

    return add


def test_a_label_between_a_checkpoint_and_its_end_is_kept_when_memory_is_let_go(
    tmp_path: Path,
) -> None:
    durable = Durable(tmp_path, most=100, hot=0)
    durable.do(lambda store: add_predictions(store, predictions(*"abcdefgh")))
    durable.begin_saving()
    durable.do(lambda store: add_label(store, label("a"), 5, NOW))
    durable.end_saving()
    assert durable.store.in_memory == 0
    assert add_label(durable.store, label("a"), 6, NOW) == "duplicate"
    assert durable.store.status.predictions == 7
    durable.store.close()


def test_the_time_of_a_label_that_changed_nothing_else_is_kept(tmp_path: Path) -> None:
    durable = Durable(tmp_path, most=100, hot=10)
    durable.do(lambda store: add_label(store, label("early"), 0, NOW))
    durable.do(lambda store: add_label(store, label("early"), 1, NOW + 2 * HOUR))
    assert durable.store.status.labels == 0
    durable.restart(lose_disk=True)
    assert durable.store.status.labels == 0
    durable.store.close()


def test_a_restore_begins_where_the_last_record_says_and_knows_all_that_still_waits() -> None:
    source = PendingStore(ttl=HOUR, most=500)
    log: list[bytes] = []
    for first in range(0, 10_000, 100):
        names = [str(number) for number in range(first, first + 100)]
        add_predictions(source, predictions(*names, first=first))
        add_label(source, label(names[0]), first, NOW)
        log += source.drain_changes()
        source.acknowledged(len(log) - 1)
    since = decode_changes(log[-1]).since
    assert 0.9 * len(log) < since < len(log) - 4
    restored = PendingStore(ttl=HOUR, most=500)
    for offset in range(since, len(log)):
        restored.apply_changes(log[offset], offset)
    restored.begin_counting()
    source.begin_counting()
    assert restored.status == source.status
    for number in range(9500, 10_000):
        row = label(str(number))
        assert add_label(restored, row, 20_000 + number, NOW) == add_label(
            source, row, 20_000 + number, NOW
        )


def test_a_label_whose_prediction_has_gone_does_not_wait_after_a_restore() -> None:
    source = PendingStore(ttl=HOUR, most=2)
    add_predictions(source, predictions("a", "b"))
    first = source.drain_changes()
    add_label(source, label("a"), 0, NOW)
    (met,) = source.drain_changes()
    assert first
    restored = PendingStore(ttl=HOUR, most=2)
    restored.apply_changes(met, 1)
    assert restored.status.labels == 0


def test_labels_that_wait_for_long_hold_up_no_restore() -> None:
    source = PendingStore(ttl=HOUR, most=500)
    add_label(source, label("lonely"), 0, NOW)
    add_label(source, label("used"), 1, NOW)
    add_predictions(source, predictions("used", first=0))
    log = source.drain_changes()
    for first in range(1, 30_000, 10):
        names = [str(number) for number in range(first, first + 10)]
        add_predictions(source, predictions(*names, first=first))
        log += source.drain_changes()
        source.acknowledged(len(log) - 1)
    since = decode_changes(log[-1]).since
    assert since > len(log) - 2500
    restored = PendingStore(ttl=HOUR, most=500)
    for offset in range(since, len(log)):
        restored.apply_changes(log[offset], offset)
    restored.begin_counting()
    source.begin_counting()
    assert restored.status == source.status
    for store in (source, restored):
        assert store.status.labels == 1
        assert add_label(store, label("lonely"), 0, NOW) == "early"
        late = predictions("lonely", "used", first=50_000)
        assert [offset for offset, _ in add_predictions(store, late)] == [50_000, 50_001]
        assert store.status.labels == 0
    assert sum(b"lonely" in record for record in log) < 5
