"""The base of every event type."""

from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

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


def _short(number: int) -> int:
    """Return a number whose digits are no longer than a name may be."""
    if not -(10 ** (LONGEST_NAME - 1)) < number < 10**LONGEST_NAME:
        raise ValueError(f"expected at most {LONGEST_NAME} digits")
    return number


Identifier = EntityName | Annotated[int, AfterValidator(_short)] | float
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
