"""What happens to a model: deployments, retraining, rollbacks, acknowledgements."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from schemas.events.event import EntityName, Event, Timestamp


class ModelEventType(StrEnum):
    """The kinds of model events."""

    VERSION_DEPLOYED = "version_deployed"
    RETRAIN_STARTED = "retrain_started"
    RETRAIN_COMPLETED = "retrain_completed"
    ROLLED_BACK = "rolled_back"
    ALERT_ACKNOWLEDGED = "alert_acknowledged"


class ModelEvent(Event):
    """One event in a model's life, as a pipeline reports it.

    ``version_deployed``, ``retrain_completed`` and ``rolled_back`` start the model's reference
    windows anew; the first two also end an open retrain request.
    """

    type: ModelEventType = Field(strict=False)
    model: EntityName
    version: EntityName | None = Field(
        default=None,
        description="The version deployed, trained or rolled back to; required for the first two "
        "types that move a version: `version_deployed` and `rolled_back`.",
    )
    timestamp: Timestamp | None = Field(
        default=None, description="When it happened; the record's own time where absent."
    )
    request_id: str | None = Field(
        default=None, description="The retrain request that this answers, where there is one."
    )
    alert_id: str | None = Field(
        default=None, description="The alert acknowledged; required for `alert_acknowledged`."
    )

    @model_validator(mode="after")
    def _needs(self) -> Self:
        moves = {ModelEventType.VERSION_DEPLOYED, ModelEventType.ROLLED_BACK}
        if self.type in moves and self.version is None:
            raise ValueError(f"version is required for {self.type}")
        if self.type is ModelEventType.ALERT_ACKNOWLEDGED and self.alert_id is None:
            raise ValueError("alert_id is required for alert_acknowledged")
        return self
