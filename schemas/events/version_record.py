"""What is known of a model version: what it is to its model, and when it served."""

from enum import StrEnum
from typing import ClassVar

import orjson
from pydantic import Field

from schemas.events.cloudevents import CloudEventType
from schemas.events.event import EntityName, Event
from schemas.events.published import PublishedEvent
from schemas.events.retrain_request import AlertReference
from schemas.events.version_status import VersionStatus


class StatusChange(Event):
    """A status that a version had from some time on."""

    since: str = Field(description="Event time of the model event, RFC 3339.")
    status: VersionStatus = Field(strict=False)
    cause: str = Field(description="The type of the model event.")
    remark: str = Field(
        description="What is odd about it, empty where nothing is: `unseen` (there was neither a "
        "row nor an event of the version), `never_served` (rolled back to a version that never "
        "served), `contested` (another version became the champion at the same time)."
    )


class TrafficPeriod(Event):
    """A stretch of time in which a version had rows."""

    start: str = Field(description="Where it begins, RFC 3339.")
    hours: int = Field(
        description="How long it is: 1, 24, 672 (28 days) or 8736 (364 days), by its age."
    )
    rows: int = Field(description="Predictions whose event times are in it.")
    first: str = Field(description="Event time of the earliest of them, RFC 3339.")
    last: str = Field(description="Event time of the latest of them, RFC 3339.")


class ThresholdState(StrEnum):
    """Where a version stands with a threshold of its performance."""

    KEPT = "kept"
    """No label so far says that it is crossed."""

    CROSSED = "crossed"
    """The version is worse than it may be, and its labels have not said that it is good again."""

    NOT_JUDGED = "not_judged"
    """A relative one that has nothing to count from, or one that no label says anything of."""


class ThresholdStanding(Event):
    """What has become of a threshold of a version."""

    threshold: str = Field(description="As it is written, such as `recall[fraud] >= 0.8`.")
    state: ThresholdState = Field(strict=False)
    reason: str | None = Field(
        description="Why nothing is judged, such as `waiting`, or `no_labels` where none so far "
        "says anything of the metric; null where it is."
    )
    bound: float | None = Field(
        description="What the metric has to reach, or not to exceed; null where that is not known."
    )


class VersionRecord(PublishedEvent):
    """A version of a model as it stands; the latest record of a key is all that is known of it."""

    ce_type: ClassVar = CloudEventType.MODEL_VERSION

    record_id: str = Field(description="UUIDv5 of the content; the same content has the same id.")
    version: EntityName = Field(description="The version that it is about.")
    status: VersionStatus = Field(strict=False)
    status_since: str | None = Field(
        description="Event time since when, RFC 3339; null where no model event has said it."
    )
    is_last_good: bool = Field(
        description="Whether it is what to roll back to: the champion before the present one, of "
        "those that had rows, whose latest time as the champion did not end by a rollback, and "
        "that were not said to be retired after it."
    )
    rows: int = Field(description="Predictions counted.")
    first_event: str | None = Field(description="The earliest event time of them, RFC 3339.")
    last_event: str | None = Field(description="The latest event time of them, RFC 3339.")
    label_duplicates: int = Field(
        default=0,
        ge=0,
        description="Labels that came again, as they were, for predictions that had theirs.",
    )
    label_corrections: int = Field(
        default=0,
        ge=0,
        description="Labels that came again with another value; they join nothing again.",
    )
    backdated_labels: int = Field(
        default=0,
        ge=0,
        description="Labels that are dated before their predictions, by more than a second: of how "
        "late they came nothing is known.",
    )
    reference_since: str | None = Field(
        description="Event time since when its references are learned, RFC 3339: of its first row, "
        "or of the latest model event that had them begin anew."
    )
    history: list[StatusChange] = Field(description="The latest 100 changes of status, by time.")
    traffic: list[TrafficPeriod] = Field(description="When it had rows, by time.")
    open_alerts: list[AlertReference] = Field(
        description="Alerts of the version, the latest 50, that were neither resolved nor "
        "acknowledged; those of drift and quality are of the present references. None of one that "
        "is retired or rolled back."
    )

    thresholds: list[ThresholdStanding] = Field(
        default_factory=list,
        description="Where it stands with each threshold of its performance by the labels that "
        "have come; empty where none is set, and before the first label.",
    )

    @property
    def event_id(self) -> str:
        """The record's id."""
        return self.record_id

    @property
    def event_time(self) -> str:
        """Event time of the latest that it tells of, RFC 3339."""
        told = [step.since for step in self.history] + [alert.time for alert in self.open_alerts]
        return max([self.last_event or "", *told]) or "1970-01-01T00:00:00.000Z"

    @property
    def subject(self) -> str:
        """The model's name."""
        return self.model

    @property
    def key(self) -> bytes:
        """Model and version: the topic keeps the latest record of each."""
        return version_key(self.model, self.version)


def version_key(model: str, version: str) -> bytes:
    """Return the key of the records of a version: names may have any character.

    Examples
    --------
    >>> version_key("fraud", "7")
    b'["fraud","7"]'
    """
    return orjson.dumps([model, version])
