from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from detectors.monitors.packed_columns import PackedColumns
from schemas.tables.columns import ABSENT, Column, Role, column_of

RAW = st.one_of(
    st.just(ABSENT), st.none(), st.booleans(), st.floats(), st.text(max_size=3), st.integers()
)


def _told(column: Column) -> Any:
    """Return what a column says of its rows."""
    flags = [0] * len(column.values) if column.flags is None else column.flags.tolist()
    values = [
        None if flag else column.categories[int(value)] if column.categories else value
        for value, flag in zip(column.values.tolist(), flags, strict=True)
    ]
    return column.name, column.role, column.kind, column.values.dtype, flags, values


@given(st.lists(st.lists(RAW, min_size=5, max_size=5), max_size=4), st.integers(0, 4))
def test_columns_come_back_as_they_were(raw: list[list[Any]], begin: int) -> None:
    columns = [column_of(f"x{number}", Role.FEATURE, values) for number, values in enumerate(raw)]
    packed = PackedColumns.of(columns)
    kept = [column for column in columns if not column.is_absent]
    assert [*map(_told, packed.between(0, 5))] == [*map(_told, kept)]
    assert [*map(_told, packed.between(begin, 5))] == [
        _told(column.between(begin, 5)) for column in kept
    ]


def test_equal_layouts_are_one_object() -> None:
    one, other = (
        PackedColumns.of([column_of("x", Role.FEATURE, [number])]) for number in (1.0, 2.0)
    )
    assert one.layout is other.layout
    assert one.flags is None
