"""What the person sees: where the runs stand, and a table at the end."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.chaos.run import Result


class Display:
    """The progress of some runs, on standard error.

    Parameters
    ----------
    runs
        How many there will be.
    """

    def __init__(self, runs: int) -> None:
        self._console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
        )
        self._task = self._progress.add_task("starting Kafka", total=runs)

    def begin(self, title: str, seed: int) -> None:
        """Say what runs now."""
        self._progress.update(self._task, description=f"{title} (seed {seed})")

    def end(self, result: Result) -> None:
        """Say what came of it."""
        self._progress.advance(self._task)
        verdict = result.verdict
        if result.is_planted and result.is_right:
            self._progress.print(f"{result.family}: seen, as {verdict.notes[0]}", markup=False)
            return
        if result.is_right:
            self._progress.print(
                f"{result.family}: {result.events:,} events, {result.kills} kills, "
                f"{verdict.alerts} alerts, {result.seconds:.0f} s"
            )
            return
        self._progress.print(
            f"[red]{result.family} failed[/red]: repeat it with --families {result.family} "
            f"--seed {result.seed}; logs are in {result.folder}",
            soft_wrap=True,
        )
        if result.is_planted:
            seen = "the scenario broke off" if verdict.broken else "nobody saw it"
            self._progress.print(f"  a bug was planted, and {seen}")
        for note in verdict.notes:
            self._progress.print(f"  {note}", markup=False)

    def table(self, results: list[Result]) -> None:
        """Print all results by family; those of planted bugs should not be zeros."""
        columns = ("family", "runs", "events", "kills", "lost", "duplicated", "different")
        table = Table(*columns)
        for name in dict.fromkeys(result.family for result in results):
            mine = [result for result in results if result.family == name]
            figures = (
                len(mine),
                sum(result.events for result in mine),
                sum(result.kills for result in mine),
                sum(result.verdict.lost for result in mine),
                sum(result.verdict.duplicated for result in mine),
                sum(result.verdict.different for result in mine),
            )
            table.add_row(name, *(f"{figure:,}" for figure in figures))
        Console().print(table)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()
