"""The detectors of one column, and what they say of its values."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.alerts.drift import Finding
from detectors.algorithms import multinomial, rank_bets
from detectors.algorithms.catalogue import build, kinds
from detectors.algorithms.contract import Detector
from detectors.algorithms.multinomial import Multinomial
from detectors.algorithms.priming import prime
from detectors.algorithms.rank_bets import RankBets
from detectors.arrays.column import Numbers
from detectors.monitors.default_detectors import DefaultDetectors
from detectors.monitors.options import DetectorOptions
from detectors.reference.column_block import ColumnBlock
from detectors.reference.ranks import folded
from detectors.reference.reference import Reference
from schemas.events.detector_report import Stream
from schemas.tables.columns import Kind


class ColumnDetectors:
    """What watches one column since its reference began.

    Parameters
    ----------
    options
        What watches columns.
    rank_limit, multinomial_limit
        Of these detectors; 0 for none.
    kind
        Of the column: a detector of 0 and 1 watches booleans only, among them the errors of a
        classifier.
    burn_in
        Values of the reference before the first one is judged.

    Attributes
    ----------
    defaults
        The default detectors, whose states are in the column's block; None where it has others.
    """

    __slots__ = ("_burn_in", "_multinomial", "_others", "_rank_bets", "defaults")

    def __init__(
        self,
        options: Sequence[DetectorOptions],
        rank_limit: float,
        multinomial_limit: float,
        kind: Kind,
        burn_in: int,
    ) -> None:
        watching = [
            each for each in options if kind is Kind.BOOLEAN or kinds()[each.kind].input != "binary"
        ]
        self._burn_in = burn_in
        self._rank_bets = RankBets(rank_limit)
        self._multinomial = Multinomial(multinomial_limit)
        self.defaults = DefaultDetectors.among(watching, self._rank_bets, self._multinomial)
        self._others: tuple[tuple[Stream, Detector], ...] = ()
        if self.defaults is None:
            self._others = tuple(
                (stream, build(each.kind, each.parameters))
                for each in watching
                for stream in each.streams
            )

    def primed(self, block: ColumnBlock) -> ColumnBlock:
        """Return a block, this or another one, with all detectors as before the first rank."""
        for stream, detector in self._others:
            if stream is not Stream.RAW:
                prime(detector, self._burn_in)
        rank_bets.begin(block.bets)
        return block if self.defaults is None else self.defaults.primed(block, self._burn_in)

    def judge(
        self, reference: Reference, values: Numbers, bins: NDArray[np.int64]
    ) -> tuple[Finding, ...]:
        """Rank values, and return what fired at the first of them at which anything fired.

        Parameters
        ----------
        reference
            Of the column.
        values, bins
            Shape ``(n,)``: values, and their bins as the reference has given them.
        """
        block = reference.block
        found = multinomial.feed(
            bins, block.counts, block.shares, block.recent_counts, self._multinomial.limit
        )
        ranks = reference.ranks(bins)
        views = {Stream.LOCATION: ranks, Stream.SPREAD: folded(ranks), Stream.RAW: values}
        watchers = self._watchers(reference.block)
        findings = [
            Finding(detector, stream, detections[0])
            for stream, detector in watchers
            if (detections := detector.update(views[stream]))
        ]
        of_bets = rank_bets.feed(ranks, block.bets, self._rank_bets.limit)
        if of_bets[0] >= 0:
            detection = self._rank_bets.detection(*of_bets)
            findings.append(Finding(self._rank_bets, RankBets.stream(of_bets[2]), detection))
        if found[0] >= 0:
            detection = self._multinomial.detection(*found)
            findings.append(Finding(self._multinomial, Stream.RAW, detection))
        reference.block = self._kept(reference.block, watchers)
        first = min((finding.detection.index for finding in findings), default=0)
        return tuple(finding for finding in findings if finding.detection.index == first)

    def states(self, block: ColumnBlock) -> list[Any]:
        """Return the state of each; None where it cannot be had: it starts anew, primed."""
        return [
            detector.state() if kinds()[detector.kind].durable else None
            for _, detector in self._watchers(block)
        ]

    def restored(self, block: ColumnBlock, states: Sequence[Any]) -> ColumnBlock:
        """Return a block, this or another one, with the detectors as states say."""
        watchers = self._watchers(block)
        for (_, detector), state in zip(watchers, states, strict=True):
            if state is not None:
                detector.restore(state)
        return self._kept(block, watchers)

    def _watchers(self, block: ColumnBlock) -> Sequence[tuple[Stream, Detector]]:
        """Return the detectors by what they watch."""
        return self._others if self.defaults is None else self.defaults.at(block)

    def _kept(self, block: ColumnBlock, watchers: Sequence[tuple[Stream, Detector]]) -> ColumnBlock:
        """Return a block, this or another one, with what detectors know now."""
        return block if self.defaults is None else self.defaults.kept(block, watchers)
