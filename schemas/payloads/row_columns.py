"""Accepted predictions to columns, one event after the other."""

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any

from schemas.payloads.predicted import prediction_values
from schemas.payloads.rows import PredictionRow
from schemas.tables.columns import ABSENT, Column, Role, column_of
from schemas.tables.declared import Declared


def prediction_columns(rows: Sequence[PredictionRow], declared: Declared) -> Iterator[Column]:
    """Yield the columns of some rows of one model: features, prediction, scores.

    Parameters
    ----------
    rows
        At least one.
    declared
        What the settings say of the model.
    """
    kinds, spellings, classes = declared.kinds, declared.spellings, declared.classes
    for name, raw in _transposed([row.features for row in rows]):
        yield column_of(name, Role.FEATURE, raw, kinds.get(name), spellings)
    for name, raw in _transposed([prediction_values(row.prediction, classes) for row in rows]):
        yield column_of(name, Role.PREDICTION, raw, None, spellings)
    scores: list[Any] = [ABSENT if row.score is None else row.score for row in rows]
    if any(score is not ABSENT for score in scores):
        yield column_of("score", Role.SCORE, scores)


def _transposed(rows: list[dict[str, Any]]) -> Iterator[tuple[str, Sequence[Any]]]:
    """Yield the values of each name, `ABSENT` where a row has none."""
    names = list(rows[0])
    # Nearly always all rows have the same names; then one look-up takes a whole row.
    if len(names) > 1 and all(len(row) == len(names) for row in rows):
        whole = itemgetter(*names)
        try:
            table = [whole(row) for row in rows]
        except KeyError:
            pass
        else:
            yield from zip(names, zip(*table, strict=True), strict=True)
            return
    for name in dict.fromkeys(name for row in rows for name in row):
        yield name, [row.get(name, ABSENT) for row in rows]
