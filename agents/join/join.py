"""The join of predictions and labels of one partition, bounded in time and number."""

from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple
from zlib import crc32

import numpy as np
import orjson

from agents.join.changes import LabelChange, Met
from agents.join.fencing import Claims
from agents.join.telemetry import PendingStatus
from agents.prediction_log.disk_chunk import FirstLabel
from agents.prediction_log.disk_file import ColdFile
from agents.prediction_log.memory_log import PART_BITS
from agents.prediction_log.predictions import NO_LABEL, Predictions
from agents.prediction_log.tiered_log import TieredLog
from schemas.payloads.rows import LabelRow

MOST_SIDE_BY_SIDE: Final = 16
"""Model versions of one prediction id that wait at once, and labels likewise."""

_EMBEDDED: Final = -2
"""In place of a label's offset where the prediction carried it."""


class Joined(NamedTuple):
    """A prediction that has met its label; times in milliseconds of event time."""

    model: str
    version: str
    prediction: Any
    label: Any
    time: int


@dataclass(slots=True)
class EarlyLabel:
    """A label that waits for its prediction; since which offset of the changelog."""

    row: LabelRow
    offset: int
    age: int
    since: int
    is_used: bool = False


class PendingJoin:
    """Predictions that wait for their labels, and labels that wait for their predictions.

    Several model versions may score one prediction id: a label that names a model is for that one,
    any other is for all of them. A second prediction of the same id, model and version takes the
    place of the first.

    An entry goes when it is older than the time to live, by the latest time seen, or when the cap
    is exceeded, the oldest first. A labelled prediction stays until then, so that a second label
    for it is known as a duplicate; one of another value is a correction, which is counted and does
    not join again: an error that the detectors have seen cannot be taken back.

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

    Attributes
    ----------
    orphaned
        Labels given up before their prediction came.
    durable_to
        Number of the first prediction of which the changelog may not know yet.
    order_matters
        Whether a join since this was last set to false would be another one if its prediction and
        its label came the other way round: it is the row of whichever comes second, and nobody but
        the changelog can tell a successor which one that was.
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
    ) -> None:
        self._ttl = ttl
        self._most = most
        self._most_labels = most if hot is None else min(most, hot)
        self._clock = self._clock_told = 0
        # The first clock: what came before it, and has no time, grows old from there.
        self._born = 0
        # Labels that were there before their predictions, by the number: a replay needs them.
        self._first: dict[int, FirstLabel] = {}
        self._log = TieredLog(
            file, most=most, hot=self._most_labels, firsts=self._first, part_bits=part_bits
        )
        self._log.forgotten = self._forget
        self._file = file
        # Numbers in memory; of ids that several model versions scored, all of them.
        self._waiting: dict[bytes, int | tuple[int, ...]] = {}
        # Ordered for their cheap oldest entry: a plain dict skips over all that was deleted.
        self._early: OrderedDict[bytes, list[EarlyLabel]] = OrderedDict()
        self._early_kept = self._early_unused = 0
        self._open = 0
        self._expired = 0
        self._evicted = 0
        self.orphaned = 0
        self.durable_to = 0
        self.order_matters = False
        self._replaced = 0
        self._taken: list[Predictions | LabelChange] = []
        self._position = 0
        self.epochs = Claims()
        # No label that waits came into the changelog before this.
        self._early_since = 0
        # Number of a prediction, and where in the changelog it and all after it can be read.
        self._since: deque[tuple[int, int]] = deque()

    @property
    def status(self) -> PendingStatus:
        """How many wait, and how many were given up."""
        return PendingStatus(
            predictions=self._open,
            labels=self._early_unused,
            expired=self._expired,
            evicted=self._evicted,
            replaced=self._replaced,
            disk_bytes=self._log.nbytes,
        )

    def add_predictions(self, batch: Predictions) -> list[tuple[int, Joined]]:
        """Take predictions; return offset and join of those whose label is already there.

        Ages are event times, but no later than the records' own: a clock that runs ahead must not
        age the others. What has no time at all (0) is as old as what came before it.
        """
        if len(batch.ids) == 0:
            return []
        if self._clock and not batch.ages.all():
            batch = replace(batch, ages=np.where(batch.ages == 0, self._clock, batch.ages))
        self._taken.append(batch)
        self._mark(self._log.end)
        numbers = range(self._log.end, self._log.end + len(batch.ids))
        new = dict(zip(batch.ids, numbers, strict=True))
        joined: list[tuple[int, Joined]] = []
        if (
            len(new) == len(numbers)
            and not batch.labels
            and self._waiting.keys().isdisjoint(new)
            and self._early.keys().isdisjoint(new)
            and not self._log.has_any(batch.ids)
        ):
            self._log.append(batch)
            self._waiting.update(new)
            self._open += len(numbers)
        else:
            on_disk = self._log.find(batch.ids)
            for row, offset in enumerate(batch.offsets.tolist()):
                joined += [(offset, join) for join in self._add_one(batch, row, on_disk)]
        self._advance(int(batch.ages.max()))
        return joined

    def add_label(self, row: LabelRow, offset: int, age: int) -> list[Joined] | str:
        """Take a label, as `add_labels` takes many."""
        return self.add_labels([(row, offset, age)])[0]

    def add_labels(self, labels: Sequence[tuple[LabelRow, int, int]]) -> list[list[Joined] | str]:
        """Take labels; return the joins of each, or ``early``, ``duplicate`` or ``corrected``.

        Parameters
        ----------
        labels
            Each with its offset, since a replay of the same record gives the same again, and with
            its age, as predictions have one.
        """
        on_disk = self._log.find([row.prediction_id.encode() for row, _, _ in labels])
        return [self._add_label(row, offset, age, on_disk) for row, offset, age in labels]

    def _add_label(
        self, row: LabelRow, offset: int, age: int, on_disk: Mapping[bytes, tuple[int, ...]]
    ) -> list[Joined] | str:
        age = age or self._clock
        self._advance(age)
        if row.prediction is not None and row.model is not None:
            return [Joined(row.model, row.version, row.prediction, row.label, row.time)]
        name = row.prediction_id.encode()
        numbers = [
            number
            for number in self._numbers(name, on_disk)
            if row.model is None or self._log.name(number)[0] == row.model
        ]
        if not numbers:
            outcome = self._keep(name, row, offset, age)
            if outcome == "early":
                self._taken.append(LabelChange(row, offset, age, Met.NOTHING))
            return outcome
        joined = []
        for number in numbers:
            met = self._log.label(number)
            if met == NO_LABEL:
                self._log.set_label(number, offset, _digest(row.label))
                self._open -= 1
            elif met != offset or self._log.first_label(number) is not None:
                continue
            self.order_matters |= number >= self.durable_to
            joined.append(self._join(number, FirstLabel(row.label, row.time)))
        if joined:
            self._taken.append(LabelChange(row, offset, age, Met.PREDICTION))
            return joined
        # A replay of a label that came before its prediction.
        if any(self._log.label(number) == offset for number in numbers):
            return "early"
        digest = _digest(row.label)
        same = all(self._log.digest(number) == digest for number in numbers)
        return "duplicate" if same else "corrected"

    def _numbers(self, name: bytes, on_disk: Mapping[bytes, tuple[int, ...]]) -> tuple[int, ...]:
        """Return the numbers of an id, on disk, where they were looked up, and in memory."""
        held = _all(self._waiting.get(name))
        cold = on_disk.get(name)
        if cold is None:
            return held
        first, end = self._log.first, self._log.first_in_memory
        return (*(number for number in cold if first <= number < end), *held)

    def _forget(self, ids: list[bytes]) -> None:
        """Take note that predictions are on disk alone."""
        first = self._log.first_in_memory
        take = self._waiting.pop
        for name in ids:
            numbers = take(name, None)
            if type(numbers) is int and numbers < first:
                continue
            rest = tuple(number for number in _all(numbers) if number >= first)
            if rest:
                self._waiting[name] = rest if len(rest) > 1 else rest[0]

    def _mark(self, number: int) -> None:
        """Remember where in the changelog the next predictions are, now and then."""
        step = self._most >> 8
        if not self._since or number > self._since[-1][0] + step:
            self._since.append((number, self._position))

    def _add_one(
        self, batch: Predictions, row: int, on_disk: Mapping[bytes, tuple[int, ...]]
    ) -> Iterator[Joined]:
        """Take one prediction of a batch; yield its join."""
        name, wanted = batch.ids[row], batch.names[row]
        numbers = self._numbers(name, on_disk)
        number = next((at for at in numbers if self._log.name(at) == wanted), None)
        if number is None and len(numbers) >= MOST_SIDE_BY_SIDE:
            number = numbers[0]
        if number is None:
            number = self._append(batch, row, numbers)
        elif self._log.name(number) != wanted or self._log.offset(number) != batch.offsets[row]:
            self._replace(batch, row, number)
        first = self._log.first_label(number)
        if first is not None:
            self.order_matters |= row not in batch.labels
            yield self._join(number, first)

    def _append(self, batch: Predictions, row: int, others: tuple[int, ...]) -> int:
        """Take a prediction beside others of its id."""
        one = slice(row, row + 1)
        (number,) = self._log.append(
            Predictions(
                batch.ids[one],
                batch.offsets[one],
                batch.times[one],
                batch.ages[one],
                batch.names[one],
                batch.values[one],
            )
        )
        held = tuple(other for other in others if other >= self._log.first_in_memory)
        self._waiting[batch.ids[row]] = (*held, number) if held else number
        self._begin(batch, row, number)
        return number

    def _replace(self, batch: Predictions, row: int, number: int) -> None:
        """Take a prediction in the place of another one of its id."""
        self._replaced += 1
        self._open -= self._log.label(number) == NO_LABEL
        self._log.set_first(number, None)
        self._log.replace(number, batch, row)
        self._begin(batch, row, number)

    def _begin(self, batch: Predictions, row: int, number: int) -> None:
        """Give a new prediction the label that is there already."""
        self._open += 1
        if row in batch.labels:
            label = FirstLabel(batch.labels[row], int(batch.times[row]))
            self._label_first(number, label, _EMBEDDED)
        else:
            self._meet_early(batch.ids[row], number, batch.names[row][0])

    def _label_first(self, number: int, label: FirstLabel, offset: int) -> None:
        self._log.set_first(number, label)
        self._log.set_label(number, offset, _digest(label.label))
        self._open -= 1

    def _meet_early(self, name: bytes, number: int, model: str) -> None:
        for label in self._early.get(name, ()):
            if label.row.model in {None, model}:
                first = FirstLabel(label.row.label, label.row.time)
                self._label_first(number, first, label.offset)
                self._early_unused -= not label.is_used
                # It stays: other versions of the model may have scored the same id.
                label.is_used = True
                return

    def _keep(self, name: bytes, row: LabelRow, offset: int, age: int) -> str:
        """Keep a label whose prediction is not there."""
        if not self._early:
            self._early_since = self._position
        early = self._early.setdefault(name, [])
        for known in early:
            if known.row.model == row.model:
                if known.offset == offset:
                    return "early"
                return "duplicate" if known.row.label == row.label else "corrected"
        if len(early) >= MOST_SIDE_BY_SIDE:
            return "duplicate"
        early.append(EarlyLabel(row, offset, age, self._position))
        self._early_kept += 1
        self._early_unused += 1
        self._trim()
        return "early"

    def _join(self, number: int, label: FirstLabel) -> Joined:
        return Joined(*self._log.name(number), self._log.value(number), label.label, label.time)

    def _advance(self, age: int) -> None:
        if age > self._clock or len(self._log) > self._most:
            self._clock = max(age, self._clock)
            self._born = self._born or self._clock
            self._trim()

    def _trim(self) -> None:
        oldest = self._clock - self._ttl
        first, waiting = self._first, self._waiting
        for number, name, label, is_old in self._log.drop(oldest, self._most, self._born):
            if first:
                first.pop(number, None)
            if name is not None and (numbers := waiting.pop(name)) != number:
                rest = tuple(other for other in _all(numbers) if other != number)
                if rest:
                    waiting[name] = rest if len(rest) > 1 else rest[0]
            if label == NO_LABEL:
                self._open -= 1
                self._expired += is_old
                self._evicted += not is_old
        while self._early:
            labels = next(iter(self._early.values()))
            if (labels[-1].age or self._born) >= oldest and self._early_kept <= self._most_labels:
                break
            self._early.popitem(last=False)
            unused = sum(not label.is_used for label in labels)
            self._early_kept -= len(labels)
            self._early_unused -= unused
            self.orphaned += unused


def _all(numbers: int | tuple[int, ...] | None) -> tuple[int, ...]:
    if numbers is None:
        return ()
    return numbers if isinstance(numbers, tuple) else (numbers,)


def _digest(label: Any) -> int:
    """Return what tells a label from others; 1 and 1.0 are the same."""
    return crc32(orjson.dumps(float(label) if type(label) is int else label))
