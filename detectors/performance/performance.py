"""Performance of one model version: its labelled rows in windows, and when these are told."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.performance.class_table import ClassTable
from detectors.performance.confusion import Confusion
from detectors.performance.delay_curves import DelayCurves
from detectors.performance.error import Task
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
from detectors.performance.telling import Telling
from detectors.performance.time_windows import TICKS, TimeWindows, stretches
from detectors.performance.window_estimates import EndedWindow, WindowEstimates
from detectors.snapshots.tree import State
from schemas.events.model_performance import ClassReport, Estimate, Maturity, WindowKind
from schemas.tables.columns import Column
from schemas.values.class_order import Classes

Times = NDArray[np.int64]

EXACT_IN_ROWS: Final = 1000
"""Scores of a window of rows that are kept as they are; of more there are bins."""

_NEVER: Final = -1


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
        self._windows = TimeWindows(options.kept, options.rates)
        self._delays = LabelDelays(options.window * options.kept)
        self._estimates = WindowEstimates(classes, options, self._judge, self._table)
        self.late_rows = 0

    @property
    def nbytes(self) -> int:
        """Bytes of the numbers of all windows."""
        return self._current.nbytes + self._windows.nbytes + self._delays.nbytes

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
            self._estimates.learn(rows, was_known=was_known)
        wanted = self._options.rates
        rates = rate_rows(columns, wanted, len(labelled_at)) if wanted else None
        each = np.arange(len(labelled_at))
        length = self._options.window
        now = np.maximum.accumulate(np.maximum(labelled_at, self._now))
        ticks = now * TICKS // length
        numbers = predicted_at // length
        newest = np.maximum.accumulate(np.maximum(numbers, self._newest))
        told: list[Telling] = []
        for begin, end in stretches(ticks, newest):
            tick, latest = int(ticks[begin]), int(newest[begin])
            told += self._forget(latest, begin)
            is_kept = numbers[begin:end] > latest - self._options.kept
            stops = self._windows.first_of_tick(numbers[begin:end], is_kept, tick, latest)
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
        return self._estimates.are_ready

    def estimate(self, columns: Sequence[Column], times: Times) -> list[Telling]:
        """Add predictions without labels; return windows that have ended, as estimated.

        Parameters
        ----------
        columns, times
            As of `detectors.performance.window_estimates.WindowEstimates.add`.
        """
        return [self._tell_estimated(ended) for ended in self._estimates.add(columns, times)]

    def state(self) -> State:
        """Return the whole state."""
        return {
            "task": str(self._task),
            "classes": list(self._table.names),
            "rows": self._rows,
            "late": self.late_rows,
            "times": [self._now, self._newest],
            "current": self._current.state(),
            **self._estimates.state(),
            "delays": self._delays.state() if self._delays.now >= 0 else None,
            "windows": self._windows.state(),
        }

    def restore(self, state: State) -> None:
        """Restore a state of the same task and options."""
        self._table.learn(state["classes"])
        self._rows, self.late_rows = state["rows"], state["late"]
        self._now, self._newest = state["times"]
        self._current.restore(state["current"])
        # Releases before knew neither delays nor estimates: these begin with the next row.
        self._estimates.restore(state)
        if state.get("delays") is not None:
            self._delays.restore(state["delays"])
        self._windows.restore(state["windows"])

    def _judged(self, columns: Sequence[Column], count: int) -> JudgedRows:
        if self._task is Task.REGRESSION:
            return self._judge.numbers(columns, count)
        return self._judge.class_rows(columns, count)

    def _tell_estimated(self, ended: EndedWindow) -> Telling:
        length, wanted = self._options.window, self._options.metrics
        metrics = ended.sums.metrics()
        return Telling(
            row=ended.row,
            kind=WindowKind.ESTIMATED,
            number=ended.number,
            revision=0,
            begin=ended.number * length,
            end=(ended.number + 1) * length,
            rows=ended.sums.rows,
            predictions=None,
            maturity=None,
            positive=self._positive if "recall" in metrics else None,
            unusable={},
            metrics={name: metrics[name] for name in metrics if not wanted or name in wanted},
            classes=[],
            confusion=[],
            estimate_errors={},
        )

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
            window = self._windows.changed(int(numbers[begin]))
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
        gone = self._windows.outdated(latest)
        told = self._tell_all([each for each in gone if self._windows[each].is_changed], row)
        self._windows.forget(gone)
        return told

    def _tell_due(self, tick: int, row: int) -> list[Telling]:
        due = self._windows.due(tick)
        told = self._tell_all(due, row)
        self._windows.told(due, tick)
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
            self._estimates.errors(number, matured, figures[2]),
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
