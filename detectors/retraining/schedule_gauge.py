"""The gauge of a schedule: event time that comes to a time of a cron line."""

from typing import Final

from detectors.retraining.conditions import Schedule
from detectors.retraining.gauges import Reading
from detectors.retraining.schedule import CronSchedule
from detectors.snapshots.tree import State
from schemas.tables.observations import ObservationBatch, Origin

BEHIND: Final = 1000
"""Rows in a row before the latest time of the schedule after which that is taken for the work of a
row from the future: event time goes on from these rows. Fewer, and late rows would do; more, and
rows from the future would silence a model with little traffic for long."""


class ScheduleGauge:
    """Meets its condition once for each time of the line, by the first row at it or after it.

    Where several times have passed between two rows the latest one counts. It begins with the first
    row: what was due before is not made up for.

    Parameters
    ----------
    condition
        The line and its zone, both valid.
    """

    def __init__(self, condition: Schedule) -> None:
        self._schedule = CronSchedule(condition.line, condition.zone)
        self._since = self._due = -1
        self._behind = 0

    def skim(self, origin: Origin, rows: int, oldest: int, newest: int) -> bool:
        """Tell whether rows meet nothing, as `detectors.retraining.gauges.Gauge`."""
        del origin, rows
        return self._since <= oldest and newest < self._due

    def pass_over(self, origin: Origin, rows: int) -> None:
        """Take note that the latest rows are not behind."""
        del origin, rows
        self._behind = 0

    def update(self, rows: ObservationBatch) -> list[Reading]:
        """Return the rows that came first to a time of the line."""
        found: list[Reading] = []
        for row, time in enumerate(rows.times.tolist()):
            if self._due < 0:
                self._begin(time)
            elif time >= self._due:
                latest = self._schedule.latest(time, self._due)
                found.append(Reading(row, latest / 1000, self._since, latest))
                self._since, self._due, self._behind = latest, self._schedule.after(latest), 0
            elif time >= self._since:
                self._behind = 0
            else:
                self._behind += 1
                if self._behind >= BEHIND:
                    self._begin(time)
        return found

    def retrained(self, until: int) -> None:
        """Do nothing: a schedule goes by itself."""

    def state(self) -> State:
        """Return the whole state."""
        return {"since": self._since, "due": self._due, "behind": self._behind}

    def restore(self, state: State) -> None:
        """Take over a state."""
        self._since, self._due, self._behind = state["since"], state["due"], state["behind"]

    def _begin(self, time: int) -> None:
        self._since, self._due, self._behind = time, self._schedule.after(time), 0
