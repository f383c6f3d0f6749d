"""What a relative threshold was counted from: a metric, and how surely it was known."""

from pydantic import Field

from schemas.events.event import Event


class ReferenceFigure(Event):
    """A metric as it was before, of so many labels."""

    base: str = Field(description="What was before: `reference`, the first labels of the version.")
    value: float = Field(description="The metric then.")
    losses: int = Field(ge=1, description="Labelled rows, or pairs of them, that `value` is of.")
    low: float = Field(description="Between which it lay, with 95 % confidence.")
    high: float
