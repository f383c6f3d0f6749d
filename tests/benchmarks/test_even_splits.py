"""How often an even split is called wrong."""

from itertools import product

import numpy as np
import pytest

from benchmarks.comparing.even_splits import share_called_wrong
from detectors.comparisons.split import LEVEL


def test_of_all_courses_no_more_are_called_wrong_than_stated_and_nearly_as_many() -> None:
    assert 0.85 * LEVEL < share_called_wrong(35_000) < LEVEL


@pytest.mark.parametrize("rows", [1, 2, 7, 12])
def test_it_is_the_share_of_the_courses_written_out(rows: int) -> None:
    def rule(row: int, excess: int) -> bool:
        return row > 2 and excess >= 2 + row // 4

    wrong = 0
    for steps in product([-1, 1], repeat=rows):
        excesses = np.abs(np.cumsum(steps))
        wrong += any(rule(row, int(each)) for row, each in enumerate(excesses, 1))
    assert share_called_wrong(rows, rule) == pytest.approx(wrong / 2**rows)
