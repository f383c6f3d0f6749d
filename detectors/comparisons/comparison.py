"""The comparison of one version of a model, the candidate, with another one, the baseline."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from detectors.comparisons.assignment import Assignment
from detectors.comparisons.measured import Known, Measured, of_the_task
from detectors.comparisons.options import ComparisonOptions
from detectors.comparisons.pairing import LabelledRows, Pairing
from detectors.comparisons.ruling import Ruling, rule
from detectors.comparisons.segments import SegmentLook, Segments
from detectors.comparisons.traffic import Traffic
from detectors.snapshots.tree import State
from schemas.events.model_comparison import ComparisonMode, ExposureFault
from schemas.events.position import Position
from schemas.tables.observations import Integers

FORMAT: Final = 1
"""Of the state."""

SETTLED: Final = 50
"""Labelled rows of the candidate by which it is known whether rows are pairs."""

_MOSTLY: Final = 0.5
FIRST_LOOK: Final = 50
GROWTH: Final = 1.25
"""Labelled rows of both at the first look that is published though nothing has changed, and how
many times as many at each next one."""

AGAIN: Final = 1.02
"""How many times as many rows there are, at least, at a look that says something else: findings at
the edge would be told with each row."""

_NOT_ROUTED: Final = Assignment()


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
    segments
        Likewise by segment.
    """

    at: Position
    number: int
    ruling: Ruling
    faults: list[ExposureFault]
    known: list[tuple[Measured, Known]]
    segments: list[SegmentLook]


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
    begun_by
        The id of the route by which it, or the assignment that it has, began; empty without one.
    traffic
        Their predictions.
    measured, segments
        Their metrics, and those of each segment.
    mode
        How they come to their rows, where that is known.
    labelled
        Labelled rows of baseline and candidate.
    looks
        How many were told.
    latest
        The latest look, told or not; no part of the state.
    touched
        Steps that were taken by this object; no part of the state.
    """

    def __init__(
        self, options: ComparisonOptions, since: str, assignment: Assignment = _NOT_ROUTED
    ) -> None:
        self.options = options
        self.since = since
        self.assignment = assignment
        self.begun_by = assignment.route
        self.traffic = Traffic(self._share)
        self.measured = [Measured(each, options.metric_level) for each in options.compared]
        self.segments = Segments(options)
        self.mode = options.mode or assignment.mode
        self.labelled = [0, 0]
        self.looks = 0
        self.latest: Look | None = None
        self.touched = 0
        self._pairing = Pairing(len(self.measured), len(options.segments))
        self._next_look = FIRST_LOOK
        self._known: list[tuple[Measured, Known]] | None = None
        """At the latest look; None once labelled rows came after it."""
        self._segments: list[SegmentLook] = []
        self._told: str | None = None
        self._told_rows = 0
        self._latest_said = ("", 0)
        """Of the latest look, told or not; no part of the state."""

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
        if assignment.begins_with != self.assignment.begins_with:
            self.begun_by = assignment.route
        share, self.assignment = self._share, assignment
        if self._share != share:
            self.traffic.expect(self._share)
        return True

    def add_predictions(
        self, baseline: int, candidate: int, unsettled: tuple[int, int] = (0, 0)
    ) -> None:
        """Count predictions of both that were read together.

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
        places = self.segments.places(arrived)
        for arm, rows in enumerate(arrived):
            if rows is None:
                continue
            self.labelled[arm] += len(rows.offsets)
            for measured, losses in zip(self.measured, rows.losses, strict=True):
                measured.add(arm, rows.predicted, losses)
            self.segments.add(arm, rows, places[arm])
        self._pair(arrived, places)
        if self.mode is None and self.labelled[1] >= SETTLED:
            are_pairs = self.traffic.shared >= _MOSTLY * self.labelled[1]
            self.mode = ComparisonMode.SHADOW if are_pairs else ComparisonMode.AB

    def look(self, at: Position) -> Look | None:
        """Return what there is to tell after a table; None where nothing is new enough."""
        faults = self.traffic.faults(self.mode, self.labelled[1])
        if self._known is None:
            self._known = [(each, each.look(self.mode, at)) for each in self.measured]
            self._segments = self.segments.look(self.mode, at)
        known, segments = self._known, self._segments
        if not self.options.metrics:
            place = of_the_task(self.measured)
            known = [known[place]]
            segments = [
                each._replace(known=[each.known[place]])
                for each in segments
                if any(each.known[place][0].rows)
            ]
        ruling = rule(
            [(each.metric.role, what) for each, what in known],
            faults,
            promotes_equals=self.options.promotes_equals,
            segments=[what for each in segments for _, what in each.known],
        )
        everywhere = [*known, *(each for segment in segments for each in segment.known)]
        self.latest = look = Look(at, self.looks, ruling, faults, known, segments)
        said = " ".join(
            map(str, (*ruling, *faults, *(what.finding for _, what in everywhere), self.mode))
        )
        rows = self.traffic.rows + sum(self.labelled)
        self._latest_said = said, rows
        has_changed = said != self._told and (
            any(each.decided_at == at for each, _ in everywhere) or rows >= AGAIN * self._told_rows
        )
        if not has_changed and sum(self.labelled) < self._next_look:
            return None
        while self._next_look <= sum(self.labelled):
            self._next_look = max(int(self._next_look * GROWTH), self._next_look + 1)
        self.tell()
        return look

    def tell(self) -> None:
        """Take note that the latest look is told, new enough or not."""
        self._told, self._told_rows = self._latest_said
        self.looks += 1

    def state(self) -> State:
        """Return the whole state."""
        return {
            "format": FORMAT,
            "options": _written(self.options),
            "since": self.since,
            "assignment": self.assignment.state(),
            "begun_by": self.begun_by,
            "traffic": self.traffic.state(),
            "measured": [each.state() for each in self.measured],
            "mode": None if self.mode is None else str(self.mode),
            "labelled": list(self.labelled),
            "looks": self.looks,
            **self._pairing.state(),
            "segments": self.segments.state() if self.options.segments else None,
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
        if state["options"] != _written(options):
            return None
        # A release before knew of no routes.
        self = cls(options, state["since"], Assignment.of(state.get("assignment")))
        self.begun_by = state.get("begun_by", "")  # nor did the next one tell them apart
        self.traffic.restore(state["traffic"])
        for measured, known in zip(self.measured, state["measured"], strict=True):
            measured.restore(known)
        self.mode = None if state["mode"] is None else ComparisonMode(state["mode"])
        self.labelled, self.looks = list(state["labelled"]), state["looks"]
        self._pairing.restore(state)
        if self.options.segments:
            self.segments.restore(state["segments"])
        self._next_look, self._told = state["next_look"], state["told"]
        self._told_rows = state["told_rows"]
        return self

    @property
    def _share(self) -> float | None:
        """The candidate's stated share."""
        return self.assignment.share if self.options.share is None else self.options.share

    def _pair(self, arrived: Sequence[LabelledRows | None], places: Sequence[Integers]) -> None:
        """Match rows of both that have one label."""
        halves = self._pairing.met(arrived, places)
        baseline, candidate = halves
        shared = len(baseline.keys)
        self.traffic.shared += shared
        if self.mode is ComparisonMode.AB:
            self._pairing.forget()
        elif shared:
            for number, measured in enumerate(self.measured):
                if measured.metric.is_paired:
                    measured.add_pairs(baseline.losses[number], candidate.losses[number])
            self.segments.add_pairs(*halves)


def _written(options: ComparisonOptions) -> str:
    """Return options as a state has them: without segments as releases before these wrote them."""
    return repr(options).replace(", segments=()", "")
