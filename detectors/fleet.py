"""All models that one worker watches in one partition."""

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from detectors.contract import State
from detectors.identity import event_id
from detectors.model_monitor import ModelMonitor
from detectors.options import MonitorOptions
from detectors.seen import Seen
from detectors.watch_steady import watch_steady
from schemas.alert import Alert
from schemas.model_event import ModelEvent, ModelEventType
from schemas.observations import ObservationBatch, ObservationTable

ModelKey: TypeAlias = tuple[str, str]
"""Model and version."""

RESTARTING: Final = frozenset(
    {
        ModelEventType.VERSION_DEPLOYED,
        ModelEventType.RETRAIN_COMPLETED,
        ModelEventType.ROLLED_BACK,
    }
)
"""Model events after which the references begin anew."""

MOST_NOTICED: Final = 10_000
"""Model events that are remembered, so that a replayed one changes nothing."""


class Fleet:
    """The model versions of one partition, watched from their first batch on.

    Where a further version, or its columns, find no room, the version whose last row lies back
    furthest in the log is forgotten: first those that have not finished a burn-in, until there is
    room for all of the new one; where there are none, one of the others. So names that are made
    up for each event push each other out, and at most one version that is watched in earnest. A
    version that comes back after that begins anew.

    Parameters
    ----------
    options_of
        Gives the options of a model by its name.
    most_models
        Model versions watched at once.
    most_columns
        Columns of all versions together above which further ones are refused.

    Attributes
    ----------
    evicted
        Versions that the latest update has forgotten; no part of the state.
    options_of
        As given.
    noticed
        Ids of the latest model events.
    """

    def __init__(
        self,
        options_of: Callable[[str], MonitorOptions],
        *,
        most_models: int = 10_000,
        most_columns: int = 50_000,
    ) -> None:
        self.evicted: list[ModelKey] = []
        self.options_of = options_of
        self._most_models = most_models
        self._most_columns = most_columns
        # Both in the order of the versions' latest rows. By place in the log, not by event time: a
        # clock that runs ahead would keep its version for ever.
        self._monitors: dict[ModelKey, ModelMonitor] = {}
        self._young: dict[ModelKey, None] = {}
        self._columns = 0
        self.noticed = Seen(MOST_NOTICED)

    def __iter__(self) -> Iterator[ModelMonitor]:
        return iter(self._monitors.values())

    def __len__(self) -> int:
        return len(self._monitors)

    @property
    def columns(self) -> int:
        """Watched columns of all versions."""
        return self._columns

    def monitor(self, model: str, version: str) -> ModelMonitor | None:
        """Return the monitor of a model version that is watched."""
        return self._monitors.get((model, version))

    def update(self, table: ObservationTable) -> list[Alert]:
        """Take rows of one or several model versions; return the alerts, by version and row.

        Of several versions those come first that have nothing unusual about them: all of these go
        through one compiled call.
        """
        self.evicted = []
        together: dict[ModelKey, list[Alert]] = {}
        if len(table.models) > 1:
            together = watch_steady(table, self._monitors)
            for key, found in together.items():
                self._touch(key, has_alerts=bool(found))
        alerts = []
        begin = 0
        for rows in table.models:
            end = begin + rows.rows
            key = rows.model, rows.version
            if key in together:
                alerts += together[key]
            else:
                alerts += self._update(table.batch(rows, begin, end))
            begin = end
        return alerts

    def _update(self, batch: ObservationBatch) -> list[Alert]:
        key = (batch.model, batch.version)
        monitor = self._monitors.get(key)
        if monitor is None:
            self._make_room(min(len(batch.columns), self._most_columns))
            monitor = ModelMonitor(*key, self.options_of(batch.model))
            self._monitors[key] = monitor
            self._young[key] = None
        rows, columns = monitor.all_rows, len(monitor.columns)
        alerts = monitor.update(batch, room=self._most_columns - self._columns)
        self._columns += len(monitor.columns) - columns
        if monitor.all_rows > rows:
            self._touch(key, has_alerts=bool(alerts))
        return alerts

    def _touch(self, key: ModelKey, *, has_alerts: bool) -> None:
        """Take note that a version has new rows."""
        monitor = self._monitors[key] = self._monitors.pop(key)
        if key in self._young:
            del self._young[key]
            # After an alert the reference that gave it has gone again.
            if not (has_alerts or monitor.has_reference):
                self._young[key] = None

    def notice(self, event: ModelEvent) -> None:
        """Begin the references of the model's versions anew where the event says so.

        Each event counts once: the same one again (type, version, time, request) is a replay, as
        long as it is among the latest that were noticed. Whether its time is before that of others
        does not matter. An event without a time is always new.
        """
        if event.type not in RESTARTING:
            return
        if event.timestamp is not None and not self.noticed.is_new(event_id(event)):
            return
        for monitor in self:
            if monitor.model == event.model:
                monitor.restart()

    def state(self) -> State:
        """Return the whole state."""
        return {
            "noticed": self.noticed.state(),
            "young": [list(key) for key in self._young],
            "monitors": [
                {"model": monitor.model, "version": monitor.version, "state": monitor.state()}
                for monitor in self
            ],
        }

    def outline(self) -> State:
        """Return what of the state is neither in a model's nor in ``noticed``, for `restore`."""
        return {
            "young": [list(key) for key in self._young],
            "order": [list(key) for key in self._monitors],
        }

    def restore(self, state: State) -> None:
        """Take over a state of a fleet with the same options."""
        self.noticed.restore(state["noticed"])
        self._young = dict.fromkeys((model, version) for model, version in state["young"])
        self._monitors = {}
        for item in state["monitors"]:
            model, version = item["model"], item["version"]
            monitor = ModelMonitor(model, version, self.options_of(model))
            monitor.restore(item["state"])
            self._monitors[model, version] = monitor
        self._columns = sum(len(monitor.columns) for monitor in self)

    def _make_room(self, columns: int) -> None:
        while self._young and not self._has_room(columns):
            self._evict(next(iter(self._young)))
        if self._monitors and not self._has_room(1):
            self._evict(next(iter(self._monitors)))

    def _has_room(self, columns: int) -> bool:
        return (
            len(self._monitors) < self._most_models
            and self._columns + columns <= self._most_columns
        )

    def _evict(self, key: ModelKey) -> None:
        self._columns -= len(self._monitors.pop(key).columns)
        self._young.pop(key, None)
        self.evicted.append(key)
