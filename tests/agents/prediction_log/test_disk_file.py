import sqlite3
from pathlib import Path

import pytest

from agents.join.store import PendingStore
from agents.prediction_log.disk_chunk import DamagedStore
from agents.prediction_log.disk_file import ChangelogPosition, ColdFile, StoreInUse
from tests.agents.join.steps import (
    HOUR,
    JOINED,
    NOW,
    add_label,
    add_predictions,
    label,
    predictions,
)


def saved(path: Path, count: int = 300) -> None:
    store = PendingStore(ttl=HOUR, most=1000, hot=1, file=ColdFile(path, "mine"), part_bits=1)
    add_predictions(store, predictions(*map(str, range(count))))
    checkpoint = store.checkpoint()
    checkpoint.done(checkpoint.write(ChangelogPosition(7, 99)))
    store.close()


def test_what_was_written_is_there_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "0.sqlite"
    saved(path)
    file = ColdFile(path, "mine")
    assert file.position == ChangelogPosition(7, 99)
    store = PendingStore(ttl=HOUR, most=1000, hot=1, file=file)
    assert store.load() == ChangelogPosition(7, 99)
    assert store.status.predictions == 300
    assert add_label(store, label("123"), 0, NOW) == [JOINED]
    store.close()


def test_another_process_is_kept_out_until_the_file_is_closed(tmp_path: Path) -> None:
    file = ColdFile(tmp_path / "0.sqlite", "mine")
    with pytest.raises(StoreInUse, match="in use by another process"):
        ColdFile(tmp_path / "0.sqlite", "mine")
    file.close()
    ColdFile(tmp_path / "0.sqlite", "mine").close()


@pytest.mark.parametrize("damage", ["foreign", "bytes", "cut", "format"])
def test_a_file_that_is_damaged_or_of_another_group_is_made_anew(
    tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "0.sqlite"
    saved(path)
    if damage == "bytes":
        path.write_bytes(b"spoilt" * 1000)
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:5000])
    elif damage == "format":
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE meta SET value = 3 WHERE name = 'format'")
        connection.close()
    file = ColdFile(path, "another" if damage == "foreign" else "mine")
    assert file.position is None
    file.close()


def test_a_chunk_that_is_not_what_was_written_ends_the_worker_and_is_deleted(
    tmp_path: Path,
) -> None:
    path = tmp_path / "0.sqlite"
    saved(path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE chunks SET data = CAST(data || 'x' AS BLOB) WHERE first = 128")
    connection.close()
    store = PendingStore(ttl=HOUR, most=1000, hot=1, file=ColdFile(path, "mine"))
    store.load()
    assert add_label(store, label("5"), 0, NOW) == [JOINED]
    with pytest.raises(DamagedStore, match="restored from the changelog"):
        add_label(store, label("130"), 0, NOW)
    store.close()
    assert not path.exists()
    file = ColdFile(path, "mine")
    assert file.position is None
    file.close()


def test_what_has_gone_makes_room_on_disk(tmp_path: Path) -> None:
    file = ColdFile(tmp_path / "0.sqlite", "mine")
    store = PendingStore(ttl=HOUR, most=1000, hot=10, file=file, part_bits=3)
    for first in range(0, 40_000, 500):
        add_predictions(store, predictions(*map(str, range(first, first + 500)), first=first))
        checkpoint = store.checkpoint()
        checkpoint.done(checkpoint.write(ChangelogPosition(first, 0)))
    assert len(list(file.segments())) <= 4
    assert store.index_bytes < 2_000_000
    store.close()
    # 1,000 entries of 100 bytes, and what SQLite keeps free for the next ones.
    assert (tmp_path / "0.sqlite").stat().st_size < 500_000


def test_a_file_of_the_present_version_is_read(tmp_path: Path) -> None:
    # The same, in which nothing waits but predictions.
    path = tmp_path / "0.sqlite"
    path.write_bytes((Path(__file__).parent / "data" / "present.sqlite").read_bytes())
    store = PendingStore(ttl=HOUR, most=1000, hot=1, file=ColdFile(path, "before"), part_bits=1)
    assert store.load() == ChangelogPosition(2, 8)
    assert (store.status.predictions, store.status.labels) == (150, 0)
    assert add_label(store, label("p7"), 90, NOW) == "duplicate"
    assert add_label(store, label("p101"), 91, NOW) == [JOINED]
    store.close()


def test_a_file_of_the_version_before_is_read(tmp_path: Path) -> None:
    # 200 predictions, of which the first 50 met their label "1" after they were written.
    path = tmp_path / "0.sqlite"
    path.write_bytes((Path(__file__).parent / "data" / "before.sqlite").read_bytes())
    store = PendingStore(ttl=HOUR, most=1000, hot=1, file=ColdFile(path, "before"), part_bits=1)
    assert store.load() == ChangelogPosition(2, 8)
    assert (store.status.predictions, store.status.labels) == (150, 1)
    replayed = JOINED._replace(time=NOW + 2007, delay=2007.0)
    assert add_label(store, label("p7", NOW + 2007), 7, NOW) == [replayed]
    # What the label was is not known any more: any other counts as the same.
    assert add_label(store, label("p7"), 90, NOW) == "duplicate"
    assert add_label(store, label("p101"), 91, NOW) == [JOINED]
    add_predictions(store, predictions("new", first=300, time=NOW + 5000))
    checkpoint = store.checkpoint()
    checkpoint.done(checkpoint.write(ChangelogPosition(3, 9)))
    store.close()
    again = PendingStore(ttl=HOUR, most=1000, hot=1, file=ColdFile(path, "before"), part_bits=1)
    assert again.load() == ChangelogPosition(3, 9)
    assert (again.status.predictions, again.status.labels) == (150, 1)
    assert add_label(again, label("p101"), 92, NOW) == "duplicate"
    assert add_label(again, label("p150"), 93, NOW) == [JOINED._replace(prediction=0)]
    again.close()
