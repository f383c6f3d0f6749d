"""Which version of a model served at a time, told from the records of all of its versions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from detectors.versions.traffic import HOUR
from schemas.events.times import parse_time
from schemas.events.version_record import TrafficPeriod, VersionRecord
from schemas.events.version_status import VersionStatus


@dataclass(frozen=True, slots=True)
class Serving:
    """A version at a time.

    Attributes
    ----------
    record
        Of the version, as it is now.
    status
        What it was then.
    rows, share
        Its predictions in the stretch of time around, and what share of its model's these are; None
        where the model had none.
    was_at_work
        Whether it had predictions both up to the time and from it on, within the stretch; None
        where rows are counted around another time: nobody knows yet what follows the latest one.
    """

    record: VersionRecord
    status: VersionStatus | None
    rows: int
    share: float | None
    was_at_work: bool | None


@dataclass(frozen=True, slots=True)
class ServedAt:
    """The versions of a model at a time.

    Attributes
    ----------
    time
        Milliseconds since the epoch.
    start, width
        The stretch of time in which rows are counted: the bucket of the time that is the widest of
        all versions' buckets.
    versions
        Those that had a status or predictions then: the champion first, then by their rows.
    """

    time: int
    start: int
    width: int
    versions: tuple[Serving, ...]


def latest_of(records: Iterable[VersionRecord]) -> int | None:
    """Return the latest time that records tell of; None where there is none."""
    return max((parse_time(each.event_time) for each in records), default=None)


def last_full_hour(records: Sequence[VersionRecord]) -> int | None:
    """Return the last millisecond of the hour before the latest time, if it has any rows.

    Of the latest hour each version is told up to another time.
    """
    latest = latest_of(records)
    if latest is None:
        return None
    end = latest // HOUR * HOUR - 1
    has_rows = any(
        0 <= end - parse_time(period.start) < period.hours * HOUR
        for record in records
        for period in record.traffic
    )
    return end if has_rows else None


def served_at(
    records: Sequence[VersionRecord], time: int, *, around: int | None = None
) -> ServedAt:
    """Return what each version of a model was, and had to do, at a time.

    Parameters
    ----------
    records
        Of all versions of one model.
    time
        Milliseconds since the epoch.
    around
        In which stretch of time rows are counted; that of ``time`` by default.

    Notes
    -----
    Older buckets are wider, and each version has its own; a narrow one lies within a wide one. So
    shares are counted over the widest one that has the time in it.
    """
    counted = time if around is None else around
    spans = [
        (parse_time(period.start), period.hours * HOUR)
        for record in records
        for period in record.traffic
        if 0 <= counted - parse_time(period.start) < period.hours * HOUR
    ]
    start, width = max(spans, key=lambda span: span[1], default=(counted // HOUR * HOUR, HOUR))
    inside = {
        record.version: [each for each in record.traffic if _lies(each, start, width)]
        for record in records
    }
    total = sum(period.rows for periods in inside.values() for period in periods)
    found = [
        _serving(record, inside[record.version], total, time, is_around=around is None)
        for record in records
    ]
    there = [each for each in found if each.status is not None or each.rows]
    there.sort(key=lambda each: (each.status is not VersionStatus.CHAMPION, -each.rows))
    return ServedAt(time, start, width, tuple(there))


def status_at(record: VersionRecord, time: int) -> VersionStatus | None:
    """Return what a version was at a time; None where it was nothing yet."""
    steps = [each for each in record.history if parse_time(each.since) <= time]
    if steps:
        return steps[-1].status
    is_seen = record.first_event is not None and parse_time(record.first_event) <= time
    return VersionStatus.OBSERVED if is_seen else None


def _lies(period: TrafficPeriod, start: int, width: int) -> bool:
    return start <= parse_time(period.start) < start + width


def _serving(
    record: VersionRecord, periods: list[TrafficPeriod], total: int, time: int, *, is_around: bool
) -> Serving:
    rows = sum(period.rows for period in periods)
    return Serving(
        record,
        status_at(record, time),
        rows,
        rows / total if total else None,
        _was_at_work(periods, time) if is_around else None,
    )


def _was_at_work(periods: list[TrafficPeriod], time: int) -> bool:
    first = min((parse_time(each.first) for each in periods), default=None)
    last = max((parse_time(each.last) for each in periods), default=None)
    return first is not None and last is not None and first <= time <= last
