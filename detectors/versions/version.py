"""What is remembered of one version of a model, apart from what its model's events say."""

from collections.abc import Sequence
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from detectors.rows.label_counts import LabelCounts
from detectors.snapshots.tree import State
from detectors.versions.traffic import Traffic
from schemas.events.alert import Alert, AlertKind, AlertStatus
from schemas.events.label_alert import LabelAlert
from schemas.events.performance_alert import PerformanceAlert
from schemas.events.retrain_request import AlertReference
from schemas.events.version_record import ThresholdStanding
from schemas.tables.observations import Integers
from schemas.values.threshold_texts import is_of_reference

STEP: Final = 300_000
"""Milliseconds of event time after which a version is told anew: what readers take for its rows is
short of those of the latest five minutes at most."""

MOST_ALERTS: Final = 50
"""Open alerts of a version that are told, the latest."""


class WatchedVersion:
    """The rows of a version over time, and its open alerts.

    Attributes
    ----------
    traffic
        Of all rows counted.
    shown
        Of those up to the latest one that took the version further: its first, the first of later
        five minutes (`STEP`) than all before, or the one that made them 2, 4, 8 and so on; or up to
        the latest model event.
    labels, shown_labels
        Labels that came again or are dated before their predictions, and those up to the latest row
        that took the version further: with these also the one that made them 1, 2, 4, 8 and so on.
    restarted
        When its references last began anew, milliseconds since the epoch; -1 where they have not.
    alerts
        Those that are open, by what resolves them.
    thresholds
        Where it stands with those of its performance.
    touched
        How often anything but its rows has changed; no part of the state.
    """

    __slots__ = (
        "alerts",
        "labels",
        "restarted",
        "shown",
        "shown_labels",
        "thresholds",
        "touched",
        "traffic",
    )

    def __init__(self) -> None:
        self.traffic = Traffic()
        self.shown = Traffic()
        self.labels = self.shown_labels = LabelCounts()
        self.restarted = -1
        self.alerts: dict[str, AlertReference] = {}
        self.thresholds: Sequence[ThresholdStanding] = ()
        self.touched = 0

    def goes_on(self, rows: int, oldest: int, newest: int) -> bool:
        """Count rows of one hour that take it no further; False, and none, where they are not."""
        traffic = self.traffic
        return (
            newest // STEP <= traffic.newest // STEP
            and (traffic.rows + rows).bit_length() == traffic.rows.bit_length()
            and traffic.add_alike(rows, oldest, newest)
        )

    def count(self, times: Integers) -> bool:
        """Count rows by their event times, at least one; tell whether any took it further."""
        further = self._further(times)
        if further > 0:
            self.traffic.add(times[:further])
            self.shown = self.traffic.copy()
            self.shown_labels = self.labels
        self.traffic.add(times[further:])
        return further > 0

    def count_repeats(self, corrected: NDArray[np.bool_]) -> bool:
        """Count labels that came again, at least one; tell whether any took the version further.

        Parameters
        ----------
        corrected
            Shape ``(n,)``: which are others than before.
        """
        before = self.labels
        further = self._count_labels(before.plus(corrected))
        if further:
            self.shown_labels = before.plus(corrected[:further])
        return further > 0

    def count_backdated(self, labels: int) -> bool:
        """Count labels that are dated before their predictions, at least one; tell likewise."""
        before = self.labels
        further = self._count_labels(before.plus_backdated(labels))
        if further:
            self.shown_labels = before.plus_backdated(further)
        return further > 0

    def show(self) -> None:
        """Have all rows counted so far told."""
        if self.shown.rows < self.traffic.rows or self.shown_labels != self.labels:
            self.shown, self.shown_labels = self.traffic.copy(), self.labels
            self.touched += 1

    def restart(self, time: int) -> None:
        """Take note that its references begin anew, where it has rows, and with them its alerts.

        Those that are of no reference stand until they are resolved.
        """
        self.alerts = {slot: each for slot, each in self.alerts.items() if _stands(slot, each)}
        self.touched += 1
        if self.traffic.rows:
            self.restarted = max(self.restarted, time)

    def open_alert(self, alert: Alert) -> bool:
        """Take an alert that opens, or one that says that it is resolved; tell if that is news."""
        slot = _slot_of(alert)
        if alert.status is AlertStatus.RESOLVED:
            self.touched += slot in self.alerts
            return self.alerts.pop(slot, None) is not None
        if slot in self.alerts:
            return False
        self.alerts[slot] = AlertReference.of(alert)
        self.touched += 1
        if len(self.alerts) > MOST_ALERTS:
            del self.alerts[min(self.alerts, key=lambda each: _by_time(self.alerts[each]))]
        return True

    def held_to(self, thresholds: Sequence[ThresholdStanding]) -> bool:
        """Take where it stands with its thresholds; tell if that is news."""
        if list(self.thresholds) == list(thresholds):
            return False
        self.thresholds = tuple(thresholds)
        self.touched += 1
        return True

    def open_alerts(self) -> list[AlertReference]:
        """Return the alerts that are open, by time."""
        return sorted(self.alerts.values(), key=_by_time)

    def close_alert(self, alert_id: str) -> None:
        """Take note that an alert was acknowledged, whoever's it is."""
        for slot in [slot for slot, each in self.alerts.items() if each.alert_id == alert_id]:
            del self.alerts[slot]
            self.touched += 1

    def state(self) -> State:
        """Return the whole state."""
        return {
            "traffic": self.traffic.state(),
            "shown": self.shown.state(),
            "restarted": self.restarted,
            **self._labels_state(),
            "alerts": [
                [slot, self.alerts[slot].model_dump(mode="json")] for slot in sorted(self.alerts)
            ],
            **self._thresholds_state(),
        }

    @classmethod
    def of(cls, state: State) -> Self:
        """Return what a state says."""
        version = cls()
        version.traffic, version.shown = Traffic.of(state["traffic"]), Traffic.of(state["shown"])
        version.restarted = state["restarted"]
        version.labels = LabelCounts.of(state.get("repeats", {}))
        version.shown_labels = LabelCounts.of(state.get("shown_repeats", {}))
        version.alerts = {
            slot: AlertReference.model_validate(each) for slot, each in state["alerts"]
        }
        # Releases before kept none: they are told with the next label.
        known = state.get("thresholds", ())
        version.thresholds = tuple(ThresholdStanding.model_validate(each) for each in known)
        return version

    def _count_labels(self, counted: LabelCounts) -> int:
        """Take further counts; return how many labels come up to the last that takes it further."""
        before, self.labels = self.labels.total, counted
        self.touched += 1
        power = 1 << (counted.total.bit_length() - 1)
        return max(power - before, 0)

    def _thresholds_state(self) -> State:
        if not self.thresholds:
            return {}
        return {"thresholds": [each.model_dump(mode="json") for each in self.thresholds]}

    def _labels_state(self) -> State:
        if not self.labels.total:
            return {}
        return {"repeats": self.labels.state(), "shown_repeats": self.shown_labels.state()}

    def _further(self, times: Integers) -> int:
        """Return how many of the rows come up to the last one that takes it further; 0 for none."""
        rows = self.traffic.rows
        steps = np.maximum.accumulate(times) // STEP
        last = int(steps[-1])
        by_time = int(np.searchsorted(steps, last)) + 1 if last > self.traffic.newest // STEP else 0
        power = 1 << ((rows + len(times)).bit_length() - 1)
        return max(by_time, power - rows, 0)


def _slot_of(alert: Alert) -> str:
    """Return what an alert has in common with the one that resolves it."""
    if isinstance(alert, PerformanceAlert):
        return f"{alert.kind} {alert.threshold}"
    if isinstance(alert, LabelAlert):
        return f"{alert.kind} {alert.problem}"
    return alert.alert_id


def _stands(slot: str, alert: AlertReference) -> bool:
    """Tell whether an alert is of no reference that begins anew: of a threshold, or of labels."""
    if alert.kind is AlertKind.PERFORMANCE:
        # One on the version before stands as well: what that one was like does not change.
        return not is_of_reference(slot)
    return alert.kind is AlertKind.LABELS


def _by_time(alert: AlertReference) -> tuple[str, str]:
    return alert.time, alert.alert_id
