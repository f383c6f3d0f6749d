"""The versions of a model as JSON for programs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.versions.performances import KnownPerformances
from detectors.versions.serving import ServedAt, last_full_hour, latest_of, served_at
from schemas.events.times import format_time
from schemas.events.version_record import VersionRecord
from schemas.events.version_status import VersionStatus


def model_document(
    records: Sequence[VersionRecord],
    time: int | None = None,
    rollback: Mapping[str, Any] | None = None,
    performances: KnownPerformances | None = None,
) -> dict[str, Any]:
    """Return what JSON says of a model.

    Parameters
    ----------
    records
        Of all of its versions, at least one.
    time
        At which it is asked for, milliseconds since the epoch; None for the latest that is known.
    rollback
        The rollback request of the model that is open; None where none is.
    performances
        How good its versions were; None where that is not known.
    """
    there = now_or_at(records, time)
    return {
        "model": records[0].model,
        "at": format_time(there.time),
        "known_to": known_to(records),
        "champion": champion_of(there),
        "last_good": last_good_of(records),
        "rollback_request": None if rollback is None else dict(rollback),
        "counted_from": format_time(there.start),
        "counted_to": format_time(there.start + there.width),
        "at_that_time": [
            {
                "version": each.record.version,
                "status": each.status,
                "rows": each.rows,
                "share": each.share,
                "was_at_work": each.was_at_work,
            }
            for each in there.versions
        ],
        "performance": None
        if performances is None
        else {each.version: performances.document(each.version, time) for each in records},
        "versions": [each.model_dump(mode="json") for each in records],
    }


def known_to(records: Iterable[VersionRecord]) -> str | None:
    """Return the latest time that is told of a model: what is asked for after it is not known."""
    latest = latest_of(records)
    return None if latest is None else format_time(latest)


def champion_of(there: ServedAt) -> str | None:
    """Return the version that model events call the champion at a time."""
    champions = (each for each in there.versions if each.status is VersionStatus.CHAMPION)
    return next((each.record.version for each in champions), None)


def last_good_of(records: Iterable[VersionRecord]) -> str | None:
    """Return the version to roll back to."""
    return next((each.version for each in records if each.is_last_good), None)


def now_or_at(records: Sequence[VersionRecord], time: int | None) -> ServedAt:
    """Return the versions of a model at a time; by now where it is None.

    By now, and at a time of which nothing is told yet, rows are counted over the last full hour:
    that there are none at such a time is not known.
    """
    latest = latest_of(records) or 0
    if time is not None and time <= latest:
        return served_at(records, time)
    hour = last_full_hour(records)
    return served_at(
        records, latest if time is None else time, around=latest if hour is None else hour
    )
