"""What a run of the demo shows: a live picture on a terminal, plain lines elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol, Self

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from app.demo.ledger import Judged, Ledger
from app.demo.schedule import BURN_IN
from schemas.events.alert import Alert, Severity
from schemas.events.column_alert import ColumnAlert
from schemas.events.drift_alert import DriftAlert
from schemas.events.label_alert import LabelAlert
from schemas.events.performance_alert import PerformanceAlert
from schemas.events.quality_alert import QualityAlert
from schemas.events.retrain_request import RetrainRequest
from schemas.events.window_summary import CategorySummary, NumberSummary, Summary

_STYLES: Final = {Severity.CRITICAL: "red", Severity.WARNING: "", Severity.INFO: "green"}


@dataclass(frozen=True, slots=True)
class Places:
    """Where to look at the run from outside."""

    bootstrap: str
    predictions: str
    labels: str
    alerts: str
    requests: str
    metrics: str
    log: str

    def lines(self) -> Iterator[str]:
        """Yield what to tell people."""
        yield f"Kafka           {self.bootstrap}"
        yield f"predictions in  {self.predictions}    labels in  {self.labels}"
        yield f"alerts out      {self.alerts}    retrain requests out  {self.requests}"
        yield f"metrics         {self.metrics}"
        yield f"worker's log    {self.log}"
        yield f"watch along     kcat -b {self.bootstrap} -C -o beginning -t {self.alerts}"


@dataclass(frozen=True, slots=True)
class Status:
    """The run at one moment.

    Attributes
    ----------
    phase
        What is going on, in words.
    seconds, predictions, labels
        Length of the traffic so far, and what was sent.
    ledger
        What the worker made of it.
    """

    phase: str
    seconds: float
    predictions: int
    labels: int
    ledger: Ledger

    @property
    def rate(self) -> float:
        """Events a second."""
        return (self.predictions + self.labels) / self.seconds if self.seconds > 0 else 0.0


class Screen(Protocol):
    """Where a run shows itself."""

    def say(self, line: str) -> None:
        """Show a line."""

    def alert(self, judged: Judged) -> None:
        """Show an alert."""

    def request(self, request: RetrainRequest, delay: float | None) -> None:
        """Show a retrain request."""

    def refresh(self, status: Status) -> None:
        """Show the present state."""


class PlainScreen:
    """Lines, as things happen.

    Parameters
    ----------
    console
        Where they go.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._phase = ""

    def say(self, line: str) -> None:
        """Show a line."""
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def alert(self, judged: Judged) -> None:
        """Show an alert."""
        alert = judged.alert
        self.say(f"{alert.severity:8} {alert.kind:16} {_found(judged):>24}  {alert.message}")

    def request(self, request: RetrainRequest, delay: float | None) -> None:
        """Show a retrain request."""
        after = "" if delay is None else f" after {delay:.1f} s"
        self.say(f"{'request':8} retrain{after}: {request.message}")

    def refresh(self, status: Status) -> None:
        """Show a new phase; a file of lines needs no more."""
        if status.phase != self._phase:
            self._phase = status.phase
            self.say(
                f"{status.seconds:6.1f} s  {status.phase} ({status.predictions} predictions, "
                f"{status.labels} labels so far)"
            )


