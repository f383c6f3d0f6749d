"""Which columns of rows are watched for drift, by where the rows come from."""

from collections.abc import Sequence
from typing import Final

from detectors.monitors.given import ColumnKey
from detectors.monitors.watched_columns import ERROR
from detectors.performance.labelled_rows import are_labelled
from schemas.tables.columns import Column, Role
from schemas.tables.observations import Origin

ROLES_OF: Final = {
    Origin.PREDICTIONS: frozenset({Role.FEATURE, Role.PREDICTION, Role.SCORE}),
    Origin.LABELS: frozenset({Role.ERROR}),
    Origin.REPEATS: frozenset(),
}


def watched(origin: Origin, columns: Sequence[Column]) -> list[Column]:
    """Return those of the columns of some rows that are watched for drift."""
    return [column for column in columns if column.role in ROLES_OF[origin]]


def watched_keys(origin: Origin, columns: Sequence[Column]) -> frozenset[ColumnKey]:
    """Return the columns that some rows bring to watch, that of errors yet to be made included."""
    if are_labelled(columns):
        return frozenset({ERROR})
    return frozenset((column.role, column.name) for column in watched(origin, columns))
