from typing import Any

import numpy as np
import pytest

from schemas.tables.columns import Kind, Role, column_of
from schemas.tables.observations import (
    ModelRows,
    ObservationTable,
    Origin,
    Run,
)
from tests.runs import sources_of


def table(*rows: int, **columns: list[Any]) -> ObservationTable:
    """A table of a model for each number of rows, the first of which is of another partition."""
    count = sum(rows)
    runs = [run for some in rows for run in (Run("p", 0, 1), Run("p", 1, some - 1))]
    return ObservationTable(
        Origin.PREDICTIONS,
        tuple(ModelRows(f"m{number}", "1", some) for number, some in enumerate(rows)),
        *sources_of(*runs),
        np.arange(count),
        np.arange(count) * 1000,
        tuple(
            column_of(name, Role.FEATURE, values, Kind.CATEGORY) for name, values in columns.items()
        ),
    )


def test_a_table_gives_the_rows_of_each_model() -> None:
    whole = table(2, 1, c=["a", "b", "a"])
    first, second = whole.batches()
    assert whole.bounds() == [0, 2, 3]
    assert (first.model, first.offsets.tolist(), second.offsets.tolist()) == ("m0", [0, 1], [2])
    assert [(run.partition, begin, end) for run, begin, end in first.slices()] == [
        (0, 0, 1),
        (1, 1, 2),
    ]
    assert second.columns[0].values.tolist() == [0]
    again = next(ObservationTable.of(first).batches())
    assert (again.runs, again.offsets.tolist()) == (first.runs, [0, 1])


@pytest.mark.parametrize(
    ("kept", "runs"),
    [
        ([True, True, True], (Run("p", 0, 1), Run("p", 1, 2))),
        ([False, True, True], (Run("p", 1, 2),)),
        ([True, False, True], (Run("p", 0, 1), Run("p", 1, 1))),
        ([False, False, False], ()),
    ],
)
def test_rows_that_are_taken_keep_their_sources(kept: list[bool], runs: tuple[Run, ...]) -> None:
    (batch,) = table(3, c=["a", "b", "a"]).batches()
    taken = batch.take(np.array(kept))
    assert taken.runs == runs
    assert taken.offsets.tolist() == np.flatnonzero(kept).tolist()
    assert len(taken.columns[0].values) == len(taken) == sum(kept)


def test_compact_rows_have_no_more_categories_than_they_need() -> None:
    whole = table(2, 2, c=["a", "a", "b", "b"])
    half = whole.take(whole.offsets < 2).compact()
    assert half.columns[0].categories == ("a",)
    assert sum(rows.rows for rows in half.models) == len(half) == 2
