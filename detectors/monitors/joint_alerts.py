"""Alerts of one model version of what its columns say together, and where they begin anew then."""

from collections.abc import Collection, Sequence

import numpy as np

from detectors.alerts.drift import Finding
from detectors.alerts.model_alert import Told, model_alert_of, told_of
from detectors.algorithms.contract import Detection
from detectors.algorithms.joint_bets import JointBets
from detectors.monitors.column_alerts import ColumnAlerts
from detectors.monitors.column_monitor import ColumnMonitor
from detectors.monitors.given import ColumnKey
from detectors.monitors.joint_event import Event
from detectors.monitors.joint_watch import JointWatch
from detectors.monitors.row_consumer import Found
from detectors.monitors.watched_columns import WatchedColumns
from detectors.monitors.watched_roles import ROLES_OF
from detectors.reference.column_block import RECENT
from detectors.rows.row_log import RowLog
from schemas.events.detector_report import Stream
from schemas.events.drift_alert import DriftAlert
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import Origin


class JointAlerts:
    """Makes the alerts of what a joint watch has to say.

    Parameters
    ----------
    identity
        Model and version.
    columns
        What it watches.
    alerts
        Makes those of single columns.
    """

    __slots__ = ("_alerts", "_columns", "_identity")

    def __init__(
        self, identity: ModelVersion, columns: WatchedColumns, alerts: ColumnAlerts
    ) -> None:
        self._identity = identity
        self._columns = columns
        self._alerts = alerts

    def watched(self) -> list[tuple[ColumnKey, ColumnMonitor]]:
        """Return the columns that are watched together."""
        return self._columns.of(ROLES_OF[Origin.PREDICTIONS])

    def found(self, joint: JointWatch, rows: int, time: int, log: RowLog) -> list[Found]:
        """Return the alert of what columns say together, if they do, and begin anew.

        Parameters
        ----------
        joint
            What has something to say.
        rows, time
            How many rows there were, and the event time of the latest.
        log
            Tells where they came from.
        """
        row, told, restarted = rows - 1, joint.pending, len(joint.pending)
        won, statistic = joint.has_won, joint.statistic
        if won:
            left, begun = self._left(joint.limit, row, time, log, alone=not told)
            told, restarted = told + left, restarted + begun
        limit = joint.limit
        joint.told(rows)
        # Of columns that have begun anew since, which was told then.
        if not told:
            return []
        alert = model_alert_of(
            self._identity,
            told,
            log.position(row, known_at=row),
            changed=len(told),
            watched=len(self.watched()),
            restarted=restarted,
            by_model=won,
            statistic=statistic,
            limit=limit,
        )
        return [Found(row, alert)]

    def _left(
        self, limit: float, row: int, time: int, log: RowLog, *, alone: bool
    ) -> tuple[list[Told], int]:
        """Begin new references after a row; return what to tell of columns, and how many begin.

        Parameters
        ----------
        limit
            What the model's statistic has reached.
        row, time
            The latest row, and its event time.
        log
            Tells where rows came from.
        alone
            Whether nothing waits to be told that may have been it.
        """
        columns = self.watched()
        keys = [key for key, _ in columns]
        event = Event.of([monitor.reference.block for _, monitor in columns], limit)
        listed = event.listed(keys)
        if not listed and alone:
            # All together have changed, none of them clearly.
            event, listed = event._replace(whole=True), event.most_leaning(keys)
        if event.whole:
            # What is critical does not begin anew without a word.
            listed += self._critical_among(keys, listed)
        told: list[Told] = []
        for number in listed:
            key, monitor = columns[number]
            statistic = float(event.statistics[number])
            detection = Detection(0, statistic, limit, np.nan, np.nan, RECENT)
            stream = Stream.SPREAD if event.is_spread(number) else Stream.LOCATION
            drift = monitor.leave(row, time, Finding(JointBets(limit), stream, detection))
            alert = None if drift is None else self._alerts.of(key, drift, log)
            if isinstance(alert, DriftAlert):
                told.append(told_of(alert, discovered=number in event.discovered))
        others = set(range(len(keys))).difference(listed) if event.whole else set[int]()
        ready = [columns[each][1] for each in others if columns[each][1].reference.ready]
        for monitor in ready:
            monitor.restart_values(told=True)
        return told, len(listed) + len(ready)

    def _critical_among(self, keys: Sequence[ColumnKey], but: Collection[int]) -> list[int]:
        """Return the critical features with a reference, by their numbers, but for some."""
        monitors = self._columns.monitors
        return [
            number
            for number in sorted(set(range(len(keys))).difference(but), key=keys.__getitem__)
            if self._alerts.is_critical(keys[number]) and monitors[keys[number]].reference.ready
        ]
