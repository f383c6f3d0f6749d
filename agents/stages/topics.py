"""The topics that the agents read and write."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topics:
    """Full topic names.

    Attributes
    ----------
    predictions, labels, model_events
        Read; written by the users' services. Predictions and labels have as many partitions.
    model_routing
        Read: which versions serve; written by commands.
    observations, lifecycle
        Between Driftline's own stages, keyed by model.
    pending
        The changelog of what waits for its label; it has the partitions of the predictions.
    alerts, model_performance, model_comparisons, retrain_requests, rollback_requests, \
    model_versions, cdevents, dead_letters
        Written for the users; alerts and lifecycle have as many partitions.
    state, policy_state
        The state of detection and of policy, compacted; partitioned as observations and as alerts.
    """

    predictions: str
    labels: str
    model_events: str
    observations: str
    lifecycle: str
    pending: str
    alerts: str
    model_performance: str
    model_comparisons: str
    retrain_requests: str
    rollback_requests: str
    model_versions: str
    model_routing: str
    cdevents: str
    dead_letters: str
    state: str
    policy_state: str

    @property
    def sources(self) -> frozenset[str]:
        """What the users' services write: read in the order of time, all of it together."""
        return frozenset({self.predictions, self.labels, self.model_events, self.model_routing})
