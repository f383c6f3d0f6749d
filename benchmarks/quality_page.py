"""The page on quality of detection: what its parts have measured, each with its command."""

import json
from collections.abc import Iterable, Mapping, Sequence
from math import isinf
from typing import Final, NamedTuple

from benchmarks.detection.section import Plan, Section

FIGURES: Final = (
    "budget_worst",
    "budget_least",
    "model_1000",
    "delay_1sd",
    "delay_sd2",
    "ar5_1sd",
    "ar9_1sd",
    "kdd_abrupt",
    "kdd_gradual",
    "threshold_alarms",
    "threshold_delay",
)

_HEADING: Final = "## "

_LAST: Final = (
    "## Figures\n\n`null` is what was not measured: the `kdd` figures need `--data`.\n\n    "
)

_INTRODUCTION: Final = """# Quality of detection

What the default monitor raises where nothing changes, and how long it takes where something does,
beside River's detectors and the two watchers that any figure has to beat: one that always alarms,
and one that never does. Written by `make quality`; each part says by which command, which gives the
same figures again, and one that says none is of an earlier tree, by `--quick`. How it works is told
by [detection](detection.md).

What this does not show: streams of other shapes than these, labels that come late, the cost (see
[performance](performance.md)), and what an alarm is worth to those who read it. The streams are
synthetic or shuffled but for the real ones, and those are three. What is said of performance on
late labels (estimates, maturity, thresholds on the version before, retrain triggers) is simulated
by `python -m benchmarks.performance`, which prints its seeds."""


class Part(NamedTuple):
    """A part of the page.

    Attributes
    ----------
    name
        By which the command measures it alone.
    section
        What was measured.
    """

    name: str
    section: Section

    def text(self, plan: Plan, *, quick: bool) -> str:
        """Return its Markdown, with the command behind the heading."""
        options = ["--quick"] if quick else []
        options += ["--only", self.name]
        if plan.data is not None:
            options += ["--data", "DIRECTORY"]
        if plan.seeds.start:
            options += ["--seed", f"{plan.seeds.start}"]
        note = f"`python -m benchmarks.quality {' '.join(options)}`"
        heading, *rest = self.section.lines
        return "\n".join([heading, "", note, *rest])


def figures_of(sections: Iterable[Section]) -> dict[str, float | None]:
    """Return the figures of all parts by their names; None is one that was not measured."""
    found: dict[str, float | None] = dict.fromkeys(FIGURES)
    for section in sections:
        found |= section.figures
    return found


def last_line(figures: Mapping[str, float | None]) -> str:
    """Return figures as JSON; null is one that was not measured, or is missed."""
    return json.dumps(
        {
            name: None if value is None or isinf(value) else round(value, 3)
            for name, value in figures.items()
        }
    )


def page(parts: Sequence[Part], plan: Plan, *, quick: bool) -> str:
    """Return the whole page."""
    texts = [part.text(plan, quick=quick) for part in parts]
    figures = _LAST + last_line(figures_of(part.section for part in parts))
    return "\n\n".join([_INTRODUCTION, *texts, figures]) + "\n"


def with_part(text: str, part: Part, plan: Plan, *, quick: bool) -> str:
    """Return a page with a part in its place, and its figures in the last line.

    Raises
    ------
    ValueError
        The page has no such part.
    """
    heading = part.section.lines[0]
    sections = text.rstrip("\n").split("\n\n" + _HEADING)
    headings = [_HEADING + each.partition("\n")[0] for each in sections]
    if heading not in headings:
        raise ValueError(f"the page has no part {heading!r}")
    own = part.text(plan, quick=quick).removeprefix(_HEADING)
    sections[headings.index(heading)] = own
    known = json.loads(sections[-1].splitlines()[-1])
    sections[-1] = _LAST.removeprefix(_HEADING) + last_line(known | part.section.figures)
    sections[0] = _INTRODUCTION
    return ("\n\n" + _HEADING).join(sections) + "\n"
