import argparse
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from benchmarks.detection import injected, real_streams
from benchmarks.detection.section import Measure, Plan, Section
from benchmarks.quality import FIGURES, PARTS, last_line, page, plan_from

Result = TypeVar("Result")

PLAN = Plan(range(3), 1000, 2, None)


class _Alone:
    """Makes measurements in this process."""

    def map(self, job: Callable[..., Result], tasks: Iterable[Sequence[object]]) -> list[Result]:
        return [job(*task) for task in tasks]


def test_the_last_line_has_every_figure_and_null_where_there_is_none() -> None:
    line = json.loads(
        last_line([Section([], {"budget_worst": 1.23456, "delay_1sd": float("inf")})])
    )

    assert tuple(line) == FIGURES
    assert line["budget_worst"] == 1.235
    assert line["delay_1sd"] is None
    assert line["kdd_abrupt"] is None


def test_the_page_ends_with_the_figures_and_says_how_it_was_made() -> None:
    text = page([Section(["## A part"], {})], PLAN, quick=True)

    assert "## A part" in text
    assert "seeds 0 to 2" in text
    assert 'ARGS="--quick"' in text
    assert tuple(json.loads(text.splitlines()[-1])) == FIGURES


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
