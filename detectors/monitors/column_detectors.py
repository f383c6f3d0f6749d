"""The detectors of one column, and what they say of its values."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.alerts.drift import Finding
from detectors.algorithms import bernoulli, joint_bets, multinomial, rank_bets
from detectors.algorithms.bernoulli import Bernoulli
from detectors.algorithms.catalogue import build, kind_of
from detectors.algorithms.contract import Detector
from detectors.algorithms.e_detector import EDetector
from detectors.algorithms.multinomial import Multinomial
from detectors.algorithms.priming import prime
from detectors.algorithms.rank_bets import RankBets
from detectors.arrays.column import Numbers
from detectors.monitors.caution import cautious
from detectors.monitors.default_detectors import DefaultDetectors, by_shares
from detectors.monitors.limits import SHARES, SHARES_OF_ODDS, limits_of, parameters_under
from detectors.monitors.options import DetectorOptions
from detectors.monitors.row_bets import RowBets
from detectors.reference.column_block import (
    APART,
    BUDGET,
    ODDS_LIMIT,
    RANK_LIMIT,
    STRIDE,
    ColumnBlock,
)
from detectors.reference.early_ranks import BY_SHARES
from detectors.reference.early_shares import limits_within
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

    __slots__ = ("_burn_in", "_kind", "_others", "_shares", "_watching", "defaults")

    def __init__(
        self,
        options: Sequence[DetectorOptions],
        kind: Kind,
        burn_in: int,
    ) -> None:
        watching = [
            each for each in options if kind is Kind.BOOLEAN or kind_of(each.kind).input != "binary"
        ]
        self._burn_in = burn_in
        self._kind = kind
        self._shares = SHARES
        self._watching = watching
        self.defaults = DefaultDetectors.among(watching)
        self._others: tuple[tuple[Stream, Detector], ...] = ()

    def primed(self, block: ColumnBlock, rows: float, *, caution: bool = False) -> ColumnBlock:
        """Return a block, this or another one, with all detectors as before the first rank.

        Parameters
        ----------
        block
            Of a column whose reference begins.
        rows
            To a false alarm of it, as far as that is known.
        caution
            As of `limit`.
        """
        self.limit(block, rows, caution=caution)
        rank_bets.begin(block.bets)
        return block if self.defaults is None else self.defaults.primed(block, self._burn_in)

    def limit(self, block: ColumnBlock, rows: float, *, caution: bool = False) -> None:
        """Have the detectors, which were fed nothing yet, keep a budget.

        Parameters
        ----------
        block
            Of the column.
        rows
            To a false alarm of it.
        caution
            Whether they are to keep more than that, since for some of it nobody answers.
        """
        # Of residuals the odds say nothing, and bets on them take runs for changes.
        is_plain = block.length(STRIDE) == 1 and not block.length(APART)
        self._shares = SHARES_OF_ODDS if is_plain and self._kind is Kind.BOOLEAN else SHARES
        block.limits[BUDGET] = rows
        kept = cautious(rows) if caution else rows
        block.limits[RANK_LIMIT : ODDS_LIMIT + 1] = limits_of(kept, self._shares)
        self._keep(block, kept)

    def restore_limits(self, block: ColumnBlock, limits: Numbers, *, caution: bool) -> None:
        """Have the detectors, which were fed nothing yet, keep limits that a state has."""
        self.limit(block, float(limits[BUDGET]), caution=caution)
        block.limits[:] = limits

    def _keep(self, block: ColumnBlock, rows: float) -> None:
        """Give the detectors of streams what follows from so many rows to a false alarm."""
        if self.defaults is not None:
            self.defaults.limit(block, rows, self._shares)
            return
        self._others = tuple(
            (stream, build(each.kind, parameters_under(each, rows, self._shares)))
            for each in self._watching
            for stream in each.streams
        )
        for stream, detector in self._others:
            if stream is not Stream.RAW:
                prime(detector, self._burn_in)

    def judge(
        self,
        reference: Reference,
        values: Numbers,
        bins: NDArray[np.int64],
        rows: NDArray[np.int64],
        row_bets: RowBets,
    ) -> tuple[Finding, ...]:
        """Rank values, and return what fired at the first of them at which anything fired.

        Parameters
        ----------
        reference
            Of the column.
        values, bins
            Shape ``(n,)``: values, and their bins as the reference has given them.
        rows
            Shape ``(n,)``: of the values.
        row_bets
            Get what the values up to there say of the model.
        """
        block = reference.block
        of_shares = by_shares(block)
        of_bets = RankBets(float(block.limits[RANK_LIMIT]))
        if isinstance(of_shares, Bernoulli):
            first_one = int(np.searchsorted(block.edges, 1.0, side="right"))
            shares = bernoulli.feed(bins, block.counts, first_one, block.odds, of_shares.limit)
        else:
            shares = multinomial.feed(
                bins, block.counts, block.shares, block.recent_counts, of_shares.limit
            )
        ranks = reference.ranks(bins)
        views = {Stream.LOCATION: ranks, Stream.SPREAD: folded(ranks), Stream.RAW: values}
        watchers = self._watchers(reference.block)
        findings = [
            Finding(detector, stream, detections[0])
            for stream, detector in watchers
            if (detections := detector.update(views[stream]))
        ]
        bets = rank_bets.feed(ranks, block.bets, of_bets.limit)
        if bets[0] >= 0:
            findings.append(Finding(of_bets, of_bets.stream(bets[2]), of_bets.detection(*bets)))
        if shares[0] >= 0:
            findings.append(Finding(of_shares, Stream.RAW, of_shares.detection(*shares)))
        reference.block = self._kept(reference.block, watchers)
        first = min((finding.detection.index for finding in findings), default=len(bins) - 1)
        told, own = ranks[: first + 1], np.ascontiguousarray(rows[: first + 1])
        memory = reference.block.joint
        joint_bets.contribute(told, own, memory, row_bets.first, row_bets.rows)
        return tuple(finding for finding in findings if finding.detection.index == first)

    def early(self, block: ColumnBlock, bet: float) -> tuple[EDetector, Stream]:
        """Return what has found a change in a burn-in, and what it watches.

        Parameters
        ----------
        block
            Of the column.
        bet
            As a `detectors.reference.early_ranks.Step` has it.
        """
        budget, of_odds = block.limits[[BUDGET, ODDS_LIMIT]].tolist()
        edges = 0 if self._kind is Kind.CATEGORY else 1
        of_ranks, of_shares = limits_within(budget, of_odds, edges)
        if bet != BY_SHARES:
            return RankBets(of_ranks), RankBets.stream(bet)
        return Bernoulli(of_shares) if of_odds else Multinomial(of_shares), Stream.RAW

    def states(self, block: ColumnBlock) -> list[Any]:
        """Return the state of each; None where it cannot be had: it starts anew, primed."""
        return [
            detector.state() if kind_of(detector.kind).durable else None
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
