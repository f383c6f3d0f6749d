import pytest

from detectors.monitors.missing_columns import absent
from schemas.tables.columns import Kind, Role


@pytest.mark.parametrize("kind", Kind)
def test_an_absent_column_has_its_kind_and_no_value(kind: Kind) -> None:
    column = absent(Role.FEATURE, "age", kind, 3)
    assert (column.name, column.role, column.kind) == ("age", Role.FEATURE, kind)
    assert column.is_absent
    assert column.compact().kind is kind
