"""The versions of the models of one partition: what they are to their models, and when they served.

By observation and by model events; `detectors.versions.records` makes of it what is published.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.rows.label_counts import LabelCounts
from detectors.snapshots.tree import State
from detectors.versions.event_outcome import OUTCOME_OF, EventOutcome
from detectors.versions.incidents import IncidentEnd, Incidents, IncidentTurn
from detectors.versions.lifecycle import Change, Lifecycle, Remark, Standing
from detectors.versions.records import record_of
from detectors.versions.remembered_versions import RememberedVersions
from detectors.versions.succession import VersionsBefore, last_good, version_before
from detectors.versions.traffic import Traffic
from detectors.versions.version import WatchedVersion
from schemas.events.alert import Alert, AlertStatus
from schemas.events.model_event import RESTARTING, ModelEvent, ModelEventType
from schemas.events.retrain_request import AlertReference
from schemas.events.times import parse_time
from schemas.events.version_record import ThresholdStanding, VersionRecord
from schemas.events.version_status import GONE, VersionStatus
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import Integers


class Changes(NamedTuple):
    """What has changed in a registry.

    Attributes
    ----------
    records
        Of versions that are to be told anew.
    forgotten
        Versions that are to be told no longer.
    outcomes
        What became of model events.
    incidents
        Alerts that have opened, or are open no longer.
    """

    records: Sequence[VersionRecord]
    forgotten: Sequence[ModelVersion]
    outcomes: Sequence[EventOutcome]
    incidents: Sequence[IncidentTurn] = ()


class Overview(NamedTuple):
    """A version in short, with all rows counted so far.

    Attributes
    ----------
    model, version, status
        Which one, and what it is to its model.
    rows
        Predictions counted.
    newest
        The latest event time of them, milliseconds since the epoch; -1 where there are none.
    """

    model: str
    version: str
    status: VersionStatus
    rows: int
    newest: int


NO_CHANGES: Final = Changes((), (), ())


class VersionRegistry:
    """What served, of the models of one partition.

    A version is told anew when its model had an event, when its alerts have changed, and when a row
    has taken it further: its first row, the first of later five minutes of event time than all
    before, and the one that makes them 2, 4, 8 and so on. What is told of its rows is always as of
    the latest of these rows and events: it does not depend on how rows were cut into batches.

    A version that no model event has named is remembered for as long as its rows are watched; then
    it is told no longer. Of those that were named
    `detectors.versions.remembered_versions.MOST_OF_MODEL` are remembered of a model, and
    ``most`` in all: the one that was named first is forgotten first, a champion only where there is
    no other, and the last that was told of it stands.

    Parameters
    ----------
    most
        Named versions that are remembered in all.
    restarts
        Tells whether the references of an event's model begin anew after it.
    """

    def __init__(
        self,
        *,
        most: int = 10_000,
        restarts: Callable[[ModelEvent], bool] = lambda event: event.type in RESTARTING,
    ) -> None:
        self._restarts = restarts
        self._known = RememberedVersions(most)
        self._lifecycles: dict[str, Lifecycle] = {}
        self._due: dict[ModelVersion, None] = {}
        self._forgotten: dict[ModelVersion, None] = {}
        self._outcomes: list[EventOutcome] = []
        self._incidents = Incidents()
        self._touched: dict[str, int] = {}
        """How often the lifecycle of a model has changed; no part of the state."""

    def __len__(self) -> int:
        return len(self._known.versions)

    # -- what comes in

    def skim(self, key: ModelVersion, rows: int, oldest: int, newest: int) -> bool:
        """Count unseen predictions of a version by their extremes alone.

        False, and none is counted, where that is not enough: they are to be given to `count`.
        """
        version = self._known.versions.get(key)
        return version is not None and version.goes_on(rows, oldest, newest)

    def count(self, key: ModelVersion, times: Integers) -> None:
        """Count unseen predictions of a version by their event times, at least one."""
        version = self._known.versions.get(key) or self._begin(key)
        standing = None if version.traffic.rows else self.standing_of(key[0])
        if standing is not None and key[1] in standing.good:
            # From its first row on it may be what to go back to, and another one is so no more.
            self._due |= {(key[0], name): None for name in self._known.names(key[0])}
        if version.count(times):
            self._due[key] = None

    def count_repeats(self, key: ModelVersion, corrected: NDArray[np.bool_]) -> None:
        """Count labels that came again for predictions of a version, at least one.

        Parameters
        ----------
        key
            Which version.
        corrected
            Shape ``(n,)``: which are others than before.
        """
        version = self._known.versions.get(key) or self._begin(key)
        if version.count_repeats(corrected):
            self._due[key] = None

    def count_backdated(self, key: ModelVersion, labels: int) -> None:
        """Count labels dated before the predictions of a version that they are for, some."""
        version = self._known.versions.get(key) or self._begin(key)
        if version.count_backdated(labels):
            self._due[key] = None

    def held_to(self, key: ModelVersion, thresholds: Sequence[ThresholdStanding]) -> None:
        """Take where a version stands with the thresholds of its performance."""
        version = self._known.versions.get(key) or self._begin(key)
        if version.held_to(thresholds):
            self._due[key] = None

    def unwatched(self, key: ModelVersion) -> None:
        """Take note that the rows of a version are watched no longer."""
        if key in self._known.versions and not self._known.is_named(key):
            self._forget(key)
            self._forgotten[key] = None

    def alerted(self, alert: Alert) -> None:
        """Take an alert of a version."""
        key = (alert.model, alert.version)
        version = self._known.versions.get(key)
        before = self._open_alerts([key])
        if version is None or not version.open_alert(alert):
            return
        self._due[key] = None
        is_resolved = alert.status is AlertStatus.RESOLVED
        end = IncidentEnd.RESOLVED if is_resolved else IncidentEnd.FORGOTTEN
        time = parse_time(alert.event_time)
        self._incidents.compare(before, self._open_alerts([key]), time, end, alert.message)

    def notice(self, event: ModelEvent, *, is_new: bool) -> None:
        """Take a model event: it counts by its time, once.

        One without a time, which no worker writes, is passed over.

        Parameters
        ----------
        event
            About a model of the partition.
        is_new
            Whether it was not noticed before.
        """
        if event.timestamp is None:
            return
        if not is_new:
            self._outcomes.append(EventOutcome.REPEATED)
            return
        time = parse_time(event.timestamp)
        before = self._open_alerts(self._known.keys(event.model))
        if self._restarts(event):
            for version in self._known.of(event.model):
                version.restart(time)
        if event.type is ModelEventType.ALERT_ACKNOWLEDGED and event.alert_id is not None:
            for version in self._known.of(event.model):
                version.close_alert(event.alert_id)
        still = self._open_alerts(before)
        if event.effects.becomes is not None and event.version is not None:
            self._outcomes.append(self._change(event, event.version, time))
        for name in self._known.names(event.model):
            self._known.versions[event.model, name].show()
            self._due[event.model, name] = None
        for key in sorted({*before, *self._known.keys(event.model)}):
            end = self._end_by(event, key)
            # Of one that was forgotten for another one the rest has been told by now.
            after = self._open_alerts([key]) if key in self._known.versions else {key: still[key]}
            self._incidents.compare({key: before.get(key, [])}, after, time, end)

    # -- what goes out

    def changes(self) -> Changes:
        """Return what has changed since the last time."""
        records = [self._record(key) for key in self._due if key in self._known.versions]
        incidents = self._incidents.take()
        changes = Changes(records, list(self._forgotten), self._outcomes, incidents)
        self._due, self._forgotten, self._outcomes = {}, {}, []
        return changes

    def status_of(self, key: ModelVersion) -> VersionStatus:
        """Return the status of a version."""
        lifecycle = self._lifecycles.get(key[0])
        named = None if lifecycle is None else lifecycle.standing.status(key[1])
        return named or VersionStatus.OBSERVED

    def standing_of(self, model: str) -> Standing | None:
        """Return how the versions of a model stand by its model events; None without any."""
        lifecycle = self._lifecycles.get(model)
        return None if lifecycle is None else lifecycle.standing

    def champion_since(self, key: ModelVersion) -> int | None:
        """Return since when a version is its model's champion, milliseconds since the epoch.

        None where it is not.
        """
        standing = self.standing_of(key[0])
        if standing is None or standing.champion != key[1]:
            return None
        return standing.histories[key[1]][-1].since

    def seen(self, model: str) -> set[str]:
        """Return the versions of a model that have had rows."""
        return set(self._served(model))

    def newest_of(self, model: str) -> int:
        """Return the latest event time of the rows of a model; -1 where there are none."""
        times = (
            self._known.versions[model, each].traffic.newest for each in self._known.names(model)
        )
        return max(times, default=-1)

    def last_served(self, key: ModelVersion) -> int:
        """Return the time of the latest prediction of a version; -1 without any."""
        version = self._known.versions.get(key)
        return -1 if version is None else version.traffic.newest

    def before(self, key: ModelVersion) -> str | VersionsBefore:
        """Return the version that served before another one, as `version_before` says."""
        model, name = key
        return version_before(name, self._standing(model), self._served(model))

    def last_good(self, model: str) -> str | None:
        """Return what a model is to be rolled back to, as `detectors.versions.succession` says."""
        standing = self.standing_of(model)
        return None if standing is None else last_good(standing, self._served(model))

    def challengers(self, model: str) -> list[str]:
        """Return the challengers of a model by their names, those without rows among them."""
        challenger = VersionStatus.CHALLENGER
        names = sorted(self._known.names(model))
        return [each for each in names if self.status_of((model, each)) is challenger]

    def labels_of(self, key: ModelVersion) -> LabelCounts:
        """Return how many labels of a version came again, or dated before their predictions."""
        version = self._known.versions.get(key)
        return LabelCounts() if version is None else version.labels

    def open_alerts_of(self, key: ModelVersion) -> int:
        """Return how many alerts of a version are open, as far as they are remembered.

        None of one that serves no more, until it does again.
        """
        return sum(map(len, self._open_alerts([key]).values()))

    def records(self, model: str | None = None) -> list[VersionRecord]:
        """Return what is told of all versions, or of those of a model, by their names."""
        return [self._record(key) for key in self._known.keys(model)]

    def overview(self) -> list[Overview]:
        """Return all versions in short, by their names."""
        return [
            Overview(*key, self.status_of(key), each.traffic.rows, each.traffic.newest)
            for key, each in sorted(self._known.versions.items(), key=lambda item: item[0])
        ]

    def records_by_now(self, model: str, most: int | None = None) -> list[VersionRecord]:
        """Return what there would be to tell of a model with all rows counted so far.

        Parameters
        ----------
        model
            Its name.
        most
            How many versions: those that model events have named, and then those with the latest
            rows; all by default.
        """
        keys = self._known.keys(model)
        keys.sort(
            key=lambda key: (self._known.is_named(key), self._known.versions[key].traffic.newest)
        )
        kept = keys if most is None else keys[-most:]
        return [self._record(key, by_now=True) for key in sorted(kept)]

    # -- state

    def stamps(self) -> Iterator[tuple[ModelVersion | tuple[str], Hashable]]:
        """Yield versions, and models of which there were events, with what differs when they do."""
        for key, version in self._known.versions.items():
            yield key, (version, version.traffic.rows, version.touched)
        for model, lifecycle in self._lifecycles.items():
            yield (model,), (lifecycle, self._touched.get(model, 0))

    def version_state(self, key: ModelVersion) -> State:
        """Return the state of a version; `KeyError` where it is not remembered."""
        return self._known.versions[key].state()

    def lifecycle_state(self, model: str) -> State:
        """Return the model events of a model; `KeyError` where there were none."""
        return self._lifecycles[model].state()

    def outline(self) -> State:
        """Return which versions there are, which are named, in order, and models with events."""
        return {
            "served": [list(key) for key in sorted(self._known.versions)],
            "named": self._known.named(),
            "lifecycles": sorted(self._lifecycles),
        }

    def state(self) -> State:
        """Return the whole state, for `restore`."""
        return {
            "served": [
                [*key, self._known.versions[key].state()] for key in sorted(self._known.versions)
            ],
            "named": self._known.named(),
            "lifecycles": [
                [model, self._lifecycles[model].state()] for model in sorted(self._lifecycles)
            ],
        }

    def restore(self, state: State) -> None:
        """Take over a state; what it has no part of begins anew."""
        self._lifecycles = {}
        self._due, self._forgotten, self._outcomes = {}, {}, []
        self._incidents = Incidents()
        served = {
            (model, name): WatchedVersion.of(told) for model, name, told in state.get("served", ())
        }
        self._known.restore(served, state.get("named", ()))
        for model, told in state.get("lifecycles", ()):
            lifecycle = self._lifecycles[model] = Lifecycle()
            lifecycle.restore(told)

    # -- within

    def _change(self, event: ModelEvent, name: str, time: int) -> EventOutcome:
        lifecycle = self._lifecycles.setdefault(event.model, Lifecycle())
        if lifecycle.is_settled(time):
            return EventOutcome.TOO_OLD
        remark = self._remark(lifecycle, event, name, time)
        self._name((event.model, name))
        lifecycle.add(Change(time, event.type, name, remark), self._known.names(event.model))
        self._touched[event.model] = self._touched.get(event.model, 0) + 1
        return OUTCOME_OF[remark]

    def _remark(self, lifecycle: Lifecycle, event: ModelEvent, name: str, time: int) -> Remark:
        version = self._known.versions.get((event.model, name))
        has_rows = version is not None and version.traffic.rows > 0
        if event.effects.becomes is VersionStatus.CHAMPION:
            if any(lifecycle.rivals(time, name)):
                return Remark.CONTESTED
            was_champion = any(
                step.status is VersionStatus.CHAMPION
                for step in lifecycle.standing.histories.get(name, ())
            )
            if event.type is ModelEventType.ROLLED_BACK and not has_rows and not was_champion:
                return Remark.NEVER_SERVED
        return Remark.UNSEEN if version is None else Remark.NONE

    def _begin(self, key: ModelVersion) -> WatchedVersion:
        self._forgotten.pop(key, None)
        return self._known.begin(key)

    def _name(self, key: ModelVersion) -> None:
        """Remember a version as one that events have named."""
        if key not in self._known.versions:
            self._begin(key)
        displaced = self._known.displaced_by(key, self._is_champion)
        if displaced is not None:
            self._forget(displaced)
        self._known.name(key)

    def _forget(self, key: ModelVersion) -> None:
        time = max(self._known.versions[key].traffic.newest, 0)
        self._incidents.compare(self._open_alerts([key]), {}, time, IncidentEnd.FORGOTTEN)
        self._due.pop(key, None)
        if self._known.forget(key):
            self._lifecycles.pop(key[0], None)
            self._touched.pop(key[0], None)

    def _standing(self, model: str) -> Standing:
        return self.standing_of(model) or Standing()

    def _served(self, model: str) -> dict[str, Traffic]:
        """Return the rows of the versions of a model that had any."""
        versions = ((name, self._known.versions[model, name]) for name in self._known.names(model))
        return {name: version.traffic for name, version in versions if version.traffic.rows > 0}

    def _is_champion(self, key: ModelVersion) -> bool:
        return self._lifecycles[key[0]].standing.champion == key[1]

    def _open_alerts(
        self, keys: Iterable[ModelVersion]
    ) -> dict[ModelVersion, list[AlertReference]]:
        """Return the alerts of versions that are told as open."""
        return {
            key: self._known.versions[key].open_alerts()
            for key in keys
            if key in self._known.versions and self.status_of(key) not in GONE
        }

    def _end_by(self, event: ModelEvent, key: ModelVersion) -> IncidentEnd:
        """Return why alerts of a version are open no longer after a model event."""
        if self.status_of(key) in GONE:
            return IncidentEnd.GONE
        is_seen = event.type is ModelEventType.ALERT_ACKNOWLEDGED
        return IncidentEnd.ACKNOWLEDGED if is_seen else IncidentEnd.RESTARTED

    def _record(self, key: ModelVersion, *, by_now: bool = False) -> VersionRecord:
        lifecycle, version = self._lifecycles.get(key[0]), self._known.versions[key]
        return record_of(
            key,
            version,
            version.traffic if by_now else version.shown,
            version.labels if by_now else version.shown_labels,
            None if lifecycle is None else lifecycle.standing,
            is_last_good=self.last_good(key[0]) == key[1],
        )
