"""How the labels of one model version come: whether they stop, and whether they come in time."""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.performance.prediction_counts import PredictionCounts
from detectors.snapshots.tree import State
from schemas.events.label_alert import LabelProblem

Times = NDArray[np.int64]

FEWEST: Final = 200
"""Labels before anything is expected of further ones."""

TIMES_AS_LONG: Final = 5
"""How many times the longest silence so far one must last, in time and in predictions."""

REFERENCE: Final = 8
"""Windows that say how many labels come in time: with all days of a week among them."""

LATEST: Final = 3
"""Windows that are compared with these."""

_HOURS: Final = 24
"""Parts of a window, one of which a silence lasts at least."""

_WINDOWS: Final = 2
"""Windows over which labels must have come before their silence means anything."""

_DEVIATIONS: Final = 4.0
_LEAST_LOSS: Final = 0.25
"""Of the share in time: what is lost must be so much of it, however steady it was."""

_FEWEST_PREDICTIONS: Final = 50
_IN_TIME: Final = 0.9
_BINS: Final = 128
_PER_OCTAVE: Final = 4
_NEVER: Final = -1


class FlowTurn(NamedTuple):
    """A change of how labels come.

    Attributes
    ----------
    row
        Place of the row at which it was found, among those that were given.
    problem, before, after, limit, since
        As of `schemas.events.label_alert.LabelAlert`; times in milliseconds.
    is_open
        Whether it is for the worse.
    age
        By which labels count as in time, milliseconds; None where it does not matter.
    """

    row: int
    problem: LabelProblem
    is_open: bool
    before: float
    after: float
    limit: float
    age: int | None
    since: int


