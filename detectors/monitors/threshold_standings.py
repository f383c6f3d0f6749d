"""Where a model version stands with its thresholds, as the registry of versions tells it."""

from typing import Final

from detectors.monitors.row_consumer import Found
from detectors.monitors.threshold_watch import ThresholdWatch
from detectors.performance.threshold_check import ThresholdCheck
from detectors.rows.row_log import RowLog
from detectors.snapshots.tree import State
from detectors.versions.registry import VersionRegistry
from schemas.events.version_record import ThresholdStanding, ThresholdState
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationBatch, Origin

NO_LABELS: Final = "no_labels"
"""No label so far says anything of the metric."""


class ThresholdStandings:
    """A row consumer that tells a registry what has become of thresholds by labelled rows.

    It comes after what watches these, and has no state of its own: the registry has it.

    Parameters
    ----------
    registry
        Of the partition.
    key
        Whose rows these are.
    watch
        Its thresholds.
    """

    name = "standings"

    def __init__(self, registry: VersionRegistry, key: ModelVersion, watch: ThresholdWatch) -> None:
        self._registry = registry
        self._key = key
        self._watch = watch

    def skim(self, origin: Origin, rows: int, oldest: int, newest: int) -> bool:
        """Pass over predictions: nothing is judged by them."""
        del rows, oldest, newest
        return origin is not Origin.LABELS

    def consume(self, rows: ObservationBatch, first: int, log: RowLog) -> list[Found]:
        """Have the registry take note; what follows is told by it."""
        del first, log
        if rows.origin is Origin.LABELS:
            self._tell()
        return []

    def restart(self) -> None:
        """Have the registry take note of the thresholds that count from nothing by now."""
        self._tell()

    def state(self) -> State:
        """Return nothing: the registry has it."""
        return {}

    def restore(self, state: State) -> None:
        """Do nothing, likewise."""

    def _tell(self) -> None:
        self._registry.held_to(self._key, [standing_of(each) for each in self._watch.checks])


def standing_of(check: ThresholdCheck) -> ThresholdStanding:
    """Return where a version stands with one threshold."""
    reason = None if check.uncompared is None else str(check.uncompared)
    if check.is_breached:
        # It stays so, though at present nothing may say whether it is good again.
        reason = None
    elif check.losses == 0:
        # The class is spelled otherwise, or the metric is none of the model's task: not kept.
        reason = NO_LABELS
    state = ThresholdState.CROSSED if check.is_breached else ThresholdState.KEPT
    return ThresholdStanding(
        threshold=str(check.threshold),
        state=state if reason is None else ThresholdState.NOT_JUDGED,
        reason=reason,
        bound=check.bound,
    )
