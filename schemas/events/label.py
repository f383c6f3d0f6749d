"""A label: the true outcome of an earlier prediction."""

from pydantic import Field

from schemas.events.event import Event, Identifier, Timestamp
from schemas.events.prediction import Outcome


class Label(Event):
    """The truth about one prediction, which arrives seconds or months later."""

    prediction_id: Identifier | None = Field(
        default=None,
        description="The prediction that this is the truth about; the record's key where absent.",
    )
    label: Outcome = Field(description="The true class or number.")
    timestamp: Timestamp | None = Field(
        default=None, description="When the truth was known; the record's own time where absent."
    )
    prediction: Outcome | None = Field(
        default=None, description="With `model`: the prediction itself, and then no join is needed."
    )
    model: Identifier | None = Field(default=None, description="The model, where known.")
    version: Identifier | None = Field(
        default=None, description="The model's version; with `model`: `unversioned` where absent."
    )
