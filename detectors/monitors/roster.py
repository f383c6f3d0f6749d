"""Which model versions are watched, in what order they were heard of, and who makes room."""

from collections.abc import Iterable, Iterator, KeysView, Mapping, Sequence

from detectors.monitors.given import ColumnKey
from detectors.monitors.model_monitor import ModelMonitor
from detectors.monitors.watched_roles import watched_keys
from detectors.snapshots.tree import State
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationTable


class Roster:
    """Monitors in the order of their versions' latest rows, and bounded in number.

    The order is that of the places in the log, not of event times: a clock that runs ahead would
    keep its version for ever. Young versions have not finished a burn-in yet, and make room first.

    Parameters
    ----------
    most_models, most_columns
        As of `detectors.monitors.fleet.Fleet`.

    Attributes
    ----------
    columns
        Watched columns of all versions.
    at_once
        Columns of versions that may still be watched from their first row on; the others have to
        show themselves first. It only falls: whoever makes up names uses it up once.
    """

    def __init__(self, *, most_models: int, most_columns: int, at_once: int) -> None:
        self._most_models = most_models
        self._most_columns = most_columns
        self._monitors: dict[ModelVersion, ModelMonitor] = {}
        self._young: dict[ModelVersion, None] = {}
        self.columns = 0
        self.at_once = at_once

    def __iter__(self) -> Iterator[ModelMonitor]:
        return iter(self._monitors.values())

    def __len__(self) -> int:
        return len(self._monitors)

    @property
    def monitors(self) -> Mapping[ModelVersion, ModelMonitor]:
        """By model and version."""
        return self._monitors

    @property
    def young(self) -> KeysView[ModelVersion]:
        """Versions without a reference so far, in the same order."""
        return self._young.keys()

    @property
    def room(self) -> int:
        """How many columns may come in."""
        return self._most_columns - self.columns

    def has_place_for(self, tables: Iterable[ObservationTable]) -> bool:
        """Tell whether for some tables no version is forgotten, and no column refused.

        Then what becomes of a version depends on its own rows alone.
        """
        versions: dict[frozenset[ColumnKey], set[ModelVersion]] = {}
        for table in tables:
            names = watched_keys(table.origin, table.columns)
            versions.setdefault(names, set()).update(table.versions())
        if not all(keys <= self._monitors.keys() for keys in versions.values()):
            return False
        if sum(len(names) * len(keys) for names, keys in versions.items()) <= self.room:
            return True
        new = sum(
            len(names - self._monitors[key].columns.keys())
            for names, keys in versions.items()
            for key in keys
        )
        return new <= self.room

    def begin(self, monitor: ModelMonitor, columns: int) -> list[ModelVersion]:
        """Take in a version with some columns; return those that were forgotten for it."""
        evicted = self._make_room(min(columns, self._most_columns))
        self.at_once = max(self.at_once - max(columns, 1), 0)
        key = monitor.model, monitor.version
        self._monitors[key] = monitor
        self._young[key] = None
        return evicted

    def touch(self, key: ModelVersion, *, has_grown: bool) -> None:
        """Take note that a version has new rows.

        Grown is one that has, or had, a reference: after an alert the one that gave it has gone.
        """
        self._monitors[key] = self._monitors.pop(key)
        if key in self._young:
            del self._young[key]
            if not has_grown:
                self._young[key] = None

    def outline(self) -> State:
        """Return what of the state is in no monitor."""
        return {
            "young": [list(key) for key in self._young],
            "order": [list(key) for key in self._monitors],
            "at_once": self.at_once,
        }

    def restore(
        self,
        monitors: Sequence[ModelMonitor],
        young: Sequence[Sequence[str]],
        at_once: int | None,
    ) -> None:
        """Take over monitors, in their order, which versions are young, and what is left at once.

        Parameters
        ----------
        at_once
            None where that was not counted: it is as in the beginning.
        """
        self._monitors = {(each.model, each.version): each for each in monitors}
        self._young = dict.fromkeys((model, version) for model, version in young)
        self.columns = sum(len(monitor.columns) for monitor in monitors)
        if at_once is not None:
            self.at_once = at_once

    def _make_room(self, columns: int) -> list[ModelVersion]:
        evicted: list[ModelVersion] = []
        while self._young and not self._has_room(columns):
            evicted.append(self._evict(next(iter(self._young))))
        if self._monitors and not self._has_room(1):
            evicted.append(self._evict(next(iter(self._monitors))))
        return evicted

    def _has_room(self, columns: int) -> bool:
        return (
            len(self._monitors) < self._most_models and self.columns + columns <= self._most_columns
        )

    def _evict(self, key: ModelVersion) -> ModelVersion:
        self.columns -= len(self._monitors.pop(key).columns)
        self._young.pop(key, None)
        return key
