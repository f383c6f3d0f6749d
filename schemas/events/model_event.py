"""What happens to a model: deployments, retraining, rollbacks, acknowledgements."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from pydantic import Field, model_validator

from schemas.events.event import EntityName, Event, Timestamp
from schemas.events.version_status import VersionStatus


class ModelEventType(StrEnum):
    """The kinds of model events."""

    VERSION_REGISTERED = "version_registered"
    VERSION_CHALLENGER = "version_challenger"
    VERSION_DEPLOYED = "version_deployed"
    VERSION_RETIRED = "version_retired"
    VERSION_ROLLED_BACK = "version_rolled_back"
    RETRAIN_ACKNOWLEDGED = "retrain_acknowledged"
    RETRAIN_STARTED = "retrain_started"
    RETRAIN_COMPLETED = "retrain_completed"
    RETRAIN_FAILED = "retrain_failed"
    ROLLBACK_ACKNOWLEDGED = "rollback_acknowledged"
    ROLLBACK_REFUSED = "rollback_refused"
    ROLLED_BACK = "rolled_back"
    ALERT_ACKNOWLEDGED = "alert_acknowledged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What a type of model event brings about.

    Attributes
    ----------
    restarts_references
        The reference windows of all versions of the model begin anew, where no setting of the model
        names other events.
    ends_request
        An open retrain request is answered.
    extends_request
        Someone is at it: what is open expires as if it had been made now.
    ends_rollback
        An open rollback request is answered.
    extends_rollback
        Someone is at that.
    trains
        The version was trained: what counts since the end of its training data begins anew.
    becomes
        The status that the version has from now on; None where it stays what it is.
    names_version
        The event must name the version.
    """

    restarts_references: bool = False
    ends_request: bool = False
    extends_request: bool = False
    ends_rollback: bool = False
    extends_rollback: bool = False
    trains: bool = False
    becomes: VersionStatus | None = None
    names_version: bool = False


EFFECTS: Final[Mapping[ModelEventType, Effects]] = {
    ModelEventType.VERSION_REGISTERED: Effects(becomes=VersionStatus.CANDIDATE, names_version=True),
    ModelEventType.VERSION_CHALLENGER: Effects(
        becomes=VersionStatus.CHALLENGER, names_version=True
    ),
    ModelEventType.VERSION_DEPLOYED: Effects(
        restarts_references=True,
        ends_request=True,
        ends_rollback=True,
        trains=True,
        becomes=VersionStatus.CHAMPION,
        names_version=True,
    ),
    ModelEventType.VERSION_RETIRED: Effects(becomes=VersionStatus.RETIRED, names_version=True),
    # Of a version that was no champion: what serves goes on, and so do its references.
    ModelEventType.VERSION_ROLLED_BACK: Effects(
        becomes=VersionStatus.ROLLED_BACK, names_version=True
    ),
    ModelEventType.RETRAIN_ACKNOWLEDGED: Effects(extends_request=True),
    ModelEventType.RETRAIN_STARTED: Effects(extends_request=True),
    ModelEventType.RETRAIN_COMPLETED: Effects(
        restarts_references=True, ends_request=True, trains=True, becomes=VersionStatus.CANDIDATE
    ),
    ModelEventType.RETRAIN_FAILED: Effects(ends_request=True),
    ModelEventType.ROLLBACK_ACKNOWLEDGED: Effects(extends_rollback=True),
    ModelEventType.ROLLBACK_REFUSED: Effects(ends_rollback=True),
    ModelEventType.ROLLED_BACK: Effects(
        restarts_references=True,
        ends_rollback=True,
        becomes=VersionStatus.CHAMPION,
        names_version=True,
    ),
    ModelEventType.ALERT_ACKNOWLEDGED: Effects(),
}
"""The one place that says what each type means."""

RESTARTING: Final = tuple(kind for kind, effects in EFFECTS.items() if effects.restarts_references)
"""After these references begin anew, where no setting of the model names others."""


class ModelEvent(Event):
    """One event in a model's life, as a pipeline reports it; `EFFECTS` says what follows."""

    type: ModelEventType = Field(strict=False)
    model: EntityName
    version: EntityName | None = Field(
        default=None,
        description="The version that it is about: registered, deployed, trained, retired or "
        "rolled back to; required for types that begin with `version_`, and for `rolled_back`.",
    )
    timestamp: Timestamp | None = Field(
        default=None, description="When it happened; the record's own time where absent."
    )
    request_id: str | None = Field(
        default=None,
        description="The retrain or rollback request that this answers, where there is one.",
    )
    alert_id: str | None = Field(
        default=None, description="The alert acknowledged; required for `alert_acknowledged`."
    )
    data_until: Timestamp | None = Field(
        default=None,
        description="Event time of the newest row that the training has seen; the event's own time "
        "where absent, or later than that.",
    )

    @property
    def effects(self) -> Effects:
        """What it brings about."""
        return EFFECTS[self.type]

    @model_validator(mode="after")
    def _needs(self) -> Self:
        if self.effects.names_version and self.version is None:
            raise ValueError(f"version is required for {self.type}")
        if self.type is ModelEventType.ALERT_ACKNOWLEDGED and self.alert_id is None:
            raise ValueError("alert_id is required for alert_acknowledged")
        return self
