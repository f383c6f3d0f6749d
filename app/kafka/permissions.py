"""What a user must be allowed on the brokers, and what of it is missing.

A client that lacks ACLs learns of them one at a time, from whatever fails first; here it is told of
all of them, before anything is read or written.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from app.kafka.operation import Operation
from app.kafka.topic_catalogue import CATALOGUE
from app.settings import KafkaSettings, Settings, TopicRole

WORKER: Final[Mapping[TopicRole, frozenset[Operation]]] = {
    role: spec.rights for role, spec in CATALOGUE.items()
}
"""What a worker does to each topic, whatever the settings say."""


PLAY: Final[Mapping[TopicRole, frozenset[Operation]]] = {
    **dict.fromkeys(TopicRole, frozenset({Operation.DESCRIBE})),
    TopicRole.PREDICTIONS: frozenset({Operation.WRITE}),
    TopicRole.LABELS: frozenset({Operation.WRITE}),
}
"""What `driftline play` does; it looks at all topics, as a worker would."""

REFER: Final[Mapping[TopicRole, frozenset[Operation]]] = {
    **dict.fromkeys(TopicRole, frozenset({Operation.DESCRIBE})),
    TopicRole.OBSERVATIONS: frozenset({Operation.WRITE}),
}
"""What `driftline reference set` does, beside reading the predictions of a range."""

ROUTE: Final[Mapping[TopicRole, frozenset[Operation]]] = {
    **dict.fromkeys(TopicRole, frozenset({Operation.DESCRIBE})),
    TopicRole.MODEL_VERSIONS: frozenset({Operation.READ}),
    TopicRole.MODEL_ROUTING: frozenset({Operation.READ, Operation.WRITE}),
}
"""What `driftline route` does to have another version serve."""


class Permission(NamedTuple):
    """One thing to be allowed."""

    operation: Operation
    kind: str
    """``topic`` or ``group``."""
    name: str

    def __str__(self) -> str:
        return f"{self.operation.name} on {self.kind} {self.name}"


class NotAuthorized(Exception):
    """The brokers know the user, who may not do what is needed.

    Attributes
    ----------
    missing
        What an administrator has to allow.
    """

    def __init__(self, missing: Iterable[Permission], client: str) -> None:
        self.missing = tuple(missing)
        needs = "; ".join(map(str, self.missing))
        super().__init__(
            f"the brokers do not allow {client} what it needs: {needs}. Have these ACLs added "
            "(docs/security.md), or mend kafka.sasl_username, kafka.group_id or topics.prefix"
        )


def client_of(kafka: KafkaSettings) -> str:
    """Return who the brokers take a client for, in words."""
    if kafka.authenticated:
        return f"the user {kafka.sasl_username!r}"
    if kafka.encrypted and kafka.ssl_certfile is not None:
        return "the owner of kafka.ssl_certfile"
    return "a client without a name"


def needed(
    settings: Settings, uses: Mapping[TopicRole, frozenset[Operation]]
) -> dict[str, frozenset[Operation]]:
    """Return the operations by the full names of the topics that the settings ask for."""
    return {
        settings.topics.full_name(role): operations
        for role, operations in uses.items()
        if CATALOGUE[role].asked_for(settings)
    }


def needed_by_worker(settings: Settings) -> dict[str, frozenset[Operation]]:
    """Return what a worker does to each topic.

    With MLflow it also writes model events, and with ramps that it has go on these and routes.
    """
    written: set[TopicRole] = set()
    if settings.mlflow.tracking_uri is not None:
        written.add(TopicRole.MODEL_EVENTS)
    if any(each.routing.automatic for each in settings.models.values()):
        written |= {TopicRole.MODEL_EVENTS, TopicRole.MODEL_ROUTING}
    return needed(
        settings,
        {
            role: rights | {Operation.WRITE} if role in written else rights
            for role, rights in WORKER.items()
        },
    )


def operations_of(bits: int) -> frozenset[Operation] | None:
    """Return the operations that an answer of Kafka's allows; None where it does not say."""
    if (
        bits <= 0
    ):  # the lowest number stands for "not asked", which the embedded broker takes it for
        return None
    return frozenset(each for each in Operation if bits >> each & 1)


def lacking(
    wanted: Mapping[str, frozenset[Operation]],
    allowed: Mapping[str, frozenset[Operation] | None],
    kind: str,
) -> list[Permission]:
    """Return what is wanted and not allowed.

    Parameters
    ----------
    allowed
        By name; None of what does not exist, or of what nobody could say.
    kind
        ``topic`` or ``group``.
    """
    return [
        Permission(operation, kind, name)
        for name, operations in wanted.items()
        if (found := allowed[name]) is not None
        for operation in sorted(operations - found)
    ]
