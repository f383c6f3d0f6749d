"""Watches one column of one model version: quality, reference, detectors."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from detectors.alerts.drift import Drift, Finding
from detectors.alerts.quality_change import QualityChange
from detectors.alerts.values_change import ValuesChange
from detectors.algorithms import share_cusum
from detectors.arrays.column import Numbers
from detectors.monitors.column_season import ColumnSeason
from detectors.monitors.default_detectors import DefaultDetectors
from detectors.monitors.held_change import HeldChange
from detectors.monitors.kind_choice import KindChoice
from detectors.monitors.limits import Allowance
from detectors.monitors.options import DetectorOptions
from detectors.monitors.row_bets import NO_ROW_BETS, RowBets
from detectors.monitors.unrest import Unrest
from detectors.monitors.watched_values import WatchedValues
from detectors.reference import block_means, season
from detectors.reference.column_block import RECENT
from detectors.reference.given import Fate, GivenColumn, GivenOutcome
from detectors.reference.reference import Reference
from detectors.reference.told_season import ToldSeason
from detectors.snapshots.tree import State
from schemas.tables.columns import Codes, Flag, Flags, Kind, Values
from schemas.tables.columns import Column as Observed
from schemas.tables.retyping import retyped
from schemas.values.spellings import USUAL, Spellings

Integers: TypeAlias = NDArray[np.int64]

Change: TypeAlias = Drift | QualityChange | ValuesChange
"""What a column's monitor finds."""


class Doubt(StrEnum):
    """Why the false-alarm rate of a column may be another than was asked for."""

    DEPENDENT = "dependent"
    """Its values depend on those before them for longer than its burn-in can show."""

    UNREST = "unrest"
    """Alert followed alert, and there was no peace since."""


_USUAL_ALLOWANCE: Final = Allowance()

_ALL_OK: Final = np.empty(0, dtype=np.uint8)
"""In place of flags."""