class LiveScreen:
    """One picture that follows the run; a context manager.

    Parameters
    ----------
    console
        A terminal.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lines: list[str] = []
        self._requests: list[str] = []
        self._live = Live(console=console, refresh_per_second=8, transient=False)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def say(self, line: str) -> None:
        """Show a line above the picture."""
        self._live.console.print(line, markup=False, highlight=False)

    def alert(self, judged: Judged) -> None:
        """Do nothing: the picture has a table of them."""

    def request(self, request: RetrainRequest, delay: float | None) -> None:
        """Keep a retrain request in the picture."""
        after = "" if delay is None else f"{delay:.1f} s after the shift: "
        self._requests.append(after + request.message)

    def refresh(self, status: Status) -> None:
        """Draw the picture anew."""
        self._live.update(picture(status, self._requests))


def picture(status: Status, requests: list[str]) -> RenderableType:
    """Return the whole picture of one moment."""
    ledger = status.ledger
    behind = max(status.predictions - ledger.predictions_seen, 0)
    figures = Table.grid(padding=(0, 3))
    figures.add_row(
        f"[bold]{status.seconds:.0f}[/] s",
        f"[bold]{status.rate:.0f}[/] events/s",
        f"[bold]{status.predictions:,}[/] predictions",
        f"[bold]{status.labels:,}[/] labels",
        f"[bold]{behind:,}[/] rows behind",
        f"[bold]{len(ledger.columns)}[/] columns watched",
    )
    columns = Columns((_column(name, ledger) for name in sorted(ledger.columns)), padding=(0, 3))
    parts: list[RenderableType] = [
        Panel(Group(figures, "", columns), title=status.phase, title_align="left"),
        _alerts(ledger),
    ]
    parts += [
        Panel(Text(line), title="retrain request", title_align="left", border_style="yellow")
        for line in requests
    ]
    return Group(*parts)


def figures_of(alert: Alert) -> tuple[str, str]:
    """Return the figures before and after the change, those that differ most."""
    if isinstance(alert, QualityAlert):
        return _rate(alert.quality, alert.share_before), _rate(alert.quality, alert.share_after)
    if isinstance(alert, PerformanceAlert):
        return f"{alert.bound:.4g}", f"{alert.value:.4g}"
    if isinstance(alert, LabelAlert):
        return f"{alert.before:.4g}", f"{alert.after:.4g}"
    if not isinstance(alert, DriftAlert):
        return "-", "-"
    before, after = alert.before, alert.after
    if isinstance(before, CategorySummary) and isinstance(after, CategorySummary):
        names = sorted(before.shares.keys() | after.shares.keys())
        gaps = {name: after.shares.get(name, 0.0) - before.shares.get(name, 0.0) for name in names}
        most = max(names, key=lambda name: abs(gaps[name]), default="")
        return _share(before, most), _share(after, most)
    return _moments(before), _moments(after)


def _share(summary: CategorySummary, name: str) -> str:
    return _rate(name, summary.shares.get(name, 0.0))


def _rate(name: str, share: float) -> str:
    return f"{name} {share:.0%}"


def _moments(summary: Summary) -> str:
    if not isinstance(summary, NumberSummary) or summary.mean is None:
        return "-"
    spread = "" if summary.std is None else f" ± {summary.std:.3g}"
    return f"{summary.mean:.3g}{spread}"


def _column(name: str, ledger: Ledger) -> str:
    rows = ledger.columns[name]
    if any(name in one.alert.subjects for one in ledger.found):
        return f"[red]● {name}[/]"
    if rows < BURN_IN:
        return f"[dim]◌ {name} {rows}/{BURN_IN}[/]"
    return f"[green]● {name}[/]"


def _alerts(ledger: Ledger) -> Table:
    table = Table(title="alerts", title_justify="left", expand=True, show_edge=False)
    for heading in ("column", "kind", "detector", "before", "after", "found"):
        table.add_column(heading)
    for judged in ledger.judged[-12:]:
        alert = judged.alert
        style = _STYLES[alert.severity]
        detector = alert.found_by
        if isinstance(alert, ColumnAlert):
            detector = f"{detector} ({alert.detector.stream})"
        cells = (alert.subject, str(alert.kind), detector, *figures_of(alert), _found(judged))
        table.add_row(*map(Text, cells), style=style)
    return table


def _found(judged: Judged) -> str:
    if judged.delay_seconds is None:
        return f"FALSE, at row {judged.row}"
    again = "again, " if judged.repeated else ""
    return f"{again}{judged.delay_events} rows, {judged.delay_seconds:.1f} s"
