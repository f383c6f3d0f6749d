"""Watches one column of one model version: quality, reference, detectors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detectors.before import Before
from detectors.change_point import strongest_suffix
from detectors.contract import Column, Detection, Detector, State
from detectors.default_detectors import DefaultDetectors
from detectors.options import DetectorOptions
from detectors.priming import prime
from detectors.ranks import folded
from detectors.reference import RECENT, Reference
from detectors.registry import build, kinds
from detectors.together import Place
from schemas.alert import Stream
from schemas.columns import Codes, Flag, Kind, Values
from schemas.columns import Column as Observed

MOST_CATEGORIES: Final = 1000
"""Distinct categories of a column that are told apart; further ones count as one."""

OTHER: Final = "(other)"

_FEW: Final = 16


@dataclass(frozen=True, slots=True)
class Finding:
    """A detector that fired on one of a column's streams."""

    detector: Detector
    stream: Stream
    detection: Detection


@dataclass(frozen=True, slots=True)
class Drift:
    """A drift of one column.

    Attributes
    ----------
    row
        Row number at which it was detected.
    change_row
        Row number of the first value after the estimated change.
    rows_since_change
        Rows from there to the detection, both included.
    rows_observed
        Values judged since the reference began, its burn-in included.
    findings
        What fired at that row, at least one.
    before
        The reference before the change.
    after
        The latest judged values since the change, at most `RECENT`.
    names
        The categories' names by their numbers, of a reference of categories.
    autocorrelation
        Lag-1 autocorrelation of the burn-in; None for a constant.
    stride
        One in so many values was judged.
    independent
        Whether values that far apart are nearly independent.
    """

    row: int
    change_row: int
    rows_since_change: int
    rows_observed: int
    findings: tuple[Finding, ...]
    before: Before
    after: Column
    names: Sequence[str]
    autocorrelation: float | None
    stride: int
    independent: bool


