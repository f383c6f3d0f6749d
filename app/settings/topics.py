"""The topics' names and how those of Driftline's own are made."""

import re
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from app.settings.section import Section, expected

_NAME: Final = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)
_LONGEST: Final = 249


class TopicRole(StrEnum):
    """What a topic is to Driftline; also the name of its setting."""

    PREDICTIONS = "predictions"
    LABELS = "labels"
    MODEL_EVENTS = "model_events"
    OBSERVATIONS = "observations"
    LIFECYCLE = "lifecycle"
    PENDING = "pending"
    ALERTS = "alerts"
    MODEL_PERFORMANCE = "model_performance"
    MODEL_COMPARISONS = "model_comparisons"
    RETRAIN_REQUESTS = "retrain_requests"
    ROLLBACK_REQUESTS = "rollback_requests"
    MODEL_VERSIONS = "model_versions"
    MODEL_ROUTING = "model_routing"
    CDEVENTS = "cdevents"
    DEAD_LETTERS = "dead_letters"
    STATE = "state"
    POLICY_STATE = "policy_state"


def _characters(value: str) -> str:
    if value and _NAME.fullmatch(value) is None:
        raise expected("letters, digits, '.', '_' and '-'")
    return value


Prefix = Annotated[str, Field(max_length=100), AfterValidator(_characters)]
TopicName = Annotated[str, Field(min_length=1), AfterValidator(_characters)]


class TopicSettings(Section):
    """The topics, named without the prefix."""

    prefix: Prefix = ""
    """Put in front of every topic's name."""

    predictions: TopicName = "predictions"
    """Read: the users' predictions, keyed by their id."""

    labels: TopicName = "labels"
    """Read: the users' labels, keyed by the prediction's id; partitioned as the predictions."""

    model_events: TopicName = "model-events"
    """Read: deployments, retraining and rollbacks, as pipelines report them; written, besides,
    where `mlflow` or `routing.automatic` is set."""

    observations: TopicName = "driftline-observations"
    """Internal: rows of the models, keyed by model."""

    lifecycle: TopicName = "driftline-lifecycle"
    """Internal: model events, keyed by model; partitioned as the alerts."""

    pending: TopicName = "driftline-pending"
    """Internal: what waits for its label, so that no restart forgets it; partitioned as the
    predictions."""

    alerts: TopicName = "drift-alerts"
    """Written: drift alerts, keyed by model."""

    model_performance: TopicName = "model-performance"
    """Written: how good model versions are in windows of their labelled predictions, keyed by
    model."""

    model_comparisons: TopicName = "model-comparisons"
    """Written: how the versions of a model compare, and what follows from it, keyed by model."""

    retrain_requests: TopicName = "retrain-requests"
    """Written: requests to retrain, keyed by model."""

    rollback_requests: TopicName = "rollback-requests"
    """Written: requests to have an earlier version serve again, keyed by model."""

    model_versions: TopicName = "model-versions"
    """Written: what is known of each model version, compacted, keyed by both."""

    model_routing: TopicName = "model-routing"
    """Read, and written by `driftline route`, and where `routing.automatic` is set: which versions
    of each model serve, compacted, keyed by model."""

    cdevents: TopicName = "cdevents"
    """Written where `cdevents.enabled` is set: incidents and rollbacks as CDEvents, keyed by
    model."""

    dead_letters: TopicName = "driftline-dead-letters"
    """Written: records that could not be taken, and why."""

    state: TopicName = "driftline-state"
    """Internal: the detectors' state, compacted; partitioned as the observations."""

    policy_state: TopicName = "driftline-policy-state"
    """Internal: the retrain policy's state, compacted; partitioned as the alerts."""

    partitions: int = Field(default=4, ge=1, le=10_000)
    """Partitions of a topic that Driftline makes; the most workers that share its work."""

    replication_factor: int = Field(default=1, ge=1, le=100)
    """Copies of a topic that Driftline makes."""

    create: Literal["missing", "never"] = "missing"
    """Whether a worker makes the topics that do not exist."""

    @field_validator(*TopicRole)
    @classmethod
    def _usable(cls, value: str, info: ValidationInfo) -> str:
        name = info.data.get("prefix", "") + value
        if name in {".", ".."} or len(name) > _LONGEST:
            raise expected(f"at most {_LONGEST} characters with the prefix, and not '.' or '..'")
        for role in TopicRole:
            # Kafka's metrics take '.' and '_' for the same, and so it refuses such a pair.
            taken = info.data.get(role, "")
            if taken.replace(".", "_") == value.replace(".", "_"):
                raise expected(f"a name of its own, not that of topics.{role}")
        return value

    def full_name(self, role: TopicRole) -> str:
        """Return a topic's name in Kafka."""
        name: str = getattr(self, role)
        return self.prefix + name
