"""False alarms in streams in which nothing changes, over those that are stated."""

from typing import Final, NamedTuple

import numpy as np

from benchmarks.detection.bars import Bar, bars
from benchmarks.detection.intervals import poisson
from benchmarks.detection.section import Plan, Pool, Section, table
from benchmarks.detection.stationary import STATIONARY
from benchmarks.watchers import changes_of, default_monitor
from detectors.alerts.quality_alert import MOST_INFLATION
from detectors.alerts.quality_change import QualityChange
from detectors.algorithms.false_alarms import DEFAULT, FalseAlarms

WANTED: Final = (0.3, 1.0)
"""Between which observed over stated ones are to lie."""

OFTEN: Final = FalseAlarms.of("1 per 10,000 rows per column")
"""What so many alarms are stated by that they tell whether a budget is wasted."""

ROWS_OFTEN: Final = 100_000
"""Of a stream and seed, of those at most."""


class Alarms(NamedTuple):
    """Alarms of one run, by whether they said that the bound holds for this column."""

    guaranteed: int
    others: int


def alarms_of(
    name: str, seed: int, rows: int, budget: FalseAlarms = DEFAULT, *, timed: bool = True
) -> Alarms:
    """Return how often a monitor alarms in a stream of `STATIONARY`, by default the default one.

    Parameters
    ----------
    name
        Of the stream.
    seed, rows
        Of its values.
    budget
        Of false alarms.
    timed
        Whether rows of a stream without a season have event times, too.
    """
    stream = STATIONARY[name]
    values = stream.draw(np.random.default_rng(seed), rows)
    days = stream.days(rows) if timed or stream.has_season else None
    found = changes_of(default_monitor(seed, stream.kind, budget), values, days)
    guaranteed = sum(
        each.rise.inflation <= MOST_INFLATION
        if isinstance(each, QualityChange)
        else each.independent
        for each in found
    )
    return Alarms(guaranteed, len(found) - guaranteed)


def _often(name: str, seed: int, rows: int) -> int:
    """Return the alarms under `OFTEN`, where nothing is held back that could be a season."""
    return sum(alarms_of(name, seed, rows, OFTEN, timed=False))


def measure(pool: Pool, plan: Plan) -> Section:
    """Count the false alarms in each stream of `STATIONARY`."""
    names = list(STATIONARY)
    runs = len(plan.seeds)
    found = pool.map(alarms_of, [(name, seed, plan.rows) for name in names for seed in plan.seeds])
    stated = plan.rows * runs / DEFAULT.rows_of(columns=1, pace=1.0)
    rows = min(plan.rows, ROWS_OFTEN)
    often = pool.map(_often, [(name, seed, rows) for name in names for seed in plan.seeds])
    stated_often = rows * runs / OFTEN.rows_of(columns=1, pace=1.0)
    lines, ratios, spent, shown = [], [], [], []
    for number, name in enumerate(names):
        own = found[number * runs : (number + 1) * runs]
        guaranteed, others = (sum(column) for column in zip(*own, strict=True))
        count = guaranteed + others
        low, high = (bound / stated for bound in poisson(count))
        ratios.append(count / stated)
        spent.append(sum(often[number * runs : (number + 1) * runs]) / stated_often)
        kept = low <= WANTED[1]
        lines.append(
            (
                name,
                f"{count / stated:.2f} ({low:.2f} to {high:.2f})",
                f"{guaranteed}",
                f"{others}",
                "yes" if kept else "**no**",
                f"{spent[-1]:.2f}",
            )
        )
        shown.append(Bar(name, count / stated, low, high))
    head = (
        "stream",
        "observed over stated (95 %)",
        "guaranteed",
        "not guaranteed",
        "kept",
        "often",
    )
    text = [
        "## False alarms",
        "",
        (
            f"Alarms of the default monitor in streams without a change, {runs} of {plan.rows:,} "
            f"rows each, over the {stated:g} that are stated ({DEFAULT.text}). "
            "The interval is a Poisson count's. *Guaranteed* are alarms that say that the bound "
            "holds; the others say that it does not. The budget is *kept* where the interval "
            "reaches 1. *Often*: observed over stated ones where "
            f"{OFTEN.text} are stated, {stated_often:g} of {rows:,} rows a run, which tell "
            "whether a budget is wasted; each alarm costs a burn-in, of which little is judged. "
            "There rows have event times only where there is a season: else what may be a day's "
            "course or a weekend is held back in the first three weeks, and goes away again."
        ),
        "",
        *table(head, lines),
        "",
        "![False alarms over the stated ones, a bar a stream](quality/budget.svg)",
    ]
    figures: dict[str, float | None] = {"budget_worst": max(ratios), "budget_least": min(spent)}
    return Section(text, figures, {"budget.svg": bars("observed over stated", shown, WANTED)})
