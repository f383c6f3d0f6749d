"""Performance of one model version: its labelled rows in windows, and when these are told."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.performance.class_table import ClassTable
from detectors.performance.confusion import Confusion
from detectors.performance.delay_curves import DelayCurves
from detectors.performance.error import Task
from detectors.performance.estimated_lists import EstimatedLists, EstimatedListWindow
from detectors.performance.estimated_performance import EstimatedPerformance, EstimatedWindow
from detectors.performance.figures import metrics_of
from detectors.performance.judge import Judge
from detectors.performance.judged_rows import ClassRows, JudgedRows, Problem
from detectors.performance.label_delays import LabelDelays, keys_of
from detectors.performance.list_scores import MOST_NUMBERS
from detectors.performance.maturity import WindowMaturity
from detectors.performance.options import PerformanceOptions
from detectors.performance.prediction_counts import PredictionCounts
from detectors.performance.rate import Rate, RateRows, rate_rows
from detectors.performance.tallies import Tally
from detectors.snapshots.tree import State
from schemas.events.model_performance import ClassReport, Estimate, Maturity, WindowKind
from schemas.tables.columns import Column
from schemas.values.class_order import Classes

Times = NDArray[np.int64]

TICKS: Final = 4
"""Parts of a window of time, in each of which it is told once at most."""

_PATIENCE: Final = 16
"""The part of its age after which a window is told again: the older it is, the more rarely."""

EXACT_IN_ROWS: Final = 1000
"""Scores of a window of rows that are kept as they are; of more there are bins."""

EXACT_IN_TIME: Final = 128
"""Scores of a window of time that are kept as they are; likewise."""

_NEVER: Final = -1
_BOTH: Final = 2

_MATURE: Final = 0.9
"""Share of a window's labels from which on its estimate is compared with them."""


class Telling(NamedTuple):
    """A window that is to be told, as it is after a row.

    Attributes
    ----------
    row
        The place of the row among those that were given.
    kind, number, revision
        Which window it is, and how often it was told before.
    begin, end
        Milliseconds since the epoch.
    rows, predictions
        Labelled rows of it, and predictions; None where these are not known.
    maturity, positive, unusable, metrics, classes, confusion, estimate_errors
        As of `schemas.events.model_performance.ModelPerformance`.
    """

    row: int
    kind: WindowKind
    number: int
    revision: int
    begin: int
    end: int
    rows: int
    predictions: int | None
    maturity: Maturity | None
    positive: str | None
    unusable: dict[str, int]
    metrics: dict[str, Estimate]
    classes: list[ClassReport]
    confusion: list[list[int]]
    estimate_errors: dict[str, float]


class _TimeWindow:
    """A window of time that is kept.

    Attributes
    ----------
    tally
        Its rows.
    revision
        That of its next telling.
    due_at
        The first tick in which it may be told again.
    is_changed
        Whether rows came since then.
    """

    __slots__ = ("due_at", "is_changed", "revision", "tally")

    def __init__(self, rates: Sequence[Rate]) -> None:
        self.tally = Tally(EXACT_IN_TIME, rates=rates)
        self.revision = 0
        self.due_at = _NEVER
        self.is_changed = False


