"""The season of one column: what is learned of it, taken off, and asked about a change."""

from dataclasses import replace
from typing import Final

import numpy as np

from detectors.alerts.drift import Drift
from detectors.alerts.values_change import ValuesChange
from detectors.arrays.column import Numbers
from detectors.monitors.held_change import HeldChange, held_back
from detectors.monitors.held_week import may_be_weekend
from detectors.reference import block_means, season
from detectors.reference.column_block import SEED, ColumnBlock
from detectors.reference.early_ranks import Step
from detectors.reference.reference import Reference
from detectors.reference.season import Integers
from detectors.reference.season_learning import note, turn
from detectors.reference.season_removal import take_off
from detectors.reference.season_shares import slot_of
from detectors.reference.season_slots import BY_THEMSELVES, SeasonSlots, figures_of
from detectors.reference.told_season import ToldSeason
from detectors.snapshots.tree import State
from schemas.events.durations import MS_PER_HOUR
from schemas.tables.columns import Column, Flags, Kind

_ALL_OK: Final[Flags] = np.empty(0, dtype=np.uint8)
"""In place of flags."""


class ColumnSeason:
    """The season of one column, whose courses and means lie in the block of its reference.

    They go with the column from one reference to the next. Which categories have slots, and which
    change is held back, is kept beside them.

    Parameters
    ----------
    told
        Which seasons the column has.
    """

    __slots__ = ("_first_values", "_held", "_slots", "_told")

    def __init__(self, told: ToldSeason) -> None:
        self._told = told
        self.forget()

    def forget(self) -> None:
        """Know nothing of values, as they are of another kind from now on."""
        self._first_values: Numbers | None = None
        self._held: HeldChange | None = None
        self._slots = SeasonSlots()

    def begin(self, block: ColumnBlock, kind: Kind) -> None:
        """Write that nothing is known of values of a kind."""
        mode = season.OFF if self._told is ToldSeason.NONE else season.MODES[kind]
        season.begin(block.season, mode)
        season.tell(block.season, self._told)
        block_means.begin(block.blocks)

    def carry(self, earlier: ColumnBlock, reference: Reference) -> None:
        """Take over to a reference what is known by the block of another one."""
        reference.block.season[:] = earlier.season
        reference.block.blocks[:] = earlier.blocks
        self.stand(reference)

    def stand(self, reference: Reference) -> None:
        """Write what stands for the slots in a reference, which may have other names by now."""
        reference.stand(self._slots)

    def begin_values(self, block: ColumnBlock, time: int) -> None:
        """Take note of the event time of a reference's first value."""
        block.season[season.SINCE] = time
        if np.isnan(block.blocks[block_means.BEGAN]):
            block.blocks[block_means.BEGAN] = time

    def burn(
        self, reference: Reference, values: Numbers, rows: Integers
    ) -> tuple[int, Step | None]:
        """Take values into a burn-in as `Reference.burn`; keep those of the column's first one."""
        if not season.is_gauged(reference.block.season):
            self._first_values = np.concatenate([reference.sampled, values])
        taken, step = reference.burn(values, rows)
        if step is None and not reference.ready:
            self._first_values = None
        elif self._first_values is not None:
            self._first_values = self._first_values[: len(self._first_values) - len(values) + taken]
        return taken, step

    def gauge(self, reference: Reference, latest: Numbers) -> None:
        """Learn what values are like, of the first ones for what they have been as well."""
        block, first = reference.block, self._first_values
        self._first_values = None
        if reference.categories is not None:
            self._choose_slots(reference, first)
            return
        by_factors = reference.goes_by_factors
        moved = season.gauge(block.season, latest, first, by_factors=by_factors)
        if first is None:
            block_means.move(moved, block.blocks)
        else:
            block_means.fill(season.cut_off(first, block.season), block.blocks)

    def _choose_slots(self, reference: Reference, first: Numbers | None) -> None:
        """Choose the categories whose shares are learned, once a burn-in is complete.

        Those that a later one has in plenty get what slots there are, until days are known.
        """
        memory = reference.block.season
        open_still = season.is_learned(memory) and memory[season.DAY_KNOWN] == 0.0
        if not (open_still and reference.ready):
            return
        slots = self._slots.with_further(reference.commonest())
        if slots is not self._slots:
            self._slots = slots
            self.stand(reference)
            memory[season.LAST] = np.nan
        if first is None:
            return
        memory[season.REACH] = 1.0
        memory[season.COUNT] = 0.0
        block_means.fill(figures_of(self._slots.of_keys(first)), reference.block.blocks)

    def note(self, column: Column, times: Integers, block: ColumnBlock) -> None:
        """Learn from rows up to which what is taken off does not change.

        Parameters
        ----------
        column
            Of the kind that is watched.
        times
            Event times, of its rows at least.
        block
            Of the reference.
        """
        self._note(column, times, block.season, block.blocks)

    def rows_until_change(self, column: Column, times: Integers, block: ColumnBlock) -> int:
        """Return the row with which what is taken off changes; parameters as of `note`.

        Or before which it is to be looked at what has become of a change; `season.STAYS` for none.
        Nothing is learned.
        """
        return self._note(column, times, block.season.copy(), block.blocks.copy())

    def _note(self, column: Column, times: Integers, memory: Numbers, blocks: Numbers) -> int:
        if not season.is_learned(memory):
            return season.STAYS
        flags = _ALL_OK if column.flags is None else column.flags
        times = times[: len(column.values)]
        hours = times // MS_PER_HOUR
        stands, values = memory[season.STANDS], column.values.astype(np.float64)
        if column.kind is Kind.CATEGORY:
            # Whatever the reference calls them: of a burn-in that has just ended these were keys.
            stands = BY_THEMSELVES
            values = self._slots.of(column.values, column.categories).astype(np.float64)
        return int(note(values, flags.copy(), times, hours, stands, memory, blocks))

    def turn(self, block: ColumnBlock, time: int) -> bool:
        """Go on to the hour of an event time; tell whether a further cycle is taken off from it."""
        cycles = season.cycles(block.season)
        turn(time // MS_PER_HOUR, block.season)
        return season.cycles(block.season) > cycles

    def judged(self, column: Column, first_row: int, times: Integers, block: ColumnBlock) -> Column:
        """Return rows of the kind that is watched without the season that is known of it."""
        if not season.is_seasonal(block.season):
            return column
        return self.without(block.season, block.words[SEED], first_row, column, times)

    def without(
        self, memory: Numbers, seed: int, first_row: int, column: Column, times: Integers
    ) -> Column:
        """Return rows of the kind that is watched without a season.

        Parameters
        ----------
        memory
            What is known of the season.
        seed
            Of the random parts.
        first_row
            Number of the first row.
        column, times
            As of `note`.
        """
        values, stands = column.values.astype(np.float64), memory[season.STANDS]
        if column.kind is Kind.CATEGORY:
            own = self._slots.of(column.values, column.categories)
            values = np.append(stands, np.nan)[own]
        left = np.empty(len(values))
        take_off(values, times[: len(values)].copy(), first_row, seed, memory, left)
        if column.kind is not Kind.CATEGORY:
            return replace(column, values=left)
        slots = np.array([slot_of(value, stands) for value in left.tolist()], dtype=np.int64)
        slots[left == values] = season.SLOTS
        codes, categories = self._slots.replaced(column.values, column.categories, slots)
        return replace(column, values=codes, categories=tuple(categories))

    def seen(
        self, found: Drift | ValuesChange, reference: Reference, memory: Numbers, time: int
    ) -> Drift | ValuesChange | HeldChange:
        """Return a change at an event time, and whether a season may be all that it is.

        Parameters
        ----------
        found
            The change.
        reference
            The new one that has begun with it.
        memory
            What was known of the season before it.
        time
            The event time.
        """
        block = reference.block
        if self._first_values is not None:
            self.gauge(reference, self._first_values)
        # Another reference than the column's own is not of another hour of it.
        if isinstance(found, Drift) and found.against.given is None:
            after, held = self._figures(found, block), self._held
            if held is not None and held.is_undone_by(after, block.season):
                self.let_go(block)
                return held
            began = float(block.blocks[block_means.BEGAN])
            self._held = held_back(
                found,
                block.season,
                block.blocks,
                time,
                after,
                may_be_weekend=may_be_weekend(found, memory, began, time),
                level=None if held is None else held.level,
            )
            if self._held is not None:
                return self._held
        else:
            self.let_go(block)
        block.season[season.SHAKEN] = 1.0
        covered = found.independent and season.is_covered(memory, time)
        return replace(found, independent=covered)

    def _figures(self, found: Drift, block: ColumnBlock) -> Numbers:
        """Return the latest values since a change as they are in the means of blocks."""
        if found.kind is Kind.CATEGORY:
            return figures_of(self._slots.of(found.after.astype(np.int64), found.names))
        return season.cut_off(found.after, block.season)

    def look_again(self, block: ColumnBlock, row: int, time: int) -> Drift | None:
        """Return a change that was held back, if it is to be told with a row; else go on."""
        held, blocks = self._held, block.blocks
        if held is not None and not held.is_step(blocks):
            self._held = held.later(blocks, time)
            if self._held is not None or not held.has_stayed(blocks, block.season):
                return None
        self.let_go(block)
        if held is None:
            return None
        block.season[season.SHAKEN] = 1.0
        return held.drift_at(row)

    def let_go(self, block: ColumnBlock) -> None:
        """Hold no change back any more; the means of blocks begin anew."""
        self._held = None
        block_means.renew(block.blocks)

    def state(self, block: ColumnBlock) -> State:
        """Return what `restore` takes."""
        return {
            "season": season.state_of(block.season),
            "slots": list(self._slots.names),
            "blocks": block_means.state_of(block.blocks),
            "held": None if self._held is None else self._held.state(),
        }

    def restore(self, reference: Reference, state: State) -> None:
        """Restore what was known; of what a release before did not know yet nothing is."""
        block = reference.block
        season.restore(block.season, state.get("season"))
        season.tell(block.season, self._told)
        block_means.restore(block.blocks, state.get("blocks"))
        self._held = HeldChange.restored(state.get("held"))
        self._slots = SeasonSlots(state.get("slots", ()))
        self.stand(reference)
