"""When a retraining is cheaper than the errors that it avoids."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

LEEWAY: Final = 0.4
"""Standard errors. Losses after a change must exceed those before it by the square root of twice
the logarithm of all losses less this. With more leeway a retraining is asked for by chance, with
less it is later: of 60 models that stayed as good as they were 6 had an ask in 50,000 labels."""

FEWEST: Final = 200
"""Losses of the reference: by fewer nobody knows how good the model was."""


class Excess(NamedTuple):
    """Losses above those of the reference.

    Attributes
    ----------
    block
        The first block after the change.
    rows
        Losses since then.
    total
        By how much their sum exceeds what the reference would have had.
    saved
        What a model as good as the reference would have saved by now, had it been there from the
        beginning at the present rate of excess, less `total`: by so much more than it has cost so
        far a retraining would pay.
    """

    block: int
    rows: int
    total: float
    saved: float

    def is_worth(self, price: float, enough: int) -> bool:
        """Tell whether a retraining should be made.

        Parameters
        ----------
        price
            What it costs, in losses.
        enough
            Losses that it needs to learn from.
        """
        return self.total >= price or (self.saved >= price and self.rows >= enough)


def excess_of(blocks: NDArray[np.float64]) -> Excess | None:
    """Return the excess since the likeliest change for the worse; None where there is none.

    Parameters
    ----------
    blocks
        Of a `detectors.retraining.loss_history.LossHistory`.

    Notes
    -----
    Two rules, of which either asks. *What has been lost*: the excess since the change is what a
    retraining costs; waiting longer than that may cost twice the best schedule, and no rule that
    does not know the future does better in the worst case (ski rental). *What it comes to*: over a
    cycle of ``n`` rows from training to training at a price ``c``, the mean cost ``(c + S(n)) / n``
    is least where the rate of excess ``r`` at its end is as large, so where ``r n - S(n) = c``. For
    an excess that grows evenly both are the same; after a step the second one does not wait until
    as much is lost once more as a retraining costs. The rate is the highest of any latest part of
    the rows, less its standard error.
    """
    sums = blocks.cumsum(axis=0)[:, :3]
    if len(sums) == 0:
        return None
    rows, total, squares = sums[-1]
    cut = sums[(sums[:, 0] >= FEWEST) & (sums[:, 0] < rows)]
    if len(cut) == 0:
        return None
    before, after = cut[:, 0], rows - cut[:, 0]
    reference, mean = cut[:, 1] / before, (total - cut[:, 1]) / after
    within = squares - before * reference**2 - after * mean**2
    variance = np.maximum(within / rows, 1e-12)
    error = np.sqrt(variance * (1 / before + 1 / after))
    change = int(np.argmax((mean - reference) / error))
    # The highest of so many looks goes that far by chance.
    evidence = np.sqrt(2 * np.log(rows)) - LEEWAY
    if mean[change] - reference[change] < evidence * error[change]:
        return None
    excess = after[change] * (mean[change] - reference[change])
    late = np.sqrt(variance[change:] * (1 / before[change] + 1 / after[change:]))
    rate = float((mean[change:] - reference[change] - late).max())
    first = len(sums) - 1 - (len(cut) - 1 - change)
    return Excess(first, int(after[change]), float(excess), float(rate * rows - excess))
