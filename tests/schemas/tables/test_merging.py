from typing import Any

import numpy as np

from schemas.tables.columns import Flag
from schemas.tables.merging import merged
from schemas.tables.observations import ObservationTable
from tests.detectors.batches import batch_of, rows_of, table_of_many


def table(start: int, models: str, partition: int = 0, **columns: list[Any]) -> ObservationTable:
    """A table of some models of one letter each, all with the same rows."""
    rows = rows_of(**columns)
    return table_of_many(
        [batch_of(rows, start=start, model=model, partition=partition) for model in models]
    )


def test_the_rows_of_each_model_keep_their_order() -> None:
    tables = [table(0, "ab", x=[1.0, 2.0]), table(2, "bc", 1, x=[3.0]), table(5, "a", x=[4.0])]
    ((whole, _),) = merged(tables)
    assert [(rows.model, rows.rows) for rows in whole.models] == [("a", 3), ("b", 3), ("c", 1)]
    found = {batch.model: batch for batch in whole.batches()}
    assert found["a"].offsets.tolist() == [0, 1, 5]
    assert found["b"].columns[0].values.tolist() == [1.0, 2.0, 3.0]
    assert [(run.partition, run.rows) for run in found["b"].runs] == [(0, 2), (1, 1)]
    assert [(run.partition, run.rows) for run in found["c"].runs] == [(1, 1)]


def test_categories_and_flags_are_those_of_the_rows() -> None:
    tables = [table(0, "ab", c=["x", "y"]), table(2, "a", c=["z", None, "x"])]
    ((whole, _),) = merged(tables)
    column = next(whole.batches()).columns[0]
    assert column.flags is not None
    assert column.flags.tolist() == [0, 0, 0, Flag.NULL, 0]
    usable = column.values[column.flags == 0].tolist()
    assert [column.categories[code] for code in usable] == ["x", "y", "z", "x"]


def test_a_table_that_is_alone_stays_as_it_is() -> None:
    alone, other = table(0, "a", x=[1.0]), table(0, "b", y=[1.0])
    first, second = merged([alone, other])
    assert first.table is alone
    assert second.table is other
    assert list(merged([])) == []


def test_no_row_of_a_model_overtakes_another() -> None:
    tables = [table(0, "ab", x=[1.0]), table(1, "a", y=[1.0]), table(2, "ab", x=[2.0])]
    assert [each.numbers for each in merged(tables)] == [[0], [1], [2]]
    # Those of another model may: nothing is said about the order of these.
    tables = [table(0, "ab", x=[1.0]), table(1, "c", y=[1.0]), table(2, "ab", x=[2.0])]
    assert [each.numbers for each in merged(tables)] == [[0, 2], [1]]


def test_rows_that_come_again_are_left_apart() -> None:
    tables = [table(0, "ab", x=[1.0, 2.0]), table(1, "a", x=[2.0, 3.0]), table(3, "a", x=[4.0])]
    assert [each.numbers for each in merged(tables)] == [[0], [1], [2]]
    tables = [table(5, "ab", x=[1.0]), table(5, "ab", 1, x=[1.0])]
    assert len(list(merged(tables))) == 1  # each partition counts for itself


def test_tables_of_one_model_are_left_apart() -> None:
    tables = [table(0, "a", x=[1.0, 2.0]), table(2, "a", x=[2.0])]
    assert [each.table for each in merged(tables)] == tables


def test_all_of_many_rows_are_there() -> None:
    rng = np.random.default_rng(1)
    tables = [
        table(20 * number, "".join(rng.permutation(list("abcdef"))[:4]), x=list(rng.random(20)))
        for number in range(30)
    ]
    ((whole, _),) = merged(tables)
    for model in "abcdef":
        expected = [
            batch.columns[0].values
            for each in tables
            for batch in each.batches()
            if batch.model == model
        ]
        (found,) = [batch for batch in whole.batches() if batch.model == model]
        assert found.columns[0].values.tolist() == np.concatenate(expected).tolist()
