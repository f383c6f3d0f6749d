"""From the changes of the columns of one model version to the alerts that people read."""

from detectors.alerts.drift_alert import alert_of
from detectors.alerts.quality_alert import quality_alert_of, values_alert_of
from detectors.alerts.quality_change import QualityChange
from detectors.alerts.recoveries import Recoveries
from detectors.alerts.sighting import Sighting
from detectors.alerts.values_change import ValuesChange
from detectors.monitors.column_monitor import Change
from detectors.monitors.given import ColumnKey
from detectors.monitors.options import MonitorOptions
from detectors.rows.row_log import RowLog
from schemas.events.alert import Alert
from schemas.tables.columns import Role
from schemas.tables.model_version import ModelVersion


class ColumnAlerts:
    """Makes alerts of what is found in columns.

    Parameters
    ----------
    identity
        Model and version.
    options
        How the version is watched.

    Attributes
    ----------
    recoveries
        Falls of its errors after a rise.
    """

    __slots__ = ("_identity", "_options", "recoveries")

    def __init__(self, identity: ModelVersion, options: MonitorOptions) -> None:
        self._identity = identity
        self._options = options
        self.recoveries = Recoveries()

    def of(self, key: ColumnKey, change: Change, log: RowLog) -> Alert:
        """Return the alert of a change of a column; ``log`` tells where its rows came from."""
        role, name = key
        sighting = Sighting(
            *self._identity,
            role,
            name,
            critical=self.is_critical(key),
            change_at=log.position(change.change_row, known_at=change.row),
            detected_at=log.position(change.row, known_at=change.row),
            learns_on=self._options.learns_on,
        )
        if isinstance(change, QualityChange):
            return quality_alert_of(change, sighting)
        if isinstance(change, ValuesChange):
            return values_alert_of(change, sighting)
        alert = alert_of(change, sighting)
        return self.recoveries.noted(alert) if role is Role.ERROR else alert

    def is_critical(self, key: ColumnKey) -> bool:
        """Tell whether a column is a feature that the options call critical."""
        return key[0] is Role.FEATURE and key[1] in self._options.critical
