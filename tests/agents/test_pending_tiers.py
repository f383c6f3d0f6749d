"""The oracle: a store in memory. Whatever a store with a disk goes through, it says the same."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.cold_file import ColdFile, Position
from agents.pending import Checkpoint, PendingStore
from tests.agents.test_pending import CHURN, FRAUD, HOUR, NOW, label, predictions

IDENTITY = "group/predictions/0"


class Durable:
    """A store with a disk and a changelog, that is saved, restarted and robbed of its disk."""

    def __init__(self, folder: Path, *, most: int, hot: int) -> None:
        self._folder = folder
        self._arguments: dict[str, Any] = {"ttl": HOUR, "most": most, "hot": hot, "part_bits": 1}
        self.log: list[bytes] = []
        self._saving: Checkpoint | None = None
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
            self._saving.done(self._saving.write(Position(self._saved_at, 0)))
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
        st.sampled_from(["predictions", "others", "label", "carried"]),
        st.lists(st.integers(0, 15).map(str), min_size=1, max_size=5),
        st.integers(-1, 2),
        st.sampled_from([None, "fraud", "churn"]),
    ),
    st.sampled_from([("begin",), ("end",), ("restart",), ("lose",), ("again",)]),
)


@pytest.mark.parametrize("most", [5, 12, 1000])
@settings(max_examples=150)
@given(st.lists(steps, min_size=8, max_size=60), st.integers(0, 3))
def test_a_store_that_is_saved_and_restored_at_any_time_says_what_one_in_memory_says(
    most: int, sequence: list[tuple[Any, ...]], hot: int
) -> None:
    # Of labels that wait, as many as predictions in memory are kept: so it is for the oracle.
    oracle = PendingStore(ttl=HOUR, most=most, hot=hot)
    with TemporaryDirectory() as folder:
        durable = Durable(Path(folder), most=most, hot=hot)
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
            assert durable.store.orphaned == oracle.orphaned
        durable.store.close()


def operation(
    number: int, kind: str, names: list[str], hours: int, model: str | None
) -> Callable[[PendingStore], object]:
    time = NOW + hours * HOUR // 2
    if kind == "label":
        row = label(names[0], time, model=model, label=number % 3)
        return lambda store: store.add_label(row, number, time)
    batch = predictions(
        *names,
        first=10 * number,
        time=time,
        name=CHURN if kind == "others" else FRAUD,
        label=number % 3 if kind == "carried" else None,
    )
    return lambda store: store.add_predictions(batch)
