"""What makes rows that metrics are made from of columns of outcomes, and tells what is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from detectors.performance.class_columns import class_columns
from detectors.performance.class_table import ELSE, OTHERS, ClassTable
from detectors.performance.distinct import distinct
from detectors.performance.judged_rows import (
    ClassRows,
    Codes,
    ListRows,
    Mask,
    NumberRows,
    Numbers,
    Problem,
)
from detectors.performance.options import PerformanceOptions, ScoreOf
from detectors.performance.plain_rows import plain_rows
from schemas.tables.columns import Column, Flag, Kind, Role, of_role
from schemas.values.booleans import boolean_of
from schemas.values.class_order import Classes
from schemas.values.classes import class_name
from schemas.values.numbers import number_of
from schemas.values.probabilities import ROUNDING

_BOTH: Final = 2
_ANY_LENGTH: Final = 1 << 53  # of a list
_BOOLEANS: Final = frozenset({"0", "1"})


@dataclass(frozen=True, slots=True)
class Judge:
    """What makes rows of columns.

    Attributes
    ----------
    classes
        Of the model, and their order in lists.
    options
        What is said of its performance.
    table
        Gives classes their numbers.
    """

    classes: Classes
    options: PerformanceOptions
    table: ClassTable

    @property
    def positive(self) -> str:
        """The class that is looked for."""
        return self.classes.sought

    @property
    def position(self) -> int:
        """The position of the class that is looked for in lists; below 0 where none is named."""
        if not self.classes.is_sought_named:
            return -1
        found = self.classes.position(self.positive, len(self.classes.names) or _ANY_LENGTH)
        return -1 if found is None else found

    def numbers(self, columns: Sequence[Column], rows: int) -> NumberRows:
        """Return rows of a regression."""
        said, true = (_Outcomes.of(columns, role, rows) for role in (Role.PREDICTION, Role.LABEL))
        values = [self._values(each, rows) for each in (said, true)]
        problems = np.where(np.isfinite(values[0] - values[1]), 0, Problem.NOT_A_NUMBER)
        problems[~(said.is_scalar & true.is_scalar)] = Problem.NO_OUTCOME
        problems[said.is_list | true.is_list] = Problem.LIST
        return NumberRows(problems.astype(np.uint8), *values)

    def chances(self, columns: Sequence[Column], rows: int) -> tuple[Numbers, Mask]:
        """Return the probability of the positive class, and whether it is predicted.

        What `class_rows` says of them once they are labelled, whatever the label is.

        Parameters
        ----------
        columns, rows
            Of predictions, with their scores.

        Returns
        -------
        tuple
            Shape ``(n,)`` each; NaN where the probability is not known.
        """
        columns = class_columns(columns, self.classes, self.options.score_of)
        said = [column for column in columns if column.role is Role.PREDICTION]
        score = of_role(columns, Role.SCORE)
        if len(said) != 1 or said[0].name.endswith("]"):
            found = self.class_rows(self._with_label(columns, rows), rows)
            return found.positive, found.said == self.table.known(self.positive)
        values, places = distinct(said[0])
        positive, spellings = self.positive, self.classes.spellings
        pairs = (self._alike(class_name(each, spellings), positive) for each in values)
        is_it = np.array([one == other for one, other in pairs] or [False])
        is_said: Mask = is_it[places] & said[0].usable
        if score is None:
            return np.full(rows, np.nan), is_said
        usable = said[0].usable & score.usable
        usable &= (score.values >= 0) & (score.values <= 1)
        given = score.values.astype(np.float64)
        if self.options.score_of is ScoreOf.PREDICTED:
            given = np.where(is_said, given, 1 - given)
        return np.where(usable, given, np.nan), is_said

    def _with_label(self, columns: Sequence[Column], rows: int) -> list[Column]:
        """Return columns of predictions as though the positive class were true of all rows."""
        kept = [column for column in columns if column.role in {Role.PREDICTION, Role.SCORE}]
        codes = np.zeros(rows, dtype=np.int32)
        return [*kept, Column("label", Role.LABEL, Kind.CATEGORY, codes, (self.positive,))]

    def class_rows(self, columns: Sequence[Column], rows: int) -> ClassRows:
        """Return rows of a classification; new classes get their numbers in the order of rows."""
        columns = class_columns(columns, self.classes, self.options.score_of)
        of_positive = self.options.score_of is ScoreOf.POSITIVE
        found = plain_rows(columns, rows, self.table, self.positive, of_positive=of_positive)
        return self.any_class_rows(columns, rows) if found is None else found

    def any_class_rows(self, columns: Sequence[Column], rows: int) -> ClassRows:
        """Return rows of a classification of any form."""
        said, true = (_Outcomes.of(columns, role, rows) for role in (Role.PREDICTION, Role.LABEL))
        problems = np.where(said.is_scalar & true.is_scalar, 0, Problem.NO_OUTCOME).astype(np.uint8)
        found = ClassRows(
            problems,
            said=np.zeros(rows, dtype=np.int64),
            true=np.zeros(rows, dtype=np.int64),
            positive=np.full(rows, np.nan),
            likelihood=np.full(rows, np.nan),
            squares=np.full(rows, np.nan),
            confidence=np.full(rows, np.nan),
            is_top=np.ones(rows, dtype=np.bool_),
        )
        lists = said.is_list & true.is_scalar
        if lists.any():
            # Whatever came first has its number first.
            width = said.matrix.shape[1]
            if width > _BOTH:
                found = found._replace(lists=ListRows.none(rows, width))
            for begin, end, is_list in _stretches(lists):
                part = np.zeros(rows, dtype=np.bool_)
                part[begin:end] = True
                (self._add_lists if is_list else self._add_scalars)(found, said, true, part)
        else:
            self._add_scalars(found, said, true, np.ones(rows, dtype=np.bool_))
        problems[true.is_list] = Problem.LIST
        self._add_scores(found, columns, said)
        return found

    def _values(self, outcomes: "_Outcomes", rows: int) -> Numbers:
        column = outcomes.scalar
        if column is None:
            return np.full(rows, np.nan)
        if column.kind is not Kind.CATEGORY:
            return np.where(outcomes.is_scalar, column.values, np.nan)
        spellings = self.classes.spellings
        known = (number_of(class_name(text, spellings)) for text in column.categories)
        numbers = np.array([np.nan if each is None else each for each in known] or [np.nan])
        return np.where(outcomes.is_scalar, numbers[column.values], np.nan)

    def _add_scalars(
        self, found: ClassRows, said: "_Outcomes", true: "_Outcomes", part: Mask
    ) -> None:
        part = part & (found.problems == Problem.NONE)
        one, other = said.scalar, true.scalar
        if one is None or other is None or not part.any():
            return
        if Kind.CATEGORY in {one.kind, other.kind}:
            codes = self._codes_of_pairs(one, other, part)
        else:
            both = np.column_stack((one.values[part], other.values[part])).astype(np.float64)
            codes = self.table.of_numbers(both)
            codes[_are_beyond(codes) & (both[:, 0] != both[:, 1]), 0] = ELSE
        found.said[part], found.true[part] = codes[:, 0], codes[:, 1]

    def _codes_of_pairs(self, one: Column, other: Column, part: Mask) -> Codes:
        """Return the numbers of classes, those of each pair of values reckoned once."""
        spellings = self.classes.spellings
        said, codes = distinct(one.take(part))
        names = [class_name(each, spellings) for each in said]
        true, others = distinct(other.take(part))
        labels = [class_name(each, spellings) for each in true]
        pairs, first, numbers_of = np.unique(
            codes * len(labels) + others, return_index=True, return_inverse=True
        )
        numbers = np.empty((len(pairs), _BOTH), dtype=np.int64)
        for place in np.argsort(first).tolist():
            pair = self._alike(
                names[pairs[place] // len(labels)], labels[pairs[place] % len(labels)]
            )
            numbers[place] = [self.table.code(name) for name in pair]
            if pair[0] != pair[1] and not numbers[place].any():
                numbers[place, 0] = ELSE
        found_codes: Codes = numbers[numbers_of.reshape(-1)]
        return found_codes

    def _alike(self, one: str, other: str) -> tuple[str, str]:
        """Return two names, a word for a boolean beside a boolean as this."""
        if one == other or (one in _BOOLEANS) is (other in _BOOLEANS):
            return one, other
        word = other if one in _BOOLEANS else one
        meant = boolean_of(word, self.classes.spellings)
        if meant is None:
            return one, other
        name = "1" if meant else "0"
        return (one, name) if one in _BOOLEANS else (name, other)

    def _add_lists(
        self, found: ClassRows, said: "_Outcomes", true: "_Outcomes", part: Mask
    ) -> None:
        matrix, lengths = said.matrix[part], said.lengths[part]
        usable = self._are_probabilities(matrix, lengths)
        probabilities = np.where(np.isnan(matrix), -1.0, matrix)
        highest = probabilities.argmax(axis=1)
        label = true.scalar
        if label is None:
            return
        texts, codes = distinct(label.take(part))
        spellings = self.classes.spellings
        at: dict[tuple[int, int], int] = {}
        positions = np.empty(len(codes), dtype=np.int64)
        for row, key in enumerate(zip(codes.tolist(), lengths.tolist(), strict=True)):
            if key not in at:
                place = self.classes.position(texts[key[0]], key[1])
                at[key] = -1 if place is None else place
            positions[row] = at[key]
        # A list of more elements than there are names is not usable, and makes the matrix wider.
        width = min(matrix.shape[1], len(self.classes.names) or matrix.shape[1])
        names = [class_name(self.classes.at(place), spellings) for place in range(width)]
        wanted = names.index(self.positive) if self.positive in names else -1
        problems = np.where(usable, np.uint8(0), np.uint8(Problem.NOT_PROBABILITIES))
        problems[usable & (positions < 0)] = Problem.UNKNOWN_CLASS
        good = problems == Problem.NONE
        rows = np.flatnonzero(part)
        found.problems[rows] = problems
        rows, matrix = rows[good], np.where(np.isnan(matrix[good]), 0.0, matrix[good])
        highest, positions, lengths = highest[good], positions[good], lengths[good]
        if wanted >= 0:
            found.positive[rows] = np.where(wanted < lengths, matrix[:, wanted], np.nan)
            if self.classes.threshold is not None:
                two = lengths == _BOTH
                chosen = np.where(matrix[:, wanted] >= self.classes.threshold, wanted, 1 - wanted)
                highest = np.where(two, chosen, highest)
        pairs = np.column_stack((highest, positions))
        for place in dict.fromkeys(pairs.reshape(-1).tolist()):
            self.table.code(names[place])
        numbers = np.array([max(self.table.known(name), OTHERS) for name in names])
        codes = numbers[pairs]
        codes[_are_beyond(codes) & (highest != positions), 0] = ELSE
        found.said[rows], found.true[rows] = codes.T
        if found.lists is not None:
            those = lengths > _BOTH
            _write_lists(found.lists, rows[those], matrix[those], lengths[those], highest[those])
            found.lists.true[rows[those]] = positions[those]
        each = np.arange(len(rows))
        likelihood = matrix[each, positions]
        squares = (matrix * matrix).sum(axis=1) - 2 * likelihood + 1
        found.likelihood[rows] = likelihood
        found.squares[rows] = np.where(lengths == _BOTH, (1 - likelihood) ** 2, squares)
        found.confidence[rows] = matrix[each, highest]
        found.is_top[rows] = False

    def lists(self, columns: Sequence[Column], rows: int) -> ListRows:
        """Return what `class_rows` says of lists once they are labelled, without their labels."""
        said = _Outcomes.of(columns, Role.PREDICTION, rows)
        found = ListRows.none(rows, said.matrix.shape[1])
        usable = self._are_probabilities(said.matrix, said.lengths) & (said.lengths > _BOTH)
        matrix = np.where(np.isnan(said.matrix[usable]), 0.0, said.matrix[usable])
        highest = matrix.argmax(axis=1)
        _write_lists(found, np.flatnonzero(usable), matrix, said.lengths[usable], highest)
        return found

    def _are_probabilities(self, matrix: Numbers, lengths: Codes) -> Mask:
        fits = (matrix >= 0) & (matrix <= 1)
        usable: Mask = fits.sum(axis=1) == lengths
        usable &= np.abs(np.where(fits, matrix, 0.0).sum(axis=1) - 1) <= ROUNDING
        if self.classes.names:
            usable &= lengths == len(self.classes.names)
        return usable

    def _add_scores(self, found: ClassRows, columns: Sequence[Column], said: "_Outcomes") -> None:
        """Add what follows for two classes from one probability."""
        usable = (found.problems == Problem.NONE) & ~said.is_list
        is_positive = found.said == self.table.known(self.positive)
        is_right = found.said == found.true
        score = of_role(columns, Role.SCORE)
        if score is None:
            return
        usable &= score.usable
        inside = (score.values >= 0) & (score.values <= 1)
        found.problems[usable & ~inside] = Problem.SCORE_OUT_OF_RANGE
        usable &= inside
        given = score.values.astype(np.float64)
        other = np.where(is_positive, given, 1 - given)
        confidence, positive = given, other
        if self.options.score_of is ScoreOf.POSITIVE:
            confidence, positive = other, given
        likelihood = np.where(is_right, confidence, 1 - confidence)
        found.positive[usable] = positive[usable]
        found.confidence[usable] = confidence[usable]
        found.likelihood[usable] = likelihood[usable]
        found.squares[usable] = (1 - likelihood[usable]) ** 2


class _Outcomes:
    """What was predicted, or what was true, of ``n`` rows.

    Attributes
    ----------
    scalar
        The column of scalars; None where there is none.
    is_scalar, is_list
        Shape ``(n,)``: whether a row has a usable scalar, or a list.
    matrix, lengths
        Shapes ``(n, k)`` and ``(n,)``: the lists, NaN where they have no number.
    """

    def __init__(self, scalar: Column | None, positions: Sequence[Column], rows: int) -> None:
        self.scalar = scalar
        self.is_scalar = np.zeros(rows, dtype=np.bool_)
        if scalar is not None:
            self.is_scalar = scalar.usable
        self.matrix = np.full((rows, len(positions)), np.nan)
        self.lengths = np.zeros(rows, dtype=np.int64)
        for number, column in enumerate(positions):
            is_there = np.ones(rows, dtype=np.bool_)
            if column.flags is not None:
                is_there = column.flags != Flag.ABSENT
            self.lengths[is_there] = number + 1
            if column.kind is not Kind.CATEGORY:
                ok = column.usable
                self.matrix[ok, number] = column.values[ok]
        self.is_list = self.lengths > 0

    @classmethod
    def of(cls, columns: Sequence[Column], role: Role, rows: int) -> "_Outcomes":
        """Return those of a role."""
        those = [column for column in columns if column.role is role]
        scalar = next((each for each in those if not each.name.endswith("]")), None)
        return cls(scalar, [each for each in those if each.name.endswith("]")], rows)


def _are_beyond(codes: Codes) -> Mask:
    """Tell in which pairs, shape ``(n, 2)``, both are classes without a number of their own."""
    beyond: Mask = (codes == OTHERS).all(axis=1)
    return beyond


def _write_lists(
    lists: ListRows, rows: Codes, matrix: Numbers, lengths: Codes, highest: Codes
) -> None:
    beyond = np.arange(matrix.shape[1]) >= lengths[:, None]
    lists.scores[rows] = np.where(beyond, np.nan, matrix)
    lists.lengths[rows], lists.said[rows] = lengths, highest


def _stretches(mask: Mask) -> list[tuple[int, int, bool]]:
    """Return where a mask is the same: begin, end, and what it is there."""
    bounds = [0, *(np.flatnonzero(np.diff(mask)) + 1).tolist(), len(mask)]
    return [(begin, end, bool(mask[begin])) for begin, end in pairwise(bounds)]
