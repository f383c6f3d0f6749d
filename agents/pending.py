"""The join of predictions and labels of one partition, in memory, bounded in time and number."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from agents.prediction_log import NO_LABEL, PredictionLog, Predictions
from agents.telemetry import PendingStatus
from schemas.incoming import LabelRow

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
class _EarlyLabel:
    row: LabelRow
    offset: int
    age: int
    is_used: bool = False


class PendingStore:
    """Predictions that wait for their labels, and labels that wait for their predictions.

    Several model versions may score one prediction id: a label that names a model is for that one,
    any other is for all of them. A second prediction of the same id, model and version takes the
    place of the first.

    An entry goes when it is older than the time to live, by the latest time seen, or when the cap
    is exceeded, the oldest first. A labelled prediction stays until then, so that a second label
    for it is known as a duplicate.

    Parameters
    ----------
    ttl
        Milliseconds that an entry may wait.
    most
        Predictions kept, and labels kept, at most.

    Attributes
    ----------
    orphaned
        Labels given up before their prediction came.
    """

    def __init__(self, *, ttl: int, most: int) -> None:
        self._ttl = ttl
        self._most = most
        self._clock = 0
        self._log = PredictionLog()
        # Numbers in the log; of ids that several model versions scored, all of them.
        self._waiting: dict[bytes, int | tuple[int, ...]] = {}
        # Ordered for their cheap oldest entry: a plain dict skips over all that was deleted.
        self._early: OrderedDict[bytes, list[_EarlyLabel]] = OrderedDict()
        self._early_kept = self._early_unused = 0
        # Labels that were there before their predictions, by the number: a replay needs them.
        self._first: dict[int, LabelRow] = {}
        self._open = 0
        self._expired = 0
        self._evicted = 0
        self.orphaned = 0
        self._replaced = 0

    @property
    def status(self) -> PendingStatus:
        """How many wait, and how many were given up."""
        return PendingStatus(
            predictions=self._open,
            labels=self._early_unused,
            expired=self._expired,
            evicted=self._evicted,
            replaced=self._replaced,
        )

    def add_predictions(self, batch: Predictions) -> list[tuple[int, Joined]]:
        """Take predictions; return offset and join of those whose label is already there.

        Ages are event times, but no later than the records' own: a clock that runs ahead must not
        age the others.
        """
        if len(batch.ids) == 0:
            return []
        numbers = range(self._log.end, self._log.end + len(batch.ids))
        new = dict(zip(batch.ids, numbers, strict=True))
        joined: list[tuple[int, Joined]] = []
        if (
            len(new) == len(numbers)
            and not batch.labels
            and self._waiting.keys().isdisjoint(new)
            and self._early.keys().isdisjoint(new)
        ):
            self._log.append(batch)
            self._waiting.update(new)
            self._open += len(numbers)
        else:
            for row, offset in enumerate(batch.offsets.tolist()):
                joined += [(offset, join) for join in self._add_one(batch, row)]
        self._advance(int(batch.ages.max()))
        return joined

    def add_label(self, row: LabelRow, offset: int, age: int) -> list[Joined] | str:
        """Take a label; return its joins, or ``"early"`` or ``"duplicate"``.

        Parameters
        ----------
        row, offset
            The label, and its offset: a replay of the same record gives the same again.
        age
            As those of predictions.
        """
        self._advance(age)
        if row.prediction is not None and row.model is not None:
            return [Joined(row.model, row.version, row.prediction, row.label, row.time)]
        name = row.prediction_id.encode()
        numbers = [
            number
            for number in _all(self._waiting.get(name))
            if row.model is None or self._log.name(number)[0] == row.model
        ]
        if not numbers:
            return self._keep(name, row, offset, age)
        joined = []
        for number in numbers:
            met = self._log.label(number)
            if met == NO_LABEL:
                self._log.set_label(number, offset)
                self._open -= 1
            elif met != offset or number in self._first:
                continue
            joined.append(self._join(number, row))
        if joined:
            return joined
        # A replay of a label that came before its prediction.
        again = any(self._log.label(number) == offset for number in numbers)
        return "early" if again else "duplicate"

    def _add_one(self, batch: Predictions, row: int) -> Iterator[Joined]:
        """Take one prediction of a batch; yield its join."""
        name, wanted = batch.ids[row], batch.names[row]
        numbers = _all(self._waiting.get(name))
        number = next((at for at in numbers if self._log.name(at) == wanted), None)
        if number is None and len(numbers) >= MOST_SIDE_BY_SIDE:
            number = numbers[0]
        if number is None:
            number = self._append(batch, row, numbers)
        elif self._log.name(number) != wanted or self._log.offset(number) != batch.offsets[row]:
            self._replace(batch, row, number)
        if number in self._first:
            yield self._join(number, self._first[number])

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
        self._waiting[batch.ids[row]] = (*others, number) if others else number
        self._begin(batch, row, number)
        return number

    def _replace(self, batch: Predictions, row: int, number: int) -> None:
        """Take a prediction in the place of another one of its id."""
        self._replaced += 1
        self._open -= self._log.label(number) == NO_LABEL
        self._first.pop(number, None)
        self._log.replace(number, batch, row)
        self._begin(batch, row, number)

    def _begin(self, batch: Predictions, row: int, number: int) -> None:
        """Give a new prediction the label that is there already."""
        self._open += 1
        if row in batch.labels:
            name, time = batch.ids[row].decode(), int(batch.times[row])
            label = LabelRow(name, batch.labels[row], time, None, None, "")
            self._label_first(number, label, _EMBEDDED)
        else:
            self._meet_early(batch.ids[row], number, batch.names[row][0])

    def _label_first(self, number: int, row: LabelRow, offset: int) -> None:
        self._first[number] = row
        self._log.set_label(number, offset)
        self._open -= 1

    def _meet_early(self, name: bytes, number: int, model: str) -> None:
        for label in self._early.get(name, ()):
            if label.row.model in {None, model}:
                self._label_first(number, label.row, label.offset)
                self._early_unused -= not label.is_used
                # It stays: other versions of the model may have scored the same id.
                label.is_used = True
                return

    def _keep(self, name: bytes, row: LabelRow, offset: int, age: int) -> str:
        """Keep a label whose prediction is not there."""
        early = self._early.setdefault(name, [])
        for known in early:
            if known.row.model == row.model:
                return "early" if known.offset == offset else "duplicate"
        if len(early) >= MOST_SIDE_BY_SIDE:
            return "duplicate"
        early.append(_EarlyLabel(row, offset, age))
        self._early_kept += 1
        self._early_unused += 1
        self._trim()
        return "early"

    def _join(self, number: int, label: LabelRow) -> Joined:
        return Joined(*self._log.name(number), self._log.value(number), label.label, label.time)

    def _advance(self, age: int) -> None:
        if age > self._clock or len(self._log) > self._most:
            self._clock = max(age, self._clock)
            self._trim()

    def _trim(self) -> None:
        oldest = self._clock - self._ttl
        for number, name, label, is_old in self._log.drop(oldest, self._most):
            self._first.pop(number, None)
            rest = tuple(other for other in _all(self._waiting.pop(name)) if other != number)
            if rest:
                self._waiting[name] = rest if len(rest) > 1 else rest[0]
            if label == NO_LABEL:
                self._open -= 1
                self._expired += is_old
                self._evicted += not is_old
        while self._early:
            labels = next(iter(self._early.values()))
            if labels[-1].age >= oldest and self._early_kept <= self._most:
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
