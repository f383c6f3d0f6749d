from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import pytest

from benchmarks.detection import models
from benchmarks.detection.models import Moved, Shape, alarms_of, delay_of, measure
from benchmarks.detection.section import Plan

Result = TypeVar("Result")

PLAN = Plan(range(3), 5000, 2, None)


class _Told:
    """Makes no measurement, and says what each would have come to."""

    def __init__(self, results: dict[str, object]) -> None:
        self._results = results
        self.tasks: list[Sequence[object]] = []

    def map(self, job: Callable[..., Result], tasks: Iterable[Sequence[object]]) -> list[Result]:
        given = list(tasks)
        self.tasks += given
        result = self._results[job.__name__]
        return [result for _ in given]  # type: ignore[misc]  # as the job's would be


TOLD = {"alarms_of": models.Alarms(2, 1), "_together": 150.0, "_alone": np.inf}


def test_the_figure_is_what_a_thousand_columns_observe_over_what_is_stated() -> None:
    section = measure(_Told(TOLD), PLAN)
    # One seed of 1,000 rows, in which one alarm is stated.
    assert section.figures == {"model_1000": 3.0}
    (line,) = (each for each in section.lines if each.startswith("| 1,000 columns, correlated"))
    assert line.startswith("| 1,000 columns, correlated 0.9 | 3.00 (0.6")
    assert line.endswith(" | 2 | 1 |")
    text = "\n".join(section.lines)
    assert "| 100 columns, independent | 10 by 0.5 sd | 150 | missed |" in text


def test_more_seeds_and_rows_are_measured_in_full() -> None:
    pool = _Told(TOLD)
    measure(pool, replace(PLAN, seeds=range(20), rows=1_000_000))
    runs = [task for task in pool.tasks if task[0] == Shape(10, 0.0) and task[1] == models.ROWS]
    assert [task[2] for task in runs] == list(range(8))


@pytest.mark.parametrize("alone", [False, True])
def test_a_change_of_all_columns_is_found_and_none_before(alone: bool) -> None:
    assert delay_of(Shape(10, 0.0), Moved(10, 1.0), 1, alone=alone) < 60


def test_alarms_of_a_model_without_a_change_are_counted_apart() -> None:
    found = alarms_of(Shape(12, 0.0), 12_000, 1)
    assert 0 < sum(found) < 25


def test_columns_are_as_correlated_as_is_said() -> None:
    (rows,) = models._tables(Shape(20, 0.9), Moved(0, 0.0), models.BATCH, 1)
    correlations = np.corrcoef([column.values for column in rows.columns])
    assert np.median(correlations) == pytest.approx(0.9, abs=0.03)
