"""What a relative threshold was counted from: a metric, and how surely it was known."""

from pydantic import Field

from schemas.events.event import Event


class ReferenceFigure(Event):
    """A metric as it was before, of so many labels."""

    base: str = Field(
        description="What was before: `reference`, the first labels of the version, or `previous`, "
        "the version before."
    )
    version: str | None = Field(
        default=None, description="The version before, where that is what counts."
    )
    within_seconds: float | None = Field(
        default=None,
        description="Labels that came within so many seconds of their predictions count, from that "
        "age of each version on; null where all do.",
    )
    value: float = Field(description="The metric then.")
    losses: int = Field(ge=1, description="Labelled rows, or pairs of them, that `value` is of.")
    low: float = Field(description="Between which it lay, with 95 % confidence.")
    high: float
