"""Windows of predictions whose labels are missing, estimated by scores that labels have calibrated.

Of two classes by one score, and of more by the lists of their scores.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from detectors.performance.class_table import ClassTable
from detectors.performance.estimated_lists import EstimatedLists, EstimatedListWindow
from detectors.performance.estimated_performance import EstimatedPerformance, EstimatedWindow
from detectors.performance.judge import Judge
from detectors.performance.judged_rows import ClassRows, Problem
from detectors.performance.options import PerformanceOptions
from detectors.performance.time_windows import Integers, stretches
from detectors.snapshots.tree import State
from schemas.events.model_performance import Estimate, Maturity
from schemas.tables.columns import Column
from schemas.values.class_order import Classes

_BOTH: Final = 2

_MATURE: Final = 0.9
"""Share of a window's labels from which on its estimate is compared with them."""


class EndedWindow(NamedTuple):
    """A window of predictions that has ended.

    Attributes
    ----------
    row
        The place of the first row after it among those that were given.
    number
        Which window it is.
    sums
        Over its predictions.
    """

    row: int
    number: int
    sums: EstimatedWindow | EstimatedListWindow


class WindowEstimates:
    """Estimates of the windows of one model version.

    Parameters
    ----------
    classes
        Of the model, and their order in lists.
    options
        How long windows are, and how many are kept.
    judge
        Judges its labelled rows.
    table
        The classes of these rows so far.
    """

    def __init__(
        self, classes: Classes, options: PerformanceOptions, judge: Judge, table: ClassTable
    ) -> None:
        self._options = options
        self._judge = judge
        self._table = table
        self._estimated = EstimatedPerformance(options.window, options.kept)
        self._listed = EstimatedLists(options.window, options.kept, judge.position)
        self._unlabelled = Judge(classes, options, ClassTable([judge.positive]))

    @property
    def are_ready(self) -> bool:
        """Whether predictions are looked at before their labels come."""
        is_ready = self._estimated.calibration.is_ready
        return self._listed.is_ready or (is_ready and len(self._table.names) <= _BOTH)

    def learn(self, rows: ClassRows, *, was_known: bool) -> None:
        """Learn what share of scores is of the positive class, from the first row of it on.

        Of lists of more classes likewise of each of them.
        """
        if rows.lists is not None:
            self._listed.learn(rows.lists)
        positive = self._table.known(self._judge.positive)
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

    def add(self, columns: Sequence[Column], times: Integers) -> Iterator[EndedWindow]:
        """Add predictions without labels; yield the windows that end with them.

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
        for begin, end in stretches(newest, newest):
            ended = estimated.of(estimated.newest)
            if newest[begin] > estimated.newest and ended is not None:
                yield EndedWindow(begin, estimated.newest, ended)
            add(slice(begin, end))

    def errors(
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

    def state(self) -> State:
        """Return the whole state."""
        calibrated = self._estimated.calibration.has_learnt
        return {
            "estimated": self._estimated.state() if calibrated else None,
            "listed": self._listed.state() if self._listed.has_learnt else None,
        }

    def restore(self, state: State) -> None:
        """Restore a state; of what releases before did not know nothing is known yet."""
        if state.get("estimated") is not None:
            self._estimated.restore(state["estimated"])
        if state.get("listed") is not None:
            self._listed.restore(state["listed"])

    def _adder(self, columns: Sequence[Column], times: Integers) -> Callable[[slice], None]:
        """Return what adds some predictions without labels to the estimates."""
        if self._listed.is_ready:
            lists = self._unlabelled.lists(columns, len(times))
            return lambda part: self._listed.add(lists.take(part), times[part])
        scores, is_said = self._unlabelled.chances(columns, len(times))
        return lambda part: self._estimated.add(scores[part], is_said[part], times[part])

    @property
    def _estimates_by(self) -> EstimatedLists | EstimatedPerformance:
        return self._listed if self._listed.is_ready else self._estimated
