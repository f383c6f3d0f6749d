"""Bounds on what one worker takes: what memory an input can claim follows from them."""

from typing import Annotated, Final

from pydantic import Field

from app.settings.section import Section, at_most

LARGEST_MESSAGE: Final = 10_000_000
"""Bytes; what is passed on of an event is far smaller, whatever its size."""

MOST_FEATURES: Final = 20_000
"""The row of one event goes into one record, which has room for so many with short names."""


Features = Annotated[
    int,
    at_most(MOST_FEATURES, f"{MOST_FEATURES}: the row of one event must fit a record"),
    Field(json_schema_extra={"maximum": MOST_FEATURES}),
]


class LimitSettings(Section):
    """What is refused, counted and survived above these."""

    message_bytes: int = Field(default=1_000_000, ge=1000, le=LARGEST_MESSAGE)
    """Bytes of one event."""

    features_per_event: Features = Field(default=2000, ge=1)
    """Features of one event. With 2000, and 1 MB of message, its row always fits a record; with
    more, an event of long names and texts may not, and is refused as too large."""

    columns_per_model: int = Field(default=5000, ge=1)
    """Watched columns of one model version."""

    models: int = Field(default=40_000, ge=1)
    """Model versions that a worker watches, whichever partitions it has: each partition of its
    topic has an equal share. Beyond the share the one that was idle longest makes room, one without
    a complete burn-in first. Those that have not shown themselves do not count."""

    columns: int = Field(default=200_000, ge=1)
    """Watched columns of all model versions of a worker, in equal shares likewise; most take 4 to
    20 kB, one of long category names up to 1 MB."""

    metric_label_values: int = Field(default=1000, ge=1)
    """Combinations of model, version and feature that a metric tells apart."""
