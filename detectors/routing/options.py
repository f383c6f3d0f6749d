"""What Driftline may do with the routes of a model."""

from dataclasses import dataclass

from schemas.events.durations import MS_PER_HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingOptions:
    """How the ramps of a model advance.

    Attributes
    ----------
    step
        For how long each step lasts at least, in event time: milliseconds.
    labels
        Labelled rows of the candidate that have to come in each step.
    proxy_predictions
        Predictions of the candidate in a step that do for its labels, as long as no alert of it is
        open; None where nothing does. All of the traffic is never given without labels.
    """

    step: int = MS_PER_HOUR
    labels: int = 200
    proxy_predictions: int | None = None
