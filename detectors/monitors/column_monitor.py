"""Watches one column of one model version: quality, reference, detectors."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from detectors.alerts.against import Against
from detectors.alerts.drift import Drift, Finding
from detectors.alerts.quality_change import QualityChange
from detectors.alerts.values_change import ValuesChange
from detectors.algorithms import bernoulli, joint_bets, multinomial, rank_bets, share_cusum
from detectors.algorithms.bernoulli import Bernoulli
from detectors.algorithms.change_point import likeliest_suffix, strongest_suffix
from detectors.algorithms.multinomial import Multinomial
from detectors.algorithms.rank_bets import RankBets
from detectors.arrays.column import Numbers
from detectors.monitors.column_detectors import ColumnDetectors
from detectors.monitors.column_season import ColumnSeason
from detectors.monitors.default_detectors import DefaultDetectors
from detectors.monitors.held_change import HeldChange
from detectors.monitors.kind_choice import KindChoice
from detectors.monitors.limits import Allowance
from detectors.monitors.options import DetectorOptions
from detectors.monitors.row_bets import NO_ROW_BETS, RowBets
from detectors.monitors.unrest import Unrest
from detectors.reference import block_means, season
from detectors.reference.column_block import BUDGET, LIMITS_SIZE, RECENT
from detectors.reference.early_ranks import PEACE, Step
from detectors.reference.first_values import FirstValues
from detectors.reference.given import Fate, GivenColumn, GivenOutcome, judged_by, spacing_of
from detectors.reference.reference import Reference
from detectors.reference.told_season import ToldSeason
from detectors.snapshots.tree import State
from schemas.events.detector_report import Stream
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

    Attributes
    ----------
    kind
        The one that is chosen.
    """

    __slots__ = (
        "_allowance",
        "_began",
        "_bins",
        "_burn_in",
        "_choice",
        "_detectors",
        "_fate",
        "_finds_faults",
        "_given",
        "_options",
        "_placed",
        "_restarts",
        "_season",
        "_seed",
        "_spellings",
        "_unrest",
        "kind",
        "reference",
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
        self._given = given
        self._began: int | None = None
        self._fate = Fate()
        self._season = ColumnSeason(told)
        self._allowance = allowance
        self._finds_faults = finds_faults
        self._choice = KindChoice(kinds, burn_in, spellings)
        self._spellings = spellings
        self._options = detectors
        self._burn_in = burn_in
        self._bins = bins
        self._seed = seed
        self._restarts = 0
        self._unrest = Unrest(burn_in)
        self._watch_as(self._choice.first)
        share_cusum.begin(self.reference.block.quality, self.problems, burn_in)

    def _watch_as(self, kind: Kind) -> None:
        """Watch values of a kind, with a new reference and detectors that know nothing yet."""
        self.kind = kind
        self._placed = False
        self.reference = self._new_reference()
        self._begin_detectors(self._allowance.at_first())
        self._season.begin(self.reference.block, kind)

    def _begin_detectors(self, budget: float) -> None:
        """Let detectors that know nothing yet watch the reference, under a budget in rows."""
        self._detectors = ColumnDetectors(self._options, self.kind, self._burn_in)
        block = self._detectors.primed(self.reference.block, budget)
        multinomial.restore(block.shares, block.recent_counts, None)
        bernoulli.restore(block.odds, None)
        self.reference.block = block

    @property
    def defaults(self) -> DefaultDetectors | None:
        """The default detectors; None where the column has others."""
        return self._detectors.defaults

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
        categories = self.reference.categories
        return () if categories is None else categories.names

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
                    self._renew_as(kind)
            part = rest.between(0, min(look, course))
            learned, change = self._learn(
                retyped(part, self.kind, self._spellings), first_row + begin, times[begin:], bets
            )
            begin += learned
            if change is not None:
                self._add(changes, change)
                continue
            fate = self._fate
            kind = self._choice.look(part.between(0, learned), self.kind, self._usable)
            if kind is not self.kind:
                self._restarts += 1
                self._renew_as(kind)
                self._begin_quality()
                self._fate = fate.again()
        self._tell_dependence()
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
            self.restart_values()
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
                self._began = int(times[rows[0] - first_row])
                self._season.begin_values(self.reference.block, self._began)
            values = self._values(observed[:most], judged.categories)
            before = self.reference.block.season
            taken, found = self._advance(values, rows[:most], bets)
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

    def pin(self, came: Kind) -> int | None:
        """Return where its numbers lie for the fused kernel; None where it has to be updated.

        Valid until the next update, conclusion, restart or restoration.

        Parameters
        ----------
        came
            The kind as which its rows come; the kernel gets them in the column's kind.
        """
        if self._detectors.defaults is None:
            return None
        choice = self._choice
        # Looked at here first: of a choice that was made there is nothing to count any more.
        if not (choice.is_closed or choice.is_plain(self.kind, came, self._usable)):
            return None
        if not self._placed:
            self.reference.pin()
            self._placed = True
        return self.reference.block.address

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
        _, change = self._conclude(self._values(observed, judged.categories), rows, findings)
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
        # The kernel leaves the end of a burn-in to `update`, which knows what comes after it.
        if self.reference.ready or self.reference.missing > len(column.values):
            values, rows = _usable(column, 0)
            numbers[rows] = self._values(values, column.categories)
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
        self._fate = Fate(outcome)

    @property
    def given_outcome(self) -> GivenOutcome | None:
        """What has become of the reference from outside; None where there was none."""
        return self._fate.outcome

    def restart_values(self, *, told: bool = False) -> None:
        """Begin a new reference with the next value; the quality of values stays.

        Parameters
        ----------
        told
            Whether since a change of values is told.
        """
        self._begin_again(told=told)
        self._season.let_go(self.reference.block)

    def _begin_again(self, *, told: bool) -> None:
        """Begin a new reference, before it is looked at what its blocks say of a change."""
        self._placed = False
        self._fate = self._fate.replaced() if told else self._fate.again()
        self._restarts += 1
        self._renew_as(self.kind)
        self._choice.begin(self._usable)

    def _renew_as(self, kind: Kind) -> None:
        """Watch values of a kind; what is known of their quality stays."""
        earlier, same = self.reference.block, kind is self.kind
        self._watch_as(kind)
        self.problems[:] = earlier.problems
        self.reference.block.quality[:] = earlier.quality
        if same:
            self._season.carry(earlier, self.reference)
            self.reference.block.season[season.SINCE] = np.nan
        else:
            self._season.forget()

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
            "restarts": self._restarts,
            "unrest": self._unrest.state(),
            "choice": self._choice.state(self.kind, self._usable),
            "reference": self.reference.state(),
            "shares": multinomial.state_of(block.shares, block.recent_counts),
            "bets": rank_bets.state_of(block.bets),
            "odds": bernoulli.state_of(block.odds),
            "limits": block.limits.copy(),
            "false_alarms": self._allowance.stated.text,
            "look": float(block.look[0]),
            "detectors": self._detectors.states(block),
            "joint": block.joint[: joint_bets.KEPT].copy(),
            "began": self._began,
            "given": self._fate.state(),
            **self._season.state(block),
        }

    def restore(self, state: State) -> None:
        """Restore a state of a monitor with the same options.

        What it knows nothing of begins anew: the quality of values, the choice of their kind, or
        their reference.
        """
        self._placed = False
        self._restarts = state["restarts"]
        self._unrest.restore(state.get("unrest"))
        self._watch_as(Kind(state["kind"]))
        self.problems[:] = state["problems"]
        if state["quality"] is None:
            share_cusum.begin(self.reference.block.quality, self.problems, self._burn_in)
        else:
            self.reference.block.quality[:] = share_cusum.restored(state["quality"])
        self._choice.restore(state["choice"], self._usable)
        if state["reference"] is not None:
            self.reference.restore(state["reference"])
        block = self.reference.block
        same = state.get("false_alarms") == self._allowance.stated.text
        if same and len(state["limits"]) == LIMITS_SIZE:
            self._detectors.restore_limits(block, state["limits"])
        else:  # written under another budget, or by a release that had none
            self._detectors.limit(block, self._allowance.at_first())
        block = self._detectors.restored(block, state["detectors"])
        self.reference.block = block
        # A release that did not have them yet passes over them, and what it wrote has none.
        multinomial.restore(block.shares, block.recent_counts, state.get("shares"))
        rank_bets.restore(block.bets, state.get("bets"))
        bernoulli.restore(block.odds, state.get("odds"))
        block.look[0] = state.get("look", 0.0)
        joint_bets.restore(block.joint, state.get("joint"))
        self._began = state.get("began")
        self._fate = Fate.restored(state.get("given"))
        self._season.restore(self.reference, state)
        self._tell_dependence()

    def _new_reference(self) -> Reference:
        return Reference(
            burn_in=self._burn_in,
            bins=self._bins,
            categorical=self.kind is Kind.CATEGORY,
            finds_faults=self._finds_faults,
            seed=self._seed(self._restarts),
        )

    def _advance(
        self, values: Numbers, rows: NDArray[np.int64], bets: RowBets
    ) -> tuple[int, Drift | ValuesChange | None]:
        """Take values up to the end of the burn-in, of the first change, or all; say how many."""
        reference = self.reference
        if not reference.ready:
            ends = reference.missing == len(values) and self._fate.is_awaited
            first = reference.burn_in_with(values, rows) if ends else None
            taken, step = self._burn(values, rows)
            if step is not None:
                return taken, self._step(int(rows[taken - 1]), step)
            return taken, None if first is None else self._compare(first)
        self._tell_dependence()
        until = reference.until_look
        values, rows = values[:until], rows[:until]
        judged = reference.judged(len(values))
        bins = reference.bins(values[judged])
        fault = reference.fault(values[judged], bins)
        if fault is not None:
            end = judged.start + fault.row * judged.step + 1
            values, rows = values[:end], rows[:end]
            judged, bins = reference.judged(end), bins[: fault.row + 1]
        findings = self._detectors.judge(reference, values[judged], bins, rows[judged], bets)
        if fault is not None and all(each.detection.index == fault.row for each in findings):
            reference.absorb(values[judged], rows[judged])
            _, latest = reference.latest(fault.values)
            first_row = max(int(latest[0]), self._fate.first_row)
            change = ValuesChange(
                int(rows[-1]), first_row, fault, reference.independent, self._against
            )
            self._begin_again(told=True)
            return len(values), change
        if not findings:
            reference.absorb(values[judged], rows[judged])
            if reference.passed(values, rows):
                self._begin_detectors(float(reference.block.limits[BUDGET]))
                self._fate = self._fate.dependent()
            return len(values), None
        return self._conclude(values, rows, findings)

    def _burn(self, values: Numbers, rows: NDArray[np.int64]) -> tuple[int, Step | None]:
        """Take values into the burn-in, up to a change; its end decides what the budget comes to.

        Returns
        -------
        tuple
            How many were taken, and the change.
        """
        reference = self.reference
        began = reference.began
        taken, step = self._season.burn(reference, values, rows)
        if reference.ready and step is None:
            self._season.stand(reference)
            first = int(rows[0]) if began is None else began
            self._detectors.limit(reference.block, self._allowance.after(first, int(rows[-1])))
        return taken, step

    def _tell_dependence(self) -> None:
        """Let a column take no part in what is said of the model where its ranks are dependent."""
        memory = self.reference.block.joint
        memory[joint_bets.DEPENDENT] = float(not self.reference.independent)

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
        drift = self._drift(row, (finding,), min(RECENT, self.reference.count))
        memory = self.reference.block.season
        independent = drift.independent and season.is_covered(memory, time)
        independent &= not self._unrest.alert(self._usable)
        self.restart_values(told=True)
        self.reference.block.season[season.SHAKEN] = 1.0
        return None if season.is_calendar(memory) else replace(drift, independent=independent)

    def _conclude(
        self, values: Numbers, rows: NDArray[np.int64], findings: tuple[Finding, ...]
    ) -> tuple[int, Drift | ValuesChange]:
        """Take the values up to a drift; return how many, and the drift, or what it comes from."""
        reference = self.reference
        judged = reference.judged(len(values))
        judged_values, judged_rows = values[judged], rows[judged]
        at = findings[0].detection.index
        reference.absorb(judged_values[: at + 1], judged_rows[: at + 1])
        reference.withdraw(judged_values[at + 1 :])
        drift = self._drift(int(judged_rows[at]), findings, self._rows_after(findings[0]))
        return judged.start + at * judged.step + 1, self._confirmed(drift)

    def _step(self, row: int, step: Step) -> Drift | ValuesChange:
        """Return a change in the burn-in, which has become the reference of what came before."""
        rows_after = self.reference.count - step.before
        detector, stream = self._detectors.early(self.reference.block, step.bet)
        detection = detector.detection(step.at, step.statistic, step.bet, np.nan, rows_after)
        finding = Finding(detector, stream, detection)
        peace = PEACE * self.reference.count
        change = self._confirmed(self._drift(row, (finding,), rows_after))
        self.reference.block.look[0] = peace
        return change

    def _confirmed(self, drift: Drift) -> Drift | ValuesChange:
        """Return a drift, or what it comes from, and begin anew: one drift, one alert."""
        reference = self.reference
        fault = reference.stay(len(drift.after)) or reference.unseen(len(drift.after))
        self._begin_again(told=True)
        if fault is None:
            return drift
        return ValuesChange(
            drift.row, drift.change_row, fault, reference.independent, drift.against
        )

    @property
    def _against(self) -> Against:
        return Against(self._fate.about, self._began)

    def _compare(self, first: FirstValues) -> Drift | ValuesChange | None:
        """Judge the first values against the reference from outside; return what is told of them.

        Where nothing is, it is the reference from here on, and they have joined it.
        """
        own = self.reference
        memory = own.block.season
        given = self._given()
        if given is None:
            self._fate = Fate(GivenOutcome.NOT_GIVEN)
            return None
        without = partial(self._season.without, memory, 0, 0)
        is_seasonal = season.is_seasonal(memory)
        usable = given.usable(self.kind, self._spellings, without if is_seasonal else None)
        if isinstance(usable, GivenOutcome):
            self._fate = Fate(usable)
            return None
        first = judged_by(own, first)
        begin, row = int(first.rows[0]), int(first.rows[-1])
        observed, column = usable
        self._restarts += 1
        self.reference = self._new_reference()
        sample = self._values(observed, column.categories)
        before = np.arange(begin - len(sample), begin)
        self.reference.begin_with(sample, before, spacing_of(own, first), own)
        self._carry(own)
        self._begin_detectors(float(own.block.limits[BUDGET]))
        self._fate = Fate(GivenOutcome.IN_FORCE, given.about, begin)
        categories, values = self.reference.categories, first.values
        if categories is not None:
            values = categories.of_keys(first.values, first.names)
        covered = given.is_of_the_season(memory)
        at = 0
        while at < len(values):
            taken, found = self._advance(values[at:], first.rows[at:], NO_ROW_BETS)
            at += taken
            if found is not None:
                return _told_at(found, row, independent=found.independent and covered)
        if len(own.block.apart):
            self.reference = own
            self._restarts -= 1  # by which a restored one has its seed
            self._begin_detectors(float(own.block.limits[BUDGET]))
            self._fate = self._fate.dependent()
        elif not covered:
            self.reference.block.season[season.SINCE] -= season.MS_PER_HOUR + 1
        return None

    def _carry(self, other: Reference) -> None:
        """Take over what is known of the column beside its values, from another reference."""
        block = self.reference.block
        block.quality[:], block.problems[:] = other.block.quality, other.block.problems
        self._season.carry(other.block, self.reference)

    def _quality_change(self, row: int) -> QualityChange:
        block = self.reference.block
        return QualityChange(row, share_cusum.rise_of(block.quality, block.problems))

    def _rows_after(self, first: Finding) -> int:
        """Return how many of the judged values come after a change, by what found it first."""
        reference = self.reference
        since = min(first.detection.rows_after, reference.count)
        if isinstance(first.detector, Multinomial | Bernoulli):
            # Its own estimate is late: bets begin to win when they know what to bet on.
            return max(since, likeliest_suffix(reference.latest_ratios(since)))
        if first.stream is Stream.RAW:  # of values as they are there is an estimate
            return since
        if isinstance(first.detector, RankBets):
            # Its own estimate errs on either side: bets grow by leaps.
            since = min(max(since, RECENT), reference.count)
        ranks = reference.latest_ranks(since, fold=first.stream is Stream.SPREAD)
        latest = strongest_suffix(ranks - 0.5)
        # All that is kept of a longer run says nothing about where that began.
        return since if latest == RECENT else latest

    def _drift(self, row: int, findings: tuple[Finding, ...], since: int) -> Drift:
        reference = self.reference
        after, after_rows = reference.latest(since)
        # Beyond the values that are kept the change's row is counted back, as if none were missing.
        change_row = int(after_rows[0]) - max(since - RECENT, 0) * reference.stride
        change_row = max(change_row, self._fate.first_row)
        return Drift(
            row=row,
            change_row=change_row,
            rows_since_change=row - change_row + 1,
            rows_observed=reference.count,
            findings=findings,
            before=reference.without(len(after)),
            after=after,
            kind=self.kind,
            names=self.names,
            autocorrelation=reference.autocorrelation,
            stride=reference.stride,
            independent=reference.independent,
            false_alarms=self._allowance.stated.text,
            budget_rows=float(reference.block.limits[BUDGET]),
            without=season.words(reference.block.season),
            against=self._against,
        )

    def _values(self, observed: Values | Codes, categories: Sequence[str]) -> Numbers:
        numbers = self.reference.categories
        if numbers is not None:
            return numbers.of(observed, categories)
        return observed.astype(np.float64, copy=False)


def _told_at(found: Drift | ValuesChange, row: int, *, independent: bool) -> Drift | ValuesChange:
    """Return a change that is told only at a later row."""
    if isinstance(found, Drift):
        rows = row - found.change_row + 1
        return replace(found, row=row, rows_since_change=rows, independent=independent)
    return replace(found, row=row, independent=independent)


def _usable(column: Observed, first_row: int) -> tuple[Values | Codes, NDArray[np.int64]]:
    """Return the usable values of a column and the numbers of their rows."""
    if column.flags is None:
        return column.values, np.arange(first_row, first_row + len(column.values))
    usable = np.flatnonzero(column.flags == Flag.OK)
    return column.values[usable], first_row + usable