class ColumnMonitor:
    """Watches one column.

    Parameters
    ----------
    kind
        The kind of its values; rows of another kind are counted as mistyped.
    detectors
        What watches it.
    burn_in, bins
        Of its reference.
    seed
        Gives the seed of the n-th reference, from 0.
    """

    def __init__(
        self,
        *,
        kind: Kind,
        detectors: Sequence[DetectorOptions],
        burn_in: int,
        bins: int,
        seed: Callable[[int], int],
    ) -> None:
        self.kind = kind
        self.problems = np.zeros(len(Flag), dtype=np.int64)
        self.names: list[str] = []
        self._burn_in = burn_in
        self._bins = bins
        self._seed = seed
        self._number_of: dict[str, int] = {}
        # A detector of 0 and 1 watches booleans only, among them the errors of a classifier.
        self._watchers = [
            (stream, build(options.kind, options.parameters))
            for options in detectors
            if kind is Kind.BOOLEAN or kinds()[options.kind].input != "binary"
            for stream in options.streams
        ]
        self.defaults = DefaultDetectors.among(self._watchers)
        self._place: Place | None = None
        self._restarts = 0
        self.reference = self._new_reference()
        self._prime()

    def update(self, column: Observed, first_row: int) -> list[Drift]:
        """Take a column of rows numbered from ``first_row``; return its drifts in order."""
        self._place = None
        rows = np.arange(first_row, first_row + len(column.values))
        observed = column.values
        if column.flags is not None:
            self.problems += np.bincount(column.flags, minlength=len(Flag))
            usable = column.flags == Flag.OK
            observed, rows = observed[usable], rows[usable]
        else:
            self.problems[Flag.OK] += len(observed)
        return self._go_on(observed, rows, column.categories)

    def place(self) -> Place | None:
        """Return where its state lies for `detectors.together`; None where it has to be updated.

        Valid until the next update, conclusion, restart or restoration.
        """
        if self._place is None and self.defaults is not None:
            windows, memories = self.defaults.arrays()
            self._place = self.reference.place(windows, memories, self.problems)
        return self._place

    def conclude(self, column: Observed, first_row: int, found: NDArray[np.float64]) -> list[Drift]:
        """Go on from where `detectors.together` has found something; return the drifts in order.

        Parameters
        ----------
        column
            What it was given.
        first_row
            Number of its first row.
        found
            Shape ``(4, 5)``: what the detectors have found.
        """
        self._place = None
        if self.defaults is None:
            raise RuntimeError("this column is not watched by the default detectors")
        rows = np.arange(first_row, first_row + len(column.values))
        observed = column.values
        if column.flags is not None:
            usable = column.flags == Flag.OK
            observed, rows = observed[usable], rows[usable]
        values = self._values(observed, column.categories)
        findings = tuple(
            Finding(detector, stream, detection)
            for stream, detector, detection in self.defaults.detections(found)
        )
        taken, drift = self._conclude(values, rows, findings)
        return [drift, *self._go_on(observed[taken:], rows[taken:], column.categories)]

    def numbers(self, column: Observed) -> Column:
        """Return the numbers of categories, shape ``(n,)``; those of unusable rows mean nothing."""
        if column.flags is None:
            return self._numbers(column.values, column.categories)
        usable = column.flags == Flag.OK
        numbers = np.zeros(len(usable))
        numbers[usable] = self._numbers(column.values[usable], column.categories)
        return numbers

    def restart(self) -> None:
        """Begin a new reference with the next value."""
        self._place = None
        self._restarts += 1
        # New objects: a drift keeps the names that its numbers stand for.
        self.names, self._number_of = [], {}
        self.reference = self._new_reference()
        for _, detector in self._watchers:
            detector.reset()
        self._prime()

    def state(self) -> State:
        """Return the whole state."""
        return {
            "kind": str(self.kind),
            "problems": self.problems.copy(),
            "names": list(self.names),
            "restarts": self._restarts,
            "reference": self.reference.state(),
            # None of a detector whose state cannot be had: it starts anew, primed as at the first.
            "detectors": [
                detector.state() if kinds()[detector.kind].durable else None
                for _, detector in self._watchers
            ],
        }

    def restore(self, state: State) -> None:
        """Take over a state of a monitor with the same options and kind."""
        self._place = None
        self.problems = state["problems"].copy()
        self.names = list(state["names"])
        self._number_of = {name: number for number, name in enumerate(self.names)}
        self._restarts = state["restarts"]
        self.reference = self._new_reference()
        self.reference.restore(state["reference"])
        for (_, detector), inner in zip(self._watchers, state["detectors"], strict=True):
            if inner is not None:
                detector.restore(inner)

    def _go_on(
        self, observed: Values | Codes, rows: NDArray[np.int64], categories: Sequence[str]
    ) -> list[Drift]:
        """Take usable values and the numbers of their rows; return the drifts in order."""
        drifts = []
        values = self._values(observed, categories)
        while len(values):
            taken, drift = self._advance(values, rows)
            values, rows, observed = values[taken:], rows[taken:], observed[taken:]
            if drift is not None:
                drifts.append(drift)
                # Categories are numbered anew with the reference.
                values = self._values(observed, categories)
        return drifts

    def _prime(self) -> None:
        for stream, detector in self._watchers:
            if stream is not Stream.RAW:
                prime(detector, self._burn_in)

    def _new_reference(self) -> Reference:
        return Reference(
            burn_in=self._burn_in,
            bins=self._bins,
            categorical=self.kind is Kind.CATEGORY,
            seed=self._seed(self._restarts),
        )

    def _advance(self, values: Column, rows: NDArray[np.int64]) -> tuple[int, Drift | None]:
        """Take values up to the end of the burn-in, of the first drift, or all; say how many."""
        reference = self.reference
        if not reference.ready:
            taken = min(reference.missing, len(values))
            reference.burn(values[:taken], rows[:taken])
            return taken, None
        judged = reference.judged(len(values))
        findings = self._judge(values[judged])
        if not findings:
            reference.absorb(values[judged], rows[judged])
            reference.passed(len(values))
            return len(values), None
        return self._conclude(values, rows, findings)

    def _conclude(
        self, values: Column, rows: NDArray[np.int64], findings: tuple[Finding, ...]
    ) -> tuple[int, Drift]:
        """Take the values up to a drift; return how many, and the drift."""
        reference = self.reference
        judged = reference.judged(len(values))
        judged_values, judged_rows = values[judged], rows[judged]
        at = findings[0].detection.index
        reference.withdraw(judged_values[at + 1 :])
        reference.absorb(judged_values[: at + 1], judged_rows[: at + 1])
        drift = self._drift(int(judged_rows[at]), findings)
        # The reference starts anew after a confirmed drift: one drift, one alert.
        self.restart()
        return judged.start + at * judged.step + 1, drift

    def _judge(self, values: Column) -> tuple[Finding, ...]:
        """Return what fired at the first row at which anything fired."""
        ranks = self.reference.ranks(values)
        views = {Stream.LOCATION: ranks, Stream.SPREAD: folded(ranks), Stream.RAW: values}
        findings = [
            Finding(detector, stream, detections[0])
            for stream, detector in self._watchers
            if (detections := detector.update(views[stream]))
        ]
        first = min((finding.detection.index for finding in findings), default=0)
        return tuple(finding for finding in findings if finding.detection.index == first)

    def _drift(self, row: int, findings: tuple[Finding, ...]) -> Drift:
        reference = self.reference
        first = findings[0]
        since = min(first.detection.rows_after, reference.count)
        if first.stream is not Stream.RAW:
            ranks = reference.latest_ranks(since, fold=first.stream is Stream.SPREAD)
            latest = strongest_suffix(ranks - 0.5)
            # All that is kept of a longer run says nothing about where that began.
            since = since if latest == RECENT else latest
        after, after_rows = reference.latest(since)
        # Beyond the values that are kept the change's row is counted back, as if none were missing.
        change_row = max(int(after_rows[0]) - max(since - RECENT, 0) * reference.stride, 0)
        return Drift(
            row=row,
            change_row=change_row,
            rows_since_change=row - change_row + 1,
            rows_observed=reference.count,
            findings=findings,
            before=reference.without(len(after)),
            after=after,
            names=self.names,
            autocorrelation=reference.autocorrelation,
            stride=reference.stride,
            independent=reference.independent,
        )

    def _values(self, observed: Values | Codes, categories: Sequence[str]) -> Column:
        if self.kind is Kind.CATEGORY:
            return self._numbers(observed, categories)
        return observed.astype(np.float64, copy=False)

    def _numbers(self, codes: NDArray[Any], categories: Sequence[str]) -> Column:
        # In the order in which they occur, and no others: the numbers must not depend on what a
        # batch lists besides.
        if len(codes) <= _FEW:
            return np.array([self._number(categories[code]) for code in codes.tolist()], np.float64)
        occurring, firsts = np.unique(codes, return_index=True)
        numbers: Column = np.zeros(len(categories))
        for code in occurring[np.argsort(firsts)].tolist():
            numbers[code] = self._number(categories[code])
        values: Column = numbers[codes]
        return values

    def _number(self, text: str) -> int:
        number = self._number_of.get(text)
        if number is None:
            if len(self.names) >= MOST_CATEGORIES:
                text = OTHER
            number = self._number_of.setdefault(text, len(self.names))
            if number == len(self.names):
                self.names.append(text)
        return number
