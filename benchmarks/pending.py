"""What predictions cost that wait: `python -m benchmarks.pending --entries 10000000`.

One partition, slices of 500, no broker: what the changelog gets goes to a file, and is read from
there. Times but those of the restores are CPU time; a worker has a thread for the checkpoints.
"""

import argparse
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter, thread_time
from typing import BinaryIO, Final

import numpy as np
import psutil

from agents.join.labels import Labels
from agents.join.store import PendingStore
from agents.prediction_log import id_index
from agents.prediction_log.disk_file import ChangelogPosition, ColdFile
from agents.prediction_log.predictions import Predictions
from schemas.tables.coded import Coded

_SLICE: Final = 500
_CHECKPOINT: Final = 65_536
_HOT: Final = 250_000
_LABELS: Final = 20_000
_DAY_MS: Final = 86_400_000
_NOW: Final = 1_700_000_000_000
_MIX: Final = 0x9E3779B97F4A7C15


def main() -> None:
    """Fill a store, join, restore, and print what each took."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--directory", type=Path, help="where the store's file is made")
    arguments = parser.parse_args()
    id_index.warm_up()
    folder = Path(tempfile.mkdtemp(dir=arguments.directory))
    try:
        measure(arguments.entries, folder)
    finally:
        shutil.rmtree(folder)


def measure(entries: int, folder: Path) -> None:
    """Fill a store in a folder, join, restore, and print what each took."""
    before = _resident()
    store = _store(entries, folder / "first.sqlite")
    with (folder / "changelog").open("wb") as changelog:
        _fill(store, entries, changelog)
    _say("memory", (_resident() - before) / 1e6, "MB")
    _say("of it the index", store.index_bytes / 1e6, "MB")
    _say("disk", store.status.disk_bytes / entries, "bytes an entry")
    _say("changelog", (folder / "changelog").stat().st_size / entries, "bytes an entry")
    random_ = random.Random(1)
    hot = range(entries - min(entries, _HOT), entries)
    _join("join in memory", store, random_.sample(hot, min(_LABELS, len(hot))))
    cold = range(max(entries - 2 * _HOT, 0))
    if len(cold) > 2 * _LABELS:
        _join("join on disk, any order", store, random_.sample(cold[_LABELS:], _LABELS))
        _join("join on disk, in their order", store, cold[:_LABELS])
    store.close()
    began = perf_counter()
    again = _store(entries, folder / "first.sqlite")
    again.load()
    _say("restore from the disk", perf_counter() - began, "s")
    again.close()
    began = perf_counter()
    _replay(_store(entries, folder / "second.sqlite"), folder / "changelog")
    _say("restore from the changelog", perf_counter() - began, "s")


def _store(entries: int, path: Path) -> PendingStore:
    return PendingStore(ttl=90 * _DAY_MS, most=entries, hot=_HOT, file=ColdFile(path, "benchmark"))


def _fill(store: PendingStore, entries: int, changelog: BinaryIO) -> None:
    spent = {"taken": 0.0, "as changes": 0.0, "checkpoints, in a thread": 0.0}
    held_up = 0.0
    for first in range(0, entries, _SLICE):
        batch = _predictions(first, min(first + _SLICE, entries))
        began = thread_time()
        store.add_predictions(batch)
        taken = thread_time()
        records = store.drain_changes()
        encoded = thread_time()
        spent["taken"] += taken - began
        spent["as changes"] += encoded - taken
        changelog.writelines(len(record).to_bytes(4, "little") + record for record in records)
        if store.dirty >= _CHECKPOINT:
            began = thread_time()
            checkpoint = store.checkpoint()
            captured = thread_time()
            written = checkpoint.write(ChangelogPosition(first, 0))
            saved = thread_time()
            checkpoint.done(written)
            done = thread_time()
            spent["taken"] += captured - began + done - saved
            spent["checkpoints, in a thread"] += saved - captured
            held_up = max(held_up, captured - began, done - saved)
    for name, seconds in spent.items():
        _say(name, seconds / entries * 1e6, "us an entry")
    _say("longest pause of the loop", held_up * 1e3, "ms")


def _predictions(first: int, end: int) -> Predictions:
    offsets = np.arange(first, end)
    times = _NOW + offsets
    rows = end - first
    return Predictions(
        [_id(number) for number in range(first, end)],
        offsets,
        times,
        times,
        times,
        Coded.same(("fraud", "7"), rows),
        [number % 2 for number in range(first, end)],
        np.full(rows, 0.5),
        Coded.same('{"channel":"app"}', rows),
        (offsets + 1).astype(np.uint32),
    )


def _id(number: int) -> bytes:
    return b"%016x" % (number * _MIX & 0xFFFF_FFFF_FFFF_FFFF)


def _join(what: str, store: PendingStore, numbers: "range | list[int]") -> None:
    batches = [
        Labels(
            [_id(number) for number in those],
            np.array(those),
            np.full(len(those), _NOW),
            np.full(len(those), _NOW),
            [1] * len(those),
            Coded.same(None, len(those)),
        )
        for those in (
            list(numbers[first : first + _SLICE]) for first in range(0, len(numbers), _SLICE)
        )
    ]
    began = thread_time()
    met = sum(len(store.add_labels(labels).joined) for labels in batches)
    _say(what, (thread_time() - began) / len(numbers) * 1e6, "us a label")
    if met != len(numbers):
        raise SystemExit(f"{len(numbers) - met} of {len(numbers)} labels met nothing")
    store.drain_changes()


def _replay(store: PendingStore, changelog: Path) -> None:
    with changelog.open("rb") as file:
        for offset, record in enumerate(_records(file.read)):
            store.apply_changes(record, offset)
            if store.dirty >= _CHECKPOINT:
                checkpoint = store.checkpoint()
                checkpoint.done(checkpoint.write(ChangelogPosition(offset + 1, 0)))
    store.close()


def _records(read: Callable[[int], bytes]) -> Iterator[bytes]:
    while length := read(4):
        yield read(int.from_bytes(length, "little"))


def _resident() -> int:
    return int(psutil.Process().memory_info().rss)


def _say(what: str, value: float, unit: str) -> None:
    print(f"{what:32} {value:10.2f} {unit}", flush=True)


if __name__ == "__main__":
    main()
