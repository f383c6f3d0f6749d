"""When a retraining is asked for, as the configuration says."""

from dataclasses import dataclass, field

from detectors.requests.options import SECONDS, RequestOptions
from detectors.retraining.conditions import Combination, Drift, Performance
from schemas.events.alert import AlertKind, Severity


def usual_trigger(features: int) -> Combination:
    """Return what asks for a retraining where nothing is configured.

    A threshold that is crossed, a drift of a critical feature or of the errors, or drifts of so
    many columns.
    """
    critical = (
        Drift(severity=Severity.CRITICAL, kinds=frozenset({kind}))
        for kind in (AlertKind.FEATURE, AlertKind.CONCEPT)
    )
    return Combination(1, (Performance(), *critical, Drift(features)))


@dataclass(frozen=True, slots=True)
class PolicyOptions(RequestOptions):
    """When a retraining is asked for. Durations are in seconds of event time.

    Attributes
    ----------
    trigger
        What asks for it.
    window
        How long an alert of a drift counts.
    labelled_rows
        Labelled rows that a retraining needs.
    """

    trigger: Combination = field(default_factory=lambda: usual_trigger(3))
    window: float = 7 * 86400.0
    labelled_rows: int = 1000

    @property
    def horizon(self) -> int:
        """The longest of the durations, in milliseconds."""
        return round(SECONDS * max(self.window, self.cooldown, self.expiry))
