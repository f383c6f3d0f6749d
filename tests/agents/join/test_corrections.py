from pathlib import Path

import pytest

from agents.join.again import Again
from agents.join.corrections import MOST_CORRECTIONS, Corrections
from agents.join.labels import Label, Labels
from agents.join.store import PendingStore
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


def test_the_latest_corrections_are_remembered() -> None:
    corrections = Corrections()
    for number in range(MOST_CORRECTIONS + 1):
        corrections.note(number, number + 5)
    assert [corrections.told(each, each + 5) for each in (0, 1)] == [None, True]
    corrections.note(1, 90)
    corrections.note(-1, 91)
    restored = Corrections()
    restored.restore(corrections.state())
    assert [restored.told(1, offset) for offset in (6, 89, 90, 91)] == [False, False, True, None]
    assert [restored.told(2, 7), restored.told(3, 8)] == [None, True]


@pytest.mark.parametrize(
    "labels", [(0, 0, 1, 1, 0), (0, 1, 1, 2, 1), (0, 0, 1, 2, 0), (0, 1, 0, 0)]
)
def test_what_is_taken_again_is_what_it_was_whatever_came_behind_it(
    labels: tuple[int, ...],
) -> None:
    store = PendingStore(ttl=HOUR, most=100)
    add_predictions(store, predictions("a"))

    def taken(begin: int) -> list[list[Again]]:
        return [
            list(store.add_labels(Labels.of([Label(b"a", value, NOW, None, offset, NOW)])).again)
            for offset, value in enumerate(labels)
            if offset >= begin
        ]

    told = taken(0)
    for begin in range(len(labels)):
        assert taken(begin) == told[begin:]


def test_a_label_of_another_value_is_told_of_each_version_and_is_known_from_then_on() -> None:
    store = PendingStore(ttl=HOUR, most=100)
    add_predictions(store, predictions("a"))
    add_predictions(store, predictions("a", first=1, name=CHURN))
    assert len(add_label(store, label("a", model="fraud"), 5, NOW)) == 1
    assert len(add_label(store, label("a", label=1, model="churn"), 6, NOW)) == 1
    again = Label(b"a", 1, NOW + 3, None, 7, NOW)
    taken = store.add_labels(Labels.of([again]))
    assert taken.again == [
        Again(7, NOW + 3, FRAUD, is_corrected=True),
        Again(7, NOW + 3, CHURN, is_corrected=False),
    ]
    assert (taken.corrected, taken.duplicate, len(taken.joined)) == (1, 0, 0)
    resent = again._replace(offset=8)
    assert [each.is_corrected for each in store.add_labels(Labels.of([resent])).again] == [
        False,
        False,
    ]
    assert store.add_labels(Labels.of([again])).again == taken.again


@pytest.mark.parametrize("ends_on_disk", [False, True])
def test_what_was_corrected_outlives_its_worker(tmp_path: Path, *, ends_on_disk: bool) -> None:
    def opened(folder: Path) -> PendingStore:
        folder.mkdir(exist_ok=True)
        return PendingStore(ttl=HOUR, most=100, file=ColdFile(folder / "file", "identity"))

    first = opened(tmp_path / "1")
    add_predictions(first, predictions("a", "b"))
    add_label(first, label("a"), 5, NOW)
    assert add_label(first, label("a", label=1), 6, NOW) == "corrected"
    assert add_label(first, label("a", label=2), 7, NOW) == "corrected"
    records = first.drain_changes()
    second = first
    if ends_on_disk:
        checkpoint = first.checkpoint()
        checkpoint.done(checkpoint.write(ChangelogPosition(len(records), 0)))
        first.close()
        second = opened(tmp_path / "1")
        assert second.load() is not None
    else:
        second = opened(tmp_path / "2")
        for offset, record in enumerate(records):
            second.apply_changes(record, offset)
    assert add_label(second, label("a", label=2), 8, NOW) == "duplicate"
    assert add_label(second, label("a", label=2), 7, NOW) == "corrected"
    assert add_label(second, label("a", label=1), 6, NOW) == "corrected"
