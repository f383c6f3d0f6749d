"""Whether a model classifies, regresses or gives probabilities, by its first labelled rows."""

from collections.abc import Sequence
from typing import Any, Final

from detectors.performance import odd_distances, whole_numbers
from detectors.performance.error import Task, unwrapped
from detectors.performance.guess import Guess
from detectors.snapshots.tree import State
from schemas.values.class_order import USUAL_CLASSES, Classes, chance_of
from schemas.values.classes import same_class
from schemas.values.numbers import number_of

EVIDENCE: Final = 100
"""Labelled rows after which the choice stands, until the references begin anew."""

_SHARE: Final = 10
"""One in so many pairs of numbers with a fraction makes a regression: prices may be round, and one
odd label is no evidence."""

_ODD: Final = 100
"""One in so many numbers that are no probability of a class makes no regression of the others."""

_SURE: Final = (0.0, 1.0)

_DISTANCES: Final = frozenset({Guess.AMOUNTS, Guess.SCORES, Guess.OTHER_UNIT})


class TaskChoice:
    """The task of one model version.

    Until `EVIDENCE` rows were seen, each row's error is by what they say up to and with it. Where
    at least half of the pairs are numbers, of which at least one in ten have a fraction, it is a
    regression: unless what was predicted is from 0 to 1 and what was true one of two classes, in
    all but one in a hundred. These are probabilities. Else it is a classification. Where at least
    half of what was predicted are numbers with a fraction any pair of numbers will do: these are no
    classes, however many labels say ``N/A``. Whole numbers look like classes until all rows are
    there, which say whether they are amounts (`detectors.performance.whole_numbers`).

    Parameters
    ----------
    declared
        What the configuration says; `Task.AUTO` for nothing.
    classes
        Those of the model. Where they have a threshold its predictions are probabilities.
    names_classes
        Whether the settings speak of classes: then whole numbers are some.

    Attributes
    ----------
    settled
        The task that stands; None as long as none does.
    guess
        What the rows were taken for, where that may be wrong; None where it is plain, and as long
        as nothing is settled.
    """

    def __init__(
        self, declared: Task, classes: Classes = USUAL_CLASSES, *, names_classes: bool = False
    ) -> None:
        self._classes = classes
        self._names_classes = names_classes
        self._declared = None if declared is Task.AUTO else declared
        if self._declared is None and classes.threshold is not None:
            self._declared = Task.PROBABILITY
        self.settled: Task | None = self._declared
        self._rows = self._numeric = self._fractional = 0
        self._chances = self._unsure = self._measures = 0
        self._pairs: list[tuple[float, float]] = []
        self.guess: Guess | None = None

    @property
    def rows_left(self) -> int:
        """Rows until the choice stands."""
        return 0 if self.settled is not None else EVIDENCE - self._rows

    def of_next(self, prediction: Any, label: Any) -> Task:
        """Return the task by which the error of the next row is reckoned, which counts for it."""
        if self.settled is not None:
            return self.settled
        prediction, label = unwrapped(prediction), unwrapped(label)
        pair = _numbers(prediction, label)
        chance = chance_of(prediction)
        is_chance = chance is not None and self._is_class(label)
        self._rows += 1
        self._numeric += pair is not None or is_chance
        self._fractional += pair is not None and not all(number.is_integer() for number in pair)
        self._chances += is_chance
        self._unsure += is_chance and chance not in _SURE
        self._measures += _has_fraction(prediction)
        if pair is not None and not isinstance(prediction, list):
            self._pairs.append((pair[0], pair[1]))
        found = self._found()
        if self._rows >= EVIDENCE:
            self.guess = self._guess(found)
            self._pairs = []
            # The last row is as those before it: errors of one table are of one kind.
            self.settled = Task.REGRESSION if self.guess in _DISTANCES else found
        return found

    def _guess(self, found: Task) -> Guess | None:
        if found is Task.PROBABILITY or 2 * len(self._pairs) < self._rows:
            return None
        guess = None
        if found is Task.CLASSIFICATION:
            guess = None if self._names_classes else whole_numbers.guess_of(self._pairs)
            if guess is not Guess.AMOUNTS:
                return guess
        return odd_distances.guess_of(self._pairs) or guess

    def _found(self) -> Task:
        are_measures = self._numeric > 0 and 2 * self._measures >= self._rows
        if 2 * self._numeric < self._rows and not are_measures:
            return Task.CLASSIFICATION
        of_classes = _ODD * (self._numeric - self._chances) <= self._numeric
        if of_classes and self._unsure > 0 and _SHARE * self._unsure >= self._chances:
            return Task.PROBABILITY
        if self._fractional > 0 and _SHARE * self._fractional >= self._numeric:
            return Task.REGRESSION
        return Task.CLASSIFICATION

    def _is_class(self, label: Any) -> bool:
        if label is None or label is ... or isinstance(label, list):
            return False
        two = self._classes.sought, self._classes.other
        return any(same_class(label, each, self._classes.spellings) for each in two)

    def restart(self) -> None:
        """Choose anew, where nothing is declared."""
        self.settled = self._declared
        self._rows = self._numeric = self._fractional = 0
        self._chances = self._unsure = self._measures = 0
        self._pairs = []
        self.guess = None

    def settle(self, task: Task) -> None:
        """Choose what an earlier version chose; what is declared stands."""
        self.settled = self.settled or task

    def state(self) -> State:
        """Return the whole state."""
        # Releases before know two tasks, and three counts.
        are_chances = self.settled is Task.PROBABILITY
        return {
            "settled": None if self.settled is None else str(self.settled.form),
            "counts": [self._rows, self._numeric, self._fractional],
            "probabilities": [are_chances, self._chances, self._unsure],
            "measures": self._measures,
            "guess": None if self.guess is None else str(self.guess),
            "pairs": [list(pair) for pair in self._pairs],
        }

    def restore(self, state: State) -> None:
        """Restore a state; what is declared by now stands."""
        self._rows, self._numeric, self._fractional = state["counts"]
        _, self._chances, self._unsure = state.get("probabilities", [False, 0, 0])
        self._measures = state.get("measures", 0)
        # Releases before kept no pairs.
        self._pairs = [(one, other) for one, other in state.get("pairs", ())]
        if self._declared is not None:
            return
        guess = state.get("guess")
        self.guess = None if guess is None else Guess(guess)
        self.settled = settled_in(state)
        if self._names_classes and self.guess is Guess.AMOUNTS:
            self.guess, self.settled = None, Task.CLASSIFICATION


def settled_in(state: State) -> Task | None:
    """Return the task that stands in the state of a choice; None where none does."""
    if state.get("probabilities", [False])[0]:
        return Task.PROBABILITY
    return None if state.get("settled") is None else Task(state["settled"])


def _has_fraction(prediction: Any) -> bool:
    """Tell whether what was predicted is a number that is not whole."""
    if isinstance(prediction, bool | list):
        return False
    number = number_of(prediction)
    return number is not None and not number.is_integer()


def _numbers(prediction: Any, label: Any) -> Sequence[float] | None:
    """Return all numbers of a pair that could be a regression's; None where it is none."""
    if isinstance(prediction, list) is not isinstance(label, list):
        return None
    values = [*prediction, *label] if isinstance(prediction, list) else [prediction, label]
    numbers = [None if isinstance(each, bool) else number_of(each, exact=True) for each in values]
    known = [number for number in numbers if number is not None]
    return known if len(known) == len(numbers) else None
