"""What the second act shows: a line as things happen, and a table at its end."""

from math import log
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.demo.canary.story import telling
from schemas.events.model_comparison import ComparisonDecision, MetricComparison, ModelComparison

_CELLS: Final = 16
_STYLES: Final = {ComparisonDecision.ROLLBACK: "red", ComparisonDecision.PROMOTE: "green"}


class CanaryScreen:
    """Lines with their times; wrapped at words on a terminal, one an event elsewhere.

    Parameters
    ----------
    console
        Where they go.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._told: tuple[ComparisonDecision, str, int] | None = None

    def say(self, line: str, seconds: float | None = None, *, style: str = "") -> None:
        """Show a line, and when it happened."""
        if seconds is None:
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)
            return
        time = f"{seconds:5.1f} s"
        if not self._console.is_terminal:
            self.say(f"{time}  {line}")
            return
        row = Table.grid(padding=(0, 2))
        row.add_column(no_wrap=True)
        row.add_column()
        row.add_row(Text(time, style="dim"), Text(line, style=style))
        self._console.print(row)

    def look(self, found: ModelComparison, seconds: float) -> None:
        """Show what is known of the two versions, where it is more than was shown."""
        metric = telling(found)
        told = (found.decision, metric.metric, cells_of(metric))
        if told == self._told:
            return
        self._told = told
        self.say(line_of(found), seconds, style=_STYLES.get(found.decision, ""))

    def table(self, rows: list[tuple[str, str, str]]) -> None:
        """Show what happened when, and the figures of it."""
        table = Table(show_edge=False, pad_edge=False)
        table.add_column("what")
        table.add_column("when", justify="right", no_wrap=True)
        table.add_column("figures")
        for row in rows:
            table.add_row(*map(Text, row))
        self._console.print()
        self._console.print(table)
        self._console.print()


def line_of(look: ModelComparison) -> str:
    """Return what is known of two versions in a line."""
    metric = telling(look)
    old, new = metric.baseline, metric.candidate
    if old.value is None or new.value is None or metric.difference is None:
        return f"{look.version} against {look.baseline}: too few labels yet to say anything"
    side = "worse" if metric.worse >= metric.better else "better"
    full = cells_of(metric)
    return (
        f"{look.version} is {side}? [{'#' * full}{'.' * (_CELLS - full)}] "
        f"{_evidence(metric):.3g} of {metric.threshold:.3g}; {metric.metric} {old.value:.2f} with "
        f"{old.version}, {new.value:.2f} with {new.version} ({new.rows} labels)"
    )


def cells_of(metric: MetricComparison) -> int:
    """Return how much of a bar the evidence on a metric fills, by its logarithm."""
    share = log(max(_evidence(metric), 1.0)) / log(max(metric.threshold, 1.1))
    return min(int(share * _CELLS), _CELLS)


def _evidence(metric: MetricComparison) -> float:
    return max(metric.worse, metric.better)
