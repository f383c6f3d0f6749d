"""The join of predictions and labels of one partition, bounded in time and number."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from agents.join.again import Again
from agents.join.changes import Met
from agents.join.clocks import Clocks
from agents.join.corrections import Corrections
from agents.join.counters import Counters
from agents.join.duplicates import CORRECTED, DUPLICATE, Duplicates
from agents.join.early_labels import MOST_SIDE_BY_SIDE, EarlyLabels
from agents.join.joined import Joined, JoinedRows
from agents.join.labels import Label, Labels
from agents.join.options import ReusedIds
from agents.join.plain_labels import plain_labels
from agents.join.taken import LabelsTaken, PredictionsTaken, Rows
from agents.join.waiting_ids import Found, WaitingIds, all_of
from agents.prediction_log.disk_file import ColdFile
from agents.prediction_log.entry import Entry, FirstLabel
from agents.prediction_log.memory_log import PART_BITS, Bounds
from agents.prediction_log.predictions import NO_LABEL, Predictions
from agents.prediction_log.tiered_log import TieredLog
from schemas.tables.declared import NO_DECLARATIONS, Declarations

_EMBEDDED: Final = -2
"""In place of a label's offset where the prediction carried it."""

_UNCHANGED: Final = 255
"""In place of a `Met`: the label has changed nothing."""


