"""Columns of outcomes as classes: by their names, and those that probabilities decide for."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.performance.distinct import distinct
from detectors.performance.options import ScoreOf
from schemas.tables.columns import Column, Flag, Kind, Role, of_role
from schemas.values.categories import category_name
from schemas.values.class_order import Classes, chance_of
from schemas.values.numbers import number_of

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]

_SURE: Final = (0.0, 1.0)
_NAME: Final = "score"


def named_labels(columns: Sequence[Column], classes: Classes) -> Sequence[Column]:
    """Return columns of rows in which labels have the names that the model gives their classes.

    To be done once: names may be exchanged.

    Parameters
    ----------
    columns
        Of ``n`` labelled rows.
    classes
        Those of the model, and what labels call them.
    """
    true = _scalar(columns, Role.LABEL)
    if true is None or not classes.label_names:
        return columns
    values, places = distinct(true)
    names = [category_name(classes.truth(each)) for each in values]
    renamed = _categories(true, places, names)
    return [renamed if each is true else each for each in columns]


def class_columns(
    columns: Sequence[Column], classes: Classes, score_of: ScoreOf
) -> Sequence[Column]:
    """Return columns in which probabilities of one class are classes, and these scores.

    Whatever learns from rows sees what a model would send that says both. Beside a score a
    prediction of 0 or 1 is a class already, and the score stands.

    Parameters
    ----------
    columns
        Of ``n`` rows, what was predicted and the scores among them.
    classes
        Those of the model, with the threshold; without one nothing is decided.
    score_of
        What a score is the probability of.
    """
    said = None if classes.threshold is None else _scalar(columns, Role.PREDICTION)
    if said is None:
        return columns
    chances = _chances(said)
    is_chance = ~np.isnan(chances)
    if not is_chance.any():
        return columns
    is_it = is_chance & (chances >= (classes.threshold or 0.0))
    given = chances
    if score_of is ScoreOf.PREDICTED:
        given = np.where(is_it, chances, 1.0 - chances)
    score = of_role(columns, Role.SCORE)
    if score is not None:
        given = np.where(np.isin(chances, _SURE) & score.usable, np.nan, given)
    others = [each for each in columns if each is not said and each is not score]
    return [_classes(said, is_chance, is_it, classes), _scores(score, given), *others]


def _scalar(columns: Sequence[Column], role: Role) -> Column | None:
    """Return the one column of outcomes; None where there is none, or are lists."""
    those = [column for column in columns if column.role is role]
    scalars = [column for column in those if not column.name.endswith("]")]
    return scalars[0] if len(scalars) == 1 else None


def _categories(column: Column, places: NDArray[np.int64], names: Sequence[str]) -> Column:
    """Return a column of categories, of which several may have one name."""
    # Of equal names the first is the code.
    first: dict[str, int] = {}
    codes = np.array([first.setdefault(name, at) for at, name in enumerate(names)], dtype=np.int32)
    return replace(
        column, kind=Kind.CATEGORY, values=codes[places], categories=tuple(names)
    ).compact()


def _chances(column: Column) -> Numbers:
    """Return what can be a probability, shape ``(n,)``; NaN where nothing can."""
    if column.kind is Kind.CATEGORY:
        found = map(chance_of, column.categories)
        each = np.array([np.nan if chance is None else chance for chance in found] or [np.nan])
        values = each[column.values]
    else:
        values = column.values.astype(np.float64)
    is_chance = column.usable & (column.kind is not Kind.BOOLEAN) & (values >= 0) & (values <= 1)
    return np.where(is_chance, values, np.nan)


def _classes(column: Column, is_chance: Mask, is_it: Mask, classes: Classes) -> Column:
    names = classes.other, classes.sought
    numbers = list(map(number_of, names))
    if is_chance.all() and None not in numbers:
        pair = np.array(numbers, dtype=np.float64)
        return replace(
            column, kind=Kind.NUMBER, values=pair[is_it.astype(int)], categories=(), flags=None
        )
    values, places = distinct(column)
    kept = [*names, *(category_name(each) for each in values)]
    return _categories(column, np.where(is_chance, is_it.astype(np.int64), places + 2), kept)


def _scores(score: Column | None, given: Numbers) -> Column:
    """Return scores with those in their place that are given, NaN where none is."""
    is_given = ~np.isnan(given)
    if score is None:
        flags = np.full(len(given), Flag.ABSENT, dtype=np.uint8)
        score = Column(_NAME, Role.SCORE, Kind.NUMBER, np.zeros(len(given)), flags=flags)
    flags = np.zeros(len(given), np.uint8) if score.flags is None else score.flags
    flags = np.where(is_given, np.uint8(Flag.OK), flags).astype(np.uint8)
    values = np.where(is_given, given, score.values.astype(np.float64))
    return replace(score, values=values, flags=flags if flags.any() else None)
