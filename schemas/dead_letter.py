"""A dead letter: a record that could not be taken, kept for a person to look at."""

from pydantic import Field

from schemas.event import Event


class DeadLetter(Event):
    """The attributes of a dead letter; the record's value and key are the original bytes.

    They travel as CloudEvents extension headers (``ce_reason`` and so on), so that the original
    record can be sent again as it was.
    """

    reason: str = Field(description="Machine-readable, see the closed set of reasons.")
    detail: str = Field(description="What was found and what was expected.")
    sourcetopic: str
    sourcepartition: int
    sourceoffset: int
    originalsize: int = Field(description="Bytes of the original value; -1 for a null value.")
    truncated: bool = Field(
        description="Whether the value was cut to fit; the whole one is at the source position."
    )
