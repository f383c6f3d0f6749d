from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.tables.columns import ABSENT, LONGEST_CATEGORY, Column, Flag, Kind, Role, columns_of
from tests.schemas.documents_strategy import TEXT, VALUES

_RAW = st.lists(
    st.just(ABSENT) | st.none() | st.booleans() | st.integers() | st.floats() | TEXT | VALUES,
    min_size=1,
    max_size=8,
)
_DECLARED = st.none() | st.sampled_from(list(Kind))


def _columns(raw: list[Any], declared: Kind | None = None) -> list[Column]:
    return columns_of("x", Role.FEATURE, raw, declared)


def _verdict(columns: list[Column], row: int) -> object:
    """Return what a row counts as: its kind and value, or the flag all columns agree on."""
    flags = {
        column.kind: Flag.OK if column.flags is None else Flag(column.flags[row])
        for column in columns
    }
    usable = [column for column in columns if flags[column.kind] is Flag.OK]
    if not usable:
        assert len(set(flags.values())) == 1
        return next(iter(flags.values()))
    assert len(usable) == 1
    assert all(flags[other] is Flag.MISTYPED for other in flags if other is not usable[0].kind)
    value = usable[0].values[row].item()
    if usable[0].kind is Kind.CATEGORY:
        return Kind.CATEGORY, usable[0].categories[int(value)]
    return usable[0].kind, value


@given(_RAW, _DECLARED)
def test_what_a_row_counts_as_does_not_depend_on_its_batch(
    raw: list[Any], declared: Kind | None
) -> None:
    together = _columns(raw, declared)
    for row, value in enumerate(raw):
        assert _verdict(together, row) == _verdict(_columns([value], declared), 0)


@given(_RAW, _DECLARED)
def test_columns_are_well_formed(raw: list[Any], declared: Kind | None) -> None:
    columns = _columns(raw, declared)
    assert len({column.kind for column in columns}) == len(columns) >= 1
    if declared is not None:
        assert [column.kind for column in columns] == [declared]
    for column in columns:
        assert len(column.values) == len(raw)
        assert column.flags is None or len(column.flags) == len(raw)
        assert np.isfinite(column.values).all()
        if column.kind is Kind.CATEGORY:
            assert column.values.dtype == np.int32
            assert len(set(column.categories)) == len(column.categories)
            assert 0 <= column.values.min() <= column.values.max() < len(column.categories)


@pytest.mark.parametrize(
    ("value", "flag"),
    [
        (ABSENT, Flag.ABSENT),
        (None, Flag.NULL),
        (float("nan"), Flag.NAN),
        (float("inf"), Flag.INFINITE),
        (-float("inf"), Flag.INFINITE),
        (10**400, Flag.INFINITE),
        ([1], Flag.MISTYPED),
        ({}, Flag.MISTYPED),
        (1e308, Flag.OK),
    ],
)
def test_each_value_has_its_flag_alone_and_beside_text(value: Any, flag: Flag) -> None:
    alone, beside = _columns([value]), _columns([value, "text"])
    assert [column.kind for column in alone] == [Kind.NUMBER]
    assert (Flag.OK if alone[0].flags is None else alone[0].flags[0]) == flag
    category = beside[-1]
    assert category.kind is Kind.CATEGORY
    assert category.flags is not None
    assert category.flags[0] == (Flag.MISTYPED if flag is Flag.OK else flag)


@pytest.mark.parametrize(
    ("declared", "raw", "flags"),
    [
        (Kind.NUMBER, [1, 2.5, "3", True, None], [0, 0, 5, 5, 2]),
        (Kind.BOOLEAN, [True, 1, "true"], [0, 5, 5]),
        (Kind.CATEGORY, ["a", 7, 2.5, True, [], float("nan")], [0, 0, 0, 0, 5, 3]),
    ],
)
def test_a_declared_kind_takes_its_own_and_a_category_any_scalar(
    declared: Kind, raw: list[Any], flags: list[int]
) -> None:
    (column,) = _columns(raw, declared)
    assert column.flags is not None
    assert column.flags.tolist() == flags


def test_numbers_and_booleans_become_text_for_a_declared_category() -> None:
    (column,) = _columns(["a", 7, True, 7], Kind.CATEGORY)
    assert [column.categories[code] for code in column.values.tolist()] == ["a", "7", "true", "7"]


def test_long_categories_are_cut() -> None:
    (column,) = _columns(["x" * 1000, "x" * 2000])
    assert column.categories == ("x" * LONGEST_CATEGORY,)


def test_rows_are_taken_with_their_flags() -> None:
    (column,) = _columns([1.0, None, 3.0, 4.0])
    taken = column.take(np.array([False, True, True, False]))
    assert taken.flags is not None
    assert (taken.values.tolist(), taken.flags.tolist()) == ([0.0, 3.0], [2, 0])
    later = column.since(2)
    assert later.flags is not None
    assert (later.values.tolist(), later.flags.tolist()) == ([3.0, 4.0], [0, 0])
    assert column.since(0) is column
