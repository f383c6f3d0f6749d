"""The pending store of one partition: the join, and what makes it outlive its process."""

from collections import deque
from dataclasses import dataclass
from typing import Final

import orjson

from agents.join.changes import Changes, LabelChange, Met, decode_changes, encode_changes
from agents.join.fencing import NO_EPOCH, Claims
from agents.join.join import MOST_SIDE_BY_SIDE, EarlyLabel, Joined, PendingJoin
from agents.prediction_log.disk_file import ChangelogPosition, Written
from agents.prediction_log.predictions import Predictions
from agents.prediction_log.tiered_log import Captured, TieredLog
from schemas.payloads.rows import LabelRow

__all__ = ["MOST_SIDE_BY_SIDE", "DiskCheckpoint", "Joined", "PendingStore"]

_RECORDS_BETWEEN: Final = 1000
"""Records of the changelog after which labels that still wait are said again, at the least."""


class PendingStore(PendingJoin):
    """A join whose state can be had again.

    What it takes is collected as changes. A store that applies the changes of another one, in their
    order, is as that one was. With a file, older predictions are on disk, and a checkpoint there
    spares the changes before it. Parameters and attributes are those of `PendingJoin`.
    """

    def drain_changes(self) -> list[bytes]:
        """Return the changes since the last call as records for the changelog, in order."""
        self._say_again()
        if not self._taken and self._clock == self._clock_told:
            return []
        entries: list[Predictions | tuple[LabelChange, ...]] = []
        labels: list[LabelChange] = []
        for taken in self._taken:
            if isinstance(taken, LabelChange):
                labels.append(taken)
                continue
            if labels:
                entries.append(tuple(labels))
                labels = []
            entries.append(taken)
        if labels:
            entries.append(tuple(labels))
        self._taken = []
        self._clock_told = self._clock
        since = self._oldest()
        return list(
            encode_changes(
                Changes(
                    tuple(entries),
                    since=since,
                    clock=self._clock,
                    epoch=self.epochs.current,
                    since_epoch=self.epochs.at(since),
                )
            )
        )

    def apply_changes(self, record: bytes, offset: int) -> Changes | None:
        """Do again what a record of the changelog says.

        Returns
        -------
        Changes or None
            The record; None where its writer was not the partition's owner any more.

        Raises
        ------
        agents.join.changes.UnreadableChanges
            Where it says nothing that this version understands.
        """
        changes = decode_changes(record)
        counts = changes.is_claim or self.epochs.admits(changes.epoch)
        if changes.is_claim:
            self.epochs.begin(offset)
        elif counts:
            self._apply(changes, offset)
        self.acknowledged(offset)
        return changes if counts else None

    def _apply(self, changes: Changes, offset: int) -> None:
        self._position = offset
        for entry in changes.entries:
            if isinstance(entry, Predictions):
                self.add_predictions(entry)
                continue
            on_disk = self._log.find([each.row.prediction_id.encode() for each in entry])
            for change in entry:
                row, at, age, met = change
                if met in {Met.STILL_NOTHING, Met.SOME}:
                    self._keep_again(change)
                # A prediction that was met, and is not there, has gone.
                elif met == Met.NOTHING or self._numbers(row.prediction_id.encode(), on_disk):
                    self._add_label(row, at, age, on_disk)
        self._advance(changes.clock)
        self._clock_told = self._clock
        self._taken = []
        self.durable_to, self.order_matters = self._log.end, False

    def acknowledged(self, offset: int) -> None:
        """Take note that the changelog has a record of this store at an offset."""
        self._position = max(self._position, offset + 1)

    def begin_counting(self) -> None:
        """Count what is given up from now on: what a restore gave up was counted before."""
        self._expired = self._evicted = self._replaced = self.orphaned = 0

    def load(self) -> ChangelogPosition | None:
        """Take over what the file holds; return how far that is. For a thread.

        Raises
        ------
        ValueError, KeyError, TypeError
            Where the file holds what it should not.
        """
        position = None if self._file is None else self._file.position
        if self._file is None or position is None:
            return None
        rest = orjson.loads(self._file.rest or b"")
        self._clock = self._clock_told = rest["clock"]
        self._born = rest.get("born", self._clock)
        self._open, self._early_since = rest["open"], rest["early since"]
        self._since = deque((number, since) for number, since in rest["since"])
        self.epochs = Claims(rest.get("epochs", (NO_EPOCH,)))
        for name, labels in rest["early"]:
            self._early[name.encode()] = [
                EarlyLabel(LabelRow(name, label, time, None, model, ""), *others)
                for label, time, model, *others in labels
            ]
            self._early_kept += len(labels)
            self._early_unused += sum(not label[-1] for label in labels)
        self._log.load()
        self.durable_to = self._log.end
        self._position = position.offset
        return position

    @property
    def end(self) -> int:
        """Number of the next prediction."""
        return self._log.end

    @property
    def dirty(self) -> int:
        """How much a checkpoint would write."""
        return 0 if self._file is None else self._log.dirty

    @property
    def in_memory(self) -> int:
        """Predictions in memory."""
        return self._log.in_memory

    @property
    def index_bytes(self) -> int:
        """Bytes of memory for the predictions on disk."""
        return self._log.index_nbytes

    def checkpoint(self) -> "DiskCheckpoint":
        """Return the present state, to be written to the file."""
        early = [
            (
                name.decode(),
                [
                    (e.row.label, e.row.time, e.row.model, e.offset, e.age, e.since, e.is_used)
                    for e in labels
                ],
            )
            for name, labels in self._early.items()
        ]
        rest = {
            "clock": self._clock,
            "born": self._born,
            "open": self._open,
            "early since": self._early_since,
            "since": list(self._since),
            "early": early,
            "epochs": list(self.epochs),
        }
        return DiskCheckpoint(self._log, self._log.capture(orjson.dumps(rest)))

    def close(self) -> None:
        """Close the file."""
        self._log.close()

    def _oldest(self) -> int:
        """Return from where on the changelog has all that waits."""
        oldest = self._oldest_prediction()
        return min(oldest, self._early_since) if self._early else oldest

    def _oldest_prediction(self) -> int:
        first = self._log.first
        while len(self._since) > 1 and self._since[1][0] <= first:
            self._since.popleft()
        return self._since[0][1] if self._since and len(self._log) else self._position

    def _say_again(self) -> None:
        """Put labels that wait for long into the changelog again.

        Else one of them would have a restore read all since it came, months of predictions that
        have gone.
        """
        oldest = self._oldest_prediction()
        span = max(self._position - oldest, _RECORDS_BETWEEN)
        if not self._early or self._early_since >= oldest - span:
            return
        for labels in self._early.values():
            for label in labels:
                if label.since < oldest:
                    met = Met.SOME if label.is_used else Met.STILL_NOTHING
                    self._taken.append(LabelChange(label.row, label.offset, label.age, met))
                    label.since = self._position
        self._early_since = oldest

    def _keep_again(self, change: LabelChange) -> None:
        """Keep a label that was kept before."""
        row, offset, age, met = change
        if not self._early:
            self._early_since = self._position
        early = self._early.setdefault(row.prediction_id.encode(), [])
        for known in early:
            if known.row.model == row.model:
                known.since = self._position
                return
        is_used = met == Met.SOME
        early.append(EarlyLabel(row, offset, age, self._position, is_used))
        self._early_kept += 1
        self._early_unused += not is_used
        self._trim()


@dataclass(frozen=True, slots=True)
class DiskCheckpoint:
    """A store's state at a moment, on its way to the disk."""

    _log: TieredLog
    _captured: Captured

    def write(self, position: ChangelogPosition) -> Written:
        """Write it; for a thread."""
        return self._log.write(self._captured, position)

    def done(self, written: Written) -> None:
        """Let the store make use of what is written; not for a thread."""
        self._log.committed(written)
