from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.tables.columns import ABSENT, LONGEST_CATEGORY, Column, Flag, Kind, Role, column_of
from schemas.tables.retyping import retyped
from schemas.values.spellings import Spellings
from tests.schemas.documents_strategy import TEXT, VALUES

_RAW = st.lists(
    st.just(ABSENT)
    | st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.sampled_from(["", "N/A", "1", "1.0", "12.50", "true", "False", "007", "yes", " a "])
    | TEXT
    | VALUES,
    min_size=1,
    max_size=8,
)
_DECLARED = st.none() | st.sampled_from(list(Kind))


def _column(raw: list[Any], declared: Kind | None = None) -> Column:
    return column_of("x", Role.FEATURE, raw, declared)


def verdicts(column: Column) -> list[object]:
    """Return what each row counts as: its value, or its flag."""
    values = column.values.tolist()
    flags = [0] * len(values) if column.flags is None else column.flags.tolist()
    return [
        Flag(flag) if flag else column.categories[value] if column.categories else value
        for value, flag in zip(values, flags, strict=True)
    ]


@given(_RAW, _DECLARED, st.sampled_from(list(Kind)))
def test_what_a_row_counts_as_does_not_depend_on_its_batch(
    raw: list[Any], declared: Kind | None, kind: Kind
) -> None:
    together = verdicts(retyped(_column(raw, declared), kind))
    alone = [verdicts(retyped(_column([value], declared), kind))[0] for value in raw]
    assert together == alone


@given(_RAW, _DECLARED)
def test_columns_are_well_formed(raw: list[Any], declared: Kind | None) -> None:
    column = _column(raw, declared)
    if declared is not None:
        assert column.kind is declared
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
        ("", Flag.NULL),
        (" N/A ", Flag.NULL),
        (float("nan"), Flag.NAN),
        (float("inf"), Flag.INFINITE),
        (-float("inf"), Flag.INFINITE),
        (10**400, Flag.INFINITE),
        ([1], Flag.MISTYPED),
        ({}, Flag.MISTYPED),
        (object(), Flag.MISTYPED),
    ],
)
def test_each_value_has_its_flag_alone_and_beside_others(value: Any, flag: Flag) -> None:
    alone = _column([value])
    assert (alone.kind, verdicts(alone)) == (Kind.NUMBER, [flag])
    for other, kind in ((1.5, Kind.NUMBER), ("text", Kind.CATEGORY), (True, Kind.BOOLEAN)):
        column = _column([value, other])
        assert (column.kind, verdicts(column)) == (kind, [flag, other])


def test_values_of_several_kinds_are_categories_from_which_each_can_be_told() -> None:
    column = _column([True, 1.0, "N/A", 2.5, "n", "1", 1e300, "TRUE"])
    assert column.kind is Kind.CATEGORY
    assert verdicts(column) == [*("true", "1", Flag.NULL, "2.5", "n", "1", "1e+300", "true")]
    assert verdicts(retyped(column, Kind.NUMBER)) == [
        *(Flag.MISTYPED, 1.0, Flag.NULL, 2.5, Flag.MISTYPED, 1.0, 1e300, Flag.MISTYPED)
    ]
    assert verdicts(retyped(column, Kind.BOOLEAN)) == [
        *(1.0, 1.0, Flag.NULL, Flag.MISTYPED, 0.0, 1.0, Flag.MISTYPED, 1.0)
    ]


def test_whole_numbers_beyond_float64_are_codes_of_which_no_digit_is_lost() -> None:
    column = _column([2**53, 2**53 + 1, 2**53 + 2, 5])
    assert verdicts(column) == [str(2**53), str(2**53 + 1), str(2**53 + 2), "5"]
    assert verdicts(retyped(column, Kind.NUMBER)) == [2.0**53, Flag.MISTYPED, Flag.MISTYPED, 5.0]
    assert _column([2**53 + 1], Kind.NUMBER).values.tolist() == [2.0**53]


@pytest.mark.parametrize(
    ("declared", "raw", "expected"),
    [
        (
            Kind.NUMBER,
            [1, 2.5, "12.50", "1.25E+3", "007", "x", True, None],
            [1.0, 2.5, 12.5, 1250.0, 7.0, Flag.MISTYPED, Flag.MISTYPED, Flag.NULL],
        ),
        (
            Kind.BOOLEAN,
            [True, 1, 0.0, "true", "N", "x", 2],
            [1.0, 1.0, 0.0, 1.0, 0.0, Flag.MISTYPED, Flag.MISTYPED],
        ),
        (
            Kind.CATEGORY,
            ["a", " a", 7, 7.0, "7.0", 2.5, True, [], float("nan")],
            ["a", "a", "7", "7", "7", "2.5", "true", Flag.MISTYPED, Flag.NAN],
        ),
    ],
)
def test_a_declared_kind_takes_what_can_be_read_as_one(
    declared: Kind, raw: list[Any], expected: list[object]
) -> None:
    assert verdicts(_column(raw, declared)) == expected


def test_a_class_may_be_named_as_a_missing_feature_is() -> None:
    column = column_of("prediction", Role.PREDICTION, ["NA", "None", "", " "])
    assert verdicts(column) == ["NA", "None", Flag.NULL, Flag.NULL]


def test_other_spellings_can_be_named() -> None:
    spellings = Spellings(missing=frozenset({"-999"}))
    column = column_of("x", Role.FEATURE, ["-999", "N/A", ""], None, spellings)
    assert verdicts(column) == [Flag.NULL, "N/A", ""]


def test_long_categories_are_cut() -> None:
    column = _column(["x" * 1000, "x" * 2000])
    assert column.categories == ("x" * LONGEST_CATEGORY,)


def test_rows_are_taken_with_their_flags() -> None:
    column = _column([1.0, None, 3.0, 4.0])
    taken = column.take(np.array([False, True, True, False]))
    assert taken.flags is not None
    assert (taken.values.tolist(), taken.flags.tolist()) == ([0.0, 3.0], [2, 0])
    later = column.since(2)
    assert later.flags is not None
    assert (later.values.tolist(), later.flags.tolist()) == ([3.0, 4.0], [0, 0])
    assert column.since(0) is column
