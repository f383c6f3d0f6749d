"""What versions leave to those after them: the losses that thresholds on `previous` count from.

A version takes over what the one before it has left with the first table of labels of its own that
comes once there is enough, of all tables before that one: by the tables of the log alone, and not
by how many of them were taken at once. So is told how long that one goes on beside it.
"""

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Final

from detectors.monitors.model_monitor import ModelMonitor
from detectors.monitors.threshold_watch import ThresholdWatch
from detectors.performance.inheritance import Uncompared
from detectors.versions.registry import VersionRegistry
from detectors.versions.succession import VersionsBefore
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationTable, Origin

_REASONS: Final = {
    VersionsBefore.NONE: Uncompared.NO_VERSION_BEFORE,
    VersionsBefore.ROLLED_BACK: Uncompared.ROLLED_BACK,
    VersionsBefore.SEVERAL: Uncompared.SEVERAL_VERSIONS,
}


class Predecessors:
    """The versions of a fleet that wait for what others have left; it has no state of its own.

    Parameters
    ----------
    registry
        Which version was before which.
    monitor_of
        Gives the monitor of a version that is watched.
    """

    def __init__(
        self, registry: VersionRegistry, monitor_of: Callable[[str, str], ModelMonitor | None]
    ) -> None:
        self._registry = registry
        self._monitor_of = monitor_of
        self._waiting: dict[ModelVersion, ThresholdWatch] = {}
        # Those that count from another version.
        self._supplied: dict[ModelVersion, ThresholdWatch] = {}

    def watch(self, monitor: ModelMonitor) -> None:
        """Take note of a version that is watched from now on."""
        key = monitor.model, monitor.version
        self.unwatched(key)
        watch = _watch_of(monitor)
        if watch is not None and watch.is_waiting:
            self._waiting[key] = watch
        if watch is not None and watch.versions_before():
            self._supplied[key] = watch

    def restore(self, monitors: Iterable[ModelMonitor]) -> None:
        """Take note of all versions that are watched."""
        self._waiting, self._supplied = {}, {}
        for monitor in monitors:
            self.watch(monitor)

    def unwatched(self, key: ModelVersion) -> None:
        """Take note of a version that is watched no longer."""
        self._waiting.pop(key, None)
        self._supplied.pop(key, None)

    def are_due(self, table: ObservationTable) -> bool:
        """Tell whether a table has labels of versions that wait, or that count from another."""
        return (
            bool(self._waiting or self._supplied)
            and table.origin is Origin.LABELS
            and any(key in self._waiting or key in self._supplied for key in table.versions())
        )

    def supply(self, table: ObservationTable) -> None:
        """Give the versions of a table that is to be taken what was left to them so far.

        A table that comes again gives nothing: by now more is left than was when it came.
        """
        if not self.are_due(table):
            return
        for rows, (begin, end) in zip(table.models, pairwise(table.bounds()), strict=True):
            key = rows.model, rows.version
            monitor = self._monitor_of(*key)
            if monitor is not None and (key in self._waiting or key in self._supplied):
                batch = table.batch(rows, begin, end, columns=())
                if monitor.has_new_rows(batch):
                    self.give(key)

    def give(self, key: ModelVersion) -> None:
        """Give a version what was left to it so far, and tell it until when others have served."""
        watch = self._waiting.get(key)
        if watch is not None:
            watch.inherit(self._before(key))
            if not watch.is_waiting:
                del self._waiting[key]
            if watch.versions_before():
                self._supplied[key] = watch
        watch = self._supplied.get(key)
        for version in () if watch is None else sorted(watch.versions_before()):
            last = self._registry.last_served((key[0], version))
            self._supplied[key].serves_beside(version, last)

    def _before(self, key: ModelVersion) -> tuple[str, ThresholdWatch] | Uncompared:
        version = self._registry.before(key)
        if isinstance(version, VersionsBefore):
            return _REASONS[version]
        monitor = self._monitor_of(key[0], version)
        if monitor is None:
            return Uncompared.NOT_WATCHED
        if monitor.labelled_rows == 0:
            return Uncompared.UNLABELLED
        watch = _watch_of(monitor)
        return Uncompared.NOT_WATCHED if watch is None else (version, watch)


def _watch_of(monitor: ModelMonitor) -> ThresholdWatch | None:
    watches = (each for each in monitor.consumers if isinstance(each, ThresholdWatch))
    return next(watches, None)
