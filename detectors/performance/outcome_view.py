"""The outcomes of labelled rows, as metrics look at them: whether each is of a class."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.arrays.column import Numbers
from detectors.performance.distinct import distinct
from detectors.performance.error import unwrapped
from detectors.performance.options import ScoreOf
from detectors.performance.said_class import class_said
from schemas.tables.columns import Column, Kind, Role
from schemas.tables.outcomes import outcomes_of
from schemas.values.class_order import Classes
from schemas.values.classes import same_class
from schemas.values.numbers import number_of

Mask = NDArray[np.bool_]


class OutcomeView:
    """What was predicted and what was true in some rows; each question is answered once.

    Parameters
    ----------
    columns
        Of ``n`` labelled rows, their errors among them.
    rows
        How many.
    classes
        Those of the model, and their order in a list.
    score_of
        What a score is the probability of.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        rows: int,
        classes: Classes,
        score_of: ScoreOf = ScoreOf.PREDICTED,
    ) -> None:
        self._columns = columns
        self._rows = rows
        self._classes = classes
        self._score_of = score_of
        self._masks: dict[tuple[Role, str], Mask] = {}

    def errors(self, *, of_classes: bool) -> Numbers:
        """Return the errors, shape ``(n,)``; NaN where there is none of that kind.

        Parameters
        ----------
        of_classes
            Whether those of a classification are wanted, 0 or 1, of lists a share; else distances.
        """
        errors = self._errors
        column = self._scalar(Role.ERROR)
        if column is not None and column.kind is Kind.BOOLEAN:
            return errors if of_classes else np.full(self._rows, np.nan)
        # Of a list of several the mean of its elements' errors, of either kind.
        if of_classes and self._scalar(Role.PREDICTION) is not None:
            return np.full(self._rows, np.nan)
        return errors

    @cached_property
    def distances(self) -> Numbers:
        """How far off numbers are, shape ``(n,)``, whatever the task; NaN where there is none."""
        with np.errstate(over="ignore", invalid="ignore"):
            return np.abs(self._numbers(Role.PREDICTION) - self._numbers(Role.LABEL))

    @cached_property
    def _errors(self) -> Numbers:
        return self._numbers(Role.ERROR)

    @cached_property
    def given_scores(self) -> Numbers:
        """The scores as given, shape ``(n,)``, in range or not; NaN where there is none."""
        return self._numbers(Role.SCORE)

    @cached_property
    def scores(self) -> Numbers:
        """The scores of the predicted class, shape ``(n,)``; NaN where there is no probability."""
        scores = self.given_scores
        scores = np.where((scores >= 0.0) & (scores <= 1.0), scores, np.nan)
        if self._score_of is ScoreOf.POSITIVE:
            scores = np.where(self.predicts(self._classes.sought), scores, 1.0 - scores)
        return scores

    @cached_property
    def labels(self) -> Numbers:
        """The labels as numbers, shape ``(n,)``; NaN where they are none."""
        column = self._scalar(Role.LABEL)
        if column is not None and column.kind is not Kind.CATEGORY:
            return self._numbers(Role.LABEL)
        found = [number_of(unwrapped(each)) for each in self._outcomes(Role.LABEL)]
        return np.array([np.nan if each is None else each for each in found])

    @cached_property
    def is_known(self) -> Mask:
        """Where both outcomes are there and can be compared as classes, shape ``(n,)``."""
        known: Mask = np.isfinite(self.errors(of_classes=True))
        return known

    def predicts(self, of_class: str) -> Mask:
        """Return in which rows a class is predicted, shape ``(n,)``."""
        return self._is(Role.PREDICTION, of_class)

    def has(self, of_class: str) -> Mask:
        """Return in which rows a class is the true one, shape ``(n,)``."""
        return self._is(Role.LABEL, of_class)

    def _is(self, role: Role, of_class: str) -> Mask:
        key = role, of_class
        if key not in self._masks:
            self._masks[key] = self._compared(role, of_class)
        return self._masks[key]

    def _compared(self, role: Role, of_class: str) -> Mask:
        spellings = self._classes.spellings
        column = self._scalar(role)
        if column is None:
            outcomes = (class_said(each, self._classes) for each in self._outcomes(role))
            found = [same_class(each, of_class, spellings) for each in outcomes]
            return np.array(found, dtype=np.bool_)
        values, places = distinct(column)
        same = np.array([same_class(each, of_class, spellings) for each in values], np.bool_)
        mask: Mask = same[places] if len(same) else np.zeros(self._rows, np.bool_)
        return mask & column.usable

    def _outcomes(self, role: Role) -> list[Any]:
        return outcomes_of(self._columns, role, self._rows)

    def _scalar(self, role: Role) -> Column | None:
        """Return the one column of outcomes; None where there is none, or are lists."""
        found = [column for column in self._columns if column.role is role]
        return found[0] if len(found) == 1 and not found[0].name.endswith("]") else None

    def _numbers(self, role: Role) -> Numbers:
        column = self._scalar(role)
        if column is None or column.kind is Kind.CATEGORY:
            return np.full(self._rows, np.nan)
        return np.where(column.usable, column.values.astype(np.float64), np.nan)
