"""What a watched column looked like over a window."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.events.event import Event


class NumberSummary(Event):
    """Numbers in a window: how many, where, how spread."""

    kind: Literal["number"] = "number"
    count: int = Field(ge=0)
    mean: float | None = Field(description="None for an empty window, or beyond float64.")
    std: float | None = Field(
        description="Sample standard deviation; None below two values, or beyond float64."
    )
    quantiles: dict[str, float] = Field(
        description="p05, p25, p50, p75, p95; interpolated within bins for the long window."
    )


class CategorySummary(Event):
    """Categories in a window: how many, and the share of each of the most frequent."""

    kind: Literal["category"] = "category"
    count: int = Field(ge=0)
    shares: dict[str, float] = Field(
        description="Share of the ten most frequent categories of either window, from 0 to 1."
    )


Summary = Annotated[NumberSummary | CategorySummary, Field(discriminator="kind")]
