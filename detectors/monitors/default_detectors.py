"""The default detectors of a column, as `detectors.monitors.fused_kernel` feeds them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from detectors.algorithms.adwin import Adwin
from detectors.algorithms.bernoulli import Bernoulli
from detectors.algorithms.catalogue import build
from detectors.algorithms.contract import Detection, Detector, NamedDetector
from detectors.algorithms.false_alarms import DEFAULT
from detectors.algorithms.multinomial import Multinomial
from detectors.algorithms.page_hinkley import PageHinkley
from detectors.algorithms.priming import prime
from detectors.algorithms.rank_bets import RankBets
from detectors.monitors.limits import SHARES, Shares, parameters_under
from detectors.monitors.options import DetectorOptions, Parameter
from detectors.reference.column_block import (
    DELTA,
    ODDS_LIMIT,
    RANK_LIMIT,
    SHARES_LIMIT,
    THRESHOLD,
    ColumnBlock,
)
from schemas.events.detector_report import Stream

Array: TypeAlias = NDArray[np.float64]
Parameters: TypeAlias = tuple[tuple[str, Parameter], ...]

Settings: TypeAlias = tuple[Array, Array]
"""Of ADWIN and Page-Hinkley as the kernels take them; what depends on a column's budget is in its
block."""

_STREAMS = (Stream.LOCATION, Stream.SPREAD)
_PLACES = (*_STREAMS, *_STREAMS, None, Stream.RAW)
"""What each watches; of the bets each has its own."""


@dataclass(frozen=True, slots=True)
class DefaultDetectors:
    """ADWIN on location and spread, Page-Hinkley likewise, bets on ranks, the shares of bins.

    Their states and limits are in a `ColumnBlock`.

    All columns with the same parameters share these objects, which are never fed themselves.

    Attributes
    ----------
    adwin, page_hinkley
        The parameters of the kinds, under some budget.
    options
        What is stated of them.
    """

    adwin: Adwin
    page_hinkley: PageHinkley
    options: tuple[Parameters, Parameters]

    @classmethod
    def among(cls, options: Sequence[DetectorOptions]) -> "DefaultDetectors | None":
        """Return the detectors of a column; None where those of streams are others than these."""
        kinds = [each.kind for each in options if each.streams == _STREAMS]
        if kinds != [Adwin.kind, PageHinkley.kind] or len(options) > len(kinds):
            return None
        first, second = (tuple(sorted(each.parameters.items())) for each in options)
        return _shared(first, second)

    @property
    def settings(self) -> Settings:
        """The parameters in the kernels' form."""
        return self.adwin.settings, self.page_hinkley.settings

    def limit(self, block: ColumnBlock, rows: float, shares: Shares) -> None:
        """Write what follows for them from a budget into a block.

        Parameters
        ----------
        block
            Of a column.
        rows
            To a false alarm of it.
        shares
            Of the budget.
        """
        adwin, page_hinkley = _under(self.options, rows, shares)
        block.limits[DELTA] = adwin.parameters["delta"]
        block.limits[THRESHOLD] = page_hinkley.parameters["threshold"]

    def primed(self, block: ColumnBlock, count: int) -> ColumnBlock:
        """Return a block, this or another one, with the detectors as before the first rank.

        Parameters
        ----------
        block
            Of a column whose reference begins.
        count
            Values of the burn-in.
        """
        window, memory = _primed(self, count)
        block = block.resized(window=len(window) + self._room)
        for own in block.windows:
            own[: len(window)] = window
        for own in block.memories:
            own[:] = memory
        return block

    def at(self, block: ColumnBlock) -> list[tuple[Stream, Detector]]:
        """Return the detectors of streams by what they watch, whose states are in a block."""
        adwin, page_hinkley = self._limited(block)
        both: list[Detector] = [adwin.at(window) for window in block.windows]
        both += [page_hinkley.at(memory) for memory in block.memories]
        return list(zip(2 * _STREAMS, both, strict=True))

    def kept(self, block: ColumnBlock, watchers: Sequence[tuple[Stream, Detector]]) -> ColumnBlock:
        """Return a block, this or another one, with what detectors know that `at` has given."""
        adwin = [detector.window for _, detector in watchers if isinstance(detector, Adwin)]
        memories = [
            detector.memory for _, detector in watchers if isinstance(detector, PageHinkley)
        ]
        longest = max(map(len, adwin))
        if longest > len(block.windows[0]):
            block = block.resized(window=longest + self._room)
        parts = [*block.windows, *block.memories]
        for part, own in zip(parts, [*adwin, *memories], strict=True):
            part[: len(own)] = own
        return block

    @property
    def _room(self) -> int:
        # For two more rows of buckets, four times the values: a block that grows leaves a hole.
        return 2 * int(self.adwin.settings[2])

    def detections(
        self, found: Array, block: ColumnBlock
    ) -> Iterator[tuple[Stream, NamedDetector, Detection]]:
        """Yield what fired at the first row at which anything did.

        Parameters
        ----------
        found
            Shape ``(6, 5)``: what the kernels returned, at least one of which fired.
        block
            Of the column.
        """
        rows = found[:, 0]
        first = rows[rows >= 0].min()
        adwin, page_hinkley = self._limited(block)
        detectors = (
            *(adwin, adwin),
            *(page_hinkley, page_hinkley),
            RankBets(float(block.limits[RANK_LIMIT])),
            by_shares(block),
        )
        for place in np.flatnonzero(rows == first).tolist():
            detector = detectors[place]
            detection = detector.detection(*found[place].tolist())
            stream = _PLACES[place] or RankBets.stream(found[place][2])
            yield stream, detector, detection

    def _limited(self, block: ColumnBlock) -> tuple[Adwin, PageHinkley]:
        """Return the detectors with the limits of a column."""
        delta, threshold = block.limits[DELTA : THRESHOLD + 1].tolist()
        return self.adwin.with_delta(delta), self.page_hinkley.with_threshold(threshold)


def by_shares(block: ColumnBlock) -> Multinomial | Bernoulli:
    """Return what watches the shares of a column's bins, or the odds of its ones."""
    limit = float(block.limits[ODDS_LIMIT])
    return Bernoulli(limit) if limit else Multinomial(float(block.limits[SHARES_LIMIT]))


@lru_cache(maxsize=4096)
def _under(
    stated: tuple[Parameters, Parameters], rows: float, shares: Shares
) -> tuple[Detector, Detector]:
    """Return detectors with the parameters that are stated, and those that follow from a budget."""
    kinds = (Adwin.kind, PageHinkley.kind)
    options = [DetectorOptions(kind, dict(each)) for kind, each in zip(kinds, stated, strict=True)]
    first, second = (build(each.kind, parameters_under(each, rows, shares)) for each in options)
    return first, second


@lru_cache(maxsize=256)
def _shared(adwin: Parameters, page_hinkley: Parameters) -> DefaultDetectors | None:
    first, second = _under((adwin, page_hinkley), DEFAULT.amount, SHARES)
    if isinstance(first, Adwin) and isinstance(second, PageHinkley):
        return DefaultDetectors(first, second, (adwin, page_hinkley))
    return None


@lru_cache(maxsize=256)
def _primed(detectors: DefaultDetectors, count: int) -> tuple[Array, Array]:
    """Return the states of both kinds after a burn-in of so many values."""
    nothing = np.empty(0)
    adwin, page_hinkley = detectors.adwin.at(nothing), detectors.page_hinkley.at(nothing)
    prime(adwin, count)
    prime(page_hinkley, count)
    return adwin.window, page_hinkley.memory
