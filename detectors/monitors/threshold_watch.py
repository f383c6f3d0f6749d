"""The thresholds of one model version, watched on its labelled rows: a consumer of these."""

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.alerts.performance_alert import performance_alert_of
from detectors.monitors.limits import USUAL_PACE
from detectors.monitors.options import MonitorOptions
from detectors.monitors.row_consumer import Found
from detectors.performance.error import Task
from detectors.performance.inheritance import Inherited, Uncompared
from detectors.performance.kept_losses import LabelTimes
from detectors.performance.outcome_names import LOOKS, OutcomeNames
from detectors.performance.outcome_view import OutcomeView
from detectors.performance.task_choice import EVIDENCE
from detectors.performance.threshold_check import ThresholdCheck
from detectors.rows.label_counts import backdated
from detectors.rows.predicted_at import predicted_at
from detectors.rows.row_log import RowLog
from detectors.snapshots.tree import State
from schemas.tables.columns import Kind, Role, of_role
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationBatch, Origin

PACED: Final = 1000
"""Labelled rows by whose event times a budget of time is turned into rows."""


class ThresholdWatch:
    """All thresholds of one model version.

    What each of them must reach follows from the budget of false alarms. One of time is turned into
    rows by the first thousand labelled rows; before that a row in a second is reckoned with.

    Parameters
    ----------
    identity
        Model and version.
    options
        How the model is watched; they have at least one threshold.

    Attributes
    ----------
    name
        The key of its state.
    checks
        One a threshold, in their order.
    """

    name = "thresholds"

    def __init__(self, identity: ModelVersion, options: MonitorOptions) -> None:
        self._identity = identity
        self._budget = options.threshold_alarms
        self._pace = USUAL_PACE
        # The row at which the pace is known; None before the first, and where none is needed.
        self._paced_at: int | None = None
        self._is_paced = not self._budget.timed
        limit = self._limit_of(len(options.thresholds))
        self.checks = tuple(ThresholdCheck(each, limit) for each in options.thresholds)
        self._are_kept = any(check.kept is not None for check in self.checks)
        self._classes = options.classes
        self._score_of = options.performance.score_of
        # Until the task of the model is chosen, its errors may be of either kind.
        self._unchosen = EVIDENCE if options.task is Task.AUTO else 0
        self._to_choose = self._unchosen
        # Where labels call classes otherwise than the model nothing is wrong with it: the first
        # rows wait for one that is right, as many as tell, and so do all while that is told.
        self._names = OutcomeNames(options.classes)
        self._unmet = LOOKS[1]

    @property
    def is_waiting(self) -> bool:
        """Whether any threshold waits for what the version before has left."""
        return self._are_kept and any(check.is_waiting for check in self.checks)

    def inherit(self, before: "tuple[str, ThresholdWatch] | Uncompared") -> None:
        """Have the thresholds that wait count from another version, which was before this one.

        Parameters
        ----------
        before
            Its name and its thresholds; or why there is none.
        """
        for check in self.checks:
            if check.is_waiting:
                check.inherit(_left_by(before, check))

    def versions_before(self) -> set[str]:
        """Return the versions that thresholds count from."""
        return {check.inherited.version for check in self.checks if check.inherited is not None}

    def serves_beside(self, version: str, newest: int) -> None:
        """Take note of the latest prediction of a version that thresholds count from."""
        for check in self.checks:
            if check.inherited is not None and check.inherited.version == version:
                check.serves_beside(newest)

    def skim(self, origin: Origin, rows: int, oldest: int, newest: int) -> bool:
        """Pass over predictions; labelled rows are looked at one by one."""
        del rows, oldest, newest
        return origin is not Origin.LABELS

    def consume(self, rows: ObservationBatch, first: int, log: RowLog) -> list[Found]:
        """Learn from unseen rows as `detectors.monitors.row_consumer.RowConsumer`."""
        if rows.origin is not Origin.LABELS:
            return []
        are_other = self._names.add(rows.columns, rows.times).are_other
        passed = min(self._to_choose, len(rows))
        self._to_choose -= passed
        passed = max(passed, self._rows_unmet(rows))
        if passed == len(rows):
            return []
        if self._is_paced:
            return self._checked(rows, passed, len(rows), first, log, are_other)
        if self._paced_at is None:
            self._paced_at = first + passed + PACED
        at = min(max(self._paced_at - first, passed), len(rows))
        found = self._checked(rows, passed, at, first, log, are_other) if at > passed else []
        if at < len(rows):
            self._pace, self._is_paced = log.pace(self._paced_at - PACED, self._paced_at), True
            for check in self.checks:
                check.allow(self._limit_of(len(self.checks)))
            found += self._checked(rows, at, len(rows), first, log, are_other)
        return found

    def _limit_of(self, thresholds: int) -> float:
        return self._budget.rows_of(columns=thresholds, pace=self._pace)

    def _rows_unmet(self, rows: ObservationBatch) -> int:
        """Return how many rows are to be passed over that come before any is right."""
        if self._unmet == 0:
            return 0
        error = of_role(rows.columns, Role.ERROR)
        if error is None or error.kind is not Kind.BOOLEAN:
            self._unmet = 0
            return 0
        is_right = error.usable & (error.values == 0)
        met = int(np.argmax(is_right)) if is_right.any() else len(rows)
        passed = min(met, self._unmet)
        self._unmet = 0 if met < len(rows) else self._unmet - passed
        return passed

    def _checked(
        self,
        rows: ObservationBatch,
        begin: int,
        end: int,
        first: int,
        log: RowLog,
        are_other: NDArray[np.bool_],
    ) -> list[Found]:
        """Return what is found in the rows from ``begin`` up to ``end`` of a batch that count."""
        changes = np.flatnonzero(np.diff(are_other[begin:end])) + begin + 1
        return [
            each
            for start, stop in pairwise([begin, *changes.tolist(), end])
            if not are_other[start]
            for each in self._judged(rows, start, stop, first, log)
        ]

    def _judged(
        self, rows: ObservationBatch, begin: int, end: int, first: int, log: RowLog
    ) -> list[Found]:
        columns = [column.between(begin, end) for column in rows.columns]
        view = OutcomeView(columns, end - begin, self._classes, self._score_of)
        times = None
        if self._are_kept:
            predicted, labelled = predicted_at(rows)[begin:end], rows.times[begin:end]
            # Clocks that differ a little make no label one that is dated before its prediction.
            joined = np.where(backdated(predicted, labelled), predicted, labelled)
            times = LabelTimes(np.minimum(predicted, joined), labelled)
        found = [
            Found(
                turn.row,
                performance_alert_of(
                    turn,
                    check.threshold,
                    self._identity,
                    change_at=log.position(turn.crossing.first_row, known_at=turn.row),
                    detected_at=log.position(turn.row, known_at=turn.row),
                ),
            )
            for check in self.checks
            for turn in check.update(view, first + begin, times)
        ]
        found.sort(key=lambda each: each.row)
        return found

    def restart(self) -> None:
        """Take new references, of those that are relative to one."""
        self._to_choose = self._unchosen
        self._names.restart()
        for check in self.checks:
            check.restart()

    def state(self) -> State:
        """Return the whole state."""
        checks = {str(check.threshold): check.state() for check in self.checks}
        pace = [self._is_paced, self._pace, self._paced_at] if self._budget.timed else None
        names = [self._names.state(), self._unmet]
        return {"to_choose": self._to_choose, "checks": checks, "pace": pace, "names": names}

    def restore(self, state: State) -> None:
        """Restore a state; a threshold that is new, or was changed, begins with the next row."""
        self._to_choose = min(state["to_choose"], self._unchosen)
        # Releases before compared no names; what they have judged is past all waiting.
        names, self._unmet = state.get("names", (None, 0))
        if names is not None:
            self._names.restore(names)
        # Releases before knew one limit alone, and other budgets no pace: then it is measured now.
        if self._budget.timed and state.get("pace") is not None:
            self._is_paced, self._pace, self._paced_at = state["pace"]
            for check in self.checks:
                check.allow(self._limit_of(len(self.checks)))
        for check in self.checks:
            known = state["checks"].get(str(check.threshold))
            if known is not None:
                check.restore(known)


def _left_by(
    before: "tuple[str, ThresholdWatch] | Uncompared", check: ThresholdCheck
) -> Inherited | Uncompared:
    if isinstance(before, Uncompared):
        return before
    version, watch = before
    theirs = next((each for each in watch.checks if each.threshold == check.threshold), None)
    if theirs is None or theirs.kept is None:
        return Uncompared.NOT_WATCHED
    kept = theirs.kept.kept()
    return Uncompared.TOO_FEW_LABELS if kept is None else Inherited(version, kept)
