import numpy as np
import pytest

from detectors.monitors.missing_columns import absent, mistyped
from schemas.tables.columns import Column, Flag, Kind, Role


@pytest.mark.parametrize("kind", Kind)
def test_an_absent_column_has_its_kind_and_no_value(kind: Kind) -> None:
    column = absent(Role.FEATURE, "age", kind, 3)
    assert (column.name, column.role, column.kind) == ("age", Role.FEATURE, kind)
    assert column.is_absent
    assert column.compact().kind is kind


def test_what_was_missing_stays_so_when_the_rest_is_mistyped() -> None:
    flags = np.array([Flag.OK, Flag.NULL, Flag.OK], np.uint8)
    column = Column("age", Role.FEATURE, Kind.NUMBER, np.arange(3.0), flags=flags)
    other = mistyped(column, Kind.CATEGORY)
    assert other.kind is Kind.CATEGORY
    assert other.flags is not None
    assert other.flags.tolist() == [Flag.MISTYPED, Flag.NULL, Flag.MISTYPED]
    assert flags.tolist() == [Flag.OK, Flag.NULL, Flag.OK]
