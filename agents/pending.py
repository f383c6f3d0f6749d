"""Predictions that wait for their labels, and labels that wait for their predictions."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, NamedTuple

from agents.telemetry import PendingStatus
from schemas.incoming import LabelRow, PredictionRow


class Joined(NamedTuple):
    """A prediction that has met its label; times in milliseconds of event time."""

    model: str
    version: str
    prediction: Any
    label: Any
    time: int


@dataclass(slots=True)
class _Waiting:
    time: int
    offset: int
    model: str
    version: str
    prediction: Any
    label: LabelRow | None = None
    label_offset: int = -1
    label_was_first: bool = False


class _EarlyLabel(NamedTuple):
    row: LabelRow
    offset: int


class PendingStore:
    """The join of one partition's predictions and labels, in memory, bounded in time and number.

    An entry goes when it is older than the time to live, by the latest event time seen, or when
    the cap is exceeded, the oldest first. A labelled prediction stays until then, so that a second
    label for it is known as a duplicate.

    Parameters
    ----------
    ttl
        Milliseconds of event time that an entry may wait.
    most
        Predictions kept, and labels kept, at most.
    """

    def __init__(self, *, ttl: int, most: int) -> None:
        self._ttl = ttl
        self._most = most
        self._clock = 0
        # Ordered for their cheap oldest entry: a plain dict skips over all that was deleted.
        self._waiting: OrderedDict[str, _Waiting] = OrderedDict()
        self._early: OrderedDict[str, _EarlyLabel] = OrderedDict()
        self._open = 0
        self._expired = 0
        self._evicted = 0
        self.orphaned = 0

    @property
    def status(self) -> PendingStatus:
        """How many wait, and how many were given up."""
        return PendingStatus(self._open, len(self._early), self._expired, self._evicted)

    def add_prediction(self, row: PredictionRow, offset: int, record_time: int) -> Joined | None:
        """Take a prediction; return the join where its label is already there.

        Parameters
        ----------
        row, offset
            The prediction, and its offset: a replay of the same record gives the same again.
        record_time
            The record's own time in milliseconds: an event time beyond it is a skewed clock, and
            must not age the others.
        """
        earlier = self._waiting.pop(row.prediction_id, None)
        self._open -= earlier is not None and earlier.label is None
        if earlier is not None and earlier.offset == offset:
            entry = earlier
        else:
            entry = _Waiting(row.time, offset, row.model, row.version, row.prediction)
        if row.label is not None:
            entry.label = _embedded(row)
            entry.label_was_first = True
        elif (early := self._early.pop(row.prediction_id, None)) is not None:
            entry.label, entry.label_offset = early
            entry.label_was_first = True
        self._waiting[row.prediction_id] = entry
        self._open += entry.label is None
        self._advance(row.time, record_time)
        if entry.label is None or not entry.label_was_first:
            return None
        return _join(entry, entry.label)

    def add_label(self, row: LabelRow, offset: int, record_time: int) -> Joined | str:
        """Take a label; return the join, or ``"early"`` or ``"duplicate"``.

        Parameters as for `add_prediction`.
        """
        self._advance(row.time, record_time)
        if row.prediction is not None and row.model is not None:
            return Joined(row.model, row.version, row.prediction, row.label, row.time)
        entry = self._waiting.get(row.prediction_id)
        if entry is None:
            known = self._early.setdefault(row.prediction_id, _EarlyLabel(row, offset))
            self._trim()
            return "early" if known.offset == offset else "duplicate"
        if entry.label is not None and entry.label_offset != offset:
            return "duplicate"
        if entry.label_was_first:  # a replay of the label that came before its prediction
            return "early"
        self._open -= entry.label is None
        entry.label, entry.label_offset = row, offset
        return _join(entry, entry.label)

    def _advance(self, time: int, record_time: int) -> None:
        trusted = record_time if 0 <= record_time < time else time  # -1: it has no time
        if trusted > self._clock:
            self._clock = trusted
            self._trim()
        elif len(self._waiting) > self._most:
            self._trim()

    def _trim(self) -> None:
        oldest = self._clock - self._ttl
        while self._waiting:
            key = next(iter(self._waiting))
            entry = self._waiting[key]
            if entry.time >= oldest and len(self._waiting) <= self._most:
                break
            del self._waiting[key]
            if entry.label is None:
                self._open -= 1
                self._expired += entry.time < oldest
                self._evicted += entry.time >= oldest
        while self._early:
            key = next(iter(self._early))
            if self._early[key].row.time >= oldest and len(self._early) <= self._most:
                break
            del self._early[key]
            self.orphaned += 1


def _embedded(row: PredictionRow) -> LabelRow:
    return LabelRow(row.prediction_id, row.label, row.time, None, None, row.version)


def _join(entry: _Waiting, label: LabelRow) -> Joined:
    return Joined(entry.model, entry.version, entry.prediction, label.label, label.time)
