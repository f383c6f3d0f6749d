"""Predictions that are probabilities of one class, as the classes that they decide for."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from detectors.performance.distinct import distinct
from detectors.performance.options import ScoreOf
from schemas.tables.columns import Column, Flag, Kind, Role
from schemas.values.categories import category_name
from schemas.values.class_order import Classes, chance_of
from schemas.values.numbers import number_of

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]

_SURE = (0.0, 1.0)
_NAME = "score"


def decided(columns: Sequence[Column], classes: Classes, score_of: ScoreOf) -> Sequence[Column]:
    """Return columns of rows in which probabilities are classes, and these probabilities scores.

    Whatever learns from rows sees a class and a score then, as of a model that says both. Beside a
    score a prediction of 0 or 1 is a class already, and the score stands.

    Parameters
    ----------
    columns
        Of ``n`` rows, what was predicted and the scores among them.
    classes
        Those of the model, with the threshold; without one nothing is decided.
    score_of
        What a score is the probability of.
    """
    said = [column for column in columns if column.role is Role.PREDICTION]
    if classes.threshold is None or len(said) != 1 or said[0].name.endswith("]"):
        return columns
    (column,) = said
    chances = _chances(column)
    is_chance = ~np.isnan(chances)
    if not is_chance.any():
        return columns
    is_it = is_chance & (chances >= classes.threshold)
    given = chances
    if score_of is ScoreOf.PREDICTED:
        given = np.where(is_it, chances, 1.0 - chances)
    score = next((each for each in columns if each.role is Role.SCORE), None)
    if score is not None:
        given = np.where(np.isin(chances, _SURE) & _is_ok(score), np.nan, given)
    others = [each for each in columns if each is not column and each is not score]
    return [_classes(column, is_chance, is_it, classes), _scores(score, given), *others]


def _chances(column: Column) -> Numbers:
    """Return what can be a probability, shape ``(n,)``; NaN where nothing can."""
    if column.kind is Kind.CATEGORY:
        found = map(chance_of, column.categories)
        each = np.array([np.nan if chance is None else chance for chance in found] or [np.nan])
        values = each[column.values]
    else:
        values = column.values.astype(np.float64)
    is_chance = _is_ok(column) & (column.kind is not Kind.BOOLEAN) & (values >= 0) & (values <= 1)
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
    # Of equal names the first is the code, as of categories.
    codes = np.array([kept.index(name) for name in kept], dtype=np.int32)
    which = np.where(is_chance, is_it.astype(np.int64), places + len(names))
    return replace(
        column, kind=Kind.CATEGORY, values=codes[which], categories=tuple(kept)
    ).compact()


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


def _is_ok(column: Column) -> Mask:
    if column.flags is None:
        return np.ones(len(column.values), dtype=np.bool_)
    ok: Mask = column.flags == Flag.OK
    return ok