class LabelFlow:
    """Rules of when labels stop, and when fewer of them come in time.

    They stop when neither for five times as long, nor for five times as many predictions, as ever
    before one came. They come in time by the age by which nine in ten had come at first; of windows
    of that age the share of predictions with a label is compared with that of the first eight.

    Parameters
    ----------
    window
        Milliseconds of a window.
    kept
        The latest windows that are kept.
    """

    def __init__(self, window: int, kept: int) -> None:
        self._window = window
        self._kept = kept
        self._predictions = PredictionCounts(window, kept)
        # Of predictions and of labels; the first label; the longest silence; labels; predictions
        # since the last label, and the most between two.
        self._numbers = [_NEVER, _NEVER, _NEVER, 0, 0, 0, 0]
        self._is_silent = False
        self._delays: NDArray[np.int64] = np.zeros(_BINS, dtype=np.int64)
        self._age = self._first = _NEVER
        self._wait = REFERENCE
        self._in_time: dict[int, int] = {}
        self._reference: list[float] = []
        self._latest: list[list[float]] = []
        self._are_fewer = False

    @property
    def has_labels(self) -> bool:
        """Whether any label has come."""
        return self._numbers[4] > 0

    def skim(self, rows: int, oldest: int, newest: int) -> bool:
        """Take predictions by their number and extremes; tell whether that is enough."""
        now, _, _, _, labels, since, _ = self._numbers
        if not labels:
            return True
        if self._is_too_long(max(now, newest), since + rows):
            return False
        if not self._predictions.skim(rows, oldest, newest):
            return False
        self._count(max(now, newest), rows)
        return True

    def predicted(self, times: Times) -> list[FlowTurn]:
        """Take predictions, by their times, shape ``(n,)``; return what is found at them."""
        now, label, _, gap, labels, since, _ = self._numbers
        found: list[FlowTurn] = []
        if not labels:
            return found
        newest = np.maximum.accumulate(np.maximum(times, now))
        if self._is_too_long(int(newest[-1]), since + len(times)):
            rows = range(len(times))
            row = next(r for r in rows if self._is_too_long(int(newest[r]), since + r + 1))
            silence, limit = int(newest[row]) - label, self._longest
            turn = (row, LabelProblem.STOPPED, True, gap / 1000, silence / 1000, limit / 1000)
            found.append(FlowTurn(*turn, None, label))
            self._is_silent = True
        self._predictions.add(times)
        self._count(int(newest[-1]), len(times))
        return found

    def labelled(self, predicted_at: Times, labelled_at: Times) -> list[FlowTurn]:
        """Take labels; return what is found at them, in the order of the rows.

        Parameters
        ----------
        predicted_at, labelled_at
            Shape ``(n,)``: times of predictions and of labels.
        """
        found: list[FlowTurn] = []
        now, label, first, gap, labels, since, most = self._numbers
        clocks = np.maximum.accumulate(np.maximum(labelled_at, label))
        if self._is_silent:
            silence = max(int(clocks[0]) - label, 0)
            turn = (0, LabelProblem.STOPPED, False, silence / 1000, 0.0, self._longest / 1000)
            found.append(FlowTurn(*turn, None, label))
            self._is_silent = False
        before = np.concatenate([[label if labels else clocks[0]], clocks[:-1]])
        gap = max(gap, int((clocks - before).max()))
        first = int(clocks[0]) if first < 0 else first
        # Before labels come at all predictions are many, and say nothing of how they come.
        most = max(most, since) if labels else 0
        self._numbers = [now, int(clocks[-1]), first, gap, labels + len(clocks), 0, most]
        begin = 0
        while begin < len(clocks):
            begin, turns = self._step(predicted_at, labelled_at, clocks, begin)
            found += turns
        return found

    def state(self) -> State:
        """Return the whole state."""
        places = np.flatnonzero(self._delays)
        return {
            "predictions": self._predictions.state(),
            "numbers": list(self._numbers),
            "silent": self._is_silent,
            "places": places.astype(np.int16),
            "delays": self._delays[places],
            "age": [self._age, self._first, self._wait],
            "in_time": [[number, rows] for number, rows in sorted(self._in_time.items())],
            "reference": list(self._reference),
            "latest": [list(each) for each in self._latest],
            "fewer": self._are_fewer,
        }

    def restore(self, state: State) -> None:
        """Restore a state of the same windows."""
        self._predictions.restore(state["predictions"])
        self._numbers = list(state["numbers"])
        self._is_silent, self._are_fewer = state["silent"], state["fewer"]
        self._delays[state["places"]] = state["delays"]
        self._age, self._first, self._wait = state["age"]
        self._in_time = dict(state["in_time"])
        self._reference = list(state["reference"])
        self._latest = [list(each) for each in state["latest"]]

    @property
    def _longest(self) -> int:
        """How long no label may come, milliseconds."""
        return max(TIMES_AS_LONG * self._numbers[3], self._window // _HOURS)

    def _is_too_long(self, now: int, since: int) -> bool:
        """Tell whether no label has come for too long, by the clock and by predictions."""
        _, label, first, _, labels, _, most = self._numbers
        if self._is_silent or labels < FEWEST or label - first < _WINDOWS * self._window:
            return False
        return now - label > self._longest and since > TIMES_AS_LONG * max(most, 10)

    def _count(self, now: int, rows: int) -> None:
        self._numbers[0] = now
        self._numbers[5] += rows

    def _step(
        self, predicted_at: Times, labelled_at: Times, clocks: Times, begin: int
    ) -> tuple[int, list[FlowTurn]]:
        """Take labels up to where the next window is to be judged; return where that is."""
        # Of a label that is dated before its prediction no more is known than that others had come.
        labelled_at = np.where(labelled_at < predicted_at, clocks, labelled_at)
        predicted_at = np.minimum(predicted_at, labelled_at)
        delays = labelled_at - predicted_at
        due = self._due
        end = len(clocks) if due < 0 else int(np.searchsorted(clocks, due))
        end = max(end, begin)
        self._take(predicted_at[begin:end], delays[begin:end])
        if end == len(clocks):
            return end, []
        return end, self._judge(end, int(clocks[end]))

    @property
    def _due(self) -> int:
        """The time at which the age is chosen, or the next window judged."""
        if self._age >= 0:
            return (self._first + 1) * self._window + self._age
        return self._numbers[2] + self._wait * self._window

    def _take(self, predicted_at: Times, delays: Times) -> None:
        if self._age < 0:
            places = np.ceil(np.log2(np.maximum(delays, 1)) * _PER_OCTAVE).astype(np.int64)
            self._delays += np.bincount(np.minimum(places, _BINS - 1), minlength=_BINS)
            return
        numbers = predicted_at[delays <= self._age] // self._window
        for number, rows in zip(*np.unique(numbers, return_counts=True), strict=True):
            if number >= self._first:
                self._in_time[int(number)] = self._in_time.get(int(number), 0) + int(rows)

    def _judge(self, row: int, now: int) -> list[FlowTurn]:
        """Choose the age, or judge the window that has reached it."""
        if self._age < 0:
            total = int(self._delays.sum())
            if total < FEWEST:
                self._wait = (now - self._numbers[2]) // self._window + REFERENCE
                return []
            place = int(np.searchsorted(np.cumsum(self._delays), _IN_TIME * total))
            age = math.ceil(2.0 ** (place / _PER_OCTAVE))
            self._age = min(age, self._kept // 2 * self._window)
            # Windows of which some labels came before are not counted whole.
            self._first = max(self._numbers[0], now) // self._window + 1
            return []
        # After a leap there are no counts of what lies between.
        oldest = (now - self._age) // self._window - self._kept
        if self._first < oldest:
            self._first = oldest
            self._in_time = {each: rows for each, rows in self._in_time.items() if each >= oldest}
        number, self._first = self._first, self._first + 1
        rows, in_time = self._predictions.of(number), self._in_time.pop(number, 0)
        if rows < _FEWEST_PREDICTIONS:
            return []
        share = min(in_time / rows, 1.0)
        if len(self._reference) < REFERENCE:
            self._reference.append(share)
            return []
        self._latest = [*self._latest, [float(number), share]][-LATEST:]
        return self._compare(row)

    def _compare(self, row: int) -> list[FlowTurn]:
        if len(self._latest) < LATEST:
            return []
        usual = sum(self._reference) / REFERENCE
        spread = math.sqrt(sum((each - usual) ** 2 for each in self._reference) / (REFERENCE - 1))
        loss = max(_DEVIATIONS * spread / math.sqrt(LATEST), _LEAST_LOSS * usual)
        # Good again is nearer to what was usual than to what is too little.
        limit = usual - (loss / 2 if self._are_fewer else loss)
        share = sum(each for _, each in self._latest) / LATEST
        if usual == 0 or (share < limit) is self._are_fewer:
            return []
        self._are_fewer = not self._are_fewer
        since = int(self._latest[0][0]) * self._window
        told = (self._are_fewer, usual, share, max(limit, 0.0), self._age, since)
        return [FlowTurn(row, LabelProblem.FEWER, *told)]