class ColumnMonitor:
    """Watches one column.

    Parameters
    ----------
    kinds
        What the kind of its values may be, the last one for mixtures: it is chosen by the evidence
        of each reference. Values of another kind are counted as mistyped.
    detectors
        What watches it.
    burn_in, bins
        Of its reference.
    seed
        Gives the seed of the n-th reference, from 0.
    spellings
        Which texts are booleans, or no numbers.
    finds_faults
        Whether a value that stays, or values never seen before, are faults.
    allowance
        How many false alarms of it are affordable.
    told
        Which seasons it has.
    given
        Gives its values in the reference from outside that is in force; None where there are none.

    """

    __slots__ = (
        "_burn_in",
        "_choice",
        "_placed",
        "_season",
        "_spellings",
        "_unrest",
        "_watched",
    )

    def __init__(
        self,
        *,
        kinds: Collection[Kind],
        detectors: Sequence[DetectorOptions],
        burn_in: int,
        bins: int,
        seed: Callable[[int], int],
        spellings: Spellings = USUAL,
        finds_faults: bool = True,
        allowance: Allowance = _USUAL_ALLOWANCE,
        told: ToldSeason = ToldSeason.AUTO,
        given: Callable[[], GivenColumn | None] = lambda: None,
    ) -> None:
        self._spellings = spellings
        self._burn_in = burn_in
        self._season = ColumnSeason(told)
        self._choice = KindChoice(kinds, burn_in, spellings)
        self._unrest = Unrest(burn_in)
        self._placed = False
        self._watched = WatchedValues(
            self._choice.first,
            detectors=detectors,
            burn_in=burn_in,
            bins=bins,
            seed=seed,
            spellings=spellings,
            finds_faults=finds_faults,
            allowance=allowance,
            season=self._season,
            given=given,
        )
        share_cusum.begin(self.reference.block.quality, self.problems, burn_in)

    @property
    def kind(self) -> Kind:
        """The kind that is chosen."""
        return self._watched.kind

    @property
    def reference(self) -> Reference:
        """The reference that is in force, or begins."""
        return self._watched.reference

    @property
    def defaults(self) -> DefaultDetectors | None:
        """The default detectors; None where the column has others."""
        return self._watched.defaults

    @property
    def evidence(self) -> Mapping[Kind, int]:
        """Values of each kind since the reference began, up to the choice."""
        return self._choice.evidence(self.kind, self._usable)

    @property
    def discarded(self) -> int:
        """Usable values that no reference holds: they came before the kind was chosen."""
        return self._choice.discarded

    @property
    def doubt(self) -> Doubt | None:
        """Why its false-alarm rate may be another than was asked for; None where it is not."""
        if not self.reference.independent:
            return Doubt.DEPENDENT
        return Doubt.UNREST if self._unrest.is_on(self._usable) else None

    @property
    def problems(self) -> NDArray[np.int64]:
        """Counts of its values by `schemas.tables.columns.Flag`."""
        return self.reference.block.problems

    @property
    def season(self) -> str:
        """What is known of its season, one of `detectors.reference.season.NAMES`."""
        return season.NAMES[season.code_of(self.reference.block.season)]

    @property
    def names(self) -> Sequence[str]:
        """The categories by their numbers."""
        return self._watched.names

    def update(
        self,
        column: Observed,
        first_row: int,
        times: Integers | None = None,
        bets: RowBets = NO_ROW_BETS,
    ) -> list[Change]:
        """Learn from a column of rows, of whatever kind; return the changes in order.

        Parameters
        ----------
        column
            The rows as they were observed.
        first_row
            Number of the first one.
        times
            Shape ``(n,)``: event times, milliseconds since the epoch; where none are given all
            rows have the same.
        bets
            Get what the rows say of the model.
        """
        self._placed = False
        changes: list[Change] = []
        begin, rows = 0, len(column.values)
        if times is None:
            times = np.zeros(rows, dtype=np.int64)
        while begin < rows:
            rest = column.since(begin)
            course, late = self._rows_of_course(rest, times[begin:], first_row + begin)
            if late is not None:
                self._add(changes, late)
            founded = self._choice.foundation(rest, self._usable)
            look = self._choice.rows_to_look(rest, self.kind, self._usable)
            if founded is not None:
                first, kind = founded
                if first > 0:
                    look = min(look, first)
                elif kind is not self.kind:
                    self._watched.renew_as(kind)
            part = rest.between(0, min(look, course))
            learned, change = self._learn(
                retyped(part, self.kind, self._spellings), first_row + begin, times[begin:], bets
            )
            begin += learned
            if change is not None:
                self._add(changes, change)
                continue
            kind = self._choice.look(part.between(0, learned), self.kind, self._usable)
            if kind is not self.kind:
                self._watched.begin_again(kind=kind)
                self._begin_quality()
        self._watched.tell_dependence()
        self._season.stand(self.reference)
        return changes

    def _rows_of_course(
        self, column: Observed, times: Integers, first_row: int
    ) -> tuple[int, Drift | None]:
        """Return how many rows there are, 1 at least, in which the same season is taken off.

        With the first of them there may be another one than before; and a change may be told by
        then that was held back.
        """
        block = self.reference.block
        if not season.is_learned(block.season):
            return len(column.values), None
        if not self.reference.ready:
            # With the end of a burn-in it is learned otherwise: where values are cut off.
            column = column.between(0, min(len(column.values), max(self.reference.missing, 1)))
        own = retyped(column, self.kind, self._spellings)
        end = self._season.rows_until_change(own, times, block)
        if end != 0:
            return len(own.values) if end == season.STAYS else end, None
        told = None
        if block_means.until_next(block.blocks) == 0.0:
            told = self._season.look_again(block, first_row, int(times[0]))
            if told is not None:
                self._unrest.alert(self._usable)
        elif self._season.turn(block, int(times[0])):
            # What is judged from here on are other values.
            is_cyclic = self.reference.is_cyclic
            self.restart_values()
            if is_cyclic:
                self._watched.doubt_burn_in()
        rows, further = self._rows_of_course(column, times, first_row)
        return rows, told or further

    def _learn(
        self, column: Observed, first_row: int, times: Integers, bets: RowBets
    ) -> tuple[int, Change | HeldChange | None]:
        """Learn from rows of the column's kind up to the first change; say how many, and which."""
        block = self.reference.block
        quality, problems = block.quality.copy(), block.problems.copy()
        at = self._feed_quality(column.flags, len(column.values))
        end = len(column.values) if at == share_cusum.QUIET else at + 1
        judged = self._season.judged(column.between(0, end), first_row, times, block)
        observed, rows = _usable(judged, first_row)
        while len(rows):
            # What stands for a category depends on the reference, which begins with the burn-in's
            # last value.
            was_ready, missing = self.reference.ready, self.reference.missing
            most = len(rows) if was_ready else missing
            if missing == self._burn_in:
                self._watched.begin_at(int(times[rows[0] - first_row]))
            values = self._watched.numbers(observed[:most], judged.categories)
            before = self.reference.block.season
            taken, found = self._watched.advance(values, rows[:most], bets)
            known, after = rows[0] - first_row, rows[taken - 1] - first_row + 1
            own = column.between(known, after)
            self._season.note(own, times[known:], self.reference.block)
            observed, rows = observed[taken:], rows[taken:]
            if self.reference.ready and not was_ready:
                self._season.gauge(self.reference, self.reference.latest(RECENT)[0])
                # What is taken off depends on it.
                rest = column.between(after, end)
                block = self.reference.block
                judged = self._season.judged(rest, first_row + after, times[after:], block)
                observed, rows = _usable(judged, first_row + after)
            if found is not None:
                time = int(times[found.row - first_row])
                change = self._season.seen(found, self.reference, before, time)
                # What comes after it belongs to the next reference, its quality too.
                self.reference.block.quality[:], self.problems[:] = quality, problems
                return self._counted(change, column, found.row - first_row + 1)
        if at == share_cusum.QUIET:
            return end, None
        fault = self._quality_change(first_row + at)
        # What follows from it is no change of its own: values begin a new reference too.
        self.restart()
        self.reference.block.season[season.SHAKEN] = 1.0
        return end, fault

    def _counted(
        self, found: Drift | ValuesChange | HeldChange, column: Observed, rows: int
    ) -> tuple[int, Drift | ValuesChange | HeldChange]:
        """Count the rows up to a change; return how many there are, and what is to be told."""
        self._feed_quality(None if column.flags is None else column.flags[:rows], rows)
        self._choice.begin(self._usable)
        if isinstance(found, HeldChange):
            return rows, found
        if self._unrest.alert(self._usable):
            found = replace(found, independent=False)
        if isinstance(found, ValuesChange):
            self._begin_quality()
        return rows, found

    def _feed_quality(self, flags: Flags | None, rows: int) -> int:
        block = self.reference.block
        own = _ALL_OK if flags is None else flags.copy()
        return int(share_cusum.feed(own, rows, block.quality, block.problems))

    def pin(self, came: Kind, coming: int = 0) -> int | None:
        """Return where its numbers lie for the fused kernel; None where it has to be updated.

        Valid until the next update, conclusion, restart or restoration.

        Parameters
        ----------
        came
            The kind as which its rows come; the kernel gets them in the column's kind.
        coming
            Rows for which a sample is to have room, where that is known.
        """
        watched, choice = self._watched, self._choice
        if watched.defaults is None:
            return None
        # Looked at here first: of a choice that was made there is nothing to count any more.
        if not (choice.is_closed or choice.is_plain(watched.kind, came, self._usable)):
            return None
        if coming or not self._placed:
            watched.reference.pin(coming)
            self._placed = True
        return watched.reference.block.address

    def conclude(
        self,
        column: Observed,
        first_row: int,
        found: NDArray[np.float64],
        times: Integers | None = None,
        bets: RowBets = NO_ROW_BETS,
    ) -> list[Change]:
        """Go on from where the fused kernel has found something; return the changes in order.

        Parameters
        ----------
        column
            The rows as they were observed.
        first_row
            Number of the first one.
        found
            Shape ``(6, 5)``: what the detectors have found.
        times, bets
            As of `update`; of the rows up to what was found, the bets have them.
        """
        if times is None:
            times = np.zeros(len(column.values), dtype=np.int64)
        self._placed = False
        if self.defaults is None:
            raise RuntimeError("this column is not watched by the default detectors")
        own = retyped(column, self.kind, self._spellings)
        judged = self._season.judged(own, first_row, times, self.reference.block)
        observed, rows = _usable(judged, first_row)
        findings = tuple(
            Finding(detector, stream, detection)
            for stream, detector, detection in self.defaults.detections(found, self.reference.block)
        )
        before = self.reference.block.season
        values = self._watched.numbers(observed, judged.categories)
        _, change = self._watched.conclude(values, rows, findings)
        end = change.row - first_row + 1
        self._season.note(own.between(0, end), times, self.reference.block)
        seen = self._season.seen(change, self.reference, before, int(times[end - 1]))
        learned, told = self._counted(seen, own, end)
        changes: list[Change] = []
        self._add(changes, told)
        rest = column.since(learned)
        return [*changes, *self.update(rest, first_row + learned, times[learned:], bets)]

    def _add(self, changes: list[Change], change: Change | HeldChange) -> None:
        """Add a change to others, unless it is held back, or no more than that time goes by."""
        if isinstance(change, HeldChange):
            return
        is_of_values = not isinstance(change, QualityChange)
        if not (is_of_values and season.is_calendar(self.reference.block.season)):
            changes.append(change)

    def numbers(self, column: Observed) -> Numbers:
        """Return what stands for categories, shape ``(n,)``; at unusable rows it means nothing."""
        numbers = np.zeros(len(column.values))
        values, rows = _usable(column, 0)
        if not self.reference.ready:
            # The kernel leaves the end of a burn-in to `update`, which knows what comes after it.
            values, rows = values[: self.reference.missing - 1], rows[: self.reference.missing - 1]
        numbers[rows] = self._watched.numbers(values, column.categories)
        return numbers

    def restart(self) -> None:
        """Begin new references, of values and of their quality, with the next row.

        The kind is chosen anew by what comes.
        """
        self.restart_values()
        self._begin_quality()

    def _begin_quality(self) -> None:
        block = self.reference.block
        share_cusum.begin(block.quality, block.problems, self._burn_in)

    def expect(self, outcome: GivenOutcome | None) -> None:
        """Say what is to become of a reference from outside in the values that come first now.

        Parameters
        ----------
        outcome
            `GivenOutcome.AWAITED` where they are to be judged against it; None where there is none.
        """
        self._watched.fate = Fate(outcome)

    @property
    def given_outcome(self) -> GivenOutcome | None:
        """What has become of the reference from outside; None where there was none."""
        return self._watched.fate.outcome

    def restart_values(self, *, told: bool = False) -> None:
        """Begin a new reference with the next value; the quality of values stays.

        Parameters
        ----------
        told
            Whether since a change of values is told.
        """
        self._placed = False
        self._watched.begin_again(told=told)
        self._choice.begin(self._usable)
        self._season.let_go(self.reference.block)

    @property
    def _usable(self) -> int:
        return int(self.problems[Flag.OK])

    def state(self) -> State:
        """Return the whole state."""
        block = self.reference.block
        return {
            "kind": str(self.kind),
            "problems": self.problems.copy(),
            "quality": block.quality.copy(),
            "unrest": self._unrest.state(),
            "choice": self._choice.state(self.kind, self._usable),
            **self._watched.state(),
            **self._season.state(block),
        }

    def restore(self, state: State) -> None:
        """Restore a state of a monitor with the same options.

        What it knows nothing of begins anew: the quality of values, the choice of their kind, or
        their reference.
        """
        self._placed = False
        self._unrest.restore(state.get("unrest"))
        self._watched.begin_restored(Kind(state["kind"]), state["restarts"])
        self.problems[:] = state["problems"]
        if state["quality"] is None:
            self._begin_quality()
        else:
            self.reference.block.quality[:] = share_cusum.restored(state["quality"])
        self._choice.restore(state["choice"], self._usable)
        self._watched.restore(state)
        self._season.restore(self.reference, state)
        self._watched.tell_dependence()

    def leave(self, row: int, time: int, finding: Finding) -> Drift | None:
        """Begin a new reference after a row, for what was found in the model.

        Parameters
        ----------
        row
            The latest one.
        time
            Event time of it.
        finding
            What was found; the column's reference is ready.

        Returns
        -------
        Drift | None
            None where it is no more than that time goes by.
        """
        # What takes all columns to be seen began before the latest values of this one.
        drift = self._watched.drift(row, (finding,), min(RECENT, self.reference.count))
        memory = self.reference.block.season
        independent = drift.independent and season.is_covered(memory, time)
        independent &= not self._unrest.alert(self._usable)
        self.restart_values(told=True)
        self.reference.block.season[season.SHAKEN] = 1.0
        return None if season.is_calendar(memory) else replace(drift, independent=independent)

    def _quality_change(self, row: int) -> QualityChange:
        block = self.reference.block
        return QualityChange(row, share_cusum.rise_of(block.quality, block.problems))


def _usable(column: Observed, first_row: int) -> tuple[Values | Codes, NDArray[np.int64]]:
    """Return the usable values of a column and the numbers of their rows."""
    if column.flags is None:
        return column.values, np.arange(first_row, first_row + len(column.values))
    usable = np.flatnonzero(column.flags == Flag.OK)
    return column.values[usable], first_row + usable
