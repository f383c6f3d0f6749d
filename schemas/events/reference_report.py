"""The reference that an alert was judged against."""

from enum import StrEnum

from pydantic import Field

from schemas.events.event import Event


class ReferenceKind(StrEnum):
    """Where the values of a reference come from."""

    ROWS = "rows"
    """The first rows of a version, or those since a model event or an alert."""

    FILE = "file"
    RANGE = "range"
    """A range of event time in the topic of predictions."""


class ReferenceReport(Event):
    """Where a reference comes from, and how many values it had by then."""

    kind: ReferenceKind = Field(strict=False)
    rows: int = Field(ge=0, description="Values in it, those that were judged since included.")
    since: str | None = Field(
        default=None,
        description="Event time of its first row, RFC 3339; of a file or a range the earliest.",
    )
    until: str | None = Field(
        default=None, description="The latest event time of the rows of a file or a range."
    )
    reference_id: str | None = Field(
        default=None, description="Of one that was given; `driftline reference show` lists them."
    )
    source: str | None = Field(default=None, description="The file by its name, or the topic.")
    given_rows: int | None = Field(default=None, description="Rows that were drawn from it.")
    given_at: str | None = Field(default=None, description="When it was given, RFC 3339.")
