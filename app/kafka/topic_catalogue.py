"""Every topic once: who uses it how, and what it must be like; plans, checks and rights derive.

Names are settings (`app.settings.topics`), and so are their defaults.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from agents.transport.sizes import REQUEST
from app.kafka.operation import Operation
from app.settings import Settings, TopicRole
from app.settings.topics import TopicSettings

_READ: Final = frozenset({Operation.READ})
_WRITE: Final = frozenset({Operation.WRITE})
_BOTH: Final = _READ | _WRITE

_LONGEST_MS: Final = 1 << 62
"""Kafka's times are 64 bits wide."""


def _always(_: Settings) -> bool:
    return True


class Cleanup(Enum):
    """What Kafka may do with a topic's older records."""

    DELETE = "delete"
    """Records share keys: compaction would lose all but the last of each."""
    EITHER = "delete or compact"
    """Each record has a key of its own, so compaction loses none."""
    COMPACT = "compact"
    """The latest record of each key is all that counts, however old it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSpec:
    """One topic.

    Attributes
    ----------
    role
        What it is to Driftline.
    rights
        What a worker does to it; with either of the two, Kafka also lets it describe it.
    same_as
        The topic whose partitions it has: records that meet must be in the same one of both.
    cleanup
        What Kafka may do with its older records.
    record_bytes
        Of its largest records, where Kafka's default limit is too low for them.
    shortest_retention
        For how long it is read after a record was written, in milliseconds; None where nothing is
        read again.
    handled
        Whether an agent takes each record; one that it refuses goes to the dead letters.
    of_models
        Whether each partition has models of its own.
    lost_with
        What is lost with the topic where it is deleted, in words; None where a worker goes on with
        a new one.
    stage_state
        The topic of the state that counts by this one's offsets and partitions.
    asked_for
        Tells whether the settings ask for it.
    """

    role: TopicRole
    rights: frozenset[Operation]
    same_as: TopicRole | None = None
    cleanup: Cleanup = Cleanup.DELETE
    record_bytes: int | None = None
    shortest_retention: Callable[[Settings], int] | None = None
    handled: bool = False
    of_models: bool = False
    lost_with: str | None = None
    stage_state: TopicRole | None = None
    asked_for: Callable[[Settings], bool] = _always

    @property
    def default_name(self) -> str:
        """Its name where no setting gives it another one."""
        name: str = TopicSettings.model_fields[self.role].default
        return name

    @property
    def by_partition(self) -> bool:
        """Whether a worker sends to the partitions of its own, whatever others there are."""
        return self.is_state or self.role is TopicRole.PENDING

    @property
    def is_state(self) -> bool:
        """Whether it holds the state of a stage; without ``state.enabled`` it is not used."""
        return self.cleanup is Cleanup.COMPACT and self.rights == _BOTH

    def is_used(self, settings: Settings) -> bool:
        """Tell whether a worker with these settings has to do with it."""
        return self.asked_for(settings) and (settings.state.enabled or not self.is_state)


def _wait(settings: Settings) -> int:
    """Return for how long a prediction may wait for its label, in milliseconds."""
    return round(min(settings.intake.pending.ttl_seconds * 1000, _LONGEST_MS))


CATALOGUE: Final[Mapping[TopicRole, TopicSpec]] = {
    spec.role: spec
    for spec in (
        TopicSpec(role=TopicRole.PREDICTIONS, rights=_READ, cleanup=Cleanup.EITHER, handled=True),
        TopicSpec(
            role=TopicRole.LABELS,
            rights=_READ,
            same_as=TopicRole.PREDICTIONS,
            cleanup=Cleanup.EITHER,
            handled=True,
        ),
        TopicSpec(role=TopicRole.MODEL_EVENTS, rights=_READ, handled=True),
        TopicSpec(
            role=TopicRole.OBSERVATIONS,
            rights=_BOTH,
            record_bytes=REQUEST,
            handled=True,
            of_models=True,
            lost_with="the rows in it that were not watched yet",
            stage_state=TopicRole.STATE,
        ),
        TopicSpec(
            role=TopicRole.LIFECYCLE,
            rights=_BOTH,
            same_as=TopicRole.ALERTS,
            handled=True,
            lost_with="the model events in it that the retrain policy had not read yet",
            stage_state=TopicRole.POLICY_STATE,
        ),
        TopicSpec(
            role=TopicRole.PENDING,
            rights=_BOTH,
            same_as=TopicRole.PREDICTIONS,
            record_bytes=REQUEST,
            shortest_retention=_wait,
            lost_with="what waited for its label",
        ),
        TopicSpec(
            role=TopicRole.ALERTS,
            rights=_BOTH,
            handled=True,
            of_models=True,
            lost_with="the alerts in it that the retrain policy had not read yet",
            stage_state=TopicRole.POLICY_STATE,
        ),
        TopicSpec(role=TopicRole.MODEL_PERFORMANCE, rights=_WRITE),
        TopicSpec(role=TopicRole.MODEL_COMPARISONS, rights=_BOTH),
        TopicSpec(role=TopicRole.RETRAIN_REQUESTS, rights=_WRITE),
        TopicSpec(role=TopicRole.ROLLBACK_REQUESTS, rights=_WRITE),
        TopicSpec(role=TopicRole.MODEL_VERSIONS, rights=_WRITE, cleanup=Cleanup.COMPACT),
        TopicSpec(
            role=TopicRole.MODEL_ROUTING, rights=_READ, cleanup=Cleanup.COMPACT, handled=True
        ),
        TopicSpec(
            role=TopicRole.CDEVENTS,
            rights=_WRITE,
            asked_for=lambda settings: settings.cdevents.enabled,
        ),
        TopicSpec(role=TopicRole.DEAD_LETTERS, rights=_WRITE, record_bytes=REQUEST),
        TopicSpec(
            role=TopicRole.STATE,
            rights=_BOTH,
            same_as=TopicRole.OBSERVATIONS,
            cleanup=Cleanup.COMPACT,
            lost_with="what the detectors had learned",
        ),
        TopicSpec(
            role=TopicRole.POLICY_STATE,
            rights=_BOTH,
            same_as=TopicRole.ALERTS,
            cleanup=Cleanup.COMPACT,
            lost_with="the open requests and cooldowns",
        ),
    )
}
"""In the order in which people are told of them."""


def together() -> tuple[tuple[TopicRole, ...], ...]:
    """Return topics whose records meet, each group behind the one that the others are like."""
    groups: dict[TopicRole, list[TopicRole]] = {}
    for spec in CATALOGUE.values():
        if spec.same_as is not None:
            groups.setdefault(spec.same_as, [spec.same_as]).append(spec.role)
    return tuple(map(tuple, groups.values()))
