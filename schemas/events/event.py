"""The base of every event type."""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

Timestamp = Annotated[
    str | int | float,
    Field(
        description="RFC 3339 text, or an epoch of the years 2000 to 2099 in seconds, "
        "milliseconds, microseconds or nanoseconds.",
        examples=["2026-03-01T12:00:00Z", 1772366400, 1772366400123],
    ),
]
"""Event time as producers write it."""

LONGEST_NAME: Final = 249

EntityName = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
"""A name that may be a Kafka key and a metric's label."""


Identifier = EntityName | int | float
"""A name as producers write it: a number is the text of its digits, as they are written."""


class Event(BaseModel):
    """An immutable event; unknown fields are ignored, so that producers may add theirs."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        strict=True,
        allow_inf_nan=False,
        # What is published has all its fields, and its schema says so.
        json_schema_serialization_defaults_required=True,
    )
