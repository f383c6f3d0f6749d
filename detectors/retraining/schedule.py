"""A schedule of times: a cron line in a time zone."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from schemas.events.durations import MS_PER_DAY

FIELDS: Final = 5

LONGEST: Final = 200
"""Characters of a line."""

NEVER: Final = 2**62
"""A time that no row has, milliseconds since the epoch."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST: Final = 366 * MS_PER_DAY
_LATEST: Final = 7_258_118_400_000
"""The year 2200: the calendar of a zone far beyond it is a guess, and ends in the year 9999."""


class InvalidSchedule(ValueError):
    """A cron line or a time zone that cannot be used."""


class CronSchedule:
    """The times of a cron line, each minute of which the line speaks in the zone's own time.

    A time that the clocks skip is the first one after it, one that they have twice is the first of
    the two, as Debian's cron has it.

    Parameters
    ----------
    line
        Minute, hour, day of the month, month, day of the week.
    zone
        Its name in the tz database.

    Raises
    ------
    InvalidSchedule
        Where the line has no such form, or never comes, or the zone is not known.

    Examples
    --------
    >>> from schemas.events.times import format_time, parse_time
    >>> weekly = CronSchedule("0 3 * * MON", "Europe/Zurich")
    >>> format_time(weekly.after(parse_time("2026-03-28T12:00:00Z")))
    '2026-03-30T01:00:00.000Z'
    """

    def __init__(self, line: str, zone: str = "UTC") -> None:
        if len(line) > LONGEST or len(line.split()) != FIELDS:
            raise InvalidSchedule(
                "five fields: minute, hour, day of the month, month, day of the week"
            )
        try:
            self._zone = ZoneInfo(zone)
        except (ValueError, OSError, LookupError):
            raise InvalidSchedule(f"a time zone of the tz database, not {zone!r}") from None
        self._line = line
        try:
            next(CronSim(line, datetime(2000, 1, 1, tzinfo=UTC)))
        except CronSimError as error:
            found = str(error).replace("Bad", "wrong")
            raise InvalidSchedule(f"a cron line that comes; this one has a {found}") from None
        except StopIteration:
            raise InvalidSchedule("a cron line that comes; this one never does") from None

    def after(self, time: int) -> int:
        """Return the first time after one, milliseconds since the epoch; `NEVER` beyond 2200."""
        if time >= _LATEST:
            return NEVER
        moment = _EPOCH + timedelta(milliseconds=max(time, _EARLIEST))
        found = _found(CronSim(self._line, moment.astimezone(self._zone)))
        while found is not None and found <= time:  # an hour that the clocks have twice
            moment += timedelta(hours=1)
            found = _found(CronSim(self._line, moment.astimezone(self._zone)))
        return NEVER if found is None else found

    def latest(self, time: int, since: int) -> int:
        """Return the latest time up to one, and after ``since``; ``since`` where there is none."""
        if time >= _LATEST:
            return since
        # Backwards an hour that the clocks skip is left out, so the last three are walked forwards.
        moment = _EPOCH + timedelta(milliseconds=max(time, _EARLIEST)) - timedelta(hours=3)
        before = _found(CronSim(self._line, moment.astimezone(self._zone), reverse=True))
        latest = since if before is None or before > time else max(since, before)
        following = self.after(latest)
        while following <= time:
            latest, following = following, self.after(following)
        return latest


def _found(times: CronSim) -> int | None:
    try:
        moment = next(times)
    except StopIteration:
        return None
    return round((moment.astimezone(UTC) - _EPOCH).total_seconds() * 1000)
