"""Labelled rows of two versions, drawn all at once."""

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]

COUNTRIES: Final = ("de", "fr", "it", "ch", "at", "li")
SHARES: Final = (0.4, 0.25, 0.15, 0.1, 0.06, 0.04)
"""Of the rows, by country."""

_OF_CLASS: Final = 0.3
_FALSE_ALARMS: Final = 0.1
"""Share of rows that are of the class, and of the others that are predicted as such."""


class Drawn(NamedTuple):
    """Rows of two versions, in the order of their labels.

    Attributes
    ----------
    is_new
        Shape ``(n,)``: whether a row is the newer version's.
    said, true
        Predictions and labels: classes 0 and 1, or numbers.
    scores
        Probabilities of class 1; None where there are none.
    countries
        Numbers of `COUNTRIES`; None where rows have no segment.
    made, delays
        When predictions were made, milliseconds since the first, and how much later their labels
        came; None where they are made evenly and all have their labels an hour later.
    """

    is_new: Mask
    said: Numbers
    true: Numbers
    scores: Numbers | None = None
    countries: Integers | None = None
    made: Integers | None = None
    delays: Integers | None = None

    def first(self, labels: int) -> "Drawn":
        """Return the rows of the first labels."""
        return Drawn(
            self.is_new[:labels],
            self.said[:labels],
            self.true[:labels],
            None if self.scores is None else self.scores[:labels],
            None if self.countries is None else self.countries[:labels],
            None if self.made is None else self.made[:labels],
            None if self.delays is None else self.delays[:labels],
        )


Draw = Callable[[np.random.Generator, Mask, float], Drawn]
"""Gives rows by whose they are, and by the difference of the versions in the metric."""


def _apart(is_new: Mask, difference: float) -> Numbers:
    return np.where(is_new, difference, -difference) / 2.0


def _classified(
    random: np.random.Generator, is_new: Mask, recall: Numbers, false_alarms: Numbers
) -> Drawn:
    rows = len(is_new)
    true = (random.random(rows) < _OF_CLASS).astype(np.float64)
    said = (random.random(rows) < np.where(true > 0.0, recall, false_alarms)).astype(np.float64)
    return Drawn(is_new, said, true)


def recall(random: np.random.Generator, is_new: Mask, difference: float) -> Drawn:
    """Draw rows whose recall is .7 on the average."""
    found = 0.7 + _apart(is_new, difference)
    return _classified(random, is_new, found, np.full(len(is_new), _FALSE_ALARMS))


def precision(random: np.random.Generator, is_new: Mask, difference: float) -> Drawn:
    """Draw rows whose precision is .75 on the average, with a recall of .7."""
    named = 0.75 + _apart(is_new, difference)
    false_alarms = _OF_CLASS * 0.7 * (1.0 / named - 1.0) / (1.0 - _OF_CLASS)
    return _classified(random, is_new, np.full(len(is_new), 0.7), false_alarms)


def f1(random: np.random.Generator, is_new: Mask, difference: float) -> Drawn:
    """Draw rows whose F1 is .72 on the average; what differs is the recall."""
    score = 0.72 + _apart(is_new, difference)
    wrongly = (1.0 - _OF_CLASS) * _FALSE_ALARMS
    found = score * (wrongly + _OF_CLASS) / (_OF_CLASS * (2.0 - score))
    return _classified(random, is_new, found, np.full(len(is_new), _FALSE_ALARMS))


def rmse(random: np.random.Generator, is_new: Mask, difference: float) -> Drawn:
    """Draw rows with Laplace errors whose root mean square is 1 on the average."""
    true = random.normal(size=len(is_new))
    errors = random.laplace(0.0, np.sqrt(0.5), len(is_new)) * (1.0 - _apart(is_new, difference))
    return Drawn(is_new, true + errors, true)


def roc_auc(random: np.random.Generator, is_new: Mask, difference: float) -> Drawn:
    """Draw rows whose scores are logistic of normal values, with an area of .8 on the average."""
    true = (random.random(len(is_new)) < _OF_CLASS).astype(np.float64)
    # Areas of .7 to .9 by the distance of the classes: the inverse of the normal distribution.
    distances = np.interp(0.8 + _apart(is_new, difference), *_AREAS)
    scores = 1.0 / (1.0 + np.exp(-(random.normal(size=len(is_new)) + distances * true)))
    return Drawn(is_new, (scores >= 0.5).astype(np.float64), true, scores)


def accuracy(random: np.random.Generator, is_new: Mask, difference: float) -> Drawn:
    """Draw rows of which .85 are right, in countries, of which the third one has a difference."""
    countries = random.choice(len(SHARES), len(is_new), p=SHARES)
    right = 0.85 + np.where(countries == SHARES.index(0.15), _apart(is_new, difference), 0.0)
    true = (random.random(len(is_new)) < _OF_CLASS).astype(np.float64)
    said = np.where(random.random(len(is_new)) < right, true, 1.0 - true)
    return Drawn(is_new, said, true, countries=countries)


def mostly_right(random: np.random.Generator, is_new: Mask, difference: float) -> Drawn:
    """Draw rows of which .95 are right on the average."""
    true = (random.random(len(is_new)) < _OF_CLASS).astype(np.float64)
    right = random.random(len(is_new)) < 0.95 + _apart(is_new, difference)
    return Drawn(is_new, np.where(right, true, 1.0 - true), true)


def shadows(random: np.random.Generator, is_new: Mask, difference: float) -> Drawn:
    """Draw pairs, the older version's row first, with accuracies of .9 and an agreement of .93."""
    pairs = len(is_new) // 2
    apart = 0.035
    kind = random.random(pairs)
    newer_alone = kind < apart + difference / 2.0
    older_alone = ~newer_alone & (kind < 2.0 * apart)
    both = random.random(pairs) < (0.9 - apart) / (1.0 - 2.0 * apart)
    right = np.stack([(both & ~newer_alone) | older_alone, (both & ~older_alone) | newer_alone])
    true = np.repeat((random.random(pairs) < _OF_CLASS).astype(np.float64), 2)
    said = np.where(right.T.reshape(-1), true, 1.0 - true)
    return Drawn(is_new, said, true)


def _areas() -> tuple[Numbers, Numbers]:
    """Return areas under the ROC curve, and the distances of the classes that have them."""
    distances = np.linspace(0.5, 2.2, 400)
    grid = np.linspace(-9.0, 9.0, 20_001)
    density = np.exp(-(grid**2) / 2.0)
    below = np.cumsum(density) / density.sum()
    return np.interp(distances / np.sqrt(2.0), grid, below), distances


_AREAS: Final = _areas()