class Performance:
    """Windows of the labelled rows of one model version whose task is known.

    A window of rows is told when it is full. One of time is told when the labels have come to its
    end, and again when further labels come for it: at once where it was told neither within this
    tick, a quarter of a window's length, nor within a sixteenth of its age, and else with the first
    row after that. What is told depends on the rows in their order alone.

    Parameters
    ----------
    task
        Not `Task.AUTO`.
    classes
        Of the model, and their order in lists.
    options
        Which windows and metrics.
    predictions
        Counts what was predicted in each window.

    Attributes
    ----------
    late_rows
        Rows of windows that are not kept any more; they count in those of rows alone.
    """

    def __init__(
        self,
        task: Task,
        classes: Classes,
        options: PerformanceOptions,
        predictions: PredictionCounts,
    ) -> None:
        self._task = task
        self._options = options
        self._predictions = predictions
        self._table = ClassTable()
        self._judge = Judge(classes, options, self._table)
        self._positive = self._judge.positive
        if classes.positive is not None:
            self._table.learn([self._positive])
        self._rows = 0
        self._now = self._newest = _NEVER
        self._current = _of_rows(options.rates)
        self._windows: dict[int, _TimeWindow] = {}
        self._delays = LabelDelays(options.window * options.kept)
        self._estimated = EstimatedPerformance(options.window, options.kept)
        self._listed = EstimatedLists(options.window, options.kept, self._judge.position)
        self._unlabelled = Judge(classes, options, ClassTable([self._judge.positive]))
        self.late_rows = 0

    @property
    def nbytes(self) -> int:
        """Bytes of the numbers of all windows."""
        windows = sum(window.tally.nbytes for window in self._windows.values())
        return self._current.nbytes + windows + self._delays.nbytes

    def add(
        self, columns: Sequence[Column], predicted_at: Times, labelled_at: Times
    ) -> list[Telling]:
        """Add labelled rows; return the windows that are to be told, in the order of the rows.

        Parameters
        ----------
        columns
            What was predicted, what was true, the scores, and the fields of the label events.
        predicted_at, labelled_at
            Shape ``(n,)``: times of predictions and of labels, milliseconds since the epoch.
        """
        was_known = self._table.known(self._positive) >= 0
        rows = self._judged(columns, len(labelled_at))
        if isinstance(rows, ClassRows):
            self._calibrate(rows, was_known=was_known)
        wanted = self._options.rates
        rates = rate_rows(columns, wanted, len(labelled_at)) if wanted else None
        each = np.arange(len(labelled_at))
        length = self._options.window
        now = np.maximum.accumulate(np.maximum(labelled_at, self._now))
        ticks = now * TICKS // length
        numbers = predicted_at // length
        newest = np.maximum.accumulate(np.maximum(numbers, self._newest))
        told: list[Telling] = []
        for begin, end in _stretches(ticks, newest):
            tick, latest = int(ticks[begin]), int(newest[begin])
            told += self._forget(latest, begin)
            is_kept = numbers[begin:end] > latest - self._options.kept
            stops = self._first_of_tick(numbers[begin:end], is_kept, tick, latest)
            if self._now * TICKS // length < tick:
                stops.add(0)
            left = self._options.rows - self._rows % self._options.rows
            full = range(left - 1, end - begin, self._options.rows)
            for start, stop in pairwise(
                sorted({0, end - begin, *(at + 1 for at in (*stops, *full))})
            ):
                part = slice(begin + start, begin + stop)
                self._count_delays(rows, part, predicted_at, labelled_at)
                self._take(rows, rates, predicted_at, each[part], is_kept[start:stop])
                if self._rows % self._options.rows == 0:
                    told.append(self._tell_rows(begin + stop - 1))
                if stop - 1 in stops:
                    told += self._tell_due(tick, begin + stop - 1)
            self._now, self._newest = int(now[end - 1]), latest
        return told

    @property
    def estimates(self) -> bool:
        """Whether predictions are looked at before their labels come."""
        is_ready = self._estimated.calibration.is_ready
        return self._listed.is_ready or (is_ready and len(self._table.names) <= _BOTH)

    def estimate(self, columns: Sequence[Column], times: Times) -> list[Telling]:
        """Add predictions without labels; return windows that have ended, as estimated.

        Parameters
        ----------
        columns
            What was predicted, and the scores.
        times
            Shape ``(n,)``, milliseconds since the epoch.
        """
        estimated, length = self._estimates_by, self._options.window
        add = self._adder(columns, times)
        newest = np.maximum.accumulate(np.maximum(times // length, estimated.newest))
        told: list[Telling] = []
        for begin, end in _stretches(newest, newest):
            ended = estimated.of(estimated.newest)
            if newest[begin] > estimated.newest and ended is not None:
                told.append(self._tell_estimated(ended, estimated.newest, begin))
            add(slice(begin, end))
        return told

    def _adder(self, columns: Sequence[Column], times: Times) -> Callable[[slice], None]:
        """Return what adds some predictions without labels to the estimates."""
        if self._listed.is_ready:
            lists = self._unlabelled.lists(columns, len(times))
            return lambda part: self._listed.add(lists.take(part), times[part])
        scores, is_said = self._unlabelled.chances(columns, len(times))
        return lambda part: self._estimated.add(scores[part], is_said[part], times[part])

    @property
    def _estimates_by(self) -> EstimatedLists | EstimatedPerformance:
        return self._listed if self._listed.is_ready else self._estimated

    def state(self) -> State:
        """Return the whole state."""
        calibrated = self._estimated.calibration.has_learnt
        return {
            "task": str(self._task),
            "classes": list(self._table.names),
            "rows": self._rows,
            "late": self.late_rows,
            "times": [self._now, self._newest],
            "current": self._current.state(),
            "estimated": self._estimated.state() if calibrated else None,
            "listed": self._listed.state() if self._listed.has_learnt else None,
            "delays": self._delays.state() if self._delays.now >= 0 else None,
            "windows": [
                {
                    "number": number,
                    "told": [window.revision, window.due_at, window.is_changed],
                    "tally": window.tally.state(),
                }
                for number, window in sorted(self._windows.items())
            ],
        }

    def restore(self, state: State) -> None:
        """Restore a state of the same task and options."""
        self._table.learn(state["classes"])
        self._rows, self.late_rows = state["rows"], state["late"]
        self._now, self._newest = state["times"]
        self._current.restore(state["current"])
        # Releases before knew neither delays nor estimates: these begin with the next row.
        if state.get("estimated") is not None:
            self._estimated.restore(state["estimated"])
        if state.get("listed") is not None:
            self._listed.restore(state["listed"])
        if state.get("delays") is not None:
            self._delays.restore(state["delays"])
        for item in state["windows"]:
            window = self._windows[item["number"]] = _TimeWindow(self._options.rates)
            window.revision, window.due_at, window.is_changed = item["told"]
            window.tally.restore(item["tally"])

    def _judged(self, columns: Sequence[Column], count: int) -> JudgedRows:
        if self._task is Task.REGRESSION:
            return self._judge.numbers(columns, count)
        return self._judge.class_rows(columns, count)

    def _first_of_tick(
        self, numbers: Times, is_kept: NDArray[np.bool_], tick: int, latest: int
    ) -> set[int]:
        """Return the first rows of windows that have ended and may be told in this tick."""
        oldest = latest - self._options.kept + 1
        ended = tick // TICKS - 1
        is_due = np.arange(oldest, latest + 1) <= ended
        for number, window in self._windows.items():
            if window.due_at > tick:
                is_due[number - oldest] = False
        due = np.flatnonzero(is_kept & is_due[np.where(is_kept, numbers - oldest, 0)])
        if not len(due):
            return set()
        return set(due[np.unique(numbers[due], return_index=True)[1]].tolist())

    def _calibrate(self, rows: ClassRows, *, was_known: bool) -> None:
        """Learn what share of scores is of the positive class, from the first row of it on.

        Of lists of more classes likewise of each of them.
        """
        if rows.lists is not None:
            self._listed.learn(rows.lists)
        positive = self._table.known(self._positive)
        if positive < 0:
            return
        is_it = rows.true == positive
        known = (rows.problems == Problem.NONE) & ~np.isnan(rows.positive)
        strays = rows.problems == Problem.SCORE_OUT_OF_RANGE
        if not was_known:
            begun = np.logical_or.accumulate(is_it | (rows.said == positive))
            known, strays = known & begun, strays & begun
        self._estimated.calibration.strays += int(np.count_nonzero(strays))
        if known.any():
            self._estimated.calibration.add(rows.positive[known], is_it[known])

    def _tell_estimated(
        self, window: EstimatedWindow | EstimatedListWindow, number: int, row: int
    ) -> Telling:
        length, wanted = self._options.window, self._options.metrics
        metrics = window.metrics()
        return Telling(
            row=row,
            kind=WindowKind.ESTIMATED,
            number=number,
            revision=0,
            begin=number * length,
            end=(number + 1) * length,
            rows=window.rows,
            predictions=None,
            maturity=None,
            positive=self._positive if "recall" in metrics else None,
            unusable={},
            metrics={name: metrics[name] for name in metrics if not wanted or name in wanted},
            classes=[],
            confusion=[],
            estimate_errors={},
        )

    def _estimate_errors(
        self, number: int, maturity: Maturity, metrics: dict[str, Estimate]
    ) -> dict[str, float]:
        """Return by how much estimates of a window missed what its labels say by now."""
        window = self._estimates_by.of(number)
        if window is None or maturity.expected is None or maturity.expected < _MATURE:
            return {}
        found = {}
        for name, each in window.metrics().items():
            told = metrics.get(name)
            if told is not None and told.value is not None and each.value is not None:
                found[name] = each.value - told.value
        return found

    def _count_delays(
        self, rows: JudgedRows, part: slice, predicted_at: Times, labelled_at: Times
    ) -> None:
        """Count how late the labels of some rows came that can be judged."""
        problems = rows.problems[part]
        predicted_at, labelled_at = predicted_at[part], labelled_at[part]
        good = (problems == Problem.NONE) | (problems == Problem.SCORE_OUT_OF_RANGE)
        if isinstance(rows, ClassRows):
            keys = keys_of(rows.true[part], rows.said[part])
        else:
            keys = np.zeros(len(good), dtype=np.int64)
        if not good.all():
            keys, predicted_at, labelled_at = keys[good], predicted_at[good], labelled_at[good]
        if len(keys):
            self._delays.add(keys, predicted_at, labelled_at)

    def _take(
        self,
        rows: JudgedRows,
        rates: RateRows | None,
        times: Times,
        which: Times,
        is_kept: NDArray[np.bool_],
    ) -> None:
        """Add some rows, among which none is told but the last."""
        self._rows += len(which)
        self._add(self._current, rows, rates, which, times)
        if not is_kept.all():
            self.late_rows += int(np.count_nonzero(~is_kept))
            which = which[is_kept]
        numbers = times[which] // self._options.window
        order = np.argsort(numbers, kind="stable")
        which, numbers = which[order], numbers[order]
        bounds = (np.flatnonzero(np.diff(numbers)) + 1).tolist()
        for begin, end in pairwise([0, *bounds, len(which)]) if len(which) else ():
            window = self._windows.setdefault(int(numbers[begin]), _TimeWindow(self._options.rates))
            window.is_changed = True
            self._add(window.tally, rows, rates, which[begin:end], times)

    def _add(
        self,
        tally: Tally,
        rows: JudgedRows,
        rates: RateRows | None,
        which: Times,
        times: Times,
    ) -> None:
        positive = self._table.known(self._positive)
        tally.add(rows, which, times, positive=positive, quantile=self._options.quantile)
        if rates is not None and tally.rates is not None:
            tally.rates.add(rates, which)

    def _forget(self, latest: int, row: int) -> list[Telling]:
        """Forget windows that are too old by now; return what was not told of them."""
        gone = sorted(n for n in self._windows if n <= latest - self._options.kept)
        changed = [number for number in gone if self._windows[number].is_changed]
        told = self._tell_all(changed, row)
        for number in gone:
            del self._windows[number]
        return told

    def _tell_due(self, tick: int, row: int) -> list[Telling]:
        due = [
            number
            for number, window in self._windows.items()
            if window.is_changed and window.due_at <= tick and (number + 1) * TICKS <= tick
        ]
        told = self._tell_all(sorted(due), row)
        for number in due:
            window = self._windows[number]
            age = tick - (number + 1) * TICKS
            window.due_at, window.is_changed = tick + max(1, age // _PATIENCE), False
            window.revision += 1
        return told

    def _tell_all(self, numbers: Sequence[int], row: int) -> list[Telling]:
        if not numbers:
            return []  # the usual case, and curves are dear
        curves = DelayCurves(self._delays)
        return [self._tell(number, row, curves) for number in numbers]

    def _tell(self, number: int, row: int, curves: DelayCurves) -> Telling:
        window = self._windows[number]
        length = self._options.window
        begin, end = number * length, (number + 1) * length
        maturity = WindowMaturity(self._delays, curves, begin, end)
        rows = window.tally.rows
        predictions = self._predictions.of(number)
        matured = self._maturity(maturity, window.tally)
        figures = self._figures(window.tally)
        return Telling(
            row,
            WindowKind.TIME,
            number,
            window.revision,
            begin,
            end,
            rows,
            predictions if predictions >= rows else None,
            matured,
            *figures,
            self._estimate_errors(number, matured, figures[2]),
        )

    def _tell_rows(self, row: int) -> Telling:
        """Return the window of rows that is full, and begin the next one."""
        tally, self._current = self._current, _of_rows(self._options.rates)
        number = self._rows // self._options.rows - 1
        return Telling(
            row,
            WindowKind.ROWS,
            number,
            0,
            tally.begin,
            tally.end,
            tally.rows,
            None,
            None,
            *self._figures(tally),
            {},
        )

    def _maturity(self, maturity: WindowMaturity, tally: Tally) -> Maturity:
        if self._task is Task.REGRESSION:
            return maturity.of_numbers()
        positive = self._table.known(self._positive)
        wanted = self._options.metrics
        are_paired = not len(tally.margins)
        return maturity.of_classes(
            tally.pairs, self._table.names, wanted, positive, are_paired=are_paired
        )

    def _figures(
        self, tally: Tally
    ) -> tuple[str | None, dict[str, int], dict[str, Estimate], list[ClassReport], list[list[int]]]:
        rates = {} if tally.rates is None else tally.rates.metrics()
        if self._task is Task.REGRESSION:
            metrics = metrics_of(tally, None, self._options, -1)
            return None, tally.unusable(), metrics | rates, [], []
        positive = self._table.known(self._positive)
        if not self._judge.classes.is_sought_named and not tally.has(positive):
            positive = -1
        confusion = Confusion(tally.pairs, tally.margins, tally.untold)
        metrics = metrics_of(tally, confusion, self._options, positive)
        reports, matrix = confusion.report(self._table.names)
        name = None if positive < 0 else self._positive
        return name, tally.unusable(), metrics | rates, reports, matrix


def _of_rows(rates: Sequence[Rate]) -> Tally:
    return Tally(EXACT_IN_ROWS, MOST_NUMBERS, rates)


def _stretches(ticks: Times, newest: Times) -> Iterator[tuple[int, int]]:
    """Yield where rows share a tick and the newest window: begin and end."""
    changes = np.flatnonzero((np.diff(ticks) != 0) | (np.diff(newest) != 0)) + 1
    yield from pairwise([0, *changes.tolist(), len(ticks)])
