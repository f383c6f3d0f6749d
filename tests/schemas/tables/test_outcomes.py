from typing import Any

import pytest

from schemas.tables.columns import Role
from schemas.tables.outcomes import outcome_columns, outcomes_of
from schemas.values.classes import class_name


@pytest.mark.parametrize(
    "outcomes",
    [
        [[1.0, 2.5], [3.0, 4.0]],
        [["89370400440532013000", 1], ["89370400440532013001", 2]],
        [[2**53 + 1, 7], [2**53 + 3, 7]],
    ],
)
def test_lists_come_back_from_their_columns_and_codes_with_every_digit(outcomes: list[Any]) -> None:
    columns = outcome_columns(Role.LABEL, outcomes)
    found = outcomes_of(columns, Role.LABEL, len(outcomes))
    assert list(map(class_name, found)) == list(map(class_name, outcomes))
