"""The topics that the agents read and write."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topics:
    """Full topic names.

    Attributes
    ----------
    predictions, labels, model_events
        Read; written by the users' services. Predictions and labels have as many partitions.
    observations, lifecycle
        Between Driftline's own stages, keyed by model.
    pending
        The changelog of what waits for its label; it has the partitions of the predictions.
    alerts, retrain_requests, dead_letters
        Written for the users; alerts and lifecycle have as many partitions.
    state, policy_state
        The state of detection and of policy, compacted; partitioned as observations and as alerts.
    """

    predictions: str = "predictions"
    labels: str = "labels"
    model_events: str = "model-events"
    observations: str = "driftline-observations"
    lifecycle: str = "driftline-lifecycle"
    pending: str = "driftline-pending"
    alerts: str = "drift-alerts"
    retrain_requests: str = "retrain-requests"
    dead_letters: str = "driftline-dead-letters"
    state: str = "driftline-state"
    policy_state: str = "driftline-policy-state"

    @property
    def sources(self) -> frozenset[str]:
        """What the users' services write: read in the order of time, all of it together."""
        return frozenset({self.predictions, self.labels, self.model_events})
