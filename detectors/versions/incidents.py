"""Incidents: from when to when alerts of versions are open, as the registry has them."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from schemas.events.alert import Severity
from schemas.events.retrain_request import AlertReference
from schemas.tables.model_version import ModelVersion


class IncidentEnd(StrEnum):
    """Why an incident is over."""

    RESOLVED = "resolved"
    """The detector says that it is good again."""

    ACKNOWLEDGED = "acknowledged"
    """Somebody has taken note of the alert."""

    RESTARTED = "restarted"
    """The references begin anew, and with them what was found."""

    GONE = "gone"
    """The version was retired or rolled back."""

    FORGOTTEN = "forgotten"
    """The alert is remembered no longer: too many others are, or other versions."""


class IncidentTurn(NamedTuple):
    """An incident that begins, or one that is over.

    Attributes
    ----------
    key
        The model version.
    alert
        The alert that is the incident.
    time
        Event time, milliseconds since the epoch.
    end
        Why it is over; None of one that begins.
    message
        What the alert says that opens or resolves it; None where none does.
    """

    key: ModelVersion
    alert: AlertReference
    time: int
    end: IncidentEnd | None
    message: str | None


OpenAlerts = Mapping[ModelVersion, Sequence[AlertReference]]
"""The open alerts of versions."""


class Incidents:
    """Collects what becomes of incidents, by the alerts that are open before and after something.

    An alert that nobody has to look at (`Severity.INFO`) is none.
    """

    def __init__(self) -> None:
        self._turns: list[IncidentTurn] = []

    def compare(
        self,
        before: OpenAlerts,
        after: OpenAlerts,
        time: int,
        end: IncidentEnd,
        message: str | None = None,
    ) -> None:
        """Take the open alerts of the same versions before and after something.

        Parameters
        ----------
        before, after
            The open alerts; a version that is in one of them alone has none in the other.
        time
            When it happened, milliseconds since the epoch.
        end
            Why alerts are open no longer.
        message
            What the alert says that is the reason.
        """
        for key in {**before, **after}:
            old, new = before.get(key, ()), after.get(key, ())
            for alert in _missing(old, new):
                self._turns.append(IncidentTurn(key, alert, time, end, message))
            for alert in _missing(new, old):
                self._turns.append(IncidentTurn(key, alert, time, None, message))

    def take(self) -> list[IncidentTurn]:
        """Return what has happened since the last time."""
        turns, self._turns = self._turns, []
        return turns


def _missing(
    alerts: Iterable[AlertReference], others: Iterable[AlertReference]
) -> list[AlertReference]:
    known = {each.alert_id for each in others}
    return [
        each for each in alerts if each.alert_id not in known and each.severity is not Severity.INFO
    ]
