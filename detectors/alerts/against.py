"""What the values of an alert were judged against, as the alert tells it."""

from typing import NamedTuple

from schemas.events.reference_report import ReferenceKind, ReferenceReport
from schemas.events.times import clamped_time, format_time
from schemas.tables.reference_parts import GivenReference


class Against(NamedTuple):
    """Where a reference comes from.

    Attributes
    ----------
    given
        The reference from outside that it began with; None where it began with rows.
    began
        Event time of the first of its own rows, milliseconds since the epoch; None where that is
        not known.
    """

    given: GivenReference | None
    began: int | None


def report_of(against: Against, rows: int) -> ReferenceReport:
    """Return what an alert tells of a reference that had so many values."""
    given = against.given
    if given is None:
        return ReferenceReport(kind=ReferenceKind.ROWS, rows=rows, since=_time(against.began))
    return ReferenceReport(
        kind=given.kind,
        rows=rows,
        since=_time(given.since),
        until=_time(given.until),
        reference_id=given.reference_id,
        source=given.source,
        given_rows=given.rows,
        given_at=_time(given.given),
    )


def words_of(report: ReferenceReport) -> str:
    """Return the words for a reference from outside; none for one of rows."""
    if report.kind is ReferenceKind.ROWS:
        return ""
    times = f" of {report.since} to {report.until}" if report.since else ""
    return (
        f"; the reference is {report.given_rows} rows of the {report.kind} {report.source}{times}"
    )


def _time(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else format_time(clamped_time(milliseconds))
