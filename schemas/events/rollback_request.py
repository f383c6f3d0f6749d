"""A request to have an earlier version of a model serve again."""

from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from schemas.events.cloudevents import CloudEventType
from schemas.events.event import EntityName, Event
from schemas.events.position import EventTime, Position
from schemas.events.request import Priority, Request


class RollbackCause(StrEnum):
    """What has been found about the version that is to go; more may come."""

    WORSE = "worse"
    """A primary metric is worse than that of another version at the same time."""

    GUARDRAIL = "guardrail_worse"
    """A guardrail is worse than that of another version at the same time, by more than its margin.
    """

    SEGMENT = "segment_worse"
    """In a segment a metric is worse than that of another version at the same time."""

    THRESHOLD = "threshold"
    """A threshold of its performance is crossed."""

    BEFORE = "worse_than_before"
    """A metric is worse than that of the version before it was, by labels that took as long."""


class SegmentValue(Event):
    """Rows whose predictions have one value of a name."""

    name: str
    value: str | None = Field(
        description="Null is all that are not compared by themselves, together."
    )


class RollbackEvidence(Event):
    """One metric by which the version is worse."""

    cause: RollbackCause = Field(strict=False)
    found_in: str = Field(
        description="The `comparison_id` of the look, or the `alert_id` of the alert, that says "
        "so; of what is worse than before an id of its own, which is published nowhere else."
    )
    metric: str = Field(description="Such as `accuracy` or `recall[fraud]`.")
    segment: SegmentValue | None = Field(
        default=None, description="Of which rows it is; null for all."
    )
    value: float | None = Field(description="Of the version that is to go.")
    expected: float | None = Field(
        description="Of the version that it is compared with; of a threshold its bound."
    )
    difference: float | None = Field(
        default=None,
        description="The first less the second, over rows of the same hours; null of a threshold.",
    )
    low: float | None = Field(
        default=None, description="Lower end of the difference's confidence sequence."
    )
    high: float | None = Field(default=None, description="The upper end.")
    rows: int = Field(ge=0, description="Labelled rows that `value` is of.")
    expected_rows: int | None = Field(
        default=None, ge=0, description="Those that `expected` is of; null of a threshold."
    )
    statistic: float = Field(description="The evidence: an e-value, or what bets have won.")
    limit: float = Field(description="What the statistic had to reach.")
    at: Position = Field(description="The row up to which it is counted.")


class RollbackRequest(Request):
    """The model should be rolled back: another version is to serve instead of ``version``.

    At most one is open per model: it ends with a model event that ends rollback requests
    (`schemas.events.model_event.EFFECTS`), or once the version serves no longer.
    """

    ce_type: ClassVar = CloudEventType.ROLLBACK_REQUEST

    version: EntityName = Field(description="The version that serves and is to go.")
    target: EntityName = Field(
        description="The version that is to serve: the last good one, which was never rolled back."
    )
    cause: RollbackCause = Field(strict=False)
    priority: Priority = Field(strict=False, description="`normal` of harm in segments alone.")
    evidence: list[RollbackEvidence] = Field(min_length=1)
    decided_at: Position = Field(description="The row that decided it.")
    expires_at: EventTime = Field(
        description="Event time until when it keeps others away where nobody answers."
    )
    route_id: str | None = Field(
        default=None,
        description="The route by which Driftline has the target serve; null where people do.",
    )
