"""How many refused records a worker bears."""

from typing import Final

from pydantic import Field

from agents.dead_letters.limits import RefusalLimits
from app.settings.section import Section

_DEFAULTS: Final = RefusalLimits()


class DeadLetterSettings(Section):
    """When a worker stops instead of sending more records to the dead letters.

    Each partition that it reads is counted for itself. Both limits count records, not time.
    """

    max_run: int | None = Field(default=_DEFAULTS.max_run, ge=1)
    """Records of a partition refused in a row, above which the worker stops; null for no limit."""

    max_ratio: float | None = Field(default=_DEFAULTS.max_ratio, gt=0, le=1)
    """Share of the latest records of a partition that were refused, above which the worker stops;
    null for no limit."""

    window_records: int = Field(default=_DEFAULTS.window, ge=1, le=1_000_000)
    """How many records are the latest."""

    min_records: int = Field(default=_DEFAULTS.min_records, ge=1, le=1_000_000)
    """Records of a partition read before the ratio counts."""
