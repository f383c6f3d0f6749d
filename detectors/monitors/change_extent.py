"""How many of the latest values of a column come after a change."""

from detectors.alerts.drift import Finding
from detectors.algorithms.bernoulli import Bernoulli
from detectors.algorithms.change_point import likeliest_suffix, strongest_suffix
from detectors.algorithms.multinomial import Multinomial
from detectors.algorithms.rank_bets import RankBets
from detectors.reference.column_block import RECENT
from detectors.reference.reference import Reference
from schemas.events.detector_report import Stream


def values_since(first: Finding, reference: Reference) -> int:
    """Return how many of the judged values come after a change, by what has found it first.

    Parameters
    ----------
    first
        What was found.
    reference
        Which has the judged values up to there.
    """
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
