"""Changes of columns whose days are not known yet, or are: how long until they are told."""

from typing import Final

import numpy as np

from benchmarks.detection.section import Plan, Pool, Section, table
from benchmarks.detection.stationary import rows_a_day
from benchmarks.watchers import Values, changes_of, default_monitor
from schemas.tables.columns import Kind

ROWS_A_DAY: Final = 10_000

DAYS: Final = (0.15, 0.5, 1.2, 3.3, 10.3)
"""After which the change comes."""

HALF: Final = 0.5
"""Days until it has to be told."""

COURSES: Final = {"no course": 0.0, "a sine of 0.3 sd": 0.3, "a sine of 1 sd": 1.0}

CHANGES: Final = {
    "+0.5 sd": (0.5, 1.0),
    "+1 sd": (1.0, 1.0),
    "+2 sd": (2.0, 1.0),
    "sd x 2": (0.0, 2.0),
    "sd x 0.5": (0.0, 0.5),
}
"""What is added to values, and what their noise is multiplied by."""


def values_of(amplitude: float, change: str, at: int, rows: int, seed: int) -> Values:
    """Return a sine of a day and normal noise, with a change at a row."""
    above, times = CHANGES[change]
    noise = np.random.default_rng(seed).normal(size=rows)
    noise[at:] = above + times * noise[at:]
    sine: Values = amplitude * np.sin(2 * np.pi * rows_a_day(ROWS_A_DAY)(rows))
    return sine + noise


def delay_of(amplitude: float, change: str, day: float, seed: int) -> float:
    """Return the rows from a change to the first alarm, at most half a day; else infinity."""
    at, rows = int(day * ROWS_A_DAY), int((day + HALF) * ROWS_A_DAY)
    values = values_of(amplitude, change, at, rows, seed)
    found = changes_of(default_monitor(seed, Kind.NUMBER), values, rows_a_day(ROWS_A_DAY)(rows))
    return min((each.row - at for each in found if each.row >= at), default=np.inf)


def measure(pool: Pool, plan: Plan) -> Section:
    """Measure how long each change takes on each day."""
    seeds = plan.seeds
    tasks = [
        (amplitude, change, day, seed)
        for amplitude in COURSES.values()
        for change in CHANGES
        for day in DAYS
        for seed in seeds
    ]
    delays = np.array(pool.map(delay_of, tasks)).reshape(-1, len(DAYS), len(seeds))
    names = [(course, change) for course in COURSES for change in CHANGES]
    lines = [
        (*name, *(_told(found) for found in own)) for name, own in zip(names, delays, strict=True)
    ]
    head = ("days", "change", *(f"day {day:g}" for day in DAYS))
    text = [
        "## Changes while days are learned",
        "",
        (
            f"Rows from a change to the first alarm of the default monitor, the median of "
            f"{len(seeds)} runs, and in how many of them it came within half a day; days of "
            f"{ROWS_A_DAY:,} rows, noise of deviation 1. A course of the day is known after one "
            "and a half to two and a half days; until then only steps are told at once."
        ),
        "",
        *table(head, lines),
    ]
    return Section(text, {})


def _told(delays: Values) -> str:
    told = int(np.isfinite(delays).sum())
    median = float(np.sort(delays)[(len(delays) - 1) // 2])
    rows = "missed" if np.isinf(median) else f"{median:,.0f}"
    return f"{rows} ({told} of {len(delays)})"
