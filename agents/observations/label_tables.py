"""Labelled predictions to observation tables."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.join.joined import JoinedRows
from schemas.tables.coded import Coded, renumbered
from schemas.tables.columns import Column, Flag, Kind, Role
from schemas.tables.observations import ModelRows, ObservationTable, Origin, Source, number_sources
from schemas.tables.outcomes import outcome_columns
from schemas.tables.rated_columns import rated_columns
from schemas.values.rated_label import label_of

Numbers = NDArray[np.float64]
Rows = NDArray[np.intp]


class Labelled(NamedTuple):
    """Labelled predictions, and where the records that completed them came from."""

    source: Source
    rows: JoinedRows


def label_tables(
    labelled: Iterable[Labelled], partition_of: Callable[[str], int]
) -> Iterator[tuple[int, ObservationTable]]:
    """Yield tables, each with the partition in which its models are watched.

    Model versions that are watched in one partition share a table, whose columns are what was
    predicted and what was true, and score, segment and delay where any row has one; and the numbers
    of its label event, each field a feature. What error that is, is for who watches.

    Parameters
    ----------
    labelled
        In the order in which the rows are to be taken.
    partition_of
        Gives where a model is watched, by its name.
    """
    those = [each for each in labelled if len(each.rows)]
    if not those:
        return
    whole = JoinedRows.concatenated(each.rows for each in those)
    sources, numbers = number_sources(each.source for each in those)
    source_of = np.repeat(numbers, [len(each.rows) for each in those])
    names = whole.names
    partitions = np.array([partition_of(model) for model, _ in names.table])[names.codes]
    for partition in np.unique(partitions).tolist():
        rows = np.flatnonzero(partitions == partition)
        rows = rows[np.argsort(names.codes[rows], kind="stable")]
        part = whole if _are_all(rows, len(whole)) else whole.take(rows)
        yield (
            partition,
            ObservationTable(
                Origin.LABELS,
                tuple(_models(part)),
                sources,
                source_of[rows],
                part.offsets,
                part.times,
                tuple(_columns(part)),
            ),
        )


def _are_all(rows: Rows, count: int) -> bool:
    return len(rows) == count and bool((np.diff(rows) > 0).all())


def _models(rows: JoinedRows) -> Iterator[ModelRows]:
    """Yield whose the rows are, which are in the order of their models."""
    counts = np.bincount(rows.names.codes, minlength=len(rows.names.table)).tolist()
    for (model, version), count in zip(rows.names.table, counts, strict=True):
        if count:
            yield ModelRows(model, version, count)


def _columns(rows: JoinedRows) -> Iterator[Column]:
    yield from outcome_columns(Role.PREDICTION, rows.predictions)
    is_rated = dict in set(map(type, rows.labels))
    labels = [label_of(each) for each in rows.labels] if is_rated else rows.labels
    yield from outcome_columns(Role.LABEL, labels)
    yield from _numbers(Role.SCORE, rows.scores)
    yield from _numbers(Role.DELAY, rows.delays)
    if rows.segments.table != (None,):
        yield from _texts(Role.SEGMENT, rows.segments)
    if is_rated:
        yield from rated_columns(rows.labels)


def _numbers(role: Role, numbers: Numbers) -> Iterator[Column]:
    absent = np.isnan(numbers)
    if not absent.any():
        yield Column(str(role), role, Kind.NUMBER, numbers)
    elif not absent.all():
        flags = np.where(absent, np.uint8(Flag.ABSENT), np.uint8(Flag.OK))
        yield Column(str(role), role, Kind.NUMBER, np.where(absent, 0.0, numbers), flags=flags)


def _texts(role: Role, texts: Coded[str | None]) -> Iterator[Column]:
    known: dict[str | None, int] = {}
    codes = renumbered(texts, known)
    absent = np.zeros(len(codes), np.bool_) if None not in known else codes == known[None]
    if absent.all():
        return
    flags = np.where(absent, np.uint8(Flag.ABSENT), np.uint8(Flag.OK)) if absent.any() else None
    names = tuple(text or "" for text in known)
    yield Column(str(role), role, Kind.CATEGORY, codes, names, flags)
