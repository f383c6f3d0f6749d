"""The comparison of one version of a model, the candidate, with another one, the baseline."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.comparisons.assignment import Assignment
from detectors.comparisons.measured import Known, Measured
from detectors.comparisons.options import ComparisonOptions
from detectors.comparisons.ruling import Ruling, rule
from detectors.comparisons.traffic import Traffic
from detectors.snapshots.tree import State
from schemas.events.model_comparison import ComparisonMode, ExposureFault
from schemas.events.position import Position
from schemas.tables.observations import LARGEST_OFFSET, Integers, Source

FORMAT: Final = 1
"""Of the state."""

SETTLED: Final = 50
"""Labelled rows of the candidate by which it is known whether rows are pairs."""

_MOSTLY: Final = 0.5
MOST_WAITING: Final = 1024
"""Rows of a version that wait for the other one's with the same label: both come with one batch of
labels, in the one table or the next."""

FIRST_LOOK: Final = 50
GROWTH: Final = 1.25
"""Labelled rows of both at the first look that is published though nothing has changed, and how
many times as many at each next one."""

AGAIN: Final = 1.02
"""How many times as many rows there are, at least, at a look that says something else: findings at
the edge would be told with each row."""

_NOT_ROUTED: Final = Assignment()

Numbers = NDArray[np.float64]


class LabelledRows(NamedTuple):
    """Labelled rows of one version, in their order.

    Attributes
    ----------
    sources, source_of, offsets
        Where each label came from.
    predicted
        Shape ``(n,)``: when the predictions were made, milliseconds since the epoch.
    losses
        Shape ``(metrics, n)``; NaN where a row has none.
    """

    sources: tuple[Source, ...]
    source_of: Integers
    offsets: Integers
    predicted: Integers
    losses: Numbers


class Look(NamedTuple):
    """What there is to tell of a comparison.

    Attributes
    ----------
    at
        The row up to which all is counted.
    number
        How many looks were told before.
    ruling, faults
        What is decided, and why rows cannot be compared.
    known
        The metrics, and what is known of each.
    """

    at: Position
    number: int
    ruling: Ruling
    faults: list[ExposureFault]
    known: list[tuple[Measured, Known]]


class _Waiting(NamedTuple):
    """Rows whose label has not met the other version: their keys, and their losses."""

    keys: Integers
    losses: Numbers


class Comparison:
    """Two versions of one model, and what their rows say of them.

    What is found depends on the tables in which rows stand in the log, and on nothing else.

    Parameters
    ----------
    options
        How they are compared.
    since
        Event time of the first row, RFC 3339.
    assignment
        How they come to their rows, as a route says it; the options count more.

    Attributes
    ----------
    options, since, assignment
        As given; another share of the same assignment may come.
    traffic
        Their predictions.
    measured
        Their metrics.
    mode
        How they come to their rows, where that is known.
    labelled
        Labelled rows of baseline and candidate.
    looks
        How many were told.
    touched
        Steps that were taken by this object; no part of the state.
    """

    def __init__(
        self, options: ComparisonOptions, since: str, assignment: Assignment = _NOT_ROUTED
    ) -> None:
        self.options = options
        self.since = since
        self.assignment = assignment
        self.traffic = Traffic(self._share)
        self.measured = [Measured(each, options.level_of(each.role)) for each in options.compared]
        self.mode = options.mode or assignment.mode
        self.labelled = [0, 0]
        self.looks = 0
        self.touched = 0
        self._sources: dict[Source, int] = {}
        self._waiting = [self._none_waiting(), self._none_waiting()]
        self._next_look = FIRST_LOOK
        self._known: list[tuple[Measured, Known]] | None = None
        """At the latest look; None once labelled rows came after it."""
        self._told: str | None = None
        self._told_rows = 0

    def assign(self, assignment: Assignment) -> bool:
        """Have versions come to their rows otherwise; tell whether the comparison may go on.

        With other shares it does: only rows of the same hours are compared. With another salt, or
        mode, rows from before say nothing of those that follow.
        """
        if self.assignment.salt and assignment.begins_with != self.assignment.begins_with:
            return False
        mode = self.options.mode or assignment.mode
        if mode is not None and self.mode not in {None, mode}:
            return False
        self.touched += 1
        self.mode = self.mode or mode
        share, self.assignment = self._share, assignment
        if self._share != share:
            self.traffic.expect(self._share)
        return True

    def add_predictions(
        self, baseline: int, candidate: int, unsettled: tuple[int, int] = (0, 0)
    ) -> None:
        """Count predictions of both, of one table.

        Parameters
        ----------
        baseline, candidate
            How many of each.
        unsettled
            How many were made besides while the assignment was new: they test no split.
        """
        self.touched += 1
        self.traffic.pass_over(*unsettled)
        if baseline or candidate:
            self.traffic.add(baseline, candidate)

    def add_labelled(self, baseline: LabelledRows | None, candidate: LabelledRows | None) -> None:
        """Learn from labelled rows of one table; None where a version has none."""
        self.touched += 1
        self._known = None
        arrived = (baseline, candidate)
        for arm, rows in enumerate(arrived):
            if rows is None:
                continue
            self.labelled[arm] += len(rows.offsets)
            for measured, losses in zip(self.measured, rows.losses, strict=True):
                measured.add(arm, rows.predicted, losses)
        self._pair(arrived)
        if self.mode is None and self.labelled[1] >= SETTLED:
            are_pairs = self.traffic.shared >= _MOSTLY * self.labelled[1]
            self.mode = ComparisonMode.SHADOW if are_pairs else ComparisonMode.AB

    def look(self, at: Position) -> Look | None:
        """Return what there is to tell after a table; None where nothing is new enough."""
        faults = self.traffic.faults(self.mode, self.labelled[1])
        if self._known is None:
            self._known = [(each, each.look(self.mode, at)) for each in self.measured]
        known = self._known
        if not self.options.metrics:
            # Only that of the model's task has rows.
            known = [each for each in known if any(each[0].rows)] or known[:1]
        ruling = rule(
            [(each.metric.role, what) for each, what in known],
            faults,
            promotes_equals=self.options.promotes_equals,
        )
        said = " ".join(
            map(str, (*ruling, *faults, *(what.finding for _, what in known), self.mode))
        )
        rows = self.traffic.rows + sum(self.labelled)
        has_changed = said != self._told and (
            any(each.decided_at == at for each, _ in known) or rows >= AGAIN * self._told_rows
        )
        if not has_changed and sum(self.labelled) < self._next_look:
            return None
        while self._next_look <= sum(self.labelled):
            self._next_look = max(int(self._next_look * GROWTH), self._next_look + 1)
        self._told, self._told_rows = said, rows
        self.looks += 1
        return Look(at, self.looks - 1, ruling, faults, known)

    def state(self) -> State:
        """Return the whole state."""
        return {
            "format": FORMAT,
            "options": repr(self.options),
            "since": self.since,
            "assignment": [
                self.assignment.mode and str(self.assignment.mode),
                *self.assignment[1:],
            ],
            "traffic": self.traffic.state(),
            "measured": [each.state() for each in self.measured],
            "mode": None if self.mode is None else str(self.mode),
            "labelled": list(self.labelled),
            "looks": self.looks,
            "sources": [list(each) for each in self._sources],
            "waiting": [[each.keys.copy(), each.losses.copy()] for each in self._waiting],
            "next_look": self._next_look,
            "told": self._told,
            "told_rows": self._told_rows,
        }

    @classmethod
    def of(cls, state: State, options: ComparisonOptions) -> "Comparison | None":
        """Return what has a state; None where it was begun with other options.

        Raises
        ------
        ValueError
            Of a format that is not known.
        """
        if state["format"] != FORMAT:
            raise ValueError(f"comparison of format {state['format']}, expected {FORMAT}")
        if state["options"] != repr(options):
            return None
        # A release before knew of no routes.
        self = cls(options, state["since"], Assignment.of(state.get("assignment")))
        self.traffic.restore(state["traffic"])
        for measured, known in zip(self.measured, state["measured"], strict=True):
            measured.restore(known)
        self.mode = None if state["mode"] is None else ComparisonMode(state["mode"])
        self.labelled, self.looks = list(state["labelled"]), state["looks"]
        self._sources = {Source(*each): place for place, each in enumerate(state["sources"])}
        self._waiting = [_Waiting(*(part.copy() for part in each)) for each in state["waiting"]]
        self._next_look, self._told = state["next_look"], state["told"]
        self._told_rows = state["told_rows"]
        return self

    @property
    def _share(self) -> float | None:
        """The candidate's stated share."""
        return self.assignment.share if self.options.share is None else self.options.share

    def _pair(self, arrived: Sequence[LabelledRows | None]) -> None:
        """Match rows of both that have one label."""
        both = [
            waiting if rows is None else self._joined(waiting, rows)
            for waiting, rows in zip(self._waiting, arrived, strict=True)
        ]
        _, first, second = np.intersect1d(both[0].keys, both[1].keys, return_indices=True)
        self.traffic.shared += len(first)
        if self.mode is not ComparisonMode.AB:
            for number, measured in enumerate(self.measured):
                if len(first) and measured.metric.is_paired:
                    measured.add_pairs(
                        both[0].losses[number, first], both[1].losses[number, second]
                    )
            self._waiting = [_without(both[0], first), _without(both[1], second)]
        else:
            self._waiting = [self._none_waiting(), self._none_waiting()]

    def _joined(self, waiting: _Waiting, rows: LabelledRows) -> _Waiting:
        # By the rows alone: which other sources are told of depends on what was read at once.
        there, first = np.unique(rows.source_of, return_index=True)
        numbers = np.zeros(len(rows.sources), dtype=np.int64)
        for number in there[np.argsort(first)].tolist():
            source = rows.sources[number]
            numbers[number] = self._sources.setdefault(source, len(self._sources))
        keys = numbers[rows.source_of] * (LARGEST_OFFSET + 1) + rows.offsets
        return _Waiting(
            np.concatenate([waiting.keys, keys]),
            np.concatenate([waiting.losses, rows.losses], axis=1),
        )

    def _none_waiting(self) -> _Waiting:
        return _Waiting(np.zeros(0, dtype=np.int64), np.zeros((len(self.measured), 0)))


def _without(rows: _Waiting, matched: NDArray[np.int64]) -> _Waiting:
    """Return the latest rows that have not met their other half."""
    left = np.ones(len(rows.keys), dtype=np.bool_)
    left[matched] = False
    kept = np.flatnonzero(left)[-MOST_WAITING:]
    return _Waiting(rows.keys[kept], rows.losses[:, kept])
