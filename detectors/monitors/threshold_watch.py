"""The thresholds of one model version, watched on its labelled rows: a consumer of these."""

from detectors.alerts.performance_alert import performance_alert_of
from detectors.monitors.options import MonitorOptions
from detectors.monitors.row_consumer import Found
from detectors.performance.error import Task
from detectors.performance.outcome_view import OutcomeView
from detectors.performance.task_choice import EVIDENCE
from detectors.performance.threshold_check import ThresholdCheck
from detectors.rows.row_log import RowLog
from detectors.snapshots.tree import State
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationBatch, Origin


class ThresholdWatch:
    """All thresholds of one model version.

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
        self.checks = tuple(map(ThresholdCheck, options.thresholds))
        self._identity = identity
        self._classes = options.classes
        self._score_of = options.performance.score_of
        # Until the task of the model is chosen, its errors may be of either kind.
        self._unchosen = EVIDENCE if options.task is Task.AUTO else 0
        self._to_choose = self._unchosen

    def skim(self, origin: Origin, rows: int, oldest: int, newest: int) -> bool:
        """Pass over predictions; labelled rows are looked at one by one."""
        del rows, oldest, newest
        return origin is not Origin.LABELS

    def consume(self, rows: ObservationBatch, first: int, log: RowLog) -> list[Found]:
        """Learn from unseen rows as `detectors.monitors.row_consumer.RowConsumer`."""
        if rows.origin is not Origin.LABELS:
            return []
        passed = min(self._to_choose, len(rows))
        self._to_choose -= passed
        if passed == len(rows):
            return []
        columns = [column.since(passed) for column in rows.columns]
        view = OutcomeView(columns, len(rows) - passed, self._classes, self._score_of)
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
            for turn in check.update(view, first + passed)
        ]
        found.sort(key=lambda each: each.row)
        return found

    def restart(self) -> None:
        """Take new references, of those that are relative to one."""
        self._to_choose = self._unchosen
        for check in self.checks:
            check.restart()

    def state(self) -> State:
        """Return the whole state."""
        checks = {str(check.threshold): check.state() for check in self.checks}
        return {"to_choose": self._to_choose, "checks": checks}

    def restore(self, state: State) -> None:
        """Restore a state; a threshold that is new, or was changed, begins with the next row."""
        self._to_choose = min(state["to_choose"], self._unchosen)
        for check in self.checks:
            known = state["checks"].get(str(check.threshold))
            if known is not None:
                check.restore(known)
