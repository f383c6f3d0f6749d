"""What has come of two versions that are compared, and was not looked at so far."""

from collections.abc import Sequence

from detectors.comparisons.comparison import Comparison
from detectors.monitors.compared_rows import TableRows
from schemas.events.position import Position
from schemas.events.times import parse_time
from schemas.tables.observations import Origin


class Arrived:
    """Rows of both that were read together, in however many tables.

    Versions with other features have tables of their own: after the first of these the one has all
    of its rows and the other none, which says nothing of how the traffic is shared. So predictions
    are counted, and a look is taken, once all tables are there.

    Attributes
    ----------
    at
        The latest row; None where there is none so far.
    """

    def __init__(self) -> None:
        self.at: Position | None = None
        self._settled = [0, 0]
        self._unsettled = [0, 0]

    def add(self, comparison: Comparison, arms: Sequence[TableRows | None]) -> None:
        """Take the rows of one table.

        Parameters
        ----------
        comparison
            Of both, which learns from labelled rows at once.
        arms
            The rows of baseline and candidate; None where it has none.
        """
        latest = [each for each in arms if each is not None][-1]
        self.at = latest.at
        if latest.origin is not Origin.PREDICTIONS:
            begun = parse_time(comparison.since)
            comparison.add_labelled(
                *(None if each is None else each.made_since(begun) for each in arms)
            )
            return
        for arm, each in enumerate(arms):
            if each is not None:
                new = each.made_before(comparison.assignment.settled)
                self._settled[arm] += len(each) - new
                self._unsettled[arm] += new

    def count(self, comparison: Comparison) -> None:
        """Count the predictions."""
        baseline, candidate = self._settled
        unsettled = self._unsettled[0], self._unsettled[1]
        if any((baseline, candidate, *unsettled)):
            comparison.add_predictions(baseline, candidate, unsettled)
