"""A change that may be no more than the course of a day which nobody knows yet."""

from dataclasses import dataclass, replace
from typing import Final

from detectors.alerts import drift_state
from detectors.alerts.drift import Drift
from detectors.arrays.column import Numbers
from detectors.monitors import held_week
from detectors.monitors.held_week import Level, since_step
from detectors.reference import block_means, season
from detectors.reference.course import is_course, is_step, shapes
from detectors.reference.season import DAY_KNOWN
from detectors.reference.told_season import NEVER
from detectors.snapshots.tree import State
from schemas.events.detector_report import Stream
from schemas.events.durations import MS_PER_DAY, MS_PER_HOUR

KNOWN_BY: Final = 3 * MS_PER_DAY
"""Event time since a column's first value after which a day that is seasonal is known to be."""

AT_ONCE: Final = MS_PER_HOUR // 2
"""Event time since then in which no course is looked for: it cannot have gone far."""

LONGEST: Final = MS_PER_DAY // 2
"""Event time that a change is held back at most: half a day."""

FIRST_LOOK: Final = 16
"""Values after which it is looked at again what has become of it."""

NEXT_LOOK: Final = 1.25
"""As many times the values since then it has had before the look after one."""


@dataclass(frozen=True, slots=True)
class HeldChange:
    """A change that is not told yet.

    Attributes
    ----------
    drift
        What would have been told.
    time
        Event time at which it was found.
    values
        Values since then at the next look.
    level
        That before it, of a step that may be a weekend's; None for what may be a course.
    """

    drift: Drift
    time: int
    values: int = FIRST_LOOK
    level: Level | None = None

    def is_step(self, blocks: Numbers) -> bool:
        """Tell whether it is to be told by now."""
        return self.level is None and is_step(blocks, spread=_is_on_spread(self.drift))

    def has_stayed(self, blocks: Numbers, memory: Numbers) -> bool:
        """Tell whether it is to be told in the end: no other has followed, and a step explains it.

        A course goes up and down within half a day; a trend may end.
        """
        if self.level is not None:
            return not self.level.is_at(*since_step(blocks, memory))
        of_means, of_squares = shapes(blocks)
        shape = of_squares if _is_on_spread(self.drift) else of_means
        return shape.step > shape.course

    def later(self, blocks: Numbers, time: int) -> "HeldChange | None":
        """Return what is looked at again after a look at an event time; None for no more."""
        longest = LONGEST if self.level is None else held_week.LONGEST
        if abs(time - self.time) * NEXT_LOOK > longest:
            blocks[block_means.DUE] = block_means.NEVER
            return None
        values = int(self.values * NEXT_LOOK) + 1
        blocks[block_means.DUE] = values - self.values
        return HeldChange(self.drift, self.time, values, self.level)

    def drift_at(self, row: int) -> Drift:
        """Return what is told with a later row; of no such change there is a guarantee."""
        return replace(
            self.drift,
            row=row,
            rows_since_change=row - self.drift.change_row + 1,
            independent=False,
        )

    def state(self) -> State:
        """Return what `restored` takes."""
        return {
            "drift": drift_state.state_of(self.drift),
            "time": self.time,
            "values": self.values,
            "level": None if self.level is None else self.level.state(),
        }

    @classmethod
    def restored(cls, state: State | None) -> "HeldChange | None":
        """Return what a state describes."""
        if state is None:
            return None
        level = Level.restored(state.get("level"))
        return cls(drift_state.restored(state["drift"]), state["time"], state["values"], level)

    def is_undone_by(self, after: Numbers, memory: Numbers) -> bool:
        """Tell whether a further change takes it back.

        Parameters
        ----------
        after
            Shape ``(n,)``: the latest values since that, as they are in the blocks.
        memory
            Of the season.
        """
        if self.level is None or len(after) == 0:
            return False
        return self.level.is_at(float(after.mean() + memory[season.CENTRE]), len(after))


def is_young(memory: Numbers, blocks: Numbers, time: int) -> bool:
    """Tell whether a column may have a course of the day that is not known yet.

    Parameters
    ----------
    memory
        Of its season.
    blocks
        Its means since the reference began.
    time
        Event time.
    """
    has_none = memory[season.TOLD_DAYS] == NEVER
    if not season.is_learned(memory) or memory[DAY_KNOWN] > 0.0 or has_none:
        return False
    return bool(AT_ONCE < abs(time - blocks[block_means.BEGAN]) < KNOWN_BY)


def held_back(
    drift: Drift,
    memory: Numbers,
    blocks: Numbers,
    time: int,
    after: Numbers,
    *,
    may_be_weekend: bool = False,
    level: Level | None = None,
) -> HeldChange | None:
    """Return a change that is not to be told yet; None where it is, and the blocks begin anew.

    Parameters
    ----------
    drift
        The change.
    memory, blocks
        Of its column, with all values up to it.
    time
        Event time at which it was found.
    after
        Shape ``(n,)``: the latest values since the change, as they are in the blocks.
    may_be_weekend
        As `detectors.monitors.held_week` tells.
    level
        That before a step that is held back still; None where none is.
    """
    young = is_young(memory, blocks, time)
    if young or may_be_weekend:
        block_means.forget(drift.rows_observed * drift.stride, blocks)
        if drift.stride == 1:
            block_means.split(after, blocks)
        as_course = young and is_course(blocks, spread=_is_on_spread(drift))
        if as_course or may_be_weekend:
            block_means.rest(blocks)
            blocks[block_means.DUE] = FIRST_LOOK
            before = None if as_course else level or Level.before(blocks, memory)
            return HeldChange(drift, time, level=before)
    block_means.renew(blocks)
    return None


def _is_on_spread(drift: Drift) -> bool:
    return drift.findings[0].stream is Stream.SPREAD
