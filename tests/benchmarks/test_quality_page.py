import json

import pytest

from benchmarks.detection.section import Plan, Section
from benchmarks.quality_page import FIGURES, Part, figures_of, last_line, page, with_part

PLAN = Plan(range(3), 1000, 2, None)


def _part(name: str, heading: str, text: str, **figures: float | None) -> Part:
    return Part(name, Section([heading, "", text], figures))


def test_the_last_line_has_every_figure_and_null_where_there_is_none() -> None:
    section = Section([], {"budget_worst": 1.23456, "delay_1sd": float("inf")})

    line = json.loads(last_line(figures_of([section])))

    assert tuple(line) == FIGURES
    assert line["budget_worst"] == 1.235
    assert line["delay_1sd"] is None
    assert line["kdd_abrupt"] is None


def test_the_page_ends_with_the_figures_and_says_how_each_part_was_made() -> None:
    text = page([_part("budget", "## A part", "so many")], PLAN, quick=True)

    assert "## A part\n\n`python -m benchmarks.quality --quick --only budget`\n\nso many\n" in text
    assert tuple(json.loads(text.splitlines()[-1])) == FIGURES


def test_a_part_that_is_measured_alone_takes_its_place_with_its_figures_and_its_command() -> None:
    parts = [
        _part("budget", "## One", "first", budget_worst=1.0),
        _part("delays", "## Two", "second", delay_1sd=30.0),
    ]
    before = page(parts, PLAN, quick=True)
    again = _part("delays", "## Two", "third", delay_1sd=20.0)

    after = with_part(before, again, Plan(range(5, 8), 1000, 2, None), quick=False)

    assert "second" not in after
    assert "## Two\n\n`python -m benchmarks.quality --only delays --seed 5`\n\nthird\n" in after
    assert "## One\n\n`python -m benchmarks.quality --quick --only budget`\n\nfirst\n" in after
    figures = json.loads(after.splitlines()[-1])
    assert (figures["budget_worst"], figures["delay_1sd"]) == (1.0, 20.0)
    assert with_part(before, parts[1], PLAN, quick=True) == before


def test_a_page_without_such_a_part_is_left_as_it_is() -> None:
    before = page([_part("budget", "## One", "first")], PLAN, quick=True)

    with pytest.raises(ValueError, match="no part '## Two'"):
        with_part(before, _part("delays", "## Two", "second"), PLAN, quick=True)
