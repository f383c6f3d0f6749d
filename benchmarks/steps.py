"""Says on standard error what is being done, and how it went."""

from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


class Steps:
    """A live line for the step in hand, a lasting one for each that is done.

    Parameters
    ----------
    total
        How many steps there will be.
    """

    def __init__(self, total: int) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        )
        self._whole = self._progress.add_task("the whole benchmark", total=total)
        self._step = self._progress.add_task("", total=None, visible=False)
        self._title = ""

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def begin(self, title: str, total: float | None = None) -> None:
        """Begin a step; ``total`` where `advance` will tell how far it is."""
        self._title = title
        self._progress.reset(self._step, total=total, description=title, visible=True)

    def advance(self, amount: float) -> None:
        """Go on with the step in hand."""
        self._progress.advance(self._step, amount)

    def end(self, outcome: str) -> None:
        """End the step in hand."""
        self._progress.update(self._step, visible=False)
        self._progress.console.print(f"{self._title}: {outcome}", highlight=False, soft_wrap=True)
        self._progress.advance(self._whole)
