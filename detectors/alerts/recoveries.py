"""Recoveries: falls of a version's errors after a rise, told as what they are."""

from detectors.snapshots.tree import State
from schemas.events.alert import Severity
from schemas.events.drift_alert import DriftAlert


class Recoveries:
    """The latest alert of errors that grew, since references began, for those that follow it."""

    __slots__ = ("_grown",)

    def __init__(self) -> None:
        self._grown: str | None = None

    def noted(self, alert: DriftAlert) -> DriftAlert:
        """Return an alert of errors; one of fewer errors names the rise that it comes after."""
        if alert.severity is not Severity.INFO:
            self._grown = alert.alert_id
            return alert
        return alert.model_copy(update={"recovery_of": self._grown})

    def restart(self) -> None:
        """Forget it: references begin anew."""
        self._grown = None

    def state(self) -> State:
        """Return the whole state."""
        return {"grown": self._grown}

    def restore(self, state: State | None) -> None:
        """Take over a state; a release that had none knows of no rise."""
        self._grown = None if state is None else state["grown"]
