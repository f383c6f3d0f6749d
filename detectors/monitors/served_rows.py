"""The rows of a model version as the registry of versions counts them."""

import numpy as np

from detectors.monitors.row_consumer import Found
from detectors.rows.label_counts import backdated, corrected_in
from detectors.rows.predicted_at import predicted_at
from detectors.rows.row_log import RowLog
from detectors.snapshots.tree import State
from detectors.versions.registry import VersionRegistry
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationBatch, Origin


class ServedRows:
    """A row consumer that tells a registry of predictions, and of labels that came otherwise.

    Those that came again, and those that are dated before their predictions.

    It has no state of its own.

    Parameters
    ----------
    registry
        Of the partition.
    key
        Whose rows these are.
    """

    name = "served"

    def __init__(self, registry: VersionRegistry, key: ModelVersion) -> None:
        self._registry = registry
        self._key = key

    def skim(self, origin: Origin, rows: int, oldest: int, newest: int) -> bool:
        """Count predictions by their extremes; of labels these say nothing."""
        return origin is Origin.PREDICTIONS and self._registry.skim(self._key, rows, oldest, newest)

    def consume(self, rows: ObservationBatch, first: int, log: RowLog) -> list[Found]:
        """Count rows; what follows is told by the registry."""
        del first, log
        if rows.origin is Origin.PREDICTIONS:
            self._registry.count(self._key, rows.times)
        elif rows.origin is Origin.REPEATS:
            self._registry.count_repeats(self._key, corrected_in(rows))
        else:
            labels = int(np.count_nonzero(backdated(predicted_at(rows), rows.times)))
            if labels:
                self._registry.count_backdated(self._key, labels)
        return []

    def restart(self) -> None:
        """Do nothing: the registry takes note of the model event itself."""

    def state(self) -> State:
        """Return nothing: the registry has it."""
        return {}

    def restore(self, state: State) -> None:
        """Do nothing, likewise."""