class PendingJoin:
    """Predictions that wait for their labels, and labels that wait for their predictions.

    Several model versions may score one prediction id: a label that names a model is for that one,
    any other is for all of them. A prediction that comes again as it was is a duplicate, and keeps
    the label that it had. Another one of the same id, model and version takes the place of the
    first, or waits beside it where ids are used again: of those the label is for the latest that
    is not dated after it.

    An entry goes when it is too old by `Clocks`, or when the cap is exceeded, the oldest first. A
    labelled prediction stays until then, so that a second label for it is known as a duplicate; one
    of another value is a correction, which is told as such and does not join again: an error that
    the detectors have seen cannot be taken back. What comes after it is compared with it.

    Parameters
    ----------
    ttl
        Milliseconds that an entry may wait.
    most
        Predictions kept at most, in memory and on disk.
    hot
        Predictions kept in memory at least, and labels at most; as many as ``most`` by default.
    file
        Where the others lie; None to keep all in memory.
    part_bits
        As for `agents.prediction_log.tiered_log.TieredLog`.
    reused_ids
        What becomes of other predictions of the same id, model and version.
    declarations
        Which labels of a model are one.

    Attributes
    ----------
    log
        The predictions.
    early
        The labels that wait.
    corrections
        What has lately corrected a label.
    clocks
        By which all of them grow old.
    counters
        What was counted.
    durable_to
        Number of the first prediction of which the changelog may not know yet.
    order_matters
        Whether a join since this was last set to false would be another one if its prediction and
        its label came the other way round: it is the row of whichever comes second, and nobody but
        the changelog can tell a successor which one that was.
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
        self._most = most
        self._duplicates = Duplicates(declarations)
        self.corrections = Corrections()
        self._reused_ids = reused_ids
        kept = most if hot is None else min(most, hot)
        # Labels that were there before their predictions, by the number: a replay needs them.
        self._first: dict[int, FirstLabel] = {}
        self.log = TieredLog(file, most=most, hot=kept, firsts=self._first, part_bits=part_bits)
        self.log.forgotten = self._forget
        self._waiting = WaitingIds()
        self.early = EarlyLabels(kept, self._duplicates)
        self.clocks = Clocks(ttl)
        self.counters = Counters()
        self.durable_to = 0
        self.order_matters = False

    def add_predictions(self, batch: Predictions) -> tuple[Predictions, PredictionsTaken]:
        """Take predictions, at least one; return them with their arrivals, and what became of them.

        Parameters
        ----------
        batch
            Its arrivals are the records' own times, below 0 where they have none.
        """
        batch = replace(batch, arrivals=self.clocks.arrivals(batch.arrivals))
        self.clocks.see(batch)
        numbers = range(self.log.end, self.log.end + len(batch))
        new = dict(zip(batch.ids, numbers, strict=True))
        joined: list[tuple[int, Joined]] = []
        duplicates: list[int] = []
        if (
            len(new) == len(numbers)
            and not batch.labels
            and self._waiting.keys().isdisjoint(new)
            and self.early.isdisjoint(new)
            and not self.log.has_any(batch.ids)
        ):
            self._add_new(batch)
        else:
            on_disk = self.log.find(batch.ids)
            begin = 0
            for row in self._unlike(batch, on_disk):
                self._add_new(batch.part(begin, row))
                one = batch.part(row, row + 1)
                if self._add_one(one, on_disk, joined):
                    duplicates.append(row)
                begin = row + 1
            self._add_new(batch.part(begin, len(batch)))
        self._trim()
        return batch, PredictionsTaken(JoinedRows.of(joined), duplicates)

    def add_labels(self, labels: Labels, position: int) -> tuple[Labels, LabelsTaken]:
        """Take labels, at least one; return them with their arrivals, and what became of them.

        Parameters
        ----------
        labels
            Their arrivals are the records' own times, below 0 where they have none.
        position
            Where in the changelog they will stand.
        """
        labels = replace(labels, arrivals=self.clocks.arrivals(labels.arrivals))
        on_disk = self.log.find(labels.ids)
        rows, numbers = plain_labels(labels, self._waiting, self.log, on_disk, self.early)
        parts = [self._join_plain(labels, rows, numbers)]
        counts = {"early": 0, "duplicate": 0, "corrected": 0}
        again: list[Again] = []
        met = np.full(len(labels), _UNCHANGED, dtype=np.uint8)
        met[rows] = Met.PREDICTION
        if len(rows) < len(labels):
            joined: list[tuple[int, Joined]] = []
            for row in np.flatnonzero(met == _UNCHANGED).tolist():
                label = labels[row]
                found = self._add_label(label, on_disk)
                joined += [(label.offset, join) for join in found]
                if found:
                    met[row] = Met.PREDICTION
                    continue
                outcome, change, those = self._unmet(label, on_disk, position)
                counts[outcome] += 1
                again += those
                if change is not None:
                    met[row] = change
            parts.append(JoinedRows.of(joined))
        self._trim()
        changed = np.flatnonzero(met != _UNCHANGED)
        whole = JoinedRows.concatenated(parts).by_offset()
        return labels, LabelsTaken(whole, **counts, again=again, rows=changed, met=met[changed])

    def is_there(self, names: Sequence[bytes]) -> list[bool]:
        """Tell of which ids a prediction waits, or has met its label."""
        on_disk = self.log.find(names)
        return [bool(self._numbers(name, on_disk)) for name in names]

    def keep_again(self, label: Label, position: int, *, is_used: bool) -> None:
        """Keep a label that was kept before, and stands in the changelog again."""
        self.early.keep_again(label, position, is_used=is_used)
        self._trim()

    def advance(self) -> None:
        """Give up what has become too old meanwhile."""
        self._trim()

    def _join_plain(self, labels: Labels, rows: Rows, numbers: Rows) -> JoinedRows:
        """Give predictions the labels that are for one of them each."""
        if len(rows) == 0:
            return JoinedRows.of([])
        those = labels.take(rows)
        met = self.log.gather(numbers)
        digests = self._duplicates.digests(those.values, met.names)
        self.log.set_labels(numbers, those.offsets, digests)
        self.counters.waiting -= len(rows)
        self.order_matters |= bool(numbers.max() >= self.durable_to)
        ages = met.fields["age"]
        return JoinedRows(
            those.offsets,
            met.names,
            met.values,
            those.values,
            those.times,
            met.fields["score"],
            met.segments,
            np.where(ages == 0, np.nan, those.times - ages),
        )

    def _add_label(self, label: Label, on_disk: Found) -> list[Joined]:
        """Return the predictions that a label meets, now or in a replay."""
        joined: list[Joined] = []
        if self.early.holds(label):
            return joined
        for number, entry in self._wanted(label, on_disk):
            if entry.label == NO_LABEL:
                self.log.set_label(
                    number, label.offset, self._duplicates.digest(label.value, entry.model)
                )
                self.counters.waiting -= 1
            elif entry.label != label.offset or entry.first is not None:
                continue
            self.order_matters |= number >= self.durable_to
            joined.append(_join(entry, FirstLabel(label.value, label.time)))
        return joined

    def _unmet(
        self, label: Label, on_disk: Found, position: int
    ) -> tuple[str, Met | None, list[Again]]:
        """Return what a label counts as that met nothing, now or in a replay.

        Besides it what it has changed, if anything, and what it is to each prediction.
        """
        wanted = self._wanted(label, on_disk)
        if not wanted and label.offset in self.early.orphans:
            return "early", None, []
        if not wanted:
            outcome = self.early.keep(label, position)
            return outcome, Met.NOTHING if outcome == "early" else None, []
        # A replay of a label that came before its prediction.
        is_replay = self.early.holds(label)
        if is_replay or any(entry.label == label.offset for _, entry in wanted):
            return "early", None, []
        again = [
            Again(
                label.offset,
                label.time,
                (entry.model, entry.version),
                self._corrects(label, number, entry),
            )
            for number, entry in wanted
        ]
        if any(each.is_corrected for each in again):
            return CORRECTED, Met.CORRECTED, again
        return DUPLICATE, None, again

    def _corrects(self, label: Label, number: int, entry: Entry) -> bool:
        """Tell whether a label is another one than a prediction had, and have it take its place."""
        told = self.corrections.told(number, label.offset)
        if told is not None:
            return told
        outcome = self._duplicates.of_label(label.value, [(entry.model, entry.digest)])
        if outcome == DUPLICATE:
            return False
        digest = self._duplicates.digest(label.value, entry.model)
        self.log.set_label(number, entry.label, digest)
        self.corrections.note(number, label.offset)
        return True

    def _wanted(self, label: Label, on_disk: Found) -> list[tuple[int, Entry]]:
        """Return the predictions that a label is for: one of each model version."""
        wanted: dict[tuple[str, str], tuple[int, Entry]] = {}
        for number in self._numbers(label.id, on_disk):
            entry = self.log.entry(number)
            if label.model is not None and entry.model != label.model:
                continue
            name = entry.model, entry.version
            other = wanted.get(name)
            if other is None or _suits(label, entry) >= _suits(label, other[1]):
                wanted[name] = number, entry
        return list(wanted.values())

    def _numbers(self, name: bytes, on_disk: Found) -> tuple[int, ...]:
        """Return the numbers of an id, on disk, where they were looked up, and in memory."""
        held = all_of(self._waiting.get(name))
        cold = on_disk.get(name)
        if cold is None:
            return held
        first, end = self.log.first, self.log.first_in_memory
        return (*(number for number in cold if first <= number < end), *held)

    def _forget(self, ids: list[bytes]) -> None:
        """Take note that predictions are on disk alone."""
        self._waiting.forget_before(self.log.first_in_memory, ids)

    def _unlike(self, batch: Predictions, on_disk: Found) -> Iterator[int]:
        """Yield the rows that are not the first of their ids, or have their labels already."""
        waiting, early, labels = self._waiting, self.early, batch.labels
        seen: set[bytes] = set()
        # Looked up before any of them is taken, but what is new then is in `seen`.
        unlike = []
        for row, name in enumerate(batch.ids):
            if name in waiting or name in early or name in on_disk or row in labels or name in seen:
                unlike.append(row)
            seen.add(name)
        yield from unlike

    def _add_new(self, batch: Predictions) -> None:
        """Take predictions of ids that are not there."""
        if len(batch):
            self._waiting.update(zip(batch.ids, self.log.append(batch), strict=True))
            self.counters.waiting += len(batch)

    def _add_one(self, one: Predictions, on_disk: Found, joined: list[tuple[int, Joined]]) -> bool:
        """Take a batch of one prediction; tell whether it came before as it is."""
        (name,), offset = one.ids, int(one.offsets[0])
        numbers = self._numbers(name, on_disk)
        entries = [(number, self.log.entry(number)) for number in numbers]
        alike = [each for each in entries if (each[1].model, each[1].version) == one.names[0]]
        for number, entry in alike:
            if entry.offset == offset:
                self._join_first(number, one, joined)
                return False
        if self._duplicates.is_known(int(one.contents[0]), [entry for _, entry in alike]):
            self.counters.duplicate += 1
            return True
        is_full = len(numbers) >= MOST_SIDE_BY_SIDE
        if (alike and self._reused_ids is ReusedIds.LATEST) or is_full:
            number = alike[0][0] if alike else numbers[0]
            self._replace(one, number)
        else:
            number = self._append(one, numbers)
            self.counters.replaced += bool(alike)
        # One that came after it is there where this one is read again: then it was the first.
        self._begin(one, number, is_again=any(entry.offset < offset for _, entry in alike))
        self._join_first(number, one, joined)
        return False

    def _join_first(self, number: int, one: Predictions, joined: list[tuple[int, Joined]]) -> None:
        """Join a prediction whose label was there first."""
        entry = self.log.entry(number)
        if entry.first is not None:
            self.order_matters |= not one.labels
            joined.append((int(one.offsets[0]), _join(entry, entry.first)))

    def _append(self, one: Predictions, others: tuple[int, ...]) -> int:
        """Take a prediction beside others of its id."""
        (number,) = self.log.append(one)
        held = tuple(other for other in others if other >= self.log.first_in_memory)
        self._waiting.put(one.ids[0], (*held, number))
        return number

    def _replace(self, one: Predictions, number: int) -> None:
        """Take a prediction in the place of another one of its id."""
        self.counters.replaced += 1
        self.counters.waiting -= self.log.entry(number).label == NO_LABEL
        self.log.set_first(number, None)
        self.log.replace(number, one)

    def _begin(self, one: Predictions, number: int, *, is_again: bool) -> None:
        """Give a new prediction the label that is there already.

        Another one of the same id, model and version has met that: whichever of prediction and
        label came first, the two are one row, and this one waits for a label of its own.
        """
        self.counters.waiting += 1
        if one.labels:
            label = FirstLabel(one.labels[0], int(one.times[0]))
            self._label_first(number, label, _EMBEDDED)
            return
        early = None if is_again else self.early.meet(one.ids[0], one.names[0][0])
        if early is not None:
            self._label_first(number, FirstLabel(early.value, early.time), early.offset)

    def _label_first(self, number: int, label: FirstLabel, offset: int) -> None:
        self.log.set_first(number, label)
        self.log.set_label(
            number, offset, self._duplicates.digest(label.label, self.log.entry(number).model)
        )
        self.counters.waiting -= 1

    def _trim(self) -> None:
        clocks, counters = self.clocks, self.counters
        oldest = clocks.oldest_arrival()
        bounds = Bounds(oldest, clocks.born, lambda name: clocks.oldest_age(name[0]), self._most)
        first, waiting = self._first, self._waiting
        for dropped in self.log.drop(bounds):
            unlabelled = dropped.labels == NO_LABEL
            counters.waiting -= int(unlabelled.sum())
            counters.expired += int((unlabelled & dropped.old).sum())
            counters.evicted += int((unlabelled & ~dropped.old).sum())
            for number, name in enumerate(dropped.ids or (), dropped.first):
                if first:
                    first.pop(number, None)
                if (numbers := waiting.pop(name)) != number:
                    waiting.put_others(name, numbers, number)
        if self.early:
            self.early.trim(clocks.arrival, oldest, clocks.born)


def _join(entry: Entry, label: FirstLabel) -> Joined:
    return Joined(
        entry.model,
        entry.version,
        entry.value,
        label.label,
        label.time,
        None if math.isnan(entry.score) else entry.score,
        entry.segment,
        float(label.time - entry.age) if entry.age else None,
    )


def _suits(label: Label, entry: Entry) -> tuple[bool, bool, int]:
    """Return how well a prediction suits a label, as what is compared.

    The one that has met it; else the latest that is not dated after it; else the earliest.
    """
    is_before = entry.age <= label.time
    return entry.label == label.offset, is_before, entry.age if is_before else -entry.age
