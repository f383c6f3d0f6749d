"""What was found against the version before, as the evidence of a rollback request."""

from typing import NamedTuple

from schemas.events.position import Position
from schemas.events.rollback_request import RollbackCause, RollbackEvidence


class WorseThanBefore(NamedTuple):
    """A metric in which a version is worse than the one before it was.

    Attributes
    ----------
    metric
        Its name.
    value, expected
        Of the version, and of the one before.
    difference, half_width
        The first less the second, at equal delays of labels, and of its confidence sequence.
    rows, expected_rows
        What they are of.
    statistic, limit
        The evidence, and what it had to reach.
    """

    metric: str
    value: float | None
    expected: float | None
    difference: float | None
    half_width: float | None
    rows: int
    expected_rows: int
    statistic: float
    limit: float


def evidence_of(found: WorseThanBefore, found_in: str, at: Position) -> RollbackEvidence:
    """Return the evidence of one metric, named by what it was found in."""
    low = high = None
    if found.difference is not None and found.half_width is not None:
        low, high = found.difference - found.half_width, found.difference + found.half_width
    return RollbackEvidence(
        cause=RollbackCause.BEFORE,
        found_in=found_in,
        metric=found.metric,
        value=found.value,
        expected=found.expected,
        difference=found.difference,
        low=low,
        high=high,
        rows=found.rows,
        expected_rows=found.expected_rows,
        statistic=found.statistic,
        limit=found.limit,
        at=at,
    )
