"""The values of one column as values of one kind: their reference, their detectors, their changes.

`detectors.monitors.column_monitor.ColumnMonitor` says which rows have them, of which kind they are,
and what becomes of a change.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.alerts.against import Against
from detectors.alerts.drift import Drift, Finding
from detectors.alerts.values_change import ValuesChange
from detectors.algorithms import bernoulli, joint_bets, multinomial, rank_bets
from detectors.arrays.column import Numbers
from detectors.monitors.caution import needs_caution
from detectors.monitors.change_extent import values_since
from detectors.monitors.column_detectors import ColumnDetectors
from detectors.monitors.column_season import ColumnSeason
from detectors.monitors.default_detectors import DefaultDetectors
from detectors.monitors.limits import Allowance
from detectors.monitors.options import DetectorOptions
from detectors.monitors.row_bets import NO_ROW_BETS, RowBets
from detectors.reference import season
from detectors.reference.column_block import BUDGET, LIMITS_SIZE, RECENT
from detectors.reference.early_ranks import PEACE, Step
from detectors.reference.first_values import FirstValues
from detectors.reference.given import Fate, GivenColumn, GivenOutcome, judged_by, spacing_of
from detectors.reference.reference import Reference
from detectors.snapshots.tree import State
from schemas.events.durations import MS_PER_HOUR
from schemas.tables.columns import Codes, Kind, Values
from schemas.values.spellings import Spellings

_DOUBT: Final = 3.0
"""Times the evidence that a step must have where what hours leave of a cycle are steps as well."""


class WatchedValues:
    """The values of one column, watched since their reference began.

    A change begins a new reference. The quality of the column's values and its season lie in the
    block of the reference, and go with the column from one to the next.

    Parameters
    ----------
    kind
        Of the values.
    detectors
        What watches them.
    burn_in, bins
        Of the reference.
    seed
        Gives the seed of the n-th reference, from 0.
    spellings
        Which texts of a reference from outside are booleans, or no numbers.
    finds_faults
        Whether a value that stays, or values never seen before, are faults.
    allowance
        How many false alarms are affordable.
    season
        What is known of the season of the column.
    given
        Gives the column in the reference from outside that is in force; None where there is none.

    Attributes
    ----------
    kind
        Of the values.
    reference
        The one that is in force, or begins.
    fate
        What has become of the reference from outside.
    """

    __slots__ = (
        "_allowance",
        "_began",
        "_bins",
        "_burn_in",
        "_detectors",
        "_finds_faults",
        "_given",
        "_options",
        "_restarts",
        "_season",
        "_seed",
        "_spellings",
        "fate",
        "kind",
        "reference",
    )

    def __init__(
        self,
        kind: Kind,
        *,
        detectors: Sequence[DetectorOptions],
        burn_in: int,
        bins: int,
        seed: Callable[[int], int],
        spellings: Spellings,
        finds_faults: bool,
        allowance: Allowance,
        season: ColumnSeason,
        given: Callable[[], GivenColumn | None],
    ) -> None:
        self._options = detectors
        self._burn_in = burn_in
        self._bins = bins
        self._seed = seed
        self._spellings = spellings
        self._finds_faults = finds_faults
        self._allowance = allowance
        self._season = season
        self._given = given
        self._restarts = 0
        self._began: int | None = None
        self.fate = Fate()
        self._begin_as(kind)

    def _begin_as(self, kind: Kind) -> None:
        """Watch values of a kind, with a new reference and detectors that know nothing yet."""
        self.kind = kind
        self.reference = self._new_reference()
        self._begin_detectors(self._allowance.at_first())
        self._season.begin(self.reference.block, kind)

    def _new_reference(self) -> Reference:
        return Reference(
            burn_in=self._burn_in,
            bins=self._bins,
            categorical=self.kind is Kind.CATEGORY,
            finds_faults=self._finds_faults,
            seed=self._seed(self._restarts),
        )

    def _begin_detectors(self, budget: float) -> None:
        """Let detectors that know nothing yet watch the reference, under a budget in rows."""
        self._detectors = ColumnDetectors(self._options, self.kind, self._burn_in)
        caution = needs_caution(self.reference)
        block = self._detectors.primed(self.reference.block, budget, caution=caution)
        multinomial.restore(block.shares, block.recent_counts, None)
        bernoulli.restore(block.odds, None)
        self.reference.block = block

    @property
    def defaults(self) -> DefaultDetectors | None:
        """The default detectors; None where the column has others."""
        return self._detectors.defaults

    @property
    def names(self) -> Sequence[str]:
        """The categories by their numbers."""
        categories = self.reference.categories
        return () if categories is None else categories.names

    def renew_as(self, kind: Kind) -> None:
        """Watch values of a kind by a new reference; what is known of their quality stays."""
        earlier, same = self.reference.block, kind is self.kind
        self._begin_as(kind)
        block = self.reference.block
        block.problems[:], block.quality[:] = earlier.problems, earlier.quality
        if same:
            self._season.carry(earlier, self.reference)
            block.season[season.SINCE] = np.nan
            block.look[1] = earlier.look[1]
        else:
            self._season.forget()

    def begin_again(self, *, told: bool = False, kind: Kind | None = None) -> None:
        """Begin a new reference with the next value.

        Parameters
        ----------
        told
            Whether since a change of values is told.
        kind
            Of the values from then on; None where it stays.
        """
        self.fate = self.fate.replaced() if told else self.fate.again()
        self._restarts += 1
        self.renew_as(self.kind if kind is None else kind)

    def doubt_burn_in(self) -> None:
        """Let a step in the burn-in that has begun need more evidence than usual.

        Where values came in cycles, and what is judged now is the same column less a season: what
        hours leave of a shorter cycle are steps.
        """
        self.reference.block.look[1] = _DOUBT

    def begin_at(self, time: int) -> None:
        """Take note of the event time of the reference's first value."""
        self._began = time
        self._season.begin_values(self.reference.block, time)

    def numbers(self, observed: Values | Codes, categories: Sequence[str]) -> Numbers:
        """Return what stands for values, shape ``(n,)``: for categories their numbers.

        Parameters
        ----------
        observed
            Shape ``(n,)``: usable values, codes where they are categories.
        categories
            By their codes.
        """
        numbers = self.reference.categories
        if numbers is not None:
            return numbers.of(observed, categories)
        return observed.astype(np.float64, copy=False)

    def advance(
        self, values: Numbers, rows: NDArray[np.int64], bets: RowBets
    ) -> tuple[int, Drift | ValuesChange | None]:
        """Take values up to the end of the burn-in, of the first change, or all; say how many.

        Parameters
        ----------
        values
            Shape ``(n,)``, one at least: what stands for them.
        rows
            Shape ``(n,)``: numbers of their rows.
        bets
            Get what the rows say of the model.
        """
        reference = self.reference
        if not reference.ready:
            ends = reference.missing == len(values) and self.fate.is_awaited
            first = reference.burn_in_with(values, rows) if ends else None
            taken, step = self._burn(values, rows)
            if step is not None:
                return taken, self._step(int(rows[taken - 1]), step)
            return taken, None if first is None else self._compare(first)
        self.tell_dependence()
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
            first_row = max(int(latest[0]), self.fate.first_row)
            change = ValuesChange(
                int(rows[-1]), first_row, fault, reference.independent, self._against
            )
            self.begin_again(told=True)
            return len(values), change
        if not findings:
            reference.absorb(values[judged], rows[judged])
            if reference.passed(values, rows):
                self._begin_detectors(float(reference.block.limits[BUDGET]))
                self.fate = self.fate.dependent()
            return len(values), None
        return self.conclude(values, rows, findings)

    def conclude(
        self, values: Numbers, rows: NDArray[np.int64], findings: tuple[Finding, ...]
    ) -> tuple[int, Drift | ValuesChange]:
        """Take the values up to a drift; return how many, and the drift, or what it comes from.

        Parameters
        ----------
        values, rows
            As of `advance`.
        findings
            What fired, at the same of the judged values; one at least.
        """
        reference = self.reference
        judged = reference.judged(len(values))
        judged_values, judged_rows = values[judged], rows[judged]
        at = findings[0].detection.index
        reference.absorb(judged_values[: at + 1], judged_rows[: at + 1])
        reference.withdraw(judged_values[at + 1 :])
        drift = self.drift(int(judged_rows[at]), findings, values_since(findings[0], reference))
        return judged.start + at * judged.step + 1, self._confirmed(drift)

    def drift(self, row: int, findings: tuple[Finding, ...], since: int) -> Drift:
        """Return a drift.

        Parameters
        ----------
        row
            Number of the row with which it was found.
        findings
            What fired.
        since
            How many of the latest values come after it.
        """
        reference = self.reference
        after, after_rows = reference.latest(since)
        # Beyond the values that are kept the change's row is counted back, as if none were missing.
        change_row = int(after_rows[0]) - max(since - RECENT, 0) * reference.stride
        change_row = max(change_row, self.fate.first_row)
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

    @property
    def _against(self) -> Against:
        return Against(self.fate.about, self._began)

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
            budget = self._allowance.after(first, int(rows[-1]))
            self._detectors.limit(reference.block, budget, caution=needs_caution(reference))
        return taken, step

    def _step(self, row: int, step: Step) -> Drift | ValuesChange:
        """Return a change in the burn-in, which has become the reference of what came before."""
        rows_after = self.reference.count - step.before
        detector, stream = self._detectors.early(self.reference.block, step.bet)
        detection = detector.detection(step.at, step.statistic, step.bet, np.nan, rows_after)
        finding = Finding(detector, stream, detection)
        peace = PEACE * self.reference.count
        change = self._confirmed(self.drift(row, (finding,), rows_after))
        self.reference.block.look[0] = peace
        return change

    def _confirmed(self, drift: Drift) -> Drift | ValuesChange:
        """Return a drift, or what it comes from, and begin anew: one drift, one alert."""
        reference = self.reference
        fault = reference.stay(len(drift.after)) or reference.unseen(len(drift.after))
        self.begin_again(told=True)
        if fault is None:
            return drift
        return ValuesChange(
            drift.row, drift.change_row, fault, reference.independent, drift.against
        )

    def _compare(self, first: FirstValues) -> Drift | ValuesChange | None:
        """Judge the first values against the reference from outside; return what is told of them.

        Where nothing is, it is the reference from here on, and they have joined it.
        """
        own = self.reference
        memory = own.block.season
        given = self._given()
        if given is None:
            self.fate = Fate(GivenOutcome.NOT_GIVEN)
            return None
        without = partial(self._season.without, memory, 0, 0)
        is_seasonal = season.is_seasonal(memory)
        usable = given.usable(self.kind, self._spellings, without if is_seasonal else None)
        if isinstance(usable, GivenOutcome):
            self.fate = Fate(usable)
            return None
        first = judged_by(own, first)
        begin, row = int(first.rows[0]), int(first.rows[-1])
        observed, column = usable
        self._restarts += 1
        self.reference = self._new_reference()
        sample = self.numbers(observed, column.categories)
        before = np.arange(begin - len(sample), begin)
        self.reference.begin_with(sample, before, spacing_of(own, first), own)
        self._carry(own)
        self._begin_detectors(float(own.block.limits[BUDGET]))
        self.fate = Fate(GivenOutcome.IN_FORCE, given.about, begin)
        categories, values = self.reference.categories, first.values
        if categories is not None:
            values = categories.of_keys(first.values, first.names)
        covered = given.is_of_the_season(memory)
        at = 0
        while at < len(values):
            taken, found = self.advance(values[at:], first.rows[at:], NO_ROW_BETS)
            at += taken
            if found is not None:
                return _told_at(found, row, independent=found.independent and covered)
        if len(own.block.apart):
            self.reference = own
            self._restarts -= 1  # by which a restored one has its seed
            self._begin_detectors(float(own.block.limits[BUDGET]))
            self.fate = self.fate.dependent()
        elif not covered:
            self.reference.block.season[season.SINCE] -= MS_PER_HOUR + 1
        return None

    def _carry(self, other: Reference) -> None:
        """Take over what is known of the column beside its values, from another reference."""
        block = self.reference.block
        block.quality[:], block.problems[:] = other.block.quality, other.block.problems
        self._season.carry(other.block, self.reference)

    def tell_dependence(self) -> None:
        """Let a column take no part in what is said of the model where its ranks are dependent."""
        memory = self.reference.block.joint
        memory[joint_bets.DEPENDENT] = float(not self.reference.independent)

    def state(self) -> State:
        """Return what `restore` takes."""
        block = self.reference.block
        return {
            "restarts": self._restarts,
            "reference": self.reference.state(),
            "shares": multinomial.state_of(block.shares, block.recent_counts),
            "bets": rank_bets.state_of(block.bets),
            "odds": bernoulli.state_of(block.odds),
            "limits": block.limits.copy(),
            "false_alarms": self._allowance.stated.text,
            "look": float(block.look[0]),
            "doubt": float(block.look[1]),
            "detectors": self._detectors.states(block),
            "joint": block.joint[: joint_bets.KEPT].copy(),
            "began": self._began,
            "given": self.fate.state(),
        }

    def begin_restored(self, kind: Kind, restarts: int) -> None:
        """Begin as values of a kind, of which `restore` is to say what is known."""
        self._restarts = restarts
        self._begin_as(kind)

    def restore(self, state: State) -> None:
        """Restore a state of values of the same kind, of which as much was counted.

        What it knows nothing of begins anew: their reference, or what a release before had not.
        """
        if state["reference"] is not None:
            self.reference.restore(state["reference"])
        block = self.reference.block
        caution = needs_caution(self.reference)
        same = state.get("false_alarms") == self._allowance.stated.text
        if same and len(state["limits"]) == LIMITS_SIZE:
            self._detectors.restore_limits(block, state["limits"], caution=caution)
        else:  # written under another budget, or by a release that had none
            budget = self._allowance.at_first()
            self._detectors.limit(block, budget, caution=caution)
        block = self._detectors.restored(block, state["detectors"])
        self.reference.block = block
        # A release that did not have them yet passes over them, and what it wrote has none.
        multinomial.restore(block.shares, block.recent_counts, state.get("shares"))
        rank_bets.restore(block.bets, state.get("bets"))
        bernoulli.restore(block.odds, state.get("odds"))
        block.look[:] = state.get("look", 0.0), state.get("doubt", 0.0)
        joint_bets.restore(block.joint, state.get("joint"))
        self._began = state.get("began")
        self.fate = Fate.restored(state.get("given"))


def _told_at(found: Drift | ValuesChange, row: int, *, independent: bool) -> Drift | ValuesChange:
    """Return a change that is told only at a later row."""
    if isinstance(found, Drift):
        rows = row - found.change_row + 1
        return replace(found, row=row, rows_since_change=rows, independent=independent)
    return replace(found, row=row, independent=independent)
