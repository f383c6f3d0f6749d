"""A detector that fired, as an alert reports it."""

from enum import StrEnum

from pydantic import Field

from schemas.events.event import Event
from schemas.events.prediction import Scalar


class Stream(StrEnum):
    """The view of a column that a detector watches."""

    LOCATION = "location"
    SPREAD = "spread"
    RAW = "raw"


class DetectorReport(Event):
    """One detector that fired, and why."""

    kind: str = Field(description="The detector's name in the configuration, such as `adwin`.")
    stream: Stream = Field(
        strict=False,
        description="`location`: ranks among earlier values; `spread`: their folded ranks "
        "`|2u - 1|`; `raw`: the values themselves.",
    )
    parameters: dict[str, Scalar] = Field(description="All parameters in force.")
    statistic: float | None = Field(
        description="What was compared; None where the detector does not tell."
    )
    threshold: float | None = Field(
        description="What it was compared with; None where the detector does not tell."
    )
