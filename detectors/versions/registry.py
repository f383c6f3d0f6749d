"""The versions of the models of one partition: what they are to their models, and when they served.

By observation and by model events; `detectors.versions.records` makes of it what is published.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.rows.label_counts import LabelCounts
from detectors.snapshots.tree import State
from detectors.versions.incidents import IncidentEnd, Incidents, IncidentTurn
from detectors.versions.lifecycle import Change, Lifecycle, Remark, Standing
from detectors.versions.records import record_of
from detectors.versions.traffic import HOUR, Traffic
from detectors.versions.version import WatchedVersion
from schemas.events.alert import Alert, AlertStatus
from schemas.events.model_event import RESTARTING, ModelEvent, ModelEventType
from schemas.events.retrain_request import AlertReference
from schemas.events.times import parse_time
from schemas.events.version_record import ThresholdStanding, VersionRecord
from schemas.events.version_status import GONE, VersionStatus
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import Integers

MOST_OF_MODEL: Final = 200
"""Versions of one model that are remembered."""


class EventOutcome(StrEnum):
    """What became of a model event that may be about a version."""

    TAKEN = "taken"
    UNSEEN = "unseen"
    NEVER_SERVED = "never_served"
    CONTESTED = "contested"
    REPEATED = "repeated"
    """It was noticed before."""
    TOO_OLD = "too_old"
    """It is earlier than `detectors.versions.lifecycle.MOST_CHANGES` others of its model."""


_OUTCOME_OF: Final = {
    Remark.NONE: EventOutcome.TAKEN,
    Remark.UNSEEN: EventOutcome.UNSEEN,
    Remark.NEVER_SERVED: EventOutcome.NEVER_SERVED,
    Remark.CONTESTED: EventOutcome.CONTESTED,
}


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


class VersionsBefore(StrEnum):
    """Why no version is the one before another."""

    NONE = "none"
    ROLLED_BACK = "rolled_back"
    SEVERAL = "several"


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
    it is told no longer. Of those that were named `MOST_OF_MODEL` are remembered of a model, and
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
        self._most = most
        self._restarts = restarts
        self._versions: dict[ModelVersion, WatchedVersion] = {}
        self._models: dict[str, dict[str, None]] = {}
        """The versions of each model."""
        self._lifecycles: dict[str, Lifecycle] = {}
        self._named: dict[ModelVersion, None] = {}
        """In the order in which they were named for the first time."""
        self._due: dict[ModelVersion, None] = {}
        self._forgotten: dict[ModelVersion, None] = {}
        self._outcomes: list[EventOutcome] = []
        self._incidents = Incidents()
        self._touched: dict[str, int] = {}
        """How often the lifecycle of a model has changed; no part of the state."""

    def __len__(self) -> int:
        return len(self._versions)

    # -- what comes in

    def skim(self, key: ModelVersion, rows: int, oldest: int, newest: int) -> bool:
        """Count unseen predictions of a version by their extremes alone.

        False, and none is counted, where that is not enough: they are to be given to `count`.
        """
        version = self._versions.get(key)
        return version is not None and version.goes_on(rows, oldest, newest)

    def count(self, key: ModelVersion, times: Integers) -> None:
        """Count unseen predictions of a version by their event times, at least one."""
        version = self._versions.get(key) or self._begin(key)
        standing = None if version.traffic.rows else self.standing_of(key[0])
        if standing is not None and key[1] in standing.good:
            # From its first row on it may be what to go back to, and another one is so no more.
            self._due |= {(key[0], name): None for name in self._names(key[0])}
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
        version = self._versions.get(key) or self._begin(key)
        if version.count_repeats(corrected):
            self._due[key] = None

    def count_backdated(self, key: ModelVersion, labels: int) -> None:
        """Count labels dated before the predictions of a version that they are for, some."""
        version = self._versions.get(key) or self._begin(key)
        if version.count_backdated(labels):
            self._due[key] = None

    def held_to(self, key: ModelVersion, thresholds: Sequence[ThresholdStanding]) -> None:
        """Take where a version stands with the thresholds of its performance."""
        version = self._versions.get(key) or self._begin(key)
        if version.held_to(thresholds):
            self._due[key] = None

    def unwatched(self, key: ModelVersion) -> None:
        """Take note that the rows of a version are watched no longer."""
        if key in self._versions and key not in self._named:
            self._forget(key)
            self._forgotten[key] = None

    def alerted(self, alert: Alert) -> None:
        """Take an alert of a version."""
        key = (alert.model, alert.version)
        version = self._versions.get(key)
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
        before = self._open_alerts(self._keys(event.model))
        if self._restarts(event):
            for version in self._of(event.model):
                version.restart(time)
        if event.type is ModelEventType.ALERT_ACKNOWLEDGED and event.alert_id is not None:
            for version in self._of(event.model):
                version.close_alert(event.alert_id)
        still = self._open_alerts(before)
        if event.effects.becomes is not None and event.version is not None:
            self._outcomes.append(self._change(event, event.version, time))
        for name in self._names(event.model):
            self._versions[event.model, name].show()
            self._due[event.model, name] = None
        for key in sorted({*before, *self._keys(event.model)}):
            end = self._end_by(event, key)
            # Of one that was forgotten for another one the rest has been told by now.
            after = self._open_alerts([key]) if key in self._versions else {key: still[key]}
            self._incidents.compare({key: before.get(key, [])}, after, time, end)

    # -- what goes out

    def changes(self) -> Changes:
        """Return what has changed since the last time."""
        records = [self._record(key) for key in self._due if key in self._versions]
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
        names = self._names(model)
        return {each for each in names if self._versions[model, each].traffic.rows > 0}

    def newest_of(self, model: str) -> int:
        """Return the latest event time of the rows of a model; -1 where there are none."""
        times = (self._versions[model, each].traffic.newest for each in self._names(model))
        return max(times, default=-1)

    def last_served(self, key: ModelVersion) -> int:
        """Return the time of the latest prediction of a version; -1 without any."""
        version = self._versions.get(key)
        return -1 if version is None else version.traffic.newest

    def before(self, key: ModelVersion) -> str | VersionsBefore:
        """Return the version that served before another one, whose rows may have come by now.

        Of the champion the one that was it last; of others the latest champion before their first
        row. None that was rolled back, nor one without rows; where events name none, the only other
        version that had rows within the last hour before that one, or the latest one before that.
        """
        model, name = key
        lifecycle = self._lifecycles.get(model)
        standing = Standing() if lifecycle is None else lifecycle.standing
        if standing.champion == name and standing.before in self.seen(model):
            return standing.before
        own = self._versions.get(key)
        first = own.traffic.first if own is not None and own.traffic.rows else None
        others = {
            each: self._versions[model, each].traffic
            for each in self._names(model)
            if each != name and self._is_before(self._versions[model, each].traffic, first)
        }
        if not others:
            return VersionsBefore.NONE
        for each in (standing.champion, *reversed(standing.good)):
            if each is not None and each in others:
                return each
        rolled_back = VersionStatus.ROLLED_BACK
        others = {
            each: traffic
            for each, traffic in others.items()
            if self.status_of((model, each)) is not rolled_back
        }
        if not others:
            return VersionsBefore.ROLLED_BACK
        newest = max(traffic.newest for traffic in others.values())
        end = newest if first is None else min(newest, first)
        latest = [each for each, traffic in others.items() if traffic.newest > end - HOUR]
        return latest[0] if len(latest) == 1 else VersionsBefore.SEVERAL

    def last_good(self, model: str) -> str | None:
        """Return what a model is to be rolled back to: the champion before the present one.

        Of those that had rows, for a name that events alone have may be misspelt; that were not
        rolled back, nor retired since.
        """
        standing = self.standing_of(model)
        if standing is None:
            return None
        seen = self.seen(model)
        good = (each for each in reversed(standing.good) if each != standing.champion)
        return next((each for each in good if each in seen - standing.withdrawn), None)

    def challengers(self, model: str) -> list[str]:
        """Return the challengers of a model by their names, those without rows among them."""
        challenger = VersionStatus.CHALLENGER
        names = sorted(self._names(model))
        return [each for each in names if self.status_of((model, each)) is challenger]

    def labels_of(self, key: ModelVersion) -> LabelCounts:
        """Return how many labels of a version came again, or dated before their predictions."""
        version = self._versions.get(key)
        return LabelCounts() if version is None else version.labels

    def open_alerts_of(self, key: ModelVersion) -> int:
        """Return how many alerts of a version are open, as far as they are remembered.

        None of one that serves no more, until it does again.
        """
        return sum(map(len, self._open_alerts([key]).values()))

    def records(self, model: str | None = None) -> list[VersionRecord]:
        """Return what is told of all versions, or of those of a model, by their names."""
        return [self._record(key) for key in self._keys(model)]

    def overview(self) -> list[Overview]:
        """Return all versions in short, by their names."""
        return [
            Overview(*key, self.status_of(key), each.traffic.rows, each.traffic.newest)
            for key, each in sorted(self._versions.items(), key=lambda item: item[0])
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
        keys = self._keys(model)
        keys.sort(key=lambda key: (key in self._named, self._versions[key].traffic.newest))
        kept = keys if most is None else keys[-most:]
        return [self._record(key, by_now=True) for key in sorted(kept)]

    # -- state

    def stamps(self) -> Iterator[tuple[ModelVersion | tuple[str], Hashable]]:
        """Yield versions, and models of which there were events, with what differs when they do."""
        for key, version in self._versions.items():
            yield key, (version, version.traffic.rows, version.touched)
        for model, lifecycle in self._lifecycles.items():
            yield (model,), (lifecycle, self._touched.get(model, 0))

    def version_state(self, key: ModelVersion) -> State:
        """Return the state of a version; `KeyError` where it is not remembered."""
        return self._versions[key].state()

    def lifecycle_state(self, model: str) -> State:
        """Return the model events of a model; `KeyError` where there were none."""
        return self._lifecycles[model].state()

    def outline(self) -> State:
        """Return which versions there are, which are named, in order, and models with events."""
        return {
            "served": [list(key) for key in sorted(self._versions)],
            "named": [list(key) for key in self._named],
            "lifecycles": sorted(self._lifecycles),
        }

    def state(self) -> State:
        """Return the whole state, for `restore`."""
        return {
            "served": [[*key, self._versions[key].state()] for key in sorted(self._versions)],
            "named": [list(key) for key in self._named],
            "lifecycles": [
                [model, self._lifecycles[model].state()] for model in sorted(self._lifecycles)
            ],
        }

    def restore(self, state: State) -> None:
        """Take over a state; what it has no part of begins anew."""
        self._versions, self._models, self._lifecycles = {}, {}, {}
        self._due, self._forgotten, self._outcomes = {}, {}, []
        self._incidents = Incidents()
        for model, name, told in state.get("served", ()):
            self._versions[model, name] = WatchedVersion.of(told)
            self._models.setdefault(model, {})[name] = None
        for model, told in state.get("lifecycles", ()):
            lifecycle = self._lifecycles[model] = Lifecycle()
            lifecycle.restore(told)
        self._named = dict.fromkeys((model, name) for model, name in state.get("named", ()))

    # -- within

    def _change(self, event: ModelEvent, name: str, time: int) -> EventOutcome:
        lifecycle = self._lifecycles.setdefault(event.model, Lifecycle())
        if lifecycle.is_settled(time):
            return EventOutcome.TOO_OLD
        remark = self._remark(lifecycle, event, name, time)
        self._name((event.model, name))
        lifecycle.add(Change(time, event.type, name, remark), self._names(event.model))
        self._touched[event.model] = self._touched.get(event.model, 0) + 1
        return _OUTCOME_OF[remark]

    def _remark(self, lifecycle: Lifecycle, event: ModelEvent, name: str, time: int) -> Remark:
        version = self._versions.get((event.model, name))
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

    @staticmethod
    def _is_before(traffic: Traffic, first: int | None) -> bool:
        return traffic.rows > 0 and (first is None or traffic.first < first)

    def _begin(self, key: ModelVersion) -> WatchedVersion:
        version = self._versions[key] = WatchedVersion()
        self._models.setdefault(key[0], {})[key[1]] = None
        self._forgotten.pop(key, None)
        return version

    def _name(self, key: ModelVersion) -> None:
        """Remember a version as one that events have named."""
        if key not in self._versions:
            self._begin(key)
        if key in self._named:
            return
        of_model = [(key[0], each) for each in self._names(key[0]) if (key[0], each) in self._named]
        if len(of_model) >= MOST_OF_MODEL:
            first = {each: None for each in self._named if each[0] == key[0]}
            self._forget(self._first_of(first))
        elif len(self._named) >= self._most:
            self._forget(self._first_of(self._named))
        self._named[key] = None

    def _first_of(self, keys: Collection[ModelVersion]) -> ModelVersion:
        """Return which of some named versions, in their order, is to be forgotten."""
        return next((key for key in keys if not self._is_champion(key)), next(iter(keys)))

    def _is_champion(self, key: ModelVersion) -> bool:
        return self._lifecycles[key[0]].standing.champion == key[1]

    def _open_alerts(
        self, keys: Iterable[ModelVersion]
    ) -> dict[ModelVersion, list[AlertReference]]:
        """Return the alerts of versions that are told as open."""
        return {
            key: self._versions[key].open_alerts()
            for key in keys
            if key in self._versions and self.status_of(key) not in GONE
        }

    def _end_by(self, event: ModelEvent, key: ModelVersion) -> IncidentEnd:
        """Return why alerts of a version are open no longer after a model event."""
        if self.status_of(key) in GONE:
            return IncidentEnd.GONE
        is_seen = event.type is ModelEventType.ALERT_ACKNOWLEDGED
        return IncidentEnd.ACKNOWLEDGED if is_seen else IncidentEnd.RESTARTED

    def _forget(self, key: ModelVersion) -> None:
        model, name = key
        time = max(self._versions[key].traffic.newest, 0)
        self._incidents.compare(self._open_alerts([key]), {}, time, IncidentEnd.FORGOTTEN)
        del self._versions[key]
        self._named.pop(key, None)
        self._due.pop(key, None)
        names = self._models[model]
        del names[name]
        if not names:
            del self._models[model]
            self._lifecycles.pop(model, None)
            self._touched.pop(model, None)

    def _names(self, model: str) -> Mapping[str, None]:
        return self._models.get(model, {})

    def _of(self, model: str) -> Iterator[WatchedVersion]:
        return (self._versions[model, name] for name in self._names(model))

    def _keys(self, model: str | None) -> list[ModelVersion]:
        if model is None:
            return sorted(self._versions)
        return sorted((model, name) for name in self._names(model))

    def _record(self, key: ModelVersion, *, by_now: bool = False) -> VersionRecord:
        lifecycle, version = self._lifecycles.get(key[0]), self._versions[key]
        return record_of(
            key,
            version,
            version.traffic if by_now else version.shown,
            version.labels if by_now else version.shown_labels,
            None if lifecycle is None else lifecycle.standing,
            is_last_good=self.last_good(key[0]) == key[1],
        )
