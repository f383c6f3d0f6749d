"""What the detectors of a column must reach, from the rows that it may take to a false alarm."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from detectors.algorithms.adwin import Adwin
from detectors.algorithms.false_alarms import DEFAULT, FalseAlarms
from detectors.algorithms.page_hinkley import PageHinkley
from detectors.algorithms.thresholds import adwin_delta, page_hinkley_threshold
from detectors.monitors.options import DetectorOptions, Parameter
from schemas.events.detector_report import Stream


class Shares(NamedTuple):
    """Parts of a budget, which are 1 together: those of the first two count for each stream.

    Attributes
    ----------
    adwin, page_hinkley
        Of each of the two streams of ranks.
    rank_bets, multinomial, bernoulli
        Of these detectors.
    """

    adwin: float
    page_hinkley: float
    rank_bets: float
    multinomial: float
    bernoulli: float


SHARES: Final = Shares(0.025, 0.025, 0.5, 0.4, 0.0)
"""A tenth of a budget costs a detector some fifth of its delay, so that the two that find most have
most of it, and a third that finds the same later next to nothing."""

SHARES_OF_ODDS: Final = Shares(0.025, 0.025, 0.1, 0.0, 0.8)
"""Of booleans and the errors of classifiers: ranks say little of them, and the Bernoulli detector
takes the place of the multinomial one."""

EFFECT: Final = 0.05
"""Delta of Page-Hinkley on ranks: the least change of the mean rank, 0.18 standard deviations."""


USUAL_PACE: Final = 0.001
"""Rows in a millisecond where none is known: one in a second."""


class Limits(NamedTuple):
    """What detectors that are no streams' must reach.

    Attributes
    ----------
    rank_bets, multinomial, bernoulli
        Limits of these detectors; 0 for one that does not watch the column.
    """

    rank_bets: float
    multinomial: float
    bernoulli: float


def limits_of(rows: float, shares: Shares = SHARES) -> Limits:
    """Return the limits of a column, by the rows that there are to a false alarm of it."""
    # Rows that have no value, or are not judged, make false alarms rarer than that.
    return Limits(*(rows / share if share else 0.0 for share in shares[2:]))


def parameters_under(
    option: DetectorOptions, rows: float, shares: Shares = SHARES
) -> Mapping[str, Parameter]:
    """Return the parameters of a detector: those that are stated, and what follows from a budget.

    Parameters
    ----------
    option
        A detector; of other kinds than ADWIN and Page-Hinkley on ranks nothing follows.
    rows
        To a false alarm of the column.
    shares
        Of the budget.

    Examples
    --------
    >>> parameters_under(DetectorOptions("adwin", {"delta": 0.3}), 1e6)["delta"]
    0.3
    """
    stated = option.parameters
    if Stream.RAW in option.streams:
        return stated
    if option.kind == Adwin.kind:
        return {"delta": adwin_delta(shares.adwin / rows), **stated}
    if option.kind == PageHinkley.kind:
        known = {"delta": EFFECT, "alpha": 1.0, **stated}
        delta = float(known["delta"])
        # Of sums that forget, or of a delta at which they do not fall, there is no closed form.
        if known["alpha"] == 1.0 and 0.0 < delta < 0.5:  # noqa: PLR2004 - the mean of ranks
            rate = shares.page_hinkley / rows
            known = {"threshold": page_hinkley_threshold(delta, rate), **known}
        return known
    return stated


@dataclass(frozen=True, slots=True)
class Allowance:
    """A budget as it is stated, and what it comes to for one column.

    Attributes
    ----------
    stated
        The budget.
    columns
        Gives the watched columns of the model at a row of this column's; None for those by now.
    pace
        Gives the rows in a millisecond of event time between two rows of a burn-in.
    """

    stated: FalseAlarms = DEFAULT
    columns: Callable[[int | None], int] = lambda _: 1
    pace: Callable[[int, int], float] = lambda *_: USUAL_PACE

    def at_first(self) -> float:
        """Return how many rows there are to a false alarm, before any of them is known."""
        return self.stated.rows_of(columns=self.columns(None), pace=USUAL_PACE)

    def after(self, first: int, last: int) -> float:
        """Return the same after a burn-in from one row to another."""
        pace = self.pace(first, last) if self.stated.timed else USUAL_PACE
        return self.stated.rows_of(columns=self.columns(last), pace=pace)
