import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from benchmarks.detection import injected, real_streams
from benchmarks.detection.section import Measure, Plan
from benchmarks.quality import PARTS, plan_from

Result = TypeVar("Result")

PLAN = Plan(range(3), 1000, 2, None)


class _Alone:
    """Makes measurements in this process."""

    def map(self, job: Callable[..., Result], tasks: Iterable[Sequence[object]]) -> list[Result]:
        return [job(*task) for task in tasks]


@pytest.mark.parametrize("measure", [real_streams.measure, injected.measure])
def test_parts_without_their_data_say_so(measure: Measure) -> None:
    section = measure(_Alone(), PLAN)

    assert "Not measured" in "\n".join(section.lines)
    assert all(value is None for value in section.figures.values())


def test_data_that_lack_a_file_are_told_by_its_name(tmp_path: Path) -> None:
    section = real_streams.measure(_Alone(), replace(PLAN, data=tmp_path))

    assert "no `elec2.csv.gz`" in "\n".join(section.lines)


def test_a_quick_run_measures_less_of_the_same() -> None:
    quick, whole = (
        plan_from(argparse.Namespace(quick=each, seed=5, data=None)) for each in (True, False)
    )

    assert quick.seeds.start == whole.seeds.start == 5
    assert len(whole.seeds) == 20
    assert quick.rows < whole.rows
    assert quick.episodes < whole.episodes
    assert list(PARTS) == [
        *("budget", "delays", "young", "seasons", "models"),
        *("real", "thresholds", "injected", "synthetic"),
    ]
