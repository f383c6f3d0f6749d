from typing import Any

import pytest

from detectors.performance.distinct import distinct
from schemas.tables.columns import Role, column_of


@pytest.mark.parametrize(
    "values", [["b", "a", "b"], [2.5, 1.0, 2.5], [True, False, True], [7], ["a"]]
)
def test_each_row_has_its_value(values: list[Any]) -> None:
    known, places = distinct(column_of("x", Role.LABEL, values))
    assert [known[place] for place in places.tolist()] == values
    assert len(set(known)) == len(known)
