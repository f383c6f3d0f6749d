"""Watches one column of one model version: quality, reference, detectors."""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from detectors.alerts.drift import Drift, Finding
from detectors.alerts.quality_change import QualityChange
from detectors.algorithms import share_cusum
from detectors.algorithms.catalogue import build, kinds
from detectors.algorithms.change_point import strongest_suffix
from detectors.algorithms.contract import Detector
from detectors.algorithms.priming import prime
from detectors.arrays.column import Numbers
from detectors.monitors.default_detectors import DefaultDetectors
from detectors.monitors.options import DetectorOptions
from detectors.reference.column_block import RECENT
from detectors.reference.ranks import folded
from detectors.reference.reference import Reference
from detectors.snapshots.tree import State
from schemas.events.detector_report import Stream
from schemas.tables.columns import Codes, Flag, Kind, Values
from schemas.tables.columns import Column as Observed

Change: TypeAlias = Drift | QualityChange
"""What a column's monitor finds."""

_ALL_OK: Final = np.empty(0, dtype=np.uint8)
"""In place of flags."""


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

    __slots__ = (
        "_bins",
        "_burn_in",
        "_detectors",
        "_placed",
        "_restarts",
        "_seed",
        "defaults",
        "kind",
        "reference",
    )

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
        self._burn_in = burn_in
        self._bins = bins
        self._seed = seed
        # A detector of 0 and 1 watches booleans only, among them the errors of a classifier.
        watching = [
            options
            for options in detectors
            if kind is Kind.BOOLEAN or kinds()[options.kind].input != "binary"
        ]
        self.defaults = DefaultDetectors.among(watching)
        self._detectors: tuple[tuple[Stream, Detector], ...] = ()
        if self.defaults is None:
            self._detectors = tuple(
                (stream, build(options.kind, options.parameters))
                for options in watching
                for stream in options.streams
            )
        self._placed = False
        self._restarts = 0
        self.reference = self._new_reference()
        self._prime()
        share_cusum.begin(self.reference.block.quality, self.problems, burn_in)

    @property
    def problems(self) -> NDArray[np.int64]:
        """Counts of its values by `schemas.tables.columns.Flag`."""
        return self.reference.block.problems

    @property
    def names(self) -> Sequence[str]:
        """The categories by their numbers."""
        categories = self.reference.categories
        return () if categories is None else categories.names

    def update(self, column: Observed, first_row: int) -> list[Change]:
        """Learn from a column of rows numbered from ``first_row``; return the changes in order."""
        self._placed = False
        changes: list[Change] = []
        begin, rows = 0, len(column.values)
        while begin < rows:
            block = self.reference.block
            flags = _ALL_OK if column.flags is None else column.flags[begin:].copy()
            at = share_cusum.feed(flags, rows - begin, block.quality, block.problems)
            end = rows if at == share_cusum.QUIET else begin + at + 1
            values, numbers = _usable(column.between(begin, end), first_row + begin)
            changes += self._go_on(values, numbers, column.categories)
            if at != share_cusum.QUIET:
                changes.append(self._quality_change(first_row + end - 1))
                # What follows from it is no change of its own: values begin a new reference too.
                self.restart()
            begin = end
        return changes

    def pin(self) -> int | None:
        """Return where its numbers lie for the fused kernel; None where it has to be updated.

        Valid until the next update, conclusion, restart or restoration.
        """
        if self.defaults is None:
            return None
        if not self._placed:
            self.reference.pin()
            self._placed = True
        return self.reference.block.address

    def conclude(
        self, column: Observed, first_row: int, found: NDArray[np.float64]
    ) -> list[Change]:
        """Go on from where the fused kernel has found something; return the changes in order.

        Parameters
        ----------
        column
            What it was given.
        first_row
            Number of its first row.
        found
            Shape ``(4, 5)``: what the detectors have found.
        """
        self._placed = False
        if self.defaults is None:
            raise RuntimeError("this column is not watched by the default detectors")
        observed, rows = _usable(column, first_row)
        values = self._values(observed, column.categories)
        findings = tuple(
            Finding(detector, stream, detection)
            for stream, detector, detection in self.defaults.detections(found)
        )
        taken, drift = self._conclude(values, rows, findings)
        return [drift, *self._go_on(observed[taken:], rows[taken:], column.categories)]

    def numbers(self, column: Observed) -> Numbers:
        """Return what stands for categories, shape ``(n,)``; at unusable rows it means nothing."""
        numbers = np.zeros(len(column.values))
        # The kernel leaves the end of a burn-in to `update`, which knows what comes after it.
        if self.reference.ready or self.reference.missing > len(column.values):
            values, rows = _usable(column, 0)
            numbers[rows] = self._values(values, column.categories)
        return numbers

    def restart(self) -> None:
        """Begin new references, of values and of their quality, with the next row."""
        self._restart_values()
        block = self.reference.block
        share_cusum.begin(block.quality, block.problems, self._burn_in)

    def _restart_values(self) -> None:
        """Begin a new reference with the next value."""
        self._placed = False
        self._restarts += 1
        problems, quality = self.problems, self.reference.block.quality
        self.reference = self._new_reference()
        self.problems[:] = problems
        self.reference.block.quality[:] = quality
        for _, detector in self._detectors:
            detector.reset()
        self._prime()

    def state(self) -> State:
        """Return the whole state."""
        return {
            "kind": str(self.kind),
            "problems": self.problems.copy(),
            "quality": self.reference.block.quality.copy(),
            "restarts": self._restarts,
            "reference": self.reference.state(),
            # None of a detector whose state cannot be had: it starts anew, primed as at the first.
            "detectors": [
                detector.state() if kinds()[detector.kind].durable else None
                for _, detector in self._watchers()
            ],
        }

    def restore(self, state: State) -> None:
        """Restore a state of a monitor with the same options and kind.

        What it knows nothing of begins anew: the quality of values, or their reference.
        """
        self._placed = False
        self._restarts = state["restarts"]
        self.reference = self._new_reference()
        self._prime()
        self.problems[:] = state["problems"]
        if state["quality"] is None:
            share_cusum.begin(self.reference.block.quality, self.problems, self._burn_in)
        else:
            self.reference.block.quality[:] = state["quality"]
        if state["reference"] is not None:
            self.reference.restore(state["reference"])
        watchers = self._watchers()
        for (_, detector), inner in zip(watchers, state["detectors"], strict=True):
            if inner is not None:
                detector.restore(inner)
        self._keep(watchers)

    def _go_on(
        self, observed: Values | Codes, rows: NDArray[np.int64], categories: Sequence[str]
    ) -> list[Change]:
        """Learn from usable values and the numbers of their rows; return the drifts in order."""
        drifts: list[Change] = []
        while len(rows):
            # What stands for a category depends on the reference, which begins with the burn-in's
            # last value and ends with a drift.
            most = len(rows) if self.reference.ready else self.reference.missing
            taken, drift = self._advance(self._values(observed[:most], categories), rows[:most])
            rows, observed = rows[taken:], observed[taken:]
            if drift is not None:
                drifts.append(drift)
        return drifts

    def _watchers(self) -> Sequence[tuple[Stream, Detector]]:
        """Return the detectors by what they watch."""
        if self.defaults is None:
            return self._detectors
        return self.defaults.at(self.reference.block)

    def _keep(self, watchers: Sequence[tuple[Stream, Detector]]) -> None:
        """Take note of what the detectors know now."""
        if self.defaults is not None:
            self.reference.block = self.defaults.kept(self.reference.block, watchers)

    def _prime(self) -> None:
        if self.defaults is not None:
            self.reference.block = self.defaults.primed(self.reference.block, self._burn_in)
        for stream, detector in self._detectors:
            if stream is not Stream.RAW:
                prime(detector, self._burn_in)

    def _new_reference(self) -> Reference:
        return Reference(
            burn_in=self._burn_in,
            bins=self._bins,
            categorical=self.kind is Kind.CATEGORY,
            seed=self._seed(self._restarts),
        )

    def _advance(self, values: Numbers, rows: NDArray[np.int64]) -> tuple[int, Drift | None]:
        """Take values up to the end of the burn-in, of the first drift, or all; say how many."""
        reference = self.reference
        if not reference.ready:
            reference.burn(values, rows)
            return len(values), None
        judged = reference.judged(len(values))
        findings = self._judge(values[judged])
        if not findings:
            reference.absorb(values[judged], rows[judged])
            reference.passed(len(values))
            return len(values), None
        return self._conclude(values, rows, findings)

    def _conclude(
        self, values: Numbers, rows: NDArray[np.int64], findings: tuple[Finding, ...]
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
        self._restart_values()
        return judged.start + at * judged.step + 1, drift

    def _judge(self, values: Numbers) -> tuple[Finding, ...]:
        """Return what fired at the first row at which anything fired."""
        ranks = self.reference.ranks(values)
        views = {Stream.LOCATION: ranks, Stream.SPREAD: folded(ranks), Stream.RAW: values}
        watchers = self._watchers()
        findings = [
            Finding(detector, stream, detections[0])
            for stream, detector in watchers
            if (detections := detector.update(views[stream]))
        ]
        self._keep(watchers)
        first = min((finding.detection.index for finding in findings), default=0)
        return tuple(finding for finding in findings if finding.detection.index == first)

    def _quality_change(self, row: int) -> QualityChange:
        block = self.reference.block
        return QualityChange(row, share_cusum.rise_of(block.quality, block.problems))

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

    def _values(self, observed: Values | Codes, categories: Sequence[str]) -> Numbers:
        numbers = self.reference.categories
        if numbers is not None:
            return numbers.of(observed, categories)
        return observed.astype(np.float64, copy=False)


def _usable(column: Observed, first_row: int) -> tuple[Values | Codes, NDArray[np.int64]]:
    """Return the usable values of a column and the numbers of their rows."""
    if column.flags is None:
        return column.values, np.arange(first_row, first_row + len(column.values))
    usable = np.flatnonzero(column.flags == Flag.OK)
    return column.values[usable], first_row + usable
