"""The pending store of one partition: the join, and what makes it outlive its process."""

from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import orjson

from agents.join.changes import Changes, LabelChanges, Met
from agents.join.changes_codec import decode_changes, encode_changes
from agents.join.fencing import NO_EPOCH, Claims
from agents.join.join import PendingJoin
from agents.join.joined import JoinedRows
from agents.join.labels import Labels
from agents.join.options import ReusedIds
from agents.join.reuse_watch import ReuseWatch
from agents.join.taken import LabelsTaken, PredictionsTaken
from agents.join.telemetry import PendingStatus
from agents.prediction_log.disk_file import ChangelogPosition, ColdFile, Written
from agents.prediction_log.memory_log import PART_BITS
from agents.prediction_log.predictions import Predictions
from agents.prediction_log.tiered_log import Captured, TieredLog
from schemas.tables.declared import NO_DECLARATIONS, Declarations

_RECORDS_BETWEEN: Final = 1000
"""Records of the changelog after which labels that still wait are said again, at the least."""

_SAID_AGAIN: Final = (Met.STILL_NOTHING, Met.SOME)
"""Of labels that stand in the changelog for the second time."""

_MARKS: Final = 256
"""Places of the changelog that are remembered of all the predictions that a store may hold."""


class PendingStore:
    """A join whose state can be had again.

    What it takes is collected as changes. A store that applies the changes of another one, in their
    order, is as that one was. With a file, older predictions are on disk, and a checkpoint there
    spares the changes before it.

    Parameters
    ----------
    ttl, most, hot, file, part_bits, reused_ids, declarations
        As of `agents.join.join.PendingJoin`.

    Attributes
    ----------
    epochs
        Those of the changelog, as far as it was read.
    """

    def __init__(
        self,
        *,
        ttl: int,
        most: int,
        hot: int | None = None,
        file: ColdFile | None = None,
        part_bits: int = PART_BITS,
        reused_ids: ReusedIds = ReusedIds.LATEST,
        declarations: Declarations = NO_DECLARATIONS,
    ) -> None:
        self._join = PendingJoin(
            ttl=ttl,
            most=most,
            hot=hot,
            file=file,
            part_bits=part_bits,
            reused_ids=reused_ids,
            declarations=declarations,
        )
        self._file = file
        self._marks_apart = most // _MARKS
        self._reuse = ReuseWatch()
        self.epochs = Claims()
        self._taken: list[Predictions | LabelChanges] = []
        self._position = 0
        self._orphans_told = 0
        # Number of a prediction, and where in the changelog it and all after it can be read.
        self._since: deque[tuple[int, int]] = deque()

    @property
    def status(self) -> PendingStatus:
        """How many wait, and how many were given up."""
        counters = self._join.counters
        return PendingStatus(
            predictions=counters.waiting,
            labels=self._join.early.unused,
            expired=counters.expired,
            evicted=counters.evicted,
            replaced=counters.replaced,
            duplicate=counters.duplicate,
            orphans=dict(self._join.early.orphans.totals),
            disk_bytes=self._join.log.nbytes,
        )

    @property
    def durable_to(self) -> int:
        """Number of the first prediction of which the changelog may not know yet."""
        return self._join.durable_to

    @property
    def order_matters(self) -> bool:
        """Whether joins hang on what came first, as of `agents.join.join.PendingJoin`."""
        return self._join.order_matters

    @property
    def end(self) -> int:
        """Number of the next prediction."""
        return self._join.log.end

    @property
    def dirty(self) -> int:
        """How much a checkpoint would write."""
        return 0 if self._file is None else self._join.log.dirty

    @property
    def in_memory(self) -> int:
        """Predictions in memory."""
        return self._join.log.in_memory

    @property
    def index_bytes(self) -> int:
        """Bytes of memory for the predictions on disk."""
        return self._join.log.index_nbytes

    def add_predictions(self, batch: Predictions) -> PredictionsTaken:
        """Take predictions, as `agents.join.join.PendingJoin.add_predictions`."""
        if len(batch) == 0:
            return PredictionsTaken(JoinedRows.of([]), [])
        self._mark(self._join.log.end)
        replaced = self._join.counters.replaced
        batch, taken = self._join.add_predictions(batch)
        self._reuse.note(len(batch), self._join.counters.replaced - replaced)
        self._taken.append(batch)
        return taken

    def add_labels(self, labels: Labels) -> LabelsTaken:
        """Take labels, as `agents.join.join.PendingJoin.add_labels`."""
        if len(labels) == 0:
            nothing = np.empty(0, dtype=np.int64)
            return LabelsTaken(JoinedRows.of([]), 0, 0, 0, (), nothing, nothing.astype(np.uint8))
        labels, taken = self._join.add_labels(labels, self._position)
        if len(taken.rows):
            self._taken.append(LabelChanges(labels.take(taken.rows), taken.met))
        return taken

    def see(self, arrival: int) -> None:
        """Take note of when a record came of which nothing is to be kept."""
        self._join.clocks.advance(arrival)
        self._join.advance()

    def take_orphans(self) -> int:
        """Return how many labels were given up since the last call, or since `begin_counting`."""
        total = self._join.early.orphans.total
        taken, self._orphans_told = total - self._orphans_told, total
        return taken

    def made_durable(self, number: int) -> None:
        """Take note that the changelog has all up to a prediction."""
        self._join.durable_to = max(self._join.durable_to, number)

    def order_fixed(self) -> None:
        """Take note that the changelog knows what came first."""
        self._join.order_matters = False

    def drain_changes(self) -> list[bytes]:
        """Return the changes since the last call as records for the changelog, in order."""
        self._say_again()
        clocks = self._join.clocks
        if not self._taken and clocks.arrival == clocks.told:
            return []
        entries, self._taken = tuple(self._taken), []
        clocks.told = clocks.arrival
        models = {
            name[0]
            for entry in entries
            if isinstance(entry, Predictions)
            for name in entry.names.table
        }
        since = self._oldest()
        return list(
            encode_changes(
                Changes(
                    entries,
                    since=since,
                    clocks=clocks.state(models),
                    epoch=self.epochs.current,
                    since_epoch=self.epochs.at(since),
                    orphans=dict(self._join.early.orphans.totals),
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

    def acknowledged(self, offset: int) -> None:
        """Take note that the changelog has a record of this store at an offset."""
        self._position = max(self._position, offset + 1)

    def begin_counting(self) -> None:
        """Count what is given up from now on: what a restore gave up was counted before."""
        self._join.counters.begin_again()
        self._orphans_told = self._join.early.orphans.total

    def load(self) -> ChangelogPosition | None:
        """Restore what the file holds; return how far that is. For a thread.

        Raises
        ------
        ValueError, KeyError, TypeError
            Where the file holds what it should not.
        """
        position = None if self._file is None else self._file.position
        if self._file is None or position is None:
            return None
        rest = orjson.loads(self._file.rest or b"")
        join = self._join
        join.clocks.restore(rest["clocks"] if "clocks" in rest else _clocks_before(rest))
        join.counters.waiting = rest["open"]
        self._since = deque((number, since) for number, since in rest["since"])
        self.epochs = Claims(rest.get("epochs", (NO_EPOCH,)))
        join.early.restore(rest["early"], rest["early since"])
        join.corrections.restore(rest.get("corrections", ()))
        join.early.orphans.restore(rest.get("orphans", {}))
        join.log.load()
        join.durable_to = join.log.end
        self._position = position.offset
        return position

    def checkpoint(self) -> "DiskCheckpoint":
        """Return the present state, to be written to the file."""
        join = self._join
        rest = {
            "clocks": join.clocks.state(),
            "open": join.counters.waiting,
            "early since": join.early.since,
            "since": list(self._since),
            "early": join.early.state(),
            "corrections": join.corrections.state(),
            "orphans": join.early.orphans.state(),
            "epochs": list(self.epochs),
        }
        return DiskCheckpoint(join.log, join.log.capture(orjson.dumps(rest)))

    def close(self) -> None:
        """Close the file."""
        self._join.log.close()

    def _apply(self, changes: Changes, offset: int) -> None:
        self._position = offset
        for entry in changes.entries:
            if isinstance(entry, Predictions):
                self.add_predictions(entry)
                continue
            again = np.isin(entry.met, _SAID_AGAIN)
            bounds = [0, *(np.flatnonzero(np.diff(again)) + 1).tolist(), len(entry)]
            for begin, end in pairwise(bounds):
                self._apply_labels(entry.part(begin, end))
        if changes.clocks:
            self._join.clocks.merge(changes.clocks)
            self._join.advance()
        if changes.orphans:
            self._join.early.orphans.told(changes.orphans)
        self._taken = []
        self._join.durable_to = self._join.log.end
        self._join.order_matters = False

    def _apply_labels(self, those: LabelChanges) -> None:
        """Take labels again that either all are said again or all are new."""
        labels, met = those.labels, those.met
        if len(met) and met[0] in _SAID_AGAIN:
            for row in range(len(labels)):
                self._join.keep_again(
                    labels[row], self._position, is_used=bool(met[row] == Met.SOME)
                )
            return
        # A prediction that was met, and is not there, has gone.
        there = np.array(self._join.is_there(labels.ids), dtype=np.bool_)
        self.add_labels(labels.take(np.flatnonzero(there | (met == Met.NOTHING))))

    def _mark(self, number: int) -> None:
        """Remember where in the changelog the next predictions are, now and then."""
        if not self._since or number > self._since[-1][0] + self._marks_apart:
            self._since.append((number, self._position))

    def _oldest(self) -> int:
        """Return from where on the changelog has all that waits."""
        oldest = self._oldest_prediction()
        return min(oldest, self._join.early.since) if self._join.early else oldest

    def _oldest_prediction(self) -> int:
        first = self._join.log.first
        while len(self._since) > 1 and self._since[1][0] <= first:
            self._since.popleft()
        return self._since[0][1] if self._since and len(self._join.log) else self._position

    def _say_again(self) -> None:
        """Put labels that wait for long into the changelog again.

        Else one of them would have a restore read all since it came, months of predictions that
        have gone.
        """
        early = self._join.early
        oldest = self._oldest_prediction()
        span = max(self._position - oldest, _RECORDS_BETWEEN)
        if not early or early.since >= oldest - span:
            return
        again = list(early.said_again(oldest, self._position))
        if again:
            met = [Met.SOME if each.is_used else Met.STILL_NOTHING for each in again]
            labels = Labels.of([each.label for each in again])
            self._taken.append(LabelChanges(labels, np.array(met, dtype=np.uint8)))


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


def _clocks_before(rest: dict[str, Any]) -> dict[str, Any]:
    """Return the clocks as format 1 of the file has them: one, which is that of events."""
    clock = rest["clock"]
    return {"arrival": clock, "born": rest.get("born", clock), "at": 0, "models": []}
