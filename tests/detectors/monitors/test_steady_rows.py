"""How many rows the fused kernel is given at once."""

from dataclasses import replace

import numpy as np
import pytest

from detectors.monitors.column_monitor import ColumnMonitor
from detectors.monitors.options import MonitorOptions
from detectors.monitors.steady_rows import SteadyRows
from schemas.tables.columns import Column, Flag, Kind, Role

OPTIONS = MonitorOptions(burn_in=1000, bins=16)
KEY = (Role.FEATURE, "x")
TIMES = np.arange(3000)


def column_of(rows: int, kind: Kind = Kind.NUMBER) -> Column:
    values = np.random.default_rng(1).normal(size=rows)
    if kind is Kind.CATEGORY:
        return Column("x", Role.FEATURE, kind, np.zeros(rows, dtype=np.int32), ("a",))
    return Column("x", Role.FEATURE, kind, values)


def after(rows: int) -> ColumnMonitor:
    monitor = ColumnMonitor(
        kinds=(Kind.NUMBER, Kind.CATEGORY),
        detectors=OPTIONS.detectors,
        burn_in=1000,
        bins=16,
        seed=lambda _: 1,
    )
    monitor.update(column_of(rows), 0)
    return monitor


@pytest.mark.parametrize(
    ("before", "least", "expected"),
    [(1200, 256, 3000), (600, 256, 399), (990, 256, 9), (999, 256, 1), (0, 256, 1)],
)
def test_there_are_as_many_as_no_column_has_to_take_by_itself(
    before: int, least: int, expected: int
) -> None:
    steady = SteadyRows.of([(KEY, column_of(3000))], {KEY: after(before)}, TIMES, least)
    assert steady is not None
    assert len(steady.times) == expected
    assert [len(column.values) for _, column in steady.columns] == [expected]


def test_where_few_columns_have_to_take_a_value_by_themselves_the_others_go_on() -> None:
    befores = {"x": 990, "y": 600, "z": 1200}
    columns = [((Role.FEATURE, name), column_of(3000)) for name in befores]
    monitors = {(Role.FEATURE, name): after(rows) for name, rows in befores.items()}
    steady = SteadyRows.of(columns, monitors, TIMES, 256)
    assert steady is not None
    assert len(steady.times) == 256


@pytest.mark.parametrize(
    ("before", "missing", "expected"),
    [(0, 3000, 256), (999, 3000, 256), (990, 3000, 256), (999, 20, 20), (990, 20, 29)],
)
def test_a_column_without_a_value_does_not_make_each_row_a_call(
    before: int, missing: int, expected: int
) -> None:
    flags = np.where(np.arange(3000) < missing, Flag.NULL, Flag.OK).astype(np.uint8)
    column = replace(column_of(3000), flags=flags)
    steady = SteadyRows.of([(KEY, column)], {KEY: after(before)}, TIMES, 256)
    assert steady is not None
    assert len(steady.times) == expected


def test_values_of_another_kind_than_the_column_need_more_while_that_is_open() -> None:
    columns = [(KEY, column_of(3000, Kind.CATEGORY))]
    assert SteadyRows.of(columns, {KEY: after(600)}, TIMES, 256) is None


def test_rows_without_a_column_are_none() -> None:
    assert SteadyRows.of([], {}, TIMES, 256) is None
