"""Bounds on what one worker takes, so that no input can exhaust it."""

from pydantic import Field

from app.settings.section import Section


class LimitSettings(Section):
    """What is refused, counted and survived above these."""

    message_bytes: int = Field(default=1_000_000, ge=1000, le=100_000_000)
    """Bytes of one event."""

    features_per_event: int = Field(default=2000, ge=1)
    """Features of one event."""

    columns_per_model: int = Field(default=5000, ge=1)
    """Watched columns of one model version."""

    models: int = Field(default=10_000, ge=1)
    """Model versions watched in one partition."""

    metric_label_values: int = Field(default=1000, ge=1)
    """Combinations of model, version and feature that a metric tells apart."""
