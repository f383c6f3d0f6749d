"""Labelled rows as columns, as intake makes them."""

from collections.abc import Sequence
from typing import Any

from schemas.tables.columns import ABSENT, Column, Role, column_of
from schemas.tables.outcomes import outcome_columns


def labelled_columns(
    predictions: Sequence[Any], labels: Sequence[Any], scores: Sequence[float | None] = ()
) -> tuple[Column, ...]:
    """Return the columns of what was predicted, what was true, and the scores."""
    columns = [
        *outcome_columns(Role.PREDICTION, predictions),
        *outcome_columns(Role.LABEL, labels),
    ]
    if any(score is not None for score in scores):
        given = [ABSENT if score is None else score for score in scores]
        columns.append(column_of("score", Role.SCORE, given))
    return tuple(columns)
