"""A prediction, as a service writes it."""

from typing import Any

from pydantic import Field

from schemas.events.event import Event, Identifier, Timestamp

Scalar = str | bool | int | float
Outcome = Scalar | list[float]
"""A predicted or true outcome: a class, a number, or a list of numbers."""


class Prediction(Event):
    """One prediction of one model version for one input."""

    prediction_id: Identifier | None = Field(
        default=None, description="Joins the label; the record's key where it is absent."
    )
    model: Identifier = Field(description="The model's name.")
    version: Identifier | None = Field(
        default=None, description="The model's version; `unversioned` where it is absent."
    )
    timestamp: Timestamp | None = Field(
        default=None, description="When it was predicted; the record's own time where absent."
    )
    features: dict[str, Any] | None = Field(
        default=None,
        description="Feature name to number, text, boolean or null; nested objects and lists of "
        "numbers are taken apart. Where absent, all other members.",
    )
    prediction: Outcome | None = Field(
        default=None,
        description="The predicted class or number, or a list of numbers; without one the features "
        "are watched.",
    )
    scores: dict[str, float] | list[float] | float | None = Field(
        default=None,
        description="Class to probability, the probabilities of the classes 0, 1, ..., or one of "
        "them; the predicted class's score is watched.",
    )
    segment: dict[str, Scalar | None] | None = Field(
        default=None, description="Names of groups that this input belongs to."
    )
    label: Outcome | None = Field(
        default=None, description="The true outcome, where it is already known."
    )
